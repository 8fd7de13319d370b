"""The island's plan with three things that may happen to it, for the odds desk."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from safepassage.exchange.operation_file import read_operation
from safepassage.planner.odds import Wanted
from safepassage.planner.planner import Planner
from safepassage.simulate.engines import run
from safepassage.simulate.policy import Policy
from safepassage.simulate.run import Asked, Folder
from tests.planner.island import OPERATION_FILE, WANTED, ended
from tests.simulate.karr import timetable

TEXT = (
    OPERATION_FILE
    + """\
causes:
  - {id: families, kind: family-sizes, sizes: {1: 25, 2: 15, 4: 40, 7: 20}}
  - {id: no-shows, kind: no-show, name: Half of them are afraid, chance: {uniform: [0.3, 0.6]}}
  - {id: threats, kind: gate-closure, a_day: 2, hours: {lognormal: [3, 1]}, level: high}
"""
)
CAUSES = ("families", "no-shows", "threats")
ISLAND = replace(WANTED, operation=TEXT)


def asked(policy: Policy | None = None, **more: Any) -> Asked:
    """A run of a plan that no solver made."""
    operation = read_operation(TEXT, "operation.yaml")
    return Asked(timetable(), operation, TEXT, policy or Policy(), **more)


def played(planner: Planner, id: str, of: Asked) -> str:
    """Play a run into the desk's folder, as somebody does at the command line."""
    run(of, Folder(planner.odds.folder_of(id)))
    return id


def plan_of(planner: Planner, seconds: float = 0.3) -> str:
    """A plan of the island that the desk made."""
    scenario = planner.scenarios.keep(ISLAND, "planner-1")
    job = ended(planner, planner.solve(scenario.id, "planner-1", seconds))
    assert job.state == "done", job.said
    return job.id


WANTED_ODDS = Wanted(plan="", name="The timetable")
