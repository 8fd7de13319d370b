"""The working process of a job: reads what is asked, solves or plays, and writes what it finds.

It is started by `jobs.py`, ends when whoever started it ends, is the first that a machine short of
memory gives up, and lets the desks go first.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import sys
import threading
from pathlib import Path
from typing import Any

from safepassage.model.errors import SafePassageError
from safepassage.plan.check import check
from safepassage.plan.document import problem_of
from safepassage.plan.progress import Progress, Tell
from safepassage.plan.solving import plan
from safepassage.plan.whatif import people_at_most, what_if
from safepassage.planner.files import get_json, put_json
from safepassage.planner.job import NO_MEMORY, PROGRESS, RESULT, SCRATCH, TASK, Kind
from safepassage.planner.playing import Write, find_what_is_sure, play_odds, play_variations
from safepassage.planner.posting import SEAL, sealed
from safepassage.planner.replanning import Standing, plan_on
from safepassage.planner.scenarios import Wanted
from safepassage.planner.seating import seat

MEMORY_SHARE = 0.75  # of the machine; more than that and everybody else suffers
_NICE = 10


def main() -> None:
    """Work on the job whose folder is the second argument; plan or odds go to the third."""
    folder, out = Path(sys.argv[2]), Path(sys.argv[3])
    _be_modest()
    try:
        put_json(folder / RESULT, {"said": "", **_work(folder, out)})
    except SafePassageError as fault:
        put_json(folder / RESULT, {"said": str(fault)})
    except MemoryError:
        put_json(folder / RESULT, {"said": NO_MEMORY})


def _be_modest() -> None:
    """Go when the server goes, and stand back behind everybody else."""
    threading.Thread(target=_end_with_the_server, daemon=True).start()
    os.nice(_NICE)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    most = int(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") * MEMORY_SHARE)
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _end_with_the_server() -> None:
    """The server holds the other end of the pipe, and the kernel closes it when the server dies."""
    os.read(sys.stdin.fileno(), 1)  # not `sys.stdin.read`: its lock outlives the interpreter
    os._exit(1)


def _work(folder: Path, out: Path) -> dict[str, Any]:
    task = get_json(folder / TASK)
    with (folder / PROGRESS).open("a", encoding="utf-8") as file:

        def write(values: dict[str, Any]) -> None:
            file.write(json.dumps(values) + "\n")
            file.flush()

        kind = Kind(task["kind"])
        if kind is Kind.SOLVE:
            return _solve(task, out, write)
        if kind is Kind.REPLAN:
            return _plan_on(task, out, write)
        if kind is Kind.ODDS:
            return play_odds(task, out, write)
        if kind is Kind.VARY:
            play_variations(task, out, folder / SCRATCH, write)
        if kind is Kind.SURE:
            find_what_is_sure(task, out, folder / SCRATCH, write)
        if kind is Kind.WHAT_IF:
            _what_if(task, out, write)
        return {}


def _solve(task: dict[str, Any], out: Path, write: Write) -> dict[str, Any]:
    """A plan of a scenario."""
    wanted = Wanted(name="", operation=task["operation"], demand=task["demand"], roll=task["roll"])
    setup = wanted.setup()
    document = plan(setup.problem, task["seconds"], _teller(write)).to_json()
    roll = wanted.families()
    if roll is not None:
        write({"stage": "seats"})
        document = seat(document, roll).document
    return _keep(document | {"notes": list(setup.notes)}, out, write)


def _plan_on(task: dict[str, Any], out: Path, write: Write) -> dict[str, Any]:
    """The rest of a plan, from where its operation stands."""
    before = task["plan"]
    document = plan_on(before, Standing.of_json(task["standing"]), _teller(write))
    return _keep(document | {"notes": before.get("notes", [])}, out, write)


def _teller(write: Write) -> Tell:
    def tell(found: Progress) -> None:
        write({"stage": found.stage, "people": found.people, "at_most": found.at_most})

    return tell


def _keep(document: dict[str, Any], out: Path, write: Write) -> dict[str, Any]:
    """Seal a plan, once it was recounted by code that shares nothing with the planner."""
    write({"stage": "recount", "out": document["people_out"]["total"]})
    faults = check(document).faults
    if faults:
        raise SafePassageError(f"the plan breaks a rule and was thrown away: {faults[0].sentence}")
    document = sealed(document)
    put_json(out, document)
    return {"sha256": document[SEAL]}


def _what_if(task: dict[str, Any], plan_file: Path, write: Write) -> None:
    """What each change buys; the bound is proved again for each."""
    problem = problem_of(get_json(plan_file))
    before = people_at_most(problem)
    for words in task["changes"]:
        found = what_if(problem, words, before)
        write({"change": found.change, "before": found.before, "after": found.after})
