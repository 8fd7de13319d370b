"""The caseload: whoever is not out, as cases with an owner, a next step and a clock.

A case is what a desk has to do something about.  It exists as soon as somebody is in a class that
needs an act, whether anybody has taken it or not: a case without an owner is overdue from the
start of its clock, never missing.  Those on the way are no cases, and those who died, chose to
stay or are elsewhere are settled: both are in the sum and neither has a clock.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from safepassage.model.deadline import Deadline, deadlines_in_force
from safepassage.model.errors import InvalidFactError
from safepassage.model.ids import EntryId, PlaceId
from safepassage.model.not_out import CaseStep, NextStep, NotOutClass
from safepassage.model.refusal import RefusalReason
from safepassage.operate.not_out import SETTLED, NotOut, Remaining, Standing, Why

# What is done next, and by when, where no desk has said anything yet.
PROPOSED: Mapping[Standing, tuple[NextStep, timedelta]] = {
    Standing.CALLED_DID_NOT_COME: (NextStep.CALL_AGAIN, timedelta(hours=6)),
    Standing.REFUSED: (NextStep.ASK_SPONSOR, timedelta(hours=1)),  # told the same hour
    Standing.UNREACHABLE: (NextStep.TRACE, timedelta(hours=24)),
    Standing.UNDECIDED: (NextStep.CALL_AGAIN, timedelta(hours=12)),
    Standing.UNKNOWN: (NextStep.TRACE, timedelta(hours=24)),
}
# Refusals that another pass mends.
_MENDED_BY_A_PASS = (
    RefusalReason.EXPIRED,
    RefusalReason.TOO_EARLY,
    RefusalReason.WRONG_GATE,
    RefusalReason.REVOKED,
    RefusalReason.ALREADY_USED,
    RefusalReason.GATE_CLOSED,
    RefusalReason.CAPACITY,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Heads of one party that somebody has to do something about."""

    remaining: Remaining
    owner: str | None  # None: nobody has taken it
    site: PlaceId | None
    next_step: NextStep
    due_at: datetime | None  # None: no clock runs
    is_proposed: bool  # the step and the clock are the rule's: no desk has said anything since

    @property
    def id(self) -> str:
        """Whom it is about."""
        return self.remaining.id

    def is_overdue(self, as_of: datetime) -> bool:
        """Whether its clock has run out."""
        return self.due_at is not None and self.due_at <= as_of


class Due(NamedTuple):
    """Heads of cases by how their clocks stand."""

    overdue: int
    running: int
    without_clock: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Caseload:
    """Every case at an instant: overdue first, then by clock."""

    as_of: datetime
    cases: tuple[Case, ...]
    deadline: Deadline | None  # the last one

    @property
    def is_over(self) -> bool:
        """Whether the last deadline has passed: who is not out now was left behind."""
        return self.deadline is not None and self.deadline.at <= self.as_of

    @property
    def due(self) -> Due:
        """Heads by clock."""
        over = sum(c.remaining.heads for c in self.cases if c.is_overdue(self.as_of))
        without = sum(c.remaining.heads for c in self.cases if c.due_at is None)
        every = sum(c.remaining.heads for c in self.cases)
        return Due(over, every - over - without, without)

    def owners(self) -> Counter[str | None]:
        """Heads by who owns their case; under None those that nobody has taken."""
        count: Counter[str | None] = Counter()
        for case in self.cases:
            count[case.owner] += case.remaining.heads
        return count

    def sites(self) -> Counter[PlaceId | None]:
        """Heads by the site that looks after their case; under None those of no site."""
        count: Counter[PlaceId | None] = Counter()
        for case in self.cases:
            count[case.site] += case.remaining.heads
        return count


def caseload(found: NotOut, deadlines: Iterable[Deadline]) -> Caseload:
    """The cases among everybody who is not out."""
    last = last_deadline(deadlines, found.as_of)
    is_over = last is not None and last.at <= found.as_of
    cases = [opened(r, last) for r in found.remaining if is_case(r, is_over=is_over)]
    cases.sort(key=lambda c: _order(c, found.as_of))
    return Caseload(as_of=found.as_of, cases=tuple(cases), deadline=last)


def last_deadline(deadlines: Iterable[Deadline], as_of: datetime) -> Deadline | None:
    """The last of the deadlines as they stood at an instant."""
    in_force = deadlines_in_force(deadlines, as_of).values()
    return max(in_force, key=lambda d: d.at, default=None)


