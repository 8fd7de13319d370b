"""How fast and how flat the odds of a plan are: queues beside peers, and a whole operation.

`python -m benchmarks.odds` measures the queues of `benchmarks.queues` beside SimPy and Ciw, and
plays a timetable of 18 days for 123,000 people in six classes, with every kind of cause, each
number of replications in a process of its own: CPU seconds, and peak memory.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.apart import peak_mib
from benchmarks.figures import Figure, figures_table
from benchmarks.machine import Machine
from benchmarks.queues import MODELS, measure
from safepassage.exchange.operation_file import read_operation

PEOPLE, DAYS = 123_000, 18
CLASSES = ("citizens", "residents", "employees", "at-risk", "partners", "others")
BASES = {"north": (6_000, 3), "south": (9_000, 4), "east": (4_000, 2), "west": (17_000, 8)}
SEATS, FLEET, ONWARD_SEATS = 300, 60, 396
CPU_SECONDS_MAX = 60.0
GROWTH_MAX_MIB = 40.0  # from the first to the last number of replications
SIZES, SMALL = [100, 1000, 4000], [100, 200]  # replications

OPERATION = """\
operation: {id: large, name: A large airlift}
zones: [UTC]
reporting_window: {start: 00:00, hours: 24, zone: UTC}
places:
  - {id: town, kind: town}
  - {id: gate-1, kind: gate}
  - {id: gate-2, kind: gate}
  - {id: gate-3, kind: gate}
  - {id: field, kind: terminal}
  - {id: north, kind: haven}
  - {id: south, kind: haven}
  - {id: east, kind: haven}
  - {id: west, kind: haven}
  - {id: home, kind: onward}
categories:
CATEGORIES
causes:
  - {id: families, kind: family-sizes, sizes: {1: 25, 2: 14, 3: 11, 4: 14, 5: 12, 7: 15, 9: 9}}
  - {id: no-shows, kind: no-show, chance: {triangular: [0.05, 0.1, 0.25]}}
  - {id: papers, kind: missing-papers, chance: 0.05}
  - {id: late, kind: late-arrival, chance: 0.3, hours: {exponential: 8}}
  - {id: walk-ups, kind: walk-ups, people_an_hour: {lognormal: [30, 0.5]}, category: others}
  - {id: service, kind: service-time, factor: {lognormal: [1, 0.6]}}
  - {id: rates, kind: gate-rate, factor: {lognormal: [1, 0.2]}}
  - {id: screening, kind: screening-delay, hours: {triangular: [1, 3, 12]}}
  - {id: threats, kind: gate-closure, a_day: 0.3, hours: {lognormal: [6, 1]}}
  - {id: halts, kind: airfield-halt, a_day: 0.07, hours: {uniform: [6, 8]}}
  - {id: weather, kind: weather, a_day: 0.1, hours: {exponential: 6}, share: 0.5}
  - {id: diversions, kind: diversion, chance: 0.02}
  - {id: breakdowns, kind: breakdown, chance: 0.05, hours: {lognormal: [18, 0.8]}}
  - {id: ground, kind: ground-delay, chance: 0.25, hours: {exponential: 1.5}}
  - {id: crews, kind: crew-limit, chance: 0.1, hours: {uniform: [4, 12]}}
  - {id: refusals, kind: haven-refusal, a_day: 0.02, hours: {lognormal: [24, 0.6]}}
  - {id: end, kind: moved-deadline, chance: 0.3, hours: {uniform: [-24, 12]}}
  - {id: silence, kind: lost-communication, a_day: 0.1, hours: {exponential: 4}}
