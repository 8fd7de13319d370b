"""How many people somebody may look at: a budget of reveals per hour.

Whoever sells names reads many; whoever works at a desk reads those in front of it.  A reveal is
opening what is sealed about one person for one account.  The budget counts different people in the
hour before now: looking at the same person again costs nothing.  It is a function of the reveals
in the audit chain, so a restart forgets none.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from safepassage.secure.roles import Action, Refusal, Why

HOUR = timedelta(hours=1)
PERSONS_PER_HOUR = 60
DEVIATIONS = 3  # above somebody's own earlier hours: worth a look by an auditor
HOURS_MIN = 8  # before that, nobody knows what is usual


@dataclass(frozen=True, slots=True)
class Reveal:
    """That somebody's data was opened."""

    subject: str  # the person's id
    at: datetime


@dataclass(frozen=True, slots=True)
class Budget:
    """How many different people an account may look at in any hour."""

    persons: int = PERSONS_PER_HOUR
    within: timedelta = HOUR


DEFAULT_BUDGET = Budget()


def left(earlier: Iterable[Reveal], now: datetime, budget: Budget = DEFAULT_BUDGET) -> int:
    """How many more people may be looked at now."""
    return max(0, budget.persons - len(_seen(earlier, now, budget)))


def may_reveal(
    subjects: Sequence[str],
    earlier: Iterable[Reveal],
    now: datetime,
    budget: Budget = DEFAULT_BUDGET,
) -> Refusal | None:
    """Nothing if these people may be shown now, all of them; else from when on."""
    seen = _seen(earlier, now, budget)
    if not set(subjects) - seen.keys() or len(seen.keys() | set(subjects)) <= budget.persons:
        return None
    return Refusal(Action.SEE_PERSON, Why.BUDGET_SPENT, _remedy(seen, subjects, budget, now))


def _seen(earlier: Iterable[Reveal], now: datetime, budget: Budget) -> dict[str, datetime]:
    """Each person seen within the hour, and when last."""
    seen: dict[str, datetime] = {}
    for reveal in earlier:
        if now - budget.within < reveal.at:
            seen[reveal.subject] = max(reveal.at, seen.get(reveal.subject, reveal.at))
    return seen


def _remedy(
    seen: dict[str, datetime], subjects: Sequence[str], budget: Budget, now: datetime
) -> str:
    new = len(set(subjects) - seen.keys())
    minutes = int(budget.within / timedelta(minutes=1))
    limit = f"{budget.persons} people in {minutes} minutes are this desk's limit"
    if new > budget.persons:
        return f"{limit}: ask for fewer at a time"
    must_pass = len(seen) + new - budget.persons
    free_at = sorted(seen.values())[must_pass - 1] + budget.within
    wait = max(1, -((now - free_at) // timedelta(minutes=1)))
    return f"{limit}: try again in {wait} min, or have somebody else look"


@dataclass(frozen=True, slots=True)
class Looking:
    """How many people an account looked at in the last hour."""

    account: str
    persons: int
    stands_out: bool


def looking(by_hour: Mapping[str, Sequence[int]]) -> list[Looking]:
    """Who looked at people in the last hour, whoever stands out first.

    Args:
        by_hour: for each account its different people hour by hour, the last hour first.  Hours in
            which it looked at nobody say nothing of how it works, and are left out.
    """
    found = [
        Looking(account, hours[0], stands_out(hours[0], [n for n in hours[1:] if n]))
        for account, hours in by_hour.items()
        if hours[0]
    ]
    return sorted(found, key=lambda one: (not one.stands_out, -one.persons, one.account))


def stands_out(this_hour: int, earlier_hours: Sequence[int]) -> bool:
    """Whether an hour's reveals lie three deviations above the same account's hours before.

    With fewer than eight hours to compare nothing stands out.  A desk that always looked at the
    same number has no deviation; one more person than usual is then not yet news.
    """
    if len(earlier_hours) < HOURS_MIN:
        return False
    spread = max(statistics.pstdev(earlier_hours), 1.0)
    return this_hour > statistics.fmean(earlier_hours) + DEVIATIONS * spread
