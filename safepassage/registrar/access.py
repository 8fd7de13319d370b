"""Who may see what, and that it is written down: the one place through which every reveal goes.

A reveal is opening what is sealed about a person for an account.  First the role, then the sponsor,
then the budget is asked; what is refused is written to the audit chain as well.  Nothing is shown
before the entry is durable.

Two budgets are kept apart.  At a desk somebody chooses whom to look at, so few are enough.  In the
review queue the register chooses the pair, and a reviewer who works must see many.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from safepassage.model.ids import SponsorId
from safepassage.register.record import Record, WrittenName
from safepassage.registrar.errors import NotAllowedError
from safepassage.secure import audit, reveal
from safepassage.secure.reveal import DEFAULT_BUDGET, Budget, Reveal
from safepassage.secure.roles import MASK, Action, Field, Refusal, Viewer, allows, fields_seen

Clock = Callable[[], datetime]
REVIEW_BUDGET = Budget(persons=400, within=timedelta(hours=1))


class Occasion(StrEnum):
    """Why somebody's data is opened."""

    DESK = "desk"  # somebody looked for this person
    REVIEW = "review"  # the queue offered the pair


class Trail(Protocol):
    """Where the audit chain is kept."""

    def write(self, entries: Iterable[audit.Entry]) -> None:
        """Put entries at the end of the chain, durably."""

    def entries_of(self, account: str, kind: audit.Kind, since: datetime) -> Iterable[audit.Entry]:
        """What an account did of a kind since an instant."""


class Access:
    """Asks the tables of rights, and writes down what was asked."""

    def __init__(
        self,
        trail: Trail,
        clock: Clock,
        desk: Budget = DEFAULT_BUDGET,
        review: Budget = REVIEW_BUDGET,
    ) -> None:
        self._trail = trail
        self._clock = clock
        self._turn = threading.Lock()
        self._budgets = {Occasion.DESK: desk, Occasion.REVIEW: review}

    def allow(self, viewer: Viewer, action: Action, sponsor: SponsorId | None = None) -> None:
        """Go on only if the viewer may do this.

        Raises:
            NotAllowedError: no role of theirs allows it; it was written down.
        """
        refusal = allows(viewer, action, sponsor)
        if refusal is not None:
            self._refuse(viewer, refusal, audit.Kind.REFUSED)

    def note(
        self,
        viewer: Viewer,
        kind: audit.Kind,
        subject: str = "",
        detail: Mapping[str, str | int] | None = None,
    ) -> None:
        """Write down that something was done."""
        at = self._clock()
        entry = audit.Entry(
            kind=kind, account=viewer.account, at=at, subject=subject, detail=detail or {}
        )
        self._trail.write([entry])

    def reveal(
        self,
        viewer: Viewer,
        persons: Sequence[str],
        occasion: Occasion = Occasion.DESK,
        action: Action = Action.SEE_PERSON,
        sponsor: SponsorId | None = None,
    ) -> None:
        """Write down that these persons are shown to the viewer, before they are.

        Args:
            viewer: who looks.
            persons: their ids; of rows in quarantine, which are nobody yet, those of the rows.
            occasion: which budget it counts against.
            action: the right by which they are shown.
            sponsor: whose list they stand on, if it is about one list.

        Raises:
            NotAllowedError: no role of theirs may see them, or the hour's budget is spent.
        """
        self.allow(viewer, action, sponsor)
        # Counting and writing down is one step: many requests at once must not all be the last.
        with self._turn:
            self._reveal(viewer, persons, occasion)

    def _reveal(self, viewer: Viewer, persons: Sequence[str], occasion: Occasion) -> None:
        at, budget = self._clock(), self._budgets[occasion]
        earlier = self._reveals(viewer, at - budget.within, occasion)
        refusal = reveal.may_reveal(persons, earlier, at, budget)
        if refusal is not None:
            self._refuse(viewer, refusal, audit.Kind.REVEAL_REFUSED)
        self._trail.write(_revealed(viewer, persons, at, occasion))

    def found(self, viewer: Viewer, persons: Sequence[str]) -> list[str]:
        """Whom of those that a search found the viewer may be shown: as many as the budget allows,
        in their order.  The search and each of them is written down first, in one step.

        Raises:
            NotAllowedError: the budget allows none of them.
        """
        with self._turn:
            at, budget = self._clock(), self._budgets[Occasion.DESK]
            earlier = self._reveals(viewer, at - budget.within, Occasion.DESK)
            shown = [*persons]
            while shown and reveal.may_reveal(shown, earlier, at, budget) is not None:
                shown.pop()
            if persons and not shown:
                self._reveal(viewer, persons[:1], Occasion.DESK)
            searched = audit.Entry(
                kind=audit.Kind.SEARCHED,
                account=viewer.account,
                at=at,
                detail={"found": len(persons)},
            )
            self._trail.write([searched, *_revealed(viewer, shown, at, Occasion.DESK)])
        return shown

    def left(self, viewer: Viewer, occasion: Occasion = Occasion.DESK) -> int:
        """How many more people the viewer may look at now."""
        at, budget = self._clock(), self._budgets[occasion]
        return reveal.left(self._reveals(viewer, at - budget.within, occasion), at, budget)

    def _reveals(self, viewer: Viewer, since: datetime, occasion: Occasion) -> list[Reveal]:
        found = self._trail.entries_of(viewer.account, audit.Kind.REVEALED, since)
        return [
            Reveal(entry.subject, entry.at)
            for entry in found
            if entry.detail.get("occasion", Occasion.DESK) == occasion
        ]

    def _refuse(self, viewer: Viewer, refusal: Refusal, kind: audit.Kind) -> None:
        detail = {"action": str(refusal.action), "why": str(refusal.why)}
        self.note(viewer, kind, detail=detail)
        raise NotAllowedError(refusal)


