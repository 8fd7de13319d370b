"""The planner of a running server, and what becomes of its jobs while somebody looks.

from safepassage.web.planning import Planning

@router.get("/planning", dependencies=[Depends(requires(Action.PLAN))])
def desk(viewer: Viewing, planner: Planning) -> Response: ...
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated, NamedTuple

from fastapi import Depends, Request

from safepassage.model.operation import Operation
from safepassage.planner.job import Job
from safepassage.planner.planner import Planner
from safepassage.planner.scenarios import Scenario
from safepassage.web.access import NoAccountsError
from safepassage.web.page import desk_of

RECENT = timedelta(minutes=10)  # for so long a job that ended is shown beside those under way


def planning(request: Request) -> Planner:
    """The planner of these desks.

    Raises:
        NoAccountsError: they were started without one.
    """
    planner = desk_of(request).settings.planner
    if planner is None:
        raise NoAccountsError("these desks show the ledger only: they keep no plans")
    return planner


Planning = Annotated[Planner, Depends(planning)]


class Shown(NamedTuple):
    """A job as a page shows it."""

    job: Job
    scenario: Scenario | None  # whose plan it is about
    seconds: int
    plan: str  # the plan that it made, or that it is about


class UnderWay(NamedTuple):
    """What is being worked out, and what was until just now."""

    jobs: tuple[Shown, ...]
    is_any_running: bool


def under_way(planner: Planner, jobs: Iterable[Job], now: datetime) -> UnderWay:
    """Those of these jobs that are not over, or were not a few minutes ago."""
    recent = [j for j in jobs if not j.state.is_over or _ended_since(j, now - RECENT)]
    names = {s.id: s for s in planner.scenarios.all()}
    shown = tuple(
        Shown(
            j,
            names.get(j.task.scenario or planner.jobs.get(j.task.plan).task.scenario),
            round(j.seconds(now)),
            j.task.plan or j.id,
        )
        for j in recent
    )
    return UnderWay(shown, any(not j.state.is_over for j in recent))


def _ended_since(job: Job, at: datetime) -> bool:
    return job.ended_at is not None and job.ended_at >= at


class Names:
    """What the ids of a plan are called in its operation."""

    def __init__(self, operation: Operation) -> None:
        self._places: dict[str, str | None] = {p.id: p.name for p in operation.places}
        self._classes: dict[str, str] = {c.id: c.name for c in operation.categories}
        self._types = {x.id: x.name for x in operation.lift_types}
        self._owners = {c.id: c.name for c in operation.operator_classes}

    def place(self, id: str) -> str:
        """A place."""
        return self._places.get(id) or id

    def category(self, id: str) -> str:
        """A class of people."""
        return self._classes.get(id, id)

    def lift(self, id: str) -> str:
        """A type of lift with whose it is: the planner's id is type, operator class and base."""
        kind, _, rest = id.partition("/")
        owner = rest.rpartition("/")[0]
        return f"{self._types.get(kind, kind)}, {self._owners.get(owner, owner)}" if owner else id
