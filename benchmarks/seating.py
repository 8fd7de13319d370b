"""Whole families on the seats of the reference case: CPU seconds, seats lost, faults.

python -m benchmarks.seating [--seconds 8]
"""

from __future__ import annotations

import argparse
import random
import time
from datetime import UTC, datetime

from benchmarks.plan_reference import reference_problem
from safepassage.model.ids import CategoryId, GroupId, PlaceId
from safepassage.plan.check import check
from safepassage.plan.problem import Problem
from safepassage.plan.solving import plan
from safepassage.planner.callforward import ASSUMED_SIZES
from safepassage.planner.roll import Going, Roll
from safepassage.planner.seating import seat


def everybody(problem: Problem, seed: int) -> Roll:
    """The whole demand as families of the assumed sizes, drawn at random."""
    draw = random.Random(seed)
    going: list[Going] = []
    for c, category in enumerate(problem.classes):
        for o, origin in enumerate(problem.origins):
            left = int(problem.demand[c, o].sum())
            while left:
                size = min(left, draw.choices(*zip(*ASSUMED_SIZES.items(), strict=True))[0])
                left -= size
                going.append(
                    Going(
                        group=GroupId(f"p-{len(going)}"),
                        size=size,
                        category=CategoryId(category),
                        origin=PlaceId(origin),
                    )
                )
    return Roll(as_of=datetime(2031, 1, 1, tzinfo=UTC), rules="drawn", families=tuple(going))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=8.0, help="CPU seconds for the plan")
    asked = parser.parse_args()
    problem = reference_problem("base", 1, 1.0)
    document = plan(problem, asked.seconds).to_json()
    for name, roll in (("assumed sizes", None), ("a roll", everybody(problem, 1))):
        began = time.process_time()
        found = seat(document, roll)
        spent = time.process_time() - began
        print(
            f"{name}: {found.families:,} families of {found.heads:,} people seated, {found.lost:,}"
            f" of {document['people_out']['total']:,} seats lost to wholeness,"
            f" {len(found.waiting):,} families of the roll wait, {spent:.1f} CPU s,"
            f" {len(check(found.document).faults)} faults"
        )


if __name__ == "__main__":
    main()
