"""Plans side by side: the same figure of each, and how it differs from the first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from safepassage.plan.timeline import fillings, timeline
from safepassage.planner.planner import KeptPlan
from safepassage.web.planning import Names


class FigureRow(NamedTuple):
    """One figure of every plan."""

    key: str  # of its name in the catalogues
    about: str  # the class or the place that it is about; empty: the whole plan
    values: tuple[float | str | None, ...]
    is_better: int  # 1: more is better, -1: less is better, 0: neither

    @property
    def differ(self) -> bool:
        """Whether a plan differs from the first."""
        return any(value != self.values[0] for value in self.values)


def compared(plans: Sequence[KeptPlan]) -> list[FigureRow]:
    """The figures of each plan, in the order in which one asks for them."""
    documents = [p.document for p in plans]
    names = [Names(p.scenario.read) for p in plans]
    rows = [
        FigureRow("planning.people-out", "", tuple(d["people_out"]["total"] for d in documents), 1),
        FigureRow("planning.at-most", "", tuple(d["bound"]["people"] for d in documents), 1),
        FigureRow("planning.gap", "", tuple(d["bound"]["gap_people"] for d in documents), -1),
        FigureRow(
            "planning.left", "", tuple(sum(d["left_behind"].values()) for d in documents), -1
        ),
        FigureRow("planning.binds-most", "", tuple(_binding(d) for d in documents), 0),
    ]
    for name in dict.fromkeys(c for d in documents for c in d["problem"]["classes"]):
        out = tuple(d["people_out"]["by_class"].get(name) for d in documents)
        rows.append(FigureRow("planning.out-of-class", names[0].category(name), out, 1))
    rows.append(FigureRow("planning.sorties", "", tuple(len(d["sorties"]) for d in documents), 0))
    rows.append(FigureRow("planning.onward", "", tuple(len(d["onward"]) for d in documents), 0))
    filled = [{f.base: f for f in fillings(d, timeline(d))} for d in documents]
    for base in dict.fromkeys(b for f in filled for b, x in f.items() if x.peak):
        hours = tuple(f[base].full_hours if base in f else None for f in filled)
        rows.append(FigureRow("planning.full-after", names[0].place(base), hours, 1))
    return rows


def _binding(document: dict[str, object]) -> str:
    prices = document["bound"]["prices"]  # type: ignore[index]
    return str(max(prices, key=lambda x: x["people"])["resource"])
