"""What the page of a plan shows, as one value; the templates only lay it out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from safepassage.plan.timeline import Left, Timeline, fillings, left_behind, timeline
from safepassage.planner.job import Job
from safepassage.planner.planner import KeptPlan
from safepassage.planner.posting import families_of
from safepassage.web.plan_pictures import (
    BedsCurve,
    DaysCurve,
    Part,
    PeopleCurve,
    beds_curves,
    days_curve,
    parts_of_bound,
    people_curve,
)
from safepassage.web.plan_replanned import Replanned
from safepassage.web.plan_schedule import Schedule, schedule
from safepassage.web.planning import Names

CHANGES = ("gates +10%", "slots +1", "runway +25%", "crews +25%", "beds +25%", "havens +10%")
DAYS = ("days -2", "days -1", "days +1", "days +2", "days +3")
_DAYS = re.compile(r"days ([+-]?\d+(?:\.\d+)?)")


class ClassRow(NamedTuple):
    """People of one class."""

    category: str
    came: int
    out: int
    at_most: int
    left: int


class Bought(NamedTuple):
    """What a change buys: two bounds proved alike, and their difference."""

    change: str
    before: int
    after: int

    @property
    def gain(self) -> int:
        """More people, or fewer."""
        return self.after - self.before


@dataclass(frozen=True, kw_only=True)
class FamilySeats:
    """The registered families of a plan."""

    rows: int
    waiting: tuple[dict[str, Any], ...]  # those without a seat, the most urgent first
    rules: str = ""

    @property
    def seated(self) -> int:
        """How many have a seat."""
        return self.rows - len(self.waiting)

    @property
    def waiting_people(self) -> int:
        """How many people have none."""
        return sum(row["size"] for row in self.waiting)

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> FamilySeats:
        """Those of a plan; of one that is made of numbers alone, none."""
        rows = families_of(document)
        waiting = tuple(row for row in rows if "sortie" not in row)
        return cls(
            rows=len(rows),
            waiting=waiting,
            rules=document.get("families", {}).get("rules", ""),
        )


@dataclass(frozen=True, kw_only=True)
class PlanPage:
    """A plan, counted and drawn."""

    plan: KeptPlan
    names: Names
    t: Timeline
    people: int
    came: int
    at_most: int
    classes: tuple[ClassRow, ...]
    parts: tuple[Part, ...]
    curve: PeopleCurve
    beds: tuple[BedsCurve, ...]
    left: tuple[Left, ...]
    schedule: Schedule
    bought: tuple[Bought, ...]
    families: FamilySeats
    days: DaysCurve | None
    replanned: Replanned | None
    document: Mapping[str, Any]

    @property
    def binding(self) -> Part | None:
        """What carries most of the bound; None if everybody gets out."""
        return self.parts[0] if self.parts and self.people < self.came else None


def plan_page(plan: KeptPlan, asked: Iterable[Job], day: int) -> PlanPage:
    """Count and draw a plan, with what was found out about it since."""
    document, names = plan.document, Names(plan.scenario.read)
    t = timeline(document)
    bought = bought_by(asked)
    before = next((b.before for b in bought), None)
    by_day = {float(m[1]): b.after for b in bought if (m := _DAYS.fullmatch(b.change))}
    if by_day and before is not None:
        by_day[0.0] = before
    return PlanPage(
        plan=plan,
        names=names,
        t=t,
        people=document["people_out"]["total"],
        came=int(t.came.sum()),
        at_most=document["bound"]["people"],
        classes=class_rows(document, t),
        parts=tuple(parts_of_bound(document)),
        curve=people_curve(t),
        beds=tuple(beds_curves(t, fillings(document, t))),
        left=tuple(left_behind(document, t)),
        schedule=schedule(document, t, day),
        bought=tuple(b for b in bought if not _DAYS.fullmatch(b.change)),
        days=days_curve(by_day),
        families=FamilySeats.of(document),
        replanned=Replanned.of(document, names),
        document=document,
    )


def class_rows(document: Mapping[str, Any], t: Timeline) -> tuple[ClassRow, ...]:
    """Each class: who came, who is out, who could be at most, who is left."""
    return tuple(
        ClassRow(
            name,
            int(t.came[c].sum()),
            document["people_out"]["by_class"][name],
            document["bound"]["by_class"][name],
            document["left_behind"][name],
        )
        for c, name in enumerate(t.classes)
    )


def bought_by(jobs: Iterable[Job]) -> list[Bought]:
    """What is known of each change, the most first; asked again, the newer answer counts."""
    found = {row[0]: Bought(*row) for job in jobs for row in job.found.rows}
    return sorted(found.values(), key=lambda b: -b.gain)


def resource_key(resource: str) -> str:
    """The key of a resource's name in the catalogues."""
    return "resource." + resource.replace(" ", "-")
