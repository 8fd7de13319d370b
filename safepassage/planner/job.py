"""A job: solving or playing that takes a while, as it lies in a folder of its own.

    job.json        what was asked, by whom, when
    task.json       what the working process is told; gone when the job is over
    alive           locked for as long as the server that runs the job lives
    progress.jsonl  what the working process found, a line each
    result.json     how the working process ended by itself
    scratch         what it needs while it runs; gone when the job is over
    outcome.json    how the job ended, written by the server; without it the job is under way

The state follows from what lies there, so a restart loses nothing and guesses nothing.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

from safepassage.model.instant import format_instant, parse_instant
from safepassage.planner.files import get_json, put_json

ABOUT, ALIVE, TASK, PROGRESS, RESULT, OUTCOME, SCRATCH = (
    "job.json", "alive", "task.json", "progress.jsonl", "result.json", "outcome.json", "scratch",
)  # fmt: skip
NO_MEMORY = (
    "it needed more memory than this machine can spare. Take longer steps, an earlier deadline or"
    " fewer types of lift, or ask for it on a larger machine"
)


class Kind(StrEnum):
    """What a job works out."""

    SOLVE = "solve"  # a plan of a scenario
    REPLAN = "replan"  # the rest of a plan, from where the operation stands
    WHAT_IF = "what-if"  # what changes buy, each proved again
    ODDS = "odds"  # a plan, played against what may happen
    VARY = "vary"  # the same with one thing changed at a time, under the same luck
    SURE = "sure"  # the smallest change of each thing that makes a target sure

    @property
    def makes_plan(self) -> bool:
        """Whether a plan comes of it."""
        return self in (Kind.SOLVE, Kind.REPLAN)

    @property
    def is_of_odds(self) -> bool:
        """Whether the odds desk asked for it, and shows what came of it."""
        return self in (Kind.ODDS, Kind.VARY, Kind.SURE)


class State(StrEnum):
    """How far a job has come."""

    WAITING = "waiting"  # for another job to end
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"  # the server ended before the job did

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come."""
        return self not in (State.WAITING, State.RUNNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is asked of a job."""

    kind: Kind
    by: str
    scenario: str = ""  # to solve
    plan: str = ""  # to change, to play or to plan on: the job that made it
    changes: tuple[str, ...] = ()
    odds: str = ""  # to vary, or to make sure: the job that played them
    name: str = ""  # what is played, as it was called when it was asked for
    asked: Mapping[str, Any] = field(default_factory=dict)  # how it is played or planned on
    seconds: float = 60.0  # CPU seconds, softly kept

    def told(self, **texts: str) -> dict[str, Any]:
        """What the working process is told."""
        return {"kind": self.kind, "seconds": self.seconds, "changes": self.changes, **texts}


class Found(NamedTuple):
    """What a job has found so far."""

    stage: str = ""
    people: int | None = None  # out, in the best plan so far
    at_most: int | None = None  # the least bound so far
    rows: tuple[tuple[str, int, int], ...] = ()  # change, people at most before and after
    done: int = 0  # replications that were played
    total: int = 0  # of so many at most
    playing: str = ""  # which variation
    varied: tuple[Mapping[str, Any], ...] = ()  # what each variation is worth
    answers: tuple[Mapping[str, Any], ...] = ()  # what would make a target sure, lever by lever
    odds: Mapping[str, Any] | None = None  # the odds in short


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job as it stands."""

    id: str
    task: Task
    asked_at: datetime
    state: State
    found: Found
    said: str = ""  # why it failed
    started_at: datetime | None = None
    ended_at: datetime | None = None
    sha256: str = ""  # of the plan that it made, as its signature will name it

    def seconds(self, now: datetime) -> float:
        """How long it has been worked on."""
        if self.started_at is None:
            return 0.0
        return max(0.0, ((self.ended_at or now) - self.started_at).total_seconds())


def begin(folder: Path, task: Task, asked_at: datetime) -> int:
    """Make the folder of a job; the descriptor whose lock says that its server lives."""
    folder.mkdir(parents=True)
    held = os.open(folder / ALIVE, os.O_CREAT | os.O_RDWR, 0o600)
    fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    put_json(folder / ABOUT, {**asdict(task), "asked_at": format_instant(asked_at)})
    return held


def note_start(folder: Path, at: datetime) -> None:
    """Write down that a job's process begins; what it finds follows in the same file."""
    line = json.dumps({"started_at": format_instant(at)})
    (folder / PROGRESS).write_text(line + "\n", encoding="utf-8")


def end(folder: Path, state: State, at: datetime, said: str = "", sha256: str = "") -> None:
    """Write down how a job ended."""
    values = {"state": state, "at": format_instant(at), "said": said, "sha256": sha256}
    put_json(folder / OUTCOME, values)


def read(folder: Path) -> Job | None:
    """The job of a folder; None if it is none."""
    about = get_json(folder / ABOUT)
    try:
        asked_at = parse_instant(about.pop("asked_at"), "asked at")
        task = Task(**{**about, "kind": Kind(about["kind"]), "changes": tuple(about["changes"])})
    except (AttributeError, TypeError, KeyError, ValueError):
        return None
    lines = _lines(folder / PROGRESS)
    outcome = get_json(folder / OUTCOME)
    started = parse_instant(lines[0]["started_at"], "started at") if lines else None
    if outcome is None:
        state = State.RUNNING if lines else State.WAITING
        if not _has_server(folder):
            state = State.INTERRUPTED
        return Job(
            id=folder.name, task=task, asked_at=asked_at, state=state, found=_found(lines),
            started_at=started, ended_at=_last_change(folder) if state.is_over else None,
        )  # fmt: skip
    return Job(
        id=folder.name,
        task=task,
        asked_at=asked_at,
        state=State(outcome["state"]),
        found=_found(lines),
        said=outcome["said"],
        started_at=started,
        ended_at=parse_instant(outcome["at"], "ended at"),
        sha256=outcome["sha256"],
    )


def _has_server(folder: Path) -> bool:
    """Whether the server that took the job still lives: the kernel lets go of its lock if not."""
    try:
        held = os.open(folder / ALIVE, os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(held, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(held)
    return False


def _last_change(folder: Path) -> datetime:
    latest = max(
        path.stat().st_mtime for path in (folder / PROGRESS, folder / ABOUT) if path.exists()
    )
    return datetime.fromtimestamp(latest, UTC)


def _lines(path: Path) -> list[dict[str, Any]]:
    """What the working process wrote; the last line may be half there."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError:
        return []
    return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]


def _found(lines: list[dict[str, Any]]) -> Found:
    stage, rows = "", []
    people: list[int] = []
    at_most: list[int] = []
    for line in lines:
        stage = line.get("stage") or stage
        people += [line["people"]] if line.get("people") is not None else []
        at_most += [line["at_most"]] if line.get("at_most") is not None else []
        if "change" in line:
            rows.append((line["change"], line["before"], line["after"]))
    out = next((line["out"] for line in lines if "out" in line), max(people, default=None))
    last: dict[str, Any] = next((line for line in reversed(lines) if "done" in line), {})
    return Found(
        stage, out, min(at_most, default=None), tuple(rows),
        last.get("done", 0), last.get("total", 0), last.get("playing", ""),
        tuple(line["varied"] for line in lines if "varied" in line),
        tuple(line["answer"] for line in lines if "answer" in line),
        next((line["odds"] for line in lines if "odds" in line), None),
    )  # fmt: skip