def _revealed(
    viewer: Viewer, persons: Sequence[str], at: datetime, occasion: Occasion
) -> list[audit.Entry]:
    return [
        audit.Entry(
            kind=audit.Kind.REVEALED,
            account=viewer.account,
            at=at,
            subject=person,
            detail={"occasion": str(occasion)},
        )
        for person in dict.fromkeys(persons)
    ]


def masked(record: Record, viewer: Viewer, sponsor: SponsorId) -> tuple[Record, frozenset[Field]]:
    """A record as a viewer may see it, and the fields that say something they may not see."""
    hidden = frozenset(Field) - fields_seen(viewer) - fields_seen(viewer, sponsor)
    said = {field for field in hidden if _says(record, field)}
    if not said:
        return record, frozenset()
    changes: dict[str, object] = {}
    if Field.NAMES in said:
        changes["names"] = tuple(WrittenName(name.part, MASK) for name in record.names)
    for field, names in _BLANKED.items():
        if field in said:
            changes |= {name: _EMPTY[name] for name in names}
    return replace(record, **changes), frozenset(said)  # type: ignore[arg-type]


_BLANKED: Mapping[Field, tuple[str, ...]] = {
    Field.BORN: ("born",),
    Field.SEX: ("sex",),
    Field.DOCUMENTS: ("documents",),
    Field.CONTACT: ("phones", "emails"),
    Field.PLACES: ("places",),
    Field.FAMILY: ("household", "relation"),
    Field.PROTECTION: ("protection",),
    Field.CLAIMS: ("claims",),
}
_EMPTY: Mapping[str, object] = {
    "born": None,
    "sex": None,
    "documents": (),
    "phones": (),
    "emails": (),
    "places": (),
    "household": "",
    "relation": None,
    "protection": frozenset(),
    "claims": {},
}


def _says(record: Record, field: Field) -> bool:
    if field is Field.NAMES:
        return bool(record.names)
    return any(getattr(record, name) for name in _BLANKED.get(field, ()))
