"""How good plans and bounds are, and how fast: every figure of docs/guide/planning.md.

`python -m benchmarks.plans` measures the four reference cases beside their peers, what-ifs,
re-plans, growth with people and days, and the boats; CPU seconds of one thread.  Its last line says
which goals were missed.  `--small` runs the same on a few days and people: a look at whether all of
it works, no measurement.  The reference folder has to be beside the checkout.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.boats import Line, perfect_figures, rolling_figures
from benchmarks.figures import Figure, figures_table
from benchmarks.machine import Machine
from benchmarks.plan_growth import DAYS, PEOPLE, Size
from benchmarks.plan_growth import measured as grown
from benchmarks.plan_peers import Peer, greedy, norms_alone, plain_integer, prototype
from benchmarks.plan_reference import reference_folder, reference_problem
from benchmarks.replans import replanned
from safepassage.plan.check import check
from safepassage.plan.problem import Problem
from safepassage.plan.rolling import KEEP
from safepassage.plan.solving import Plan, plan
from safepassage.plan.whatif import changed, people_at_most, what_if

ROOT: Final = Path(__file__).resolve().parents[1]
WORDS: Final = (
    *("gates +10%", "slots +1", "beds +25%", "havens +10%", "days +1", "rebasing allowed"),
)
WHAT_IF_SECONDS, REPLAN_SECONDS = 2.5, 8.0
SMALL: Final = {"total": 20_000, "days": 3}
SMALL_SECONDS: Final = 6.0


@dataclass(frozen=True)
class Case:
    """One line of the table, its goals, and what the prototype's own papers say of it."""

    name: str
    case: str
    origins: int
    step_hours: float
    seconds: float
    gap_people: float  # per cent, at most
    gap_objective: float
    bucket: int  # hours, of the prototype
    published: str

    def problem(self, seed: int, small: bool) -> Problem:
        """The instance."""
        size: dict[str, Any] = SMALL if small else {}
        return reference_problem(self.case, self.origins, self.step_hours, seed=seed, **size)


CASES = (
    Case("gates bind, 1 origin, 1 h", "base", 1, 1.0, 7, 0.1, 0.15, 6, "0.12 %, 0.16 %, 7.3 s"),
    Case("crews bind, 1 origin, 1 h", "tight-3", 1, 1.0, 60, 1.0, 1.0, 7, "9.6 %, 2.6 %, 13 s"),
    Case("gates bind, 3 origins, 30 min", "base", 3, 0.5, 20, 0.15, 0.15, 6, "0.16 %, 43 s"),
    Case("crews bind, 3 origins, 1 h", "tight-3", 3, 1.0, 90, 1.5, 1.5, 7, "2.9 %, 27 s"),
)
Solved = dict[str, tuple[Problem, Plan]]  # by case of the generator, one origin