"""


def operation_text() -> str:
    """The operation file."""
    categories = "\n".join(
        f"  - {{id: {name}, name: {name}, order: {n + 1}}}" for n, name in enumerate(CLASSES)
    )
    return OPERATION.replace("CATEGORIES", categories)


def document() -> dict[str, Any]:
    """A timetable by the hour; people come evenly for two weeks, each class its share."""
    steps = 24 * DAYS
    coming = np.diff(np.floor(np.arange(24 * 14 + 1) * PEOPLE / len(CLASSES) / (24 * 14)))
    demand = np.zeros((len(CLASSES), steps), int)
    demand[:, : len(coming)] = coming
    per_step = int(np.ceil(PEOPLE / (steps - 24)))
    bases = list(BASES)
    sorties, passages, left = [], [], demand.sum(axis=1).astype(int)
    for t in range(steps - 12):
        seats = per_step
        for c, name in enumerate(CLASSES):
            most = min(per_step // len(CLASSES) + 1, int(demand[c, : t + 1].sum()), int(left[c]))
            if most:
                passages.append({"gate": f"gate-{c % 3 + 1}", "class": name, "step": t + 3})
                passages[-1]["people"] = most
                left[c] -= most
                seats -= most
        base = bases[t % len(bases)]
        way, each = BASES[base][1], SEATS // len(CLASSES)
        sorties.append(
            {"lift": "jet", "base": base, "origin": "field", "launch": t, "departs": t + way + 2}
            | {"aboard": {name: each for name in CLASSES}}
        )
    return {
        "problem": _problem(steps, demand, bases, per_step),
        "basing": {"jet": dict.fromkeys(bases, FLEET // len(bases)), "liner": {"west": 20}},
        "sorties": [s for s in sorties if s["departs"] < steps],
        "onward": [
            {"lift": "liner", "base": "west", "haven": "home", "launch": t, "people": ONWARD_SEATS}
            for t in range(48, steps, 4)
        ],
        "passages": [p for p in passages if p["step"] < steps],
    }


def _problem(steps: int, demand: Any, bases: list[str], per_step: int) -> dict[str, Any]:
    jet = {"id": "jet", "seats": SEATS, "fleet": FLEET, "crews": None, "cycle": 28, "slots": 1.0}
    jet |= {"ground": 2, "turn": 2, "onward_turn": 2, "home": None}
    ways = [BASES[b][1] for b in bases]
    liner = {**jet, "id": "liner", "seats": ONWARD_SEATS, "fleet": 20}
    return {
        "name": "large",
        "starts_at": "2031-05-01T00:00:00+00:00",
        "step_hours": 1.0,
        "steps": steps,
        "wave_steps": 4,
        "classes": list(CLASSES),
        "origins": ["field"],
        "gates": [
            {"id": f"gate-{n}", "origin": "field", "people": [per_step // 2] * steps}
            for n in (1, 2, 3)
        ],
        "bases": [{"id": b, "beds": 10 * BASES[b][0], "clears": 200} for b in bases],
        "havens": [{"id": "home", "a_day": 5_000, "places": 100_000}],
        "demand": demand[:, None].tolist(),
        "slots": [[9.0] * steps],
        "runway": [[8] * steps],
        "airside": [10_000],
        "lifts": [
            {**jet, "to_origin": [ways], "to_haven": [[-1]] * len(bases)},
            {**liner, "to_origin": [[-1] * len(bases)], "to_haven": [[-1]] * 3 + [[10]]},
        ],
    }


def once(replications: int) -> dict[str, float]:
    """Play so many in this process: CPU seconds, peak memory, people out."""
    from safepassage.simulate.engines import run
    from safepassage.simulate.odds import EVERYBODY, odds
    from safepassage.simulate.run import Asked, Folder

    text = operation_text()
    asked = Asked(document(), read_operation(text, "operation.yaml"), text)
    asked = Asked(asked.document, asked.operation, text, replications=replications)
    with tempfile.TemporaryDirectory() as path:
        folder = Folder(Path(path) / "run")
        began = time.process_time()
        run(asked, folder)
        played = time.process_time() - began
        found = odds(folder, asked.script())
    return {
        "cpu_seconds": played,
        "odds_seconds": time.process_time() - began - played,
        "mib": peak_mib(),
        "people_out": found.people_out[EVERYBODY].value,
        "families_out": asked.script().people,
    }


def apart(replications: int) -> dict[str, float]:
    """The same in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.odds", "--once", str(replications)]
    root = Path(__file__).resolve().parent.parent
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def of_operation(found: dict[int, dict[str, float]]) -> list[Figure]:
    """CPU seconds and memory, from numbers of replications and what each took."""
    last, first = max(found), min(found)
    each = found[last]["cpu_seconds"] / last
    return [
        Figure(
            part=f"{PEOPLE:,} people, {DAYS} days, {len(CLASSES)} classes",
            what="CPU of 1,000 replications",
            value=1000 * each,
            unit="s",
            goal=CPU_SECONDS_MAX,
            note=f"from {last:,} played; {found[last]['people_out']:,.0f} people out on average;"
            f" the odds of them take {found[last]['odds_seconds']:.1f} s more",
        ),
        Figure(
            part="memory",
            what=f"more for {last:,} than for {first:,} replications",
            value=found[last]["mib"] - found[first]["mib"],
            unit="MiB",
            goal=GROWTH_MAX_MIB,
            note=", ".join(f"{n:,}: {x['mib']:,.0f} MiB" for n, x in found.items()),
        ),
    ]


def yardstick() -> float:
    """CPU seconds of ten million turns of a loop of Python: how fast the machine is today."""
    began = time.process_time()
    sum(i * i for i in range(10_000_000))
    return time.process_time() - began


def main(arguments: list[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.odds", description=__doc__)
    parser.add_argument("--once", type=int, metavar="N", help="play N here and print JSON")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, metavar="N")
    parser.add_argument("--small", action="store_true", help="a quick look, no measurement")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    asked = parser.parse_args(arguments)
    if asked.once:
        print(json.dumps(once(asked.once)))
        return 0
    print(Machine.here().describe())
    print(f"ten million turns of a loop of Python: {yardstick():.2f} CPU s")
    sizes, (mine, theirs) = (SMALL, (200, 20)) if asked.small else (asked.sizes, (1000, 60))
    figures = [f for model in MODELS for f in measure(model, mine, theirs)]
    figures += of_operation({n: apart(n) for n in sizes})
    print(figures_table(figures))
    if asked.json:
        asked.json.write_text(json.dumps([f.to_json() for f in figures], indent=1) + "\n")
    return 1 if any(f.is_met is False for f in figures) else 0


if __name__ == "__main__":
    sys.exit(main())
