"""The Kabul airlift day by day: each published day predicted without it, and played.

`python -m benchmarks.kabul_days` fits the causes that sources state to all published days but one,
gives what they say about that day to the engine as the rate of the gates (with its spread), plays
the whole operation, and sets the people out of that day beside what was published.  Causes:

    building up     days before 23 August: gates, havens and crews were still being organised
    halt            the airfield stood still for 6 to 8 hours on 20 August: the haven was full
    narrower rule   from 25 August only holders of certain passports were admitted
    threat          days since 26 August: bombing, the airport sealed, troops leave in the seats
"""

from __future__ import annotations

import argparse
import csv
import math
import sys
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from benchmarks.figures import table
from benchmarks.machine import Machine
from safepassage.exchange.operation_file import read_operation
from safepassage.model.cause import Cause, CauseKind, Distribution, Shape
from safepassage.simulate.calibration import Day, Prediction, fit, held_out
from safepassage.simulate.playing import play
from safepassage.simulate.policy import Policy
from safepassage.simulate.script import Script, read_script

SCENARIO = Path(__file__).resolve().parent.parent / "scenarios" / "kabul-2021"
EDT = ZoneInfo("America/New_York")
STATED = {"published", "bounds-assumed"}  # windows whose people were published, not implied
FULL, NARROWER, THREAT = 23, 26, 27  # of August: the first window of each, by its end
HALT_END = 21  # the window in which the airfield stood still
HALT_HOURS = (6.0, 8.0)  # Department of Defense: six to seven; reporters on the field: at least 8
FLIGHTS_A_DAY, SEATS = 94, 270  # most in one window; enough that gates bind, as sources say
FIRST, LAST = 17, 30  # of August: windows that end on these days


@dataclass(frozen=True)
class Held:
    """One day that the fit did not see."""

    prediction: Prediction
    low: float
    middle: float
    high: float


