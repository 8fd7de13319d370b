"""Solving as jobs: what becomes of them when they are cancelled, crash, or lose their server."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from safepassage.planner.errors import NameTakenError
from safepassage.planner.job import Job, State
from safepassage.planner.planner import Planner
from tests.fixtures.requirements import ROOT
from tests.planner.island import LONG, WANTED, ended, planner_in

SERVER_THAT_DIES = """
import os, sys, time
from pathlib import Path
from tests.planner.island import LONG, planner_in
planner = planner_in(Path(sys.argv[1]))
job = planner.solve(planner.scenarios.keep(LONG, "planner-1").id, "planner-1")
while not planner.jobs.pid(job.id):
    time.sleep(0.01)
print(job.id, planner.jobs.pid(job.id), flush=True)
os._exit(9)
"""


@pytest.fixture
def planner(tmp_path: Path) -> Iterator[Planner]:
    planner = planner_in(tmp_path)
    yield planner
    planner.stop()


def until(is_so: Callable[[], object], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def running(planner: Planner, seconds: float = 60) -> tuple[Job, int]:
    """A job that will not be done soon, and its process."""
    scenario = planner.scenarios.get(planner.scenarios.keep(LONG, "planner-1").id)
    job = planner.solve(scenario.id, "planner-1", seconds)
    until(lambda: planner.jobs.pid(job.id))
    return planner.jobs.get(job.id), planner.jobs.pid(job.id) or 0


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    return state == "Z"


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_a_cancelled_job_ends_its_process_and_leaves_nothing(
    planner: Planner, tmp_path: Path
) -> None:
    job, pid = running(planner)
    assert job.state is State.RUNNING
    planner.jobs.cancel(job.id)
    assert ended(planner, job).state is State.CANCELLED
    assert is_gone(pid)
    assert planner.plans() == []
    assert left_in(tmp_path / "plans") == []
    assert "task.json" not in left_in(tmp_path / "jobs")


def test_a_job_that_waits_can_be_cancelled_before_it_begins(planner: Planner) -> None:
    first, _ = running(planner)
    jobs = [planner.solve(first.task.scenario, "planner-1") for _ in range(2)]
    waiting = jobs[-1]
    assert planner.jobs.get(waiting.id).state is State.WAITING
    for job in (waiting, first, jobs[0]):
        planner.jobs.cancel(job.id)
    over = ended(planner, waiting)
    assert over.state is State.CANCELLED
    assert over.started_at is None


@pytest.mark.parametrize(
    ("sign", "said"), [(signal.SIGKILL, "memory ran out"), (signal.SIGSEGV, "it crashed (SIGSEGV)")]
)
def test_a_process_that_dies_ends_its_job_with_a_sentence(
    planner: Planner, sign: signal.Signals, said: str
) -> None:
    job, pid = running(planner)
    os.kill(pid, sign)
    over = ended(planner, job)
    assert over.state is State.FAILED
    assert said in over.said


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="Linux sets limits of others")
def test_a_process_without_memory_says_what_to_do(planner: Planner) -> None:
    job, pid = running(planner)
    resource.prlimit(pid, resource.RLIMIT_AS, (100_000_000, 100_000_000))
    over = ended(planner, job)
    assert over.state is State.FAILED
    assert "more memory than this machine can spare" in over.said


def test_a_job_whose_server_died_is_interrupted_and_its_process_goes(tmp_path: Path) -> None:
    command = [sys.executable, "-c", SERVER_THAT_DIES, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 9, done.stderr
    id, pid = done.stdout.split()
    until(lambda: is_gone(int(pid)))
    planner = planner_in(tmp_path)
    assert planner.jobs.get(id).state is State.INTERRUPTED
    assert planner.plans() == []
    planner.stop()


def test_a_scenario_is_never_overwritten(planner: Planner) -> None:
    kept = planner.scenarios.keep(WANTED, "planner-1")
    with pytest.raises(NameTakenError, match="not overwritten"):
        planner.scenarios.keep(LONG.__class__(name=" as STATED ", operation="", demand=""), "x")
    assert planner.scenarios.get(kept.id) == kept
