"""The island's plan with three things that may happen to it, for the odds desk."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from safepassage.exchange.operation_file import read_operation
from safepassage.planner.keeping import OWN, keep_plan
from safepassage.planner.odds import Wanted
from safepassage.planner.planner import Planner
from safepassage.planner.posting import sealed
from safepassage.simulate.engines import run
from safepassage.simulate.policy import Policy
from safepassage.simulate.run import Asked, Folder
from safepassage.store import open_store
from tests.planner.island import OPERATION_FILE
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
PEOPLE = 680  # whom the timetable gets out


def asked(policy: Policy | None = None, **more: Any) -> Asked:
    """A run of a plan that no solver made."""
    operation = read_operation(TEXT, "operation.yaml")
    return Asked(timetable(), operation, TEXT, policy or Policy(), **more)


def played(planner: Planner, id: str, of: Asked) -> str:
    """Play a run into the desk's folder, as somebody does at the command line."""
    run(of, Folder(planner.odds.folder_of(id)))
    return id


def let_stand(ledger: Path, now: datetime) -> None:
    """Make a ledger the plan's own: it can be played as it stands."""
    with open_store(ledger, writer=True) as store:
        store.put_document("operation", TEXT, recorded_at=now)
        document = {**timetable(), "people_out": {"total": PEOPLE}, "bound": {}}
        keep_plan(store, OWN, sealed(document), now)


WANTED_ODDS = Wanted(plan="", name="The timetable")
