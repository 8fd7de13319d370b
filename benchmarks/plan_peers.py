"""What a plan is measured beside: norms, a dispatcher, an integer solver, the reference prototype.

Each is given the same instance in the same run.  None of them proves anything about its plan; the
norms prove something without having one.
"""

from __future__ import annotations

import math
import multiprocessing
import re
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection

import numpy as np

from benchmarks.plan_reference import reference_folder
from safepassage.plan.dispatch import Dispatcher, Manner, Target
from safepassage.plan.eager import evenly
from safepassage.plan.errors import EngineError
from safepassage.plan.formulation import formulate
from safepassage.plan.linear import solve
from safepassage.plan.norms_of import least, norms_of
from safepassage.plan.people import with_people
from safepassage.plan.problem import Problem


@dataclass(frozen=True, slots=True)
class Peer:
    """What a peer found; None where it found nothing or looks for nothing."""

    name: str
    people: int | None
    at_most: int | None
    cpu_seconds: float

    @property
    def said(self) -> str:
        """The same in words."""
        out = "no plan" if self.people is None else f"{self.people:,} out"
        most = "" if self.at_most is None else f", at most {self.at_most:,}"
        return f"{self.name}: {out}{most}, {self.cpu_seconds:.1f} CPU s"


def norms_alone(problem: Problem) -> Peer:
    """What the closed-form norms know."""
    began = time.process_time()
    name, people = least(norms_of(problem))
    return Peer(f"norms alone ({name})", None, round(people), time.process_time() - began)


def greedy(problem: Problem) -> Peer:
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
    return Peer("greedy dispatcher", people, None, time.process_time() - began)


def plain_integer(problem: Problem, seconds: float) -> Peer:
    """The integer solver on the hourly rules as they stand, ended by the system if need be.

    HiGHS looks at its clock between the steps of the root relaxation, which may be far apart: it
    was seen to go on for a quarter of an hour after its minute.
    """
    name = f"HiGHS, plain hourly programme, {seconds:g} s"
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)
    child = context.Process(target=_integer, args=(problem, seconds, there))
    began = resource.getrusage(resource.RUSAGE_CHILDREN)
    child.start()
    there.close()
    try:
        people = here.recv()
    except EOFError:
        people = None  # ended while it had nothing to show
    child.join()
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = ended.ru_utime - began.ru_utime + ended.ru_stime - began.ru_stime
    return Peer(name, people, None, spent)


def _integer(problem: Problem, seconds: float, there: Connection) -> None:
    """Solve, and send the people of the best plan, or None."""
    most = math.ceil(time.process_time() + 1.5 * seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (most, most))
    hourly = formulate(problem)
    blocks = [b.ravel() for n, b in hourly.column.items() if n.startswith(("fly ", "onward "))]
    people = None
    try:
        found = solve(hourly.programme, method="mip", whole=np.concatenate(blocks), seconds=seconds)
        if np.isfinite(found.value):
            people = round(float(found.columns[hourly.column["board"]].sum()))
    except EngineError:
        pass  # it had no point to show when its time was up
    there.send(people)


def prototype(case: str, origins: int, step_hours: float, bucket: int) -> Peer:
    """What the reference prototype prints, run as its README says."""
    command = [sys.executable, "-m", "planref", "--case", case, "--bucket", str(bucket)]
    command += ["--origins", str(origins), "--step", str(step_hours)]
    command += ["--class-at", "departure", "--empty-terminal"]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=reference_folder(), check=True
    )
    people = re.search(r"re-solved.*?people ([0-9,]+)", done.stdout)
    most = re.search(r"^people bound ([0-9,]+)", done.stdout, re.MULTILINE)
    spent = re.search(r"^cpu s\s+(.*)$", done.stdout, re.MULTILINE)
    seconds = re.findall(r" ([0-9.]+)(?=,|$)", spent[1]) if spent else []
    return Peer(
        "reference prototype",
        int(people[1].replace(",", "")) if people else None,
        int(most[1].replace(",", "")) if most else None,
        sum(map(float, seconds)),
    )
