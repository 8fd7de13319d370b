"""The odds of plans, kept in folders: each is the folder of a run, whoever played it.

book = planner.odds
job = book.ask(asked, wanted, by="planner-1")
...
kept = book.get(job.id)          # once the job is done
kept.odds.chances

A folder that `simulate run --out` wrote among them is shown as well.
"""

from __future__ import annotations

import os
import re
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from safepassage.exchange.operation_file import read_operation
from safepassage.model.errors import BadQuestionError
from safepassage.planner.errors import UnknownPlanError
from safepassage.planner.job import Job, Kind, State, Task
from safepassage.planner.jobs import Jobs
from safepassage.simulate.errors import SimulationError
from safepassage.simulate.odds import SURE, Odds, Target, odds, read_target
from safepassage.simulate.policy import Policy
from safepassage.simulate.run import SETTINGS, Asked, Folder
from safepassage.simulate.script import Script
from safepassage.simulate.sweep import RUNS_MAX

ODDS = "odds"  # the folder of all of them, among a ledger's plans
OPERATION = "operation.yaml"
REPLICATIONS_MAX = 10_000  # at the desk: what a page reads while somebody waits
POINTS = 60  # of a curve
_READ_MAX = 24  # odds that are kept in memory
_ID = re.compile(r"[a-z0-9-]{1,80}")


def asked_again(folder: Folder, **changes: Any) -> Asked:
    """What the run of a folder was asked for.

    Raises:
        SimulationError: this is no folder of a run.
    """
    said, text = folder.settings(), folder.operation_text()
    asked = Asked(
        folder.plan(),
        read_operation(text, OPERATION),
        text,
        Policy(**said["policy"]),
        said["seed"],
        without=tuple(said["without"]),
    )
    return replace(asked, **changes) if changes else asked


