"""Odds side by side: each figure of every one, and people out future by future."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from safepassage.planner.odds import KeptOdds
from safepassage.simulate.chances import Estimate
from safepassage.simulate.odds import EVERYBODY, difference
from safepassage.web.odds_page import FigureRow, fans_of, figures_of
from safepassage.web.odds_pictures import Fan
from safepassage.web.planning import Names


class PeopleRow(NamedTuple):
    """People out of a class: each one's mean, and what it has more than the first."""

    category: str
    means: tuple[Estimate, ...]
    more: tuple[Estimate | None, ...]  # None: the first, or of the first's own
    sure: tuple[Estimate, ...]


@dataclass(frozen=True, kw_only=True)
class Compared:
    """The odds side by side."""

    names: Names
    people: tuple[PeopleRow, ...]
    chances: tuple[tuple[str, str, tuple[Estimate | None, ...]], ...]  # class, people, chance
    figures: tuple[tuple[FigureRow, tuple[Estimate, ...]], ...]
    full: tuple[tuple[str, tuple[Estimate, ...]], ...]
    differs: tuple[tuple[str, tuple[str, ...]], ...]  # what was asked, where it differs
    fans: tuple[Fan, ...]

    def to_json(self) -> dict[str, Any]:
        """The people out of each class, as plain values."""
        return {
            "people": [
                {
                    "class": row.category,
                    "means": [x.to_json() for x in row.means],
                    "more": [None if x is None else x.to_json() for x in row.more],
                }
                for row in self.people
            ]
        }


def compared(kept: Sequence[KeptOdds]) -> Compared:
    """Set odds side by side.

    Raises:
        SimulationError: they are of other classes.
    """
    first = kept[0].odds
    more = [{name: difference(first, k.odds, name) for name in first.people_out} for k in kept[1:]]
    people = tuple(
        PeopleRow(
            name,
            tuple(k.odds.people_out[name] for k in kept),
            (None, *(m[name] for m in more)),
            tuple(k.odds.sure[name] for k in kept),
        )
        for name in (EVERYBODY, *(n for n in first.people_out if n != EVERYBODY))
    )
    known = [n for n in first.figures if all(n in k.odds.figures for k in kept)]
    ordered = [r for _, rows in figures_of({n: first.figures[n] for n in known}) for r in rows]
    end = max(int(b.high.value) for k in kept for b in k.odds.bands)
    end = max(end, *(b.planned for k in kept for b in k.odds.bands))
    return Compared(
        names=Names(kept[0].asked.operation),
        people=people,
        chances=_chances(kept),
        figures=tuple((r, tuple(k.odds.figures[r.name] for k in kept)) for r in ordered),
        full=tuple(
            (base, tuple(k.odds.full_hours[base] for k in kept))
            for base in first.full_hours
            if all(base in k.odds.full_hours for k in kept)
        ),
        differs=_differs(kept),
        fans=tuple(fans_of(k, end)[EVERYBODY] for k in kept),
    )


def _chances(kept: Sequence[KeptOdds]) -> tuple[tuple[str, str, tuple[Estimate | None, ...]], ...]:
    """The chance of each target that one of them knows; of the same one in all of them."""
    names = dict.fromkeys(n for k in kept for n in k.odds.chances)
    found = []
    for name in names:
        category, _, people = name.rpartition(": ")
        found.append((category, people, tuple(k.odds.chances.get(name) for k in kept)))
    order = {EVERYBODY: 0}
    return tuple(sorted(found, key=lambda row: order.get(row[0], 1)))


def _differs(kept: Sequence[KeptOdds]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What was asked of each, as far as they differ: keys of the catalogues, and the choices."""
    asked = [k.asked for k in kept]
    rows = [
        ("odds.plan", tuple(k.name for k in kept)),
        ("odds.rule.order", tuple(a.policy.order for a in asked)),
        ("odds.over-call", tuple(f"{100 * a.policy.over_call:g} %" for a in asked)),
        ("odds.rule.at_closure", tuple(a.policy.at_closure for a in asked)),
        ("odds.rule.at_full", tuple(a.policy.at_full for a in asked)),
        ("odds.switched-off", tuple(", ".join(a.without) or "–" for a in asked)),
        ("odds.replications", tuple(f"{k.odds.replications:,}" for k in kept)),
    ]
    return tuple(row for row in rows if len(set(row[1])) > 1)