def is_case(remaining: Remaining, *, is_over: bool) -> bool:
    """Whether somebody has to look after these heads.

    Not of those on the way, nor of those whom a closing place holds.  Whoever was never called is
    a case only once the last deadline has passed: until then the call-forward has them.
    """
    if remaining.standing is Standing.ON_THE_WAY or remaining.why is Why.CLOSED:
        return False
    return is_over or remaining.evidence is not None or remaining.why is not Why.NOT_CALLED


def opened(remaining: Remaining, last: Deadline | None) -> Case:
    """Heads as a case: what a desk said last, unless something has happened since."""
    step = remaining.step
    holds = (
        step is not None
        and step.standing.value == remaining.standing.value
        and (remaining.since is None or step.occurred_at >= remaining.since)
    )
    if step is not None and holds:
        next_step, due_at = step.next_step, step.due_at
    else:
        next_step, due_at = proposed(remaining, last)
    return Case(
        remaining=remaining,
        owner=None if step is None else step.owner,
        site=None if step is None else step.site,
        next_step=next_step,
        due_at=due_at,
        is_proposed=not holds,
    )


def proposed(remaining: Remaining, last: Deadline | None) -> tuple[NextStep, datetime | None]:
    """What is done next and by when, if no desk has said so: from the class and its instant."""
    if remaining.standing in SETTLED or remaining.standing not in PROPOSED:
        return NextStep.NONE, None
    next_step, within = PROPOSED[remaining.standing]
    if remaining.why in _MENDED_BY_A_PASS:
        next_step = NextStep.RE_ISSUE_PASS
    since = remaining.since
    if remaining.standing is Standing.UNKNOWN and last is not None:
        since = last.at
    return next_step, None if since is None else since + within


def _order(case: Case, as_of: datetime) -> tuple[bool, bool, datetime, str]:
    """Overdue first, the longest overdue on top; then by clock; those without one last."""
    due = case.due_at or as_of
    return not case.is_overdue(as_of), case.due_at is None, due, case.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What a desk says about a case; what it leaves out stays as it is."""

    owner: str | None = None
    site: PlaceId | None = None
    standing: NotOutClass | None = None
    reason: RefusalReason | None = None
    next_step: NextStep | None = None
    due_at: datetime | None = None


def stepped(case: Case, word: Word, at: datetime, entry: EntryId) -> CaseStep:
    """The step that a word makes of a case.

    A word about heads that nobody has told apart is about so many of their group; where they have
    none, about so many of those at their place.  A new next step
    without a clock has none: the old clock was that of the old step.

    Raises:
        InvalidFactError: the case has no owner and the word names none; or it is about people who
            are on their way and says nothing of their class.
    """
    remaining = case.remaining
    owner = word.owner or case.owner
    if owner is None:
        raise InvalidFactError(f"nobody owns the case of {case.id}: say who does")
    if word.standing is None and remaining.standing is Standing.ON_THE_WAY:
        raise InvalidFactError(f"{case.id} is on the way and no case: say what became of them")
    standing = word.standing or NotOutClass(remaining.standing.value)
    stays = standing.value == remaining.standing.value
    kept = remaining.why if stays and isinstance(remaining.why, RefusalReason) else None
    return CaseStep(
        id=entry,
        person=remaining.person,
        group=None if remaining.person else remaining.group,
        heads=remaining.heads,
        standing=standing,
        reason=word.reason or kept,
        owner=owner,
        next_step=word.next_step or case.next_step,
        due_at=word.due_at if word.next_step or word.due_at else case.due_at,
        occurred_at=at,
        place=remaining.place,
        site=word.site or case.site,
        answers=remaining.evidence,
    )


def handed_over(
    load: Caseload, to: Word, at: datetime, token: str, from_site: PlaceId | None = None
) -> list[CaseStep]:
    """The steps that give every case, or every case of one site, to another: nobody's class
    changes, no clock is wound back.

    Args:
        load: the caseload as it stands now.
        to: the owner and the site that take it over.
        at: the instant of the hand-over.
        token: begins the ids of the steps.
        from_site: whose cases; all, if it is left out.
    """
    given = [c for c in load.cases if from_site in (None, c.site)]
    return [
        stepped(case, to, at, EntryId(f"case/{token}/{number}"))
        for number, case in enumerate(given)
    ]
