"""The planner at work: scenarios, the jobs that solve them, and the plans that came of it.

planner = Planner(folder, clock)
scenario = planner.scenarios.keep(wanted, by="planner-1")
job = planner.solve(scenario.id, by="planner-1")
...
plan = planner.plan(job.id)      # once the job is done
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from safepassage.plan.document import problem_of
from safepassage.plan.whatif import changed
from safepassage.planner.errors import PlanChangedError, UnknownPlanError
from safepassage.planner.files import get_json
from safepassage.planner.job import Job, Kind, State, Task
from safepassage.planner.jobs import Jobs
from safepassage.planner.odds import ODDS, OddsBook
from safepassage.planner.posting import digest
from safepassage.planner.replanning import Standing
from safepassage.planner.scenarios import Scenario, Scenarios

SECONDS = (5.0, 60.0, 300.0)  # for how long one may be asked to look for better


def folder_beside(ledger: Path) -> Path:
    """Where the scenarios, plans and odds of a ledger lie that is a file of this machine."""
    return ledger.with_name(f"{ledger.name}.plans")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPlan:
    """A plan that was made here."""

    job: Job
    scenario: Scenario
    file: Path
    document: dict[str, Any]

    @property
    def id(self) -> str:
        """The id of the job that made it."""
        return self.job.id


class Planner:
    """The planning of one operation, in a folder beside its ledger."""

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self._plans = folder / "plans"
        self.scenarios = Scenarios(folder / "scenarios", clock)
        self.jobs = Jobs(folder / "jobs", clock)
        self.odds = OddsBook(folder / ODDS, self.jobs)

    def file_of(self, id: str) -> Path:
        """Where the plan of a job lies."""
        return self._plans / f"{id}.json"

    def solve(self, scenario: str, by: str, seconds: float = SECONDS[1]) -> Job:
        """Begin to plan a scenario.

        Raises:
            UnknownPlanError: there is no such scenario.
            DeskFullError: too many jobs wait.
        """
        posed = self.scenarios.get(scenario)
        task = Task(kind=Kind.SOLVE, by=by, scenario=scenario, seconds=seconds)
        told = task.told(operation=posed.operation, demand=posed.demand, roll=posed.roll)
        return self.jobs.start(task, told, self.file_of)

    def what_if(self, plan: str, changes: tuple[str, ...], by: str) -> Job:
        """Begin to find out what changes of a plan's question would buy.

        Raises:
            UnknownPlanError: there is no such plan.
            PlanInputError: one of the changes is none.
            DeskFullError: too many jobs wait.
        """
        kept = self.plan(plan)
        problem = problem_of(kept.document)
        for words in changes:
            changed(problem, words)
        task = Task(kind=Kind.WHAT_IF, by=by, plan=plan, changes=changes)
        return self.jobs.start(task, task.told(), lambda _id: kept.file)

    def plan_on(self, plan: str, standing: Standing, by: str) -> Job:
        """Begin to plan the rest of a plan anew, from where its operation stands.

        Raises:
            UnknownPlanError: there is no such plan.
            DeskFullError: too many jobs wait.
        """
        kept = self.plan(plan)
        told = {"plan": kept.document, "standing": standing.to_json()}
        task = Task(
            kind=Kind.REPLAN, by=by, scenario=kept.scenario.id, plan=plan, name=kept.scenario.name
        )
        return self.jobs.start(task, {**task.told(), **told}, self.file_of)

    def plan_of(self, sha256: str) -> KeptPlan | None:
        """The plan of that hash, if it was made here."""
        made = next((j for j in self.plans() if j.sha256 == sha256), None)
        return None if made is None else self.plan(made.id)

    def plans(self) -> list[Job]:
        """The jobs that made a plan, the newest first."""
        return [j for j in self.jobs.all() if j.task.kind.makes_plan and j.state is State.DONE]

    def plan(self, id: str) -> KeptPlan:
        """A plan with the scenario that it answers.

        Raises:
            UnknownPlanError: there is none, or it is not done.
            PlanChangedError: its file is gone or another one.
        """
        job = self.jobs.get(id)
        if not job.task.kind.makes_plan or job.state is not State.DONE:
            raise UnknownPlanError("this job has made no plan; look at the list of all")
        file = self.file_of(id)
        document = get_json(file)
        if not isinstance(document, dict) or digest(document) != job.sha256:
            raise PlanChangedError(
                f"the file of plan {id} is gone or was changed after it was made: it cannot be"
                " shown as that plan. Solve the scenario again"
            )
        scenario = self.scenarios.get(job.task.scenario)
        return KeptPlan(job=job, scenario=scenario, file=file, document=document)

    def what_ifs(self, plan: str) -> list[Job]:
        """What was asked about a plan, the oldest first."""
        asked = [j for j in self.jobs.all() if j.task.plan == plan and j.task.changes]
        return sorted(asked, key=lambda j: j.asked_at)

    def stop(self) -> None:
        """The server ends."""
        self.jobs.stop()