class Bench:
    """One run; what was measured is printed at once and kept for the table at the end."""

    def __init__(self, asked: argparse.Namespace) -> None:
        self.asked = asked
        self.small: bool = asked.small
        self.figures: list[Figure] = []
        self.solved: Solved = {}

    def add(self, part: str, what: str, value: float, unit: str, **more: Any) -> None:
        """Keep a figure and show it."""
        made = Figure(part=part, what=what, value=value, unit=unit, **more)
        self.figures.append(made)
        missed = "  MISSED" if made.is_met is False else ""
        print(f"  {what}: {value:,.6g} {unit} {made.said_goal}{missed}", flush=True)

    def cases(self) -> None:
        """Plan, bound and recount of each case, beside its peers."""
        for number, case in enumerate(CASES, 1):
            if self.asked.case not in (None, number):
                continue
            for seed in self.asked.seeds:
                self._case(number, case, seed)

    def _case(self, number: int, case: Case, seed: int) -> None:
        part = f"{number}. {case.name}" + (f", seed {seed}" if seed != 1 else "")
        print(f"{part}; limit {case.seconds:g} CPU s", flush=True)
        problem = case.problem(seed, self.small)
        made = plan(problem, self._limit(case))
        if seed == self.asked.seeds[0] and case.origins == 1:
            self.solved[case.case] = problem, made
        faults = check(json.loads(json.dumps(made.to_json()))).faults
        most, people = made.people.total, made.draft.people
        print(f"  safepassage: {people:,} out, at most {most:,}, {made.cpu_seconds:.1f} CPU s")
        peers = [] if self.asked.without_peers else self._peers(case, problem)
        proto = next((p for p in peers if p.name == "reference prototype"), None)
        shown: dict[str, Any] = {"note": f"prototype's papers: {case.published}"}
        if proto is not None and proto.people and proto.at_most:
            gap = 100 * (proto.at_most - proto.people) / proto.at_most
            shown |= {"peer": "prototype, this run", "peer_value": gap}
        gap = 100 * made.gap_people / max(1, most)
        self.add(part, "gap in people", gap, "%", goal=case.gap_people, **shown)
        self.add(
            part, "gap of the objective", 100 * made.gap_objective, "%", goal=case.gap_objective
        )
        peer = {} if proto is None else {"peer": proto.name, "peer_value": proto.cpu_seconds}
        self.add(part, "bound, plan and people", made.cpu_seconds, "s", goal=case.seconds, **peer)
        self.add(part, "faults that the recount finds", len(faults), "", goal=0)

    def _peers(self, case: Case, problem: Problem) -> list[Peer]:
        """Peers, each shown as soon as it is done; in a quick look those that are quick."""

        def each() -> Iterator[Peer]:
            yield norms_alone(problem)
            yield greedy(problem)
            if not self.small:
                yield prototype(case.case, case.origins, case.step_hours, case.bucket)
                yield plain_integer(problem, self.asked.integer_seconds)

        found = []
        for peer in each():
            print(f"  {peer.said}", flush=True)
            found.append(peer)
        return found

    def what_ifs(self) -> None:
        """Each change proved anew, and once more from the changed question as from scratch."""
        for case in ("base", "tight-3"):
            problem = self._solved(case)[0]
            before, part = people_at_most(problem), f"what if, {case}"
            print(part, flush=True)
            worst, apart = 0.0, 0
            for words in WORDS[:2] if self.small else WORDS:
                began = time.process_time()
                found = what_if(problem, words, before)
                spent = time.process_time() - began
                apart = max(apart, abs(found.after - people_at_most(changed(problem, words))))
                print(f"  {words}: {found.gain:+,} people, {spent:.1f} CPU s", flush=True)
                worst = max(worst, spent)
            self.add(part, "one what-if, worst", worst, "s", goal=WHAT_IF_SECONDS)
            self.add(part, "apart from solving the change alone", apart, "people", goal=0)

    def replans(self) -> None:
        """Planning on from the middle, with nothing changed and after a closure."""
        for case in ("base", "tight-3"):
            problem, made = self._solved(case)
            part = f"re-plan, {case}"
            print(part, flush=True)
            for found in replanned(problem, made.draft, (KEEP,)):
                told = f"{found.told_otherwise:,} told otherwise"
                out = f"{found.people:,} out, at most {found.at_most:,}; {told}"
                spent = found.cpu_seconds
                self.add(part, found.change, spent, "s", goal=REPLAN_SECONDS, note=out)

    def growth(self) -> None:
        """The case where gates bind, from a thousand people to ten million, 3 to 90 days."""
        print("growth", flush=True)
        sizes: dict[tuple[int, int], Size] = {}
        few = [(1_000, 3), (10_000, 3)]
        for people, days in few if self.small else dict.fromkeys([*PEOPLE, *DAYS]):
            size = sizes[people, days] = grown(people, days)
            what = f"{people:,} people, {days} days"
            out = f"{size.out:,} out, at most {size.at_most:,}, {size.faults} faults"
            self.add("growth", what, size.cpu_seconds, "s", note=out)
        if not self.small:
            times = sizes[10_000_000, 18].cpu_seconds / sizes[100_000, 18].cpu_seconds
            self.add("growth", "seconds of 10 million people over 100,000", times, "x", goal=1.5)

    def boats(self) -> None:
        """The published evacuations by boat, by their own programme."""
        print("boats", flush=True)
        with tempfile.TemporaryDirectory(prefix="plans-") as folder:
            path = Path(folder) / "boats.json"
            command = [sys.executable, "-m", "benchmarks.boats", "--json", str(path)]
            if self.small:
                command += ["--without-rolling", "--seconds", "5", "--only", self.asked.boat]
            done = subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.DEVNULL)
            if not path.exists():
                raise SystemExit(f"benchmarks.boats ended with {done.returncode} and no figures")
            lines = [Line(**row) for row in json.loads(path.read_text())]
        found = perfect_figures(lines) + ([] if self.small else rolling_figures(lines))
        for f in found:
            print(f"  {f.part}, {f.what}: {f.value:,.4g} {f.unit} {f.said_goal}", flush=True)
        self.figures += found

    def _limit(self, case: Case) -> float:
        return min(case.seconds, SMALL_SECONDS) if self.small else case.seconds

    def _solved(self, case: str) -> tuple[Problem, Plan]:
        if case not in self.solved:
            chosen = next(c for c in CASES if c.case == case and c.origins == 1)
            problem = chosen.problem(self.asked.seeds[0], self.small)
            self.solved[case] = problem, plan(problem, self._limit(chosen))
        return self.solved[case]


PARTS: Final = ("cases", "what_ifs", "replans", "growth", "boats")


def missed(figures: list[Figure]) -> str:
    """Which goals were not reached, as the last line."""
    found = [f"{f.part}: {f.what}" for f in figures if f.is_met is False]
    goals = sum(f.is_met is not None for f in figures)
    if not found:
        return f"All {goals} goals are met."
    return f"{len(found)} of {goals} goals are missed: {'; '.join(found)}."


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; 1 if a goal was missed."""
    said = argparse.ArgumentParser(prog="python -m benchmarks.plans", description=__doc__)
    said.add_argument("--part", choices=PARTS, action="append", help="only this; may be repeated")
    said.add_argument("--case", type=int, help="only this line of the table, from 1")
    said.add_argument("--seeds", type=int, nargs="+", default=[1], help="of the generator")
    said.add_argument("--without-peers", action="store_true")
    said.add_argument("--integer-seconds", type=float, default=60)
    said.add_argument("--small", action="store_true", help="a quick look, no measurement")
    said.add_argument("--boat", default="", metavar="TEXT", help="with --small: instances like it")
    said.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    asked = said.parse_args(arguments)
    if reference_folder() is None:
        print("no reference folder: set SAFEPASSAGE_REFERENCE to the one that holds planning/")
        return 2
    print(Machine.here().describe())
    bench = Bench(asked)
    for part in asked.part or PARTS:
        getattr(bench, part)()
    print(figures_table(bench.figures))
    if asked.json:
        figures = [f.to_json() for f in bench.figures]
        asked.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    print(missed(bench.figures))
    return 1 if any(f.is_met is False for f in bench.figures) else 0


if __name__ == "__main__":
    sys.exit(main())
