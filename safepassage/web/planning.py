"""The planner of a running server, and what becomes of its jobs while somebody looks.

from safepassage.web.planning import Planning

@router.get("/planning", dependencies=[Depends(requires(Action.PLAN))])
def desk(viewer: Viewing, planner: Planning) -> Response: ...
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, NamedTuple

from fastapi import Depends, Request
from starlette.responses import Response

from safepassage.model.instant import parse_instant
from safepassage.model.operation import Operation
from safepassage.planner.job import Job, Kind
from safepassage.planner.planner import Planner
from safepassage.web.access import NoAccountsError
from safepassage.web.page import desk_of, render


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
    name: str  # of the scenario or the plan that it is about
    seconds: int
    opens: str  # where what it made can be seen


OPENS = {
    Kind.SOLVE: "/planning/plans/{job.id}",
    Kind.REPLAN: "/planning/plans/{job.id}",
    Kind.WHAT_IF: "/planning/plans/{job.task.plan}#would-help",
    Kind.ODDS: "/odds/{job.id}",
    Kind.VARY: "/odds/{job.task.odds}#worth",
    Kind.SURE: "/odds/{job.task.odds}#sure",
}


class UnderWay(NamedTuple):
    """What is being worked out, and what was done since the page was opened."""

    jobs: tuple[Shown, ...]
    since: datetime
    is_any_running: bool


def under_way(request: Request, planner: Planner, jobs: Iterable[Job]) -> UnderWay:
    """Those of these jobs that were not over when the page was opened.

    The page says when that was as it asks again, so that whoever waited sees how a job ended.
    """
    now = planner.clock()
    asked = request.query_params.get("since")
    since = parse_instant(asked, "since") if asked else now
    recent = [j for j in jobs if not j.state.is_over or (j.ended_at and j.ended_at >= since)]
    shown = tuple(
        Shown(j, _name(planner, j), round(j.seconds(now)), OPENS[j.task.kind].format(job=j))
        for j in recent
    )
    return UnderWay(shown, since, any(not j.state.is_over for j in recent))


def _name(planner: Planner, job: Job) -> str:
    if job.task.kind.is_of_odds:
        return job.task.name
    asked = job.task.scenario or planner.jobs.get(job.task.plan).task.scenario
    return next((s.name for s in planner.scenarios.all() if s.id == asked), "")


def is_asked_again(request: Request) -> bool:
    """Whether a page that is open asks how far its jobs are, and needs nothing else."""
    return "hx-request" in request.headers and "since" in request.query_params


def jobs_alone(request: Request, planner: Planner, jobs: Iterable[Job], where: str) -> Response:
    """The part of a page with what is being worked out: cheap, because it is asked every second."""
    waiting = under_way(request, planner, jobs)
    return render(request, "planning/under_way.html", waiting=waiting, where=where)


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
