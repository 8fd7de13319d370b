"""How good plans and bounds are, and how fast, each beside its peers in the same run.

`python -m benchmarks.plans` prints the table of docs/guide/planning.md; CPU seconds of one thread.
Peers: the integer solver on the plain hourly rules with a limit, a dispatcher that serves classes
in order without any target, the norms alone, and the reference prototype where its folder is.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from dataclasses import dataclass

import numpy as np

from benchmarks.plan_reference import reference_folder, reference_problem
from safepassage.plan.check import check
from safepassage.plan.dispatch import Dispatcher, Manner, Target
from safepassage.plan.eager import evenly
from safepassage.plan.errors import EngineError
from safepassage.plan.formulation import formulate
from safepassage.plan.linear import solve
from safepassage.plan.norms_of import least, norms_of
from safepassage.plan.people import with_people
from safepassage.plan.problem import Problem
from safepassage.plan.solving import plan
from safepassage.plan.whatif import people_at_most, what_if


@dataclass(frozen=True)
class Case:
    """One line of the table."""

    name: str
    case: str
    origins: int
    step_hours: float
    seconds: float
    bucket: str  # of the prototype


CASES = (
    Case("gates bind, 1 origin, 1 h", "base", 1, 1.0, 7, "6"),
    Case("crews bind, 1 origin, 1 h", "tight-3", 1, 1.0, 60, "7"),
    Case("gates bind, 3 origins, 30 min", "base", 3, 0.5, 20, "6"),
    Case("crews bind, 3 origins, 1 h", "tight-3", 3, 1.0, 90, "7"),
)


WORDS = ("gates +10%", "slots +1", "beds +25%", "havens +10%", "days +1", "rebasing allowed")


def ours(case: Case) -> dict[str, object]:
    """Our plan, bound and recount."""
    problem = reference_problem(case.case, case.origins, case.step_hours)
    made = plan(problem, case.seconds)
    found = check(json.loads(json.dumps(made.to_json())))
    return {
        "who": "safepassage",
        "people": made.draft.people,
        "at most": made.people.total,
        "gap people %": round(100 * made.gap_people / made.people.total, 3),
        "gap objective %": round(100 * made.gap_objective, 3),
        "faults": len(found.faults),
        "cpu s": round(made.cpu_seconds, 1),
    }


def norms_alone(problem: Problem) -> dict[str, object]:
    """What the closed-form norms know."""
    name, people = least(norms_of(problem))
    return {"who": f"norms ({name})", "at most": round(people)}


def greedy(problem: Problem) -> dict[str, object]:
    """A dispatcher without a target: whoever is in sight flies, in class order."""
    began = time.process_time()
    home, t = evenly(problem), problem.steps
    b, o, h, w = len(problem.bases), len(problem.origins), len(problem.havens), len(problem.waves)
    target = Target(
        home,
        [np.zeros((b, o, t)) for _ in problem.lifts],
        [np.ones((b, h, w)) for _ in problem.lifts],
        np.zeros((b, t)),
    )
    dispatcher = Dispatcher(problem, home, Manner())
    dispatcher.run(0, t, target)
    sorties = [f.sortie for f in dispatcher.flown]
    people = with_people(formulate(problem), home, sorties).people
    return {"who": "greedy", "people": people, "cpu s": round(time.process_time() - began, 1)}


def plain_integer(problem: Problem, seconds: float) -> dict[str, object]:
    """The integer solver on the hourly rules as they stand."""
    began = time.process_time()
    hourly = formulate(problem)
    blocks = [b.ravel() for n, b in hourly.column.items() if n.startswith(("fly ", "onward "))]
    people: object = "none found"
    try:
        found = solve(hourly.programme, method="mip", whole=np.concatenate(blocks), seconds=seconds)
        if np.isfinite(found.value):
            people = round(float(found.columns[hourly.column["board"]].sum()))
    except EngineError:
        pass
    return {
        "who": f"plain integer programme, {seconds:g} s",
        "people": people,
        "cpu s": round(time.process_time() - began, 1),
    }


def prototype(case: Case) -> dict[str, object]:
    """What the reference prototype prints."""
    command = [sys.executable, "-m", "planref", "--case", case.case, "--bucket", case.bucket]
    command += ["--origins", str(case.origins), "--step", str(case.step_hours)]
    command += ["--class-at", "departure", "--empty-terminal"]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=reference_folder(), check=True
    )
    lines = done.stdout.splitlines()
    return {
        "who": "prototype",
        "said": [x for x in lines if x.startswith(("people", "gap", "cpu"))],
    }


def what_ifs() -> list[dict[str, object]]:
    """One what-if after the other, each a new proof."""
    rows: list[dict[str, object]] = []
    for case in ("base", "tight-3"):
        problem = reference_problem(case, 1, 1.0)
        before = people_at_most(problem)
        for words in WORDS:
            began = time.process_time()
            found = what_if(problem, words, before)
            spent = round(time.process_time() - began, 1)
            rows.append({"case": case, "what if": words, "gain": found.gain, "cpu s": spent})
    return rows


def main() -> int:
    """Measure and print."""
    said = argparse.ArgumentParser(prog="python -m benchmarks.plans", description=__doc__)
    said.add_argument("--case", type=int, help="only this line of the table, from 1")
    said.add_argument("--peers", action="store_true", help="run the peers too")
    said.add_argument("--what-ifs", action="store_true")
    said.add_argument("--integer-seconds", type=float, default=60)
    args = said.parse_args()
    if reference_folder() is None:
        print("no reference folder: set SAFEPASSAGE_REFERENCE to the one that holds planning/")
        return 2
    for number, case in enumerate(CASES, 1):
        if args.case not in (None, number):
            continue
        print(f"{number}. {case.name}; limit {case.seconds:g} cpu s")
        print("  ", ours(case), flush=True)
        if args.peers:
            problem = reference_problem(case.case, case.origins, case.step_hours)
            print("  ", norms_alone(problem))
            print("  ", greedy(problem), flush=True)
            print("  ", prototype(case), flush=True)
            print("  ", plain_integer(problem, args.integer_seconds), flush=True)
    for row in what_ifs() if args.what_ifs else []:
        print("  ", row)
    return 0


if __name__ == "__main__":
    sys.exit(main())
