"""Cases at work: who is not out, what a desk says about them, and handing the caseload over.

cases = Cases(books, clock, counted)
cases.found()                                     everybody who is not out, and the cases
cases.step("fam-12", Word(owner="desk-2", standing=NotOutClass.UNDECIDED), token=new_token())
cases.close("p-1f", PlaceId("stayed"), token=new_token())
cases.hand_over(Word(owner="embassy-doha", site=PlaceId("doha")), token=new_token())

Every change is a fact of the ledger.  Closing a case is a movement to a closing place: the person
is there from then on, and out of no sum.  A hand-over is one transaction: all of it or nothing.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from safepassage.control.office import Books
from safepassage.control.steps import Taken, check_not_ahead, check_token, take
from safepassage.model.errors import BadQuestionError
from safepassage.model.fact import Fact
from safepassage.model.ids import CategoryId, EntryId, PersonId, PlaceId
from safepassage.model.ledger import Ledger
from safepassage.model.movement import EVACUEE, Movement, Phase
from safepassage.model.place import OUTSIDE, ClosingReason, PlaceKind
from safepassage.operate.caseload import (
    Case,
    Caseload,
    Word,
    caseload,
    handed_over,
    last_deadline,
    opened,
    stepped,
)
from safepassage.operate.not_out import NotOut, Remaining, Standing, not_out

KEPT = 8  # answers that are remembered
WORTH = 10  # an answer that took a second is good enough for ten


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Everybody who is not out at an instant, and the cases among them."""

    not_out: NotOut
    load: Caseload

    def cases_of(self, standing: Standing | None, *, every: bool = False) -> list[Case]:
        """The cases; or everybody in a class, or simply everybody, whether a case or not."""
        if standing is None and not every:
            return list(self.load.cases)
        known = {id(case.remaining): case for case in self.load.cases}
        found = [
            known.get(id(row)) or opened(row, self.load.deadline)
            for row in self.not_out.remaining
            if standing in (None, row.standing)
        ]
        order = {id(case.remaining): n for n, case in enumerate(self.load.cases)}
        return sorted(found, key=lambda c: order.get(id(c.remaining), len(order)))


