"""Round trips by sea against published results: `python -m benchmarks.boats --data FOLDER`.

The folder holds instances of an island's evacuation by boats, the results published for them, and
the replayer that judges every plan made here.  Three questions: with the true counts, does our plan
end no later than the published one, and how near is it to our proved bound; with counts that change
on the way, does replanning end no later than the published rolling horizon; how many CPU seconds.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import re
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from benchmarks.figures import Figure, figures_table, table
from benchmarks.machine import Machine
from safepassage.exchange.shuttle_folder import read_shuttle_folder
from safepassage.plan.shuttle.problem import ShuttleProblem, minutes
from safepassage.plan.shuttle.recount import recount
from safepassage.plan.shuttle.rolling import rolled
from safepassage.plan.shuttle.schedule import Trip, document, trips_of
from safepassage.plan.shuttle.setup import estimates_of, set_up
from safepassage.plan.shuttle.solving import solve

ROOT: Final = Path(__file__).resolve().parents[1]
PERFECT, ROLLING = "D-ICEP BENCHMARK", "RH-ICEP"
NOISE: Final = 0.01  # minutes that a published figure may differ by
LEG_COLUMNS: Final = (
    "resource_id",
    "origin",
    "destination",
    "route_start_time",
    "route_end_time",
    "load_start_time",
    "load_end_time",
    "evacuees",
)
Replay = Callable[[Path, Path], tuple[float, list[str]]]


@dataclass(frozen=True)
class Line:
    """One instance; times in minutes."""

    dataset: str
    instance: str
    problem: int  # number of its perfect-information problem: instances share them
    published: float
    ours: float
    bound: float
    cpu_seconds: float
    published_rolling: float
    rolling: float = 0.0
    step_seconds: float = 0.0
    faults: int = 0

    @property
    def gap(self) -> float:
        """Of our plan to our bound, as a share of the plan."""
        return (self.ours - self.bound) / self.ours


def legs_of(made: dict[str, Any]) -> list[Any]:
    """A plan document as the replayer reads plans: one row for each leg."""
    rows: list[Any] = []
    for t in made["trips"]:
        parts = ("leaves_s", "arrives_s", "sails_s", "lands_s", "ends_s")
        leaves, arrives, sails, lands, ends = (t[part] / 60 for part in parts)
        name, dock = t["vehicle"], t["dock"]
        rows.append((name, t["from"], dock, leaves, arrives, arrives, sails, 0))
        rows.append((name, dock, t["to"], sails, lands, lands, ends, t["people"]))
    return rows


def judged(
    instance: Path, problem: ShuttleProblem, trips: Sequence[Trip], replay: Replay
) -> tuple[float, list[str]]:
    """When the replayer says that a plan ends, and every fault that it or our recount finds."""
    made = json.loads(json.dumps(document(problem, trips, None, 0.0)))
    with tempfile.TemporaryDirectory(prefix="boats-") as folder:
        path = Path(folder) / "plan.csv"
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([LEG_COLUMNS, *legs_of(made)])
        end, wrong = replay(instance, path)
    return end, [*wrong, *(f.sentence for f in recount(made).faults)]


class Bench:
    """One run over all instances."""

    def __init__(self, data: Path, replay: Replay, seconds: float) -> None:
        self.data, self.replay, self.seconds = data, replay, seconds
        self.published: dict[tuple[str, str], float] = {}
        with (data / "published_results.csv").open(newline="") as file:
            for row in csv.DictReader(file):
                self.published[row["instance"], row["model"]] = float(row["evac_time_true"])
        self.solved: dict[str, Line] = {}

    def measure(self, instance: Path, with_rolling: bool) -> Line:
        """One instance: the plan with the true counts once for each problem, then replanning."""
        found = re.search(r"update_interval_(\d+)", instance.name)
        if found is None:
            raise SystemExit(f"{instance}: its name does not say how often people are counted")
        values = read_shuttle_folder(instance, Path.read_bytes, float(found[1]))
        problem = set_up(values)
        key = json.dumps({k: v for k, v in values.items() if k not in ("name", "estimates")})
        if key not in self.solved:
            self.solved[key] = self._perfect(instance, problem)
        line = replace(
            self.solved[key],
            instance=instance.name,
            published=self.published[instance.name, PERFECT],
            published_rolling=self.published[instance.name, ROLLING],
        )
        if not with_rolling:
            return line
        every, counts = estimates_of(values, problem)
        done = rolled(problem, every, counts)
        end, wrong = judged(instance, problem, done.trips, self.replay)
        self._tell(instance, wrong)
        took = max(step.cpu_seconds for step in done.steps)
        return replace(line, rolling=end, step_seconds=took, faults=line.faults + len(wrong))

    def _perfect(self, instance: Path, problem: ShuttleProblem) -> Line:
        solved = solve(problem, self.seconds)
        end, wrong = judged(instance, problem, trips_of(solved), self.replay)
        self._tell(instance, wrong)
        number = len(self.solved) + 1
        bound, name = minutes(solved.bound), instance.parent.name
        return Line(name, "", number, 0, end, bound, solved.cpu_seconds, 0, faults=len(wrong))

    @staticmethod
    def _tell(instance: Path, wrong: list[str]) -> None:
        for sentence in wrong:
            print(f"{instance.name}: {sentence}", file=sys.stderr)


def perfect_figures(lines: list[Line]) -> list[Figure]:
    """With the true counts: against what was published, and against our bound."""
    part = "true counts"
    problems = list({line.problem: line for line in lines}.values())
    gaps = [100 * x.gap for x in problems]
    earlier = sum(x.ours < x.published - NOISE for x in problems)
    above = max(x.bound - min(x.ours, x.published) for x in lines)
    later = max(x.ours - x.published for x in lines)
    cpu = max(x.cpu_seconds for x in problems)
    shared = f"{len(lines)} instances hold {len(problems)} distinct problems, each solved once"
    return [
        Figure(part=part, what="distinct problems", value=len(problems), unit="", note=shared),
        Figure(part=part, what="of them earlier than published", value=earlier, unit=""),
        Figure(
            part=part, what="proved: none is earlier", value=sum(g < 1e-4 for g in gaps), unit=""
        ),
        Figure(part=part, what="later than published, worst", value=later, unit="min", goal=NOISE),
        Figure(part=part, what="bound above a plan, worst", value=above, unit="min", goal=1e-4),
        Figure(part=part, what="gap, median", value=statistics.median(gaps), unit="%", goal=2),
        Figure(part=part, what="gap, worst", value=max(gaps), unit="%", goal=5),
        Figure(part=part, what="CPU, worst", value=cpu, unit="s", goal=60),
    ]


def rolling_figures(lines: list[Line]) -> list[Figure]:
    """With the counts of each hour: against the published rolling horizon."""
    found = []
    for name in sorted({x.dataset for x in lines}):
        mine = [x for x in lines if x.dataset == name]
        published = statistics.mean(x.published_rolling for x in mine)
        worst = max(100 * (x.rolling / x.published_rolling - 1) for x in mine)
        part = f"replanning, {name}"
        found += [
            Figure(
                part=part,
                what="end, mean",
                value=statistics.mean(x.rolling for x in mine),
                unit="min",
                goal=round(published, 3),
                peer="published rolling horizon",
                peer_value=published,
            ),
            Figure(part=part, what="later than published, worst", value=worst, unit="%", goal=5),
            Figure(
                part=part,
                what="CPU of a step, worst",
                value=max(x.step_seconds for x in mine),
                unit="s",
                goal=10,
            ),
        ]
    return found


HEADINGS: Final = (
    *("set", "instance", "problem", "published", "ours", "bound", "gap %", "CPU s"),
    *("rolling, published", "ours", "%", "step CPU s", "faults"),
)


def cells(line: Line, with_rolling: bool) -> list[str]:
    """A line of the table."""
    short = re.sub(r".*_ratio", "ratio", line.instance).replace("number_updates", "updates")
    shown = [line.dataset, short, str(line.problem), f"{line.published:.3f}", f"{line.ours:.3f}"]
    shown += [f"{line.bound:.3f}", f"{100 * line.gap:.3f}", f"{line.cpu_seconds:.1f}"]
    if not with_rolling:
        return [*shown, "", "", "", "", str(line.faults)]
    more = 100 * (line.rolling / line.published_rolling - 1)
    shown += [f"{line.published_rolling:.2f}", f"{line.rolling:.2f}", f"{more:+.1f}"]
    return [*shown, f"{line.step_seconds:.1f}", str(line.faults)]


def main(arguments: list[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.boats", description=__doc__)
    shared = Path(os.environ.get("SAFEPASSAGE_REFERENCE", ROOT.parent / "shared"))
    parser.add_argument("--data", type=Path, default=shared / "planning" / "icep", metavar="FOLDER")
    parser.add_argument("--only", metavar="TEXT", default="", help="instances whose name has it")
    parser.add_argument("--seconds", type=float, default=55.0, help="CPU, for each plan and proof")
    parser.add_argument("--without-rolling", action="store_true", help="the true counts only")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the lines there, too")
    asked = parser.parse_args(arguments)
    if not (asked.data / "replay.py").is_file():
        parser.error(f"{asked.data}: no reference data there; name its folder with --data")
    sys.path.insert(0, str(asked.data))
    import replay  # type: ignore[import-not-found]

    bench, with_rolling = Bench(asked.data, replay.replay, asked.seconds), not asked.without_rolling
    folders = sorted(asked.data.glob("instances/*/*"))
    chosen = [f for f in folders if asked.only in f"{f.parent.name}/{f.name}"]
    if not chosen:
        parser.error(f"--only {asked.only}: no instance has that in its name")
    print(Machine.here().describe())
    lines = []
    for instance in chosen:
        lines.append(bench.measure(instance, with_rolling))
        print(".", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    print(table((cells(x, with_rolling) for x in lines), HEADINGS, set(range(2, 13))))
    faults = float(sum(x.faults for x in lines))
    found = [Figure(part="replay", what="faults", value=faults, unit="", goal=0)]
    found += perfect_figures(lines) + (rolling_figures(lines) if with_rolling else [])
    print(figures_table(found))
    if asked.json:
        asked.json.write_text(json.dumps([asdict(x) for x in lines], indent=1) + "\n")
    return 1 if any(f.is_met is False for f in found) else 0


if __name__ == "__main__":
    sys.exit(main())