def published_days() -> list[Day]:
    """The 24-hour windows whose people were published, with what is stated about them."""
    people: dict[int, int] = defaultdict(int)
    with (SCENARIO / "published_flows.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            end = datetime.fromisoformat(row["to_local"]).replace(tzinfo=ZoneInfo(row["to_zone"]))
            day = _window_of(end)
            if row["basis"] in STATED and FIRST <= day <= LAST:
                people[day] += int(row["people"])
    return [_day(d, n) for d, n in sorted(people.items())]


def _window_of(end: datetime) -> int:
    """The day of August on which the window that holds this end closes at 03:00 in Washington."""
    there = end.astimezone(EDT)
    if there.month != 8:
        return 0
    return there.day if there.hour <= 3 else there.day + 1


def _day(day: int, people: int) -> Day:
    end = datetime(2021, 8, day, 3, tzinfo=EDT)
    open_hours = 24 - sum(HALT_HOURS) / 2 if day == HALT_END else 24.0
    about = (1.0, float(min(day - FULL, 0)), float(day >= NARROWER), float(max(day - THREAT, 0)))
    # What the halt took is known: the day is fitted as if it had been open, and played with it.
    return Day(end - timedelta(days=1), end, round(people * 24 / open_hours), about)


def played(prediction: Prediction, every: list[Day], replications: int, seed: str) -> Held:
    """Play the operation with that day at its predicted rate, the days before as they were."""
    script = _script(prediction, every)
    day = prediction.day
    causes = [
        Cause(
            id="rate-of-the-day",
            kind=CauseKind.GATE_RATE,
            factor=prediction.factor,
            starts_at=day.start,
            ends_at=day.end,
        )
    ]
    if day.end.astimezone(EDT).day == HALT_END:
        causes.append(
            Cause(
                id="halt",
                kind=CauseKind.AIRFIELD_HALT,
                hours=Distribution(Shape.UNIFORM, HALT_HOURS),
                starts_at=day.start,
                ends_at=day.end - timedelta(hours=HALT_HOURS[1]),
            )
        )
    families = next(c for c in _operation().causes if c.kind is CauseKind.FAMILY_SIZES)
    found = play(script, [families, *causes], Policy(order="strict"), seed, range(replications))
    out = found.out.sum(axis=1)
    first = round((day.start - script.starts_at) / timedelta(hours=1))
    people = out[:, first + 23] - (out[:, first - 1] if first else 0)
    return Held(prediction, *(float(np.quantile(people, q)) for q in (0.1, 0.5, 0.9)))


def _operation() -> Any:
    return read_operation((SCENARIO / "operation.yaml").read_bytes(), "operation.yaml")


def _script(prediction: Prediction, every: list[Day]) -> Script:
    """A timetable by the hour: flights enough, gates at the rate of each day."""
    starts = datetime(2021, 8, FIRST - 1, 3, tzinfo=EDT)
    steps = 24 * (LAST - FIRST + 1)
    rate = np.zeros(steps, np.int64)
    known = {d.start: float(d.people) for d in every} | {prediction.day.start: prediction.middle}
    for n in range(steps // 24):
        at = starts + timedelta(days=n)
        people = known.get(at) or _between(known, at)
        hours = np.arange(25) * people / 24
        rate[24 * n : 24 * n + 24] = np.diff(np.floor(hours))
    return read_script(_document(starts, rate), _operation())


def _between(known: dict[datetime, float], at: datetime) -> float:
    """A day that nobody published: between its neighbours, in the logarithm."""
    before = max((d for d in known if d < at), default=min(known))
    after = min((d for d in known if d > at), default=max(known))
    return math.sqrt(known[before] * known[after])


def _document(starts: datetime, rate: Any) -> dict[str, Any]:
    steps = len(rate)
    launches = np.diff(np.floor(np.arange(steps + 1) * FLIGHTS_A_DAY / 24)).astype(int)
    lift = {
        "id": "lift",
        "seats": SEATS,
        "fleet": 1000,
        "crews": None,
        "cycle": 1,
        "slots": 1.0,
        "ground": 1,
        "turn": 1,
        "onward_turn": 1,
        "to_origin": [[1]],
        "to_haven": [[-1]],
        "home": None,
    }
    sorties = [
        {"lift": "lift", "base": "islamabad", "origin": "hkia", "launch": t}
        | {"departs": t + 2, "aboard": {"evacuee": SEATS}}
        for t in range(steps - 2)
        for _ in range(launches[t])
    ]
    problem = {
        "name": "kabul-2021",
        "starts_at": starts.isoformat(),
        "step_hours": 1.0,
        "steps": steps,
        "wave_steps": 4,
        "classes": ["evacuee"],
        "origins": ["hkia"],
        "gates": [{"id": "abbey-gate", "origin": "hkia", "people": rate.tolist()}],
        "bases": [{"id": "islamabad", "beds": 1_000_000, "clears": 0}],
        "havens": [{"id": "dulles", "a_day": 0, "places": 0}],
        "demand": [[[400_000] + [0] * (steps - 1)]],
        "slots": [[30.0] * steps],
        "runway": [[60] * steps],
        "airside": [10_000],
        "lifts": [lift],
    }
    return {
        "problem": problem,
        "basing": {"lift": {"islamabad": 1000}},
        "sorties": sorties,
        "onward": [],
        "passages": [],
    }


def rows(held: list[Held]) -> list[list[str]]:
    """The table of days."""
    found = []
    for h in held:
        day = h.prediction.day
        there = day.end.astimezone(EDT)
        real = _real(day)
        inside = h.low <= real <= h.high
        found.append(
            [
                f"{there:%d} August",
                f"{real:,.0f}",
                f"{h.middle:,.0f}",
                f"{h.low:,.0f} to {h.high:,.0f}",
                f"{100 * (real / h.middle - 1):+.0f} %",
                "yes" if inside else "NO",
            ]
        )
    return found


def _real(day: Day) -> float:
    """What was published of a day."""
    is_halted = day.end.astimezone(EDT).day == HALT_END
    return round(day.people * (24 - sum(HALT_HOURS) / 2) / 24) if is_halted else day.people


def main(arguments: list[str] | None = None) -> int:
    """Fit, hold out, play and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kabul_days", description=__doc__)
    parser.add_argument("--replications", type=int, default=200, metavar="N")
    parser.add_argument("--seed", default="kabul")
    asked = parser.parse_args(arguments)
    print(Machine.here().describe())
    days = published_days()
    found = fit(days)
    names = ("people of a full day", "a day of building up", "narrower rule", "a day of threat")
    for name, a in zip(names, found.coefficients, strict=True):
        print(f"  {name}: x {math.exp(a):,.2f}")
    print(f"  not explained, day by day: x {math.exp(found.spread):.2f} or its inverse")
    held = [played(p, days, asked.replications, asked.seed) for p in held_out(days)]
    headings = ("until", "published", "predicted", "P10 to P90", "off by", "inside")
    print(table(rows(held), headings, {1, 2, 3, 4}))
    inside = sum(row[-1] == "yes" for row in rows(held))
    print(f"{inside} of {len(held)} days inside a band that should hold 8 of 10")
    return 0


if __name__ == "__main__":
    sys.exit(main())