def require_same_luck(folders: Iterable[Folder]) -> None:
    """See that runs can be compared replication by replication.

    Raises:
        BadQuestionError: their seeds differ.
    """
    if len({folder.settings()["seed"] for folder in folders}) > 1:
        raise BadQuestionError(
            "the runs have different seeds, so they met different luck; run one of them again with"
            " the seed of the other"
        )


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What somebody wants to know of a plan besides what is played."""

    plan: str  # the job that made it; empty: none of this desk
    name: str  # how the plan is called
    targets: tuple[str, ...] = ()  # as `read_target` reads them


@dataclass(frozen=True, kw_only=True)
class KeptOdds:
    """Odds that were played."""

    id: str
    name: str
    folder: Folder
    asked: Asked
    script: Script
    odds: Odds
    targets: tuple[Target, ...]
    job: Job | None  # None: somebody played them elsewhere
    played_at: datetime
    parts: int  # of its folder; somebody may play more of them elsewhere


@dataclass(frozen=True, slots=True)
class Listed:
    """Odds in a list: those of a job, or of a folder that no job made."""

    id: str
    job: Job | None


class OddsBook:
    """All odds of one operation."""

    def __init__(self, folder: Path, jobs: Jobs) -> None:
        self._folder = folder
        self._jobs = jobs
        self._mutex = threading.Lock()
        self._read: OrderedDict[str, KeptOdds] = OrderedDict()  # what is done does not change

    def folder_of(self, id: str) -> Path:
        """Where the odds of a job lie."""
        return self._folder / id

    def ask(self, asked: Asked, wanted: Wanted, by: str) -> Job:
        """Begin to play a plan.

        Raises:
            BadQuestionError: it is no plan, or one of another operation.
            SimulationError: a target that is none, or more replications than a desk plays.
            DeskFullError: too many jobs wait.
        """
        if asked.replications > REPLICATIONS_MAX:
            raise SimulationError(
                f"{asked.replications:,} replications; the desk plays {REPLICATIONS_MAX:,} at most,"
                " `safepassage simulate run` more"
            )
        script = asked.script()
        for words in wanted.targets:
            read_target(words, script)
        how = {
            "policy": asked.policy.to_json(),
            "seed": asked.seed,
            "replications": asked.replications,
            "precision": asked.precision,
            "without": list(asked.without),
            "targets": list(wanted.targets),
        }
        task = Task(kind=Kind.ODDS, by=by, plan=wanted.plan, name=wanted.name, asked=how)
        told = task.told(operation=asked.operation_text)
        return self._jobs.start(task, {**told, **how, "plan": asked.document}, self.folder_of)

    def go_on(self, id: str, by: str) -> Job:
        """Play what is missing of odds whose server stopped before they were done.

        Raises:
            UnknownPlanError: there are none of that id, or they were not broken off.
        """
        job = self._jobs.get(id)
        if job.task.kind is not Kind.ODDS or job.state is not State.INTERRUPTED:
            raise UnknownPlanError("these odds were not broken off, so there is nothing to play")
        before = Folder(self.folder_of(id))
        if not (before.path / SETTINGS).is_file():
            raise UnknownPlanError("nothing of these odds was kept; ask for them again")
        how = dict(job.task.asked)
        told = replace(job.task, by=by).told(operation=before.operation_text())

        def moved(new: str) -> Path:
            os.rename(before.path, self.folder_of(new))
            return self.folder_of(new)

        return self._jobs.start(
            replace(job.task, by=by), {**told, **how, "plan": before.plan()}, moved
        )

    def vary(self, id: str, by: str, causes: bool, rates: tuple[float, ...], most: int) -> Job:
        """Begin to find out what odds would be with one thing changed at a time.

        Args:
            id: the odds.
            by: who asks.
            causes: switch off each cause, and all of them.
            rates: over-call by each of these shares.
            most: replications of each at most; those that the odds have, if they are fewer.

        Raises:
            UnknownPlanError: there are no such odds.
            BadQuestionError: nothing is to be changed, or to what no policy can be.
            DeskFullError: too many jobs wait.
        """
        kept = self.get(id)
        for rate in rates:
            replace(kept.asked.policy, over_call=rate)
        count = len(rates) + (len(kept.asked.causes) + 1 if causes and kept.asked.causes else 0)
        if not 0 < count <= RUNS_MAX:
            raise BadQuestionError("nothing would differ: these odds were played without causes")
        how = {
            "causes": causes,
            "rates": list(rates),
            "replications": max(1, min(most, kept.odds.replications)),
        }
        task = Task(kind=Kind.VARY, by=by, odds=id, name=kept.name, asked=how)
        return self._jobs.start(task, {**task.told(), **how}, lambda _new: kept.folder.path)

    def make_sure(self, id: str, by: str, target: str, most: int) -> Job:
        """Begin to find out what would make a target of odds sure.

        Args:
            id: the odds.
            by: who asks.
            target: as `read_target` reads it.
            most: replications of each value that is tried, at most.

        Raises:
            UnknownPlanError: there are no such odds.
            SimulationError: a target that is none.
            DeskFullError: too many jobs wait.
        """
        kept = self.get(id)
        read_target(target, kept.script)
        how = {
            "target": target,
            "wanted": SURE,
            "replications": max(1, min(most, kept.odds.replications)),
        }
        task = Task(kind=Kind.SURE, by=by, odds=id, name=kept.name, asked=how)
        return self._jobs.start(task, {**task.told(), **how}, lambda _new: kept.folder.path)

    def all(self) -> list[Listed]:
        """Every job of odds and every folder without one, the newest first."""
        jobs = [j for j in self._jobs.all() if j.task.kind is Kind.ODDS]
        known = {j.id for j in jobs}
        elsewhere = []
        if self._folder.is_dir():
            names = [name for name in os.listdir(self._folder) if name not in known]
            elsewhere = [n for n in names if (self._folder / n / SETTINGS).is_file()]
        elsewhere.sort(key=lambda n: (self._folder / n / SETTINGS).stat().st_mtime, reverse=True)
        return [*(Listed(j.id, j) for j in jobs), *(Listed(n, None) for n in elsewhere)]

    def asked_about(self, id: str) -> list[Job]:
        """What was asked about odds, the oldest first."""
        found = [j for j in self._jobs.all() if j.task.odds == id]
        return sorted(found, key=lambda j: j.asked_at)

    def get(self, id: str) -> KeptOdds:
        """Odds that were played.

        Raises:
            UnknownPlanError: there are none, or they are not done.
            SimulationError: their folder is damaged.
        """
        with self._mutex:
            known = self._read.get(id)
        if known is not None and known.parts == len(known.folder.numbers()):
            return known
        found = self._get(id)
        with self._mutex:
            self._read[id] = found
            while len(self._read) > _READ_MAX:
                self._read.popitem(last=False)
        return found

    def _get(self, id: str) -> KeptOdds:
        folder = Folder(self.folder_of(id))
        if not _ID.fullmatch(id) or not (folder.path / SETTINGS).is_file():
            raise UnknownPlanError("there are no such odds here; look at the list of all")
        job = next((j for j in self._jobs.all() if j.id == id), None)
        if job is not None and job.state is not State.DONE:
            raise UnknownPlanError("these odds are not done; look at the list of all")
        asked, parts = asked_again(folder), len(folder.numbers())
        script = asked.script()
        how: Mapping[str, Any] = {} if job is None else job.task.asked
        targets = tuple(read_target(words, script) for words in how.get("targets", ()))
        played_at = datetime.fromtimestamp((folder.path / SETTINGS).stat().st_mtime, UTC)
        return KeptOdds(
            id=id,
            name=script.name if job is None else job.task.name,
            folder=folder,
            asked=asked,
            script=script,
            odds=odds(folder, script, targets, every(script)),
            targets=targets,
            job=job,
            played_at=played_at if job is None else job.ended_at or played_at,
            parts=parts,
        )


def every(script: Script) -> float:
    """The hours between the points of a curve."""
    return max(script.step_hours, script.horizon * script.step_hours / POINTS)