class Remembered:
    """Answers that are worked out once for everybody who looks."""

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._answers: dict[tuple[int, datetime, frozenset[CategoryId]], Found] = {}
        self._fresh_until = 0.0
        self._working = threading.Lock()

    def found(self, ledger: Ledger, as_of: datetime, counted: frozenset[CategoryId]) -> Found:
        """Who is not out at an instant, as of the ledger's position."""
        key = (ledger.position, as_of, counted)
        with self._working:
            if key not in self._answers:
                began = self._seconds()
                sorted_out = not_out(ledger, as_of, counted)
                load = caseload(sorted_out, ledger.catalogue.deadlines)
                self._answers[key] = Found(not_out=sorted_out, load=load)
                ended = self._seconds()
                self._fresh_until = ended + WORTH * (ended - began)
                for old in list(self._answers)[:-KEPT]:
                    del self._answers[old]
            return self._answers[key]

    def lately(self, ledger: Ledger, as_of: datetime, counted: frozenset[CategoryId]) -> Found:
        """Who is not out about now: the last answer, as long as it took little to be this old.

        A desk that follows a busy ledger would else do nothing but count.  The answer says its own
        position and instant.
        """
        with self._working:
            last = next(reversed(self._answers), None)
            is_fresh = self._seconds() < self._fresh_until
            if last is not None and is_fresh and last[2] == counted and last[1] <= as_of:
                return self._answers[last]
        return self.found(ledger, as_of, counted)

    def forget(self) -> None:
        """Let go of everything: whoever changed something wants to see it."""
        with self._working:
            self._answers.clear()
            self._fresh_until = 0.0


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which heads a word is about: a person, or those of a group in one class, at one place."""

    subject: str
    standing: Standing | None = None
    place: str | None = None  # "" for those at no place
    heads: int | None = None  # so many of them; all, if left out


class Cases:
    """The case desk of a ledger.

    Args:
        books: the ledger.
        clock: the clock of this machine.
        counted: the categories of people that the operation is for.
    """

    def __init__(
        self, books: Books, clock: Callable[[], datetime], counted: Collection[CategoryId]
    ) -> None:
        self._books = books
        self._clock = clock
        self._counted = frozenset(counted)

    def now(self) -> datetime:
        """The clock of this machine."""
        return self._clock()

    def found(self, as_of: datetime | None = None) -> Found:
        """Everybody who is not out at an instant, now if it is left out."""
        with self._books.ledger() as ledger:
            return Remembered().found(ledger, as_of or self._clock(), self._counted)

    def step(
        self, chosen: Chosen | str, word: Word, *, token: str, at: datetime | None = None
    ) -> Taken:
        """Say something about a case: its class, owner, next step, clock or site.

        Raises:
            BadQuestionError: nobody of that id is not out, or several rows are meant.
            InvalidFactError: see `operate.caseload.stepped`; or the instant lies ahead.
        """
        when, entry = self._when(at), EntryId(f"case/{check_token(token)}")

        def decide(ledger: Ledger) -> Sequence[Fact]:
            return [stepped(self._case(ledger, chosen, when), word, when, entry)]

        return take(self._books, entry, decide)

    def close(
        self,
        chosen: Chosen | str,
        to: PlaceId | ClosingReason,
        *,
        token: str,
        at: datetime | None = None,
    ) -> Taken:
        """Close a case: its people are at a closing place from then on.

        Raises:
            BadQuestionError: nobody of that id is not out, several rows are meant, or there is no
                such closing place.
        """
        when, entry = self._when(at), EntryId(f"closed/{check_token(token)}")

        def decide(ledger: Ledger) -> Sequence[Fact]:
            remaining = self._case(ledger, chosen, when).remaining
            category = EVACUEE if EVACUEE in self._counted else min(self._counted)
            return [
                Movement(
                    id=entry,
                    from_place=remaining.place or OUTSIDE,
                    to_place=closing_place(ledger, to),
                    phase=Phase.POSTED,
                    occurred_at=when,
                    person=remaining.person,
                    heads=remaining.heads,
                    group=remaining.group,
                    category=category,
                )
            ]

        return take(self._books, entry, decide)

    def hand_over(
        self,
        to: Word,
        *,
        token: str,
        from_site: PlaceId | None = None,
        at: datetime | None = None,
    ) -> Taken:
        """Give the whole caseload, or that of one site, to another owner and site, at once.

        Raises:
            BadQuestionError: there is no case to hand over, or nobody to hand it to.
        """
        if to.owner is None or to.site is None:
            raise BadQuestionError("a hand-over names who takes the cases over, and at which site")
        when = self._when(at)
        check_token(token)

        def decide(ledger: Ledger) -> Sequence[Fact]:
            found = not_out(ledger, when, self._counted)
            load = caseload(found, ledger.catalogue.deadlines)
            steps = handed_over(load, to, when, token, from_site)
            if not steps:
                whose = "nobody" if from_site is None else f"nobody of {from_site}"
                raise BadQuestionError(f"there is no case to hand over: {whose} has one")
            return steps

        return take(self._books, f"case/{token}/0", decide)

    def _when(self, at: datetime | None) -> datetime:
        now = self._clock()
        return check_not_ahead(at or now, now)

    def _case(self, ledger: Ledger, chosen: Chosen | str, when: datetime) -> Case:
        wanted = Chosen(chosen) if isinstance(chosen, str) else chosen
        found = not_out(ledger, when, self._counted)
        row = pick(found.remaining, wanted)
        return opened(row, last_deadline(ledger.catalogue.deadlines, when))


def pick(rows: Collection[Remaining], wanted: Chosen) -> Remaining:
    """The heads that are meant.  One of several people who cannot be told apart may be named.

    Raises:
        BadQuestionError: nobody is meant, or several rows are: the message lists them.
    """
    found = [r for r in rows if r.id == wanted.subject]
    if not found:
        person = PersonId(wanted.subject)
        found = [replace(r, person=person, heads=1, among=()) for r in rows if person in r.among]
    if wanted.standing is not None:
        found = [r for r in found if r.standing is wanted.standing]
    if wanted.place is not None:
        found = [r for r in found if (r.place or "") == wanted.place]
    if not found:
        raise BadQuestionError(
            f"{wanted.subject} is not among those who are not out: `case list` shows who is"
        )
    if len(found) > 1:
        shown = "; ".join(f"{r.heads:,} {r.standing} at {r.place or 'no place'}" for r in found)
        raise BadQuestionError(f"{wanted.subject} is in several rows: {shown}. Say which is meant")
    (row,) = found
    if wanted.heads is None:
        return row
    if not 1 <= wanted.heads <= row.heads:
        raise BadQuestionError(f"{wanted.subject} has {row.heads:,} heads there: choose so many")
    return replace(row, heads=wanted.heads)


def closing_place(ledger: Ledger, to: PlaceId | ClosingReason) -> PlaceId:
    """A closing place, by its id or by what it is for.

    Raises:
        BadQuestionError: the operation has none such; the message lists those there are.
    """
    closing = {
        p.place: p.reason for p in ledger.catalogue.places.values() if p.kind is PlaceKind.CLOSING
    }
    if isinstance(to, ClosingReason):
        matching = sorted(place for place, reason in closing.items() if reason is to)
        if matching:
            return matching[0]
    elif to in closing:
        return to
    known = ", ".join(f"{place} ({reason})" for place, reason in sorted(closing.items())) or "none"
    raise BadQuestionError(f"no closing place {to}; the operation has: {known}")
