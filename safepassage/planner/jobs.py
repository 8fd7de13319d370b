"""Solving and playing as jobs, each in a process of its own: whatever becomes of it, desks go on.

A process that crashes, runs out of memory or is killed ends its job with a sentence.  Cancelling
ends the process by its own id.  Two jobs run at a time; more of them wait.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

from safepassage.planner import job as kept
from safepassage.planner.errors import DeskFullError, UnknownPlanError
from safepassage.planner.files import get_json, put_json
from safepassage.planner.job import NO_MEMORY, SCRATCH, TASK, Job, Kind, State, Task

AT_ONCE = 2
WAITING_MAX = 20
_GRACE_SECONDS = 3.0
_COMPLAINT_MAX = 2000  # bytes
_PACKAGES = str(Path(__file__).resolve().parents[2])
_START = (
    "import sys; sys.path.insert(0, sys.argv[1]);"
    " from safepassage.planner.working import main; main()"
)
# One thread a solve: two jobs share the machine with the desks.
_ENVIRONMENT = {"LC_ALL": "C.UTF-8", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


class Jobs:
    """The jobs of one operation, in a folder; `stop` when the server ends."""

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        self._folder = folder
        self._clock = clock
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="planning")
        self._mutex = threading.Lock()
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._under_way: dict[str, threading.Event] = {}  # set when the job is over
        self._unwanted: set[str] = set()
        self._over: dict[str, Job] = {}  # what is over does not change: it is read once
        self._is_stopping = False

    def all(self) -> list[Job]:
        """Every job, the newest first."""
        if not self._folder.is_dir():
            return []
        found = [self._read(name) for name in os.listdir(self._folder)]
        return sorted((j for j in found if j), key=lambda j: j.asked_at, reverse=True)

    def get(self, id: str) -> Job:
        """The job of that id.

        Raises:
            UnknownPlanError: there is none.
        """
        found = self._read(id) if id.isalnum() else None
        if found is None:
            raise UnknownPlanError("there is no such job or plan here; look at the list of all")
        return found

    def _read(self, id: str) -> Job | None:
        known = self._over.get(id)
        if known is not None and (self._folder / id).is_dir():
            return known
        found = kept.read(self._folder / id)
        if found is not None and found.state.is_over:
            self._over[id] = found
        return found

    def start(self, task: Task, told: dict[str, Any], out: Callable[[str], Path]) -> Job:
        """Begin a job as soon as there is room; `told` is what its process reads.

        `out` names the file of the plan, or the folder of the odds, for a job's id.

        Raises:
            DeskFullError: too many wait already.
        """
        with self._mutex:
            if len(self._under_way) >= WAITING_MAX:
                raise DeskFullError(
                    f"{WAITING_MAX} jobs wait already: cancel one, or come back when one is done"
                )
            id = f"{self._clock():%Y%m%dt%H%M%S}{secrets.token_hex(3)}"
            self._under_way[id] = threading.Event()
        folder = self._folder / id
        held = kept.begin(folder, task, self._clock())
        put_json(folder / TASK, told)
        self._pool.submit(self._run, folder, task.kind, out(id), held)
        return self.get(id)

    def cancel(self, id: str) -> Job:
        """End a job that is under way; one that is over stays as it is."""
        self.get(id)
        with self._mutex:
            over, process = self._under_way.get(id), self._processes.get(id)
            if over is not None:
                self._unwanted.add(id)
            if process is not None:
                process.terminate()
        if over is not None and process is not None:
            over.wait(_GRACE_SECONDS)
        return self.get(id)

    def pid(self, id: str) -> int | None:
        """The process of a job that runs here."""
        with self._mutex:
            process = self._processes.get(id)
        return None if process is None else process.pid

    def stop(self) -> None:
        """End every process; what was under way is shown as interrupted from now on."""
        with self._mutex:
            self._is_stopping = True
            processes = list(self._processes.values())
        for process in processes:
            process.terminate()
        self._pool.shutdown(wait=True)

    def _run(self, folder: Path, kind: Kind, out: Path, held: int) -> None:
        """Wait for the process of a job, and write down how it ended."""
        try:
            process = self._begun(folder, out)
            if process is None:
                code, complaint = None, b""
            else:
                complaint = _complaint(process)
                code = _ended(process)
            self._write_down(folder, code, complaint)
            self._clear(kind, self.get(folder.name).state, out)
        finally:
            with self._mutex:
                self._processes.pop(folder.name, None)
                over = self._under_way.pop(folder.name)
            os.close(held)
            over.set()

    @staticmethod
    def _clear(kind: Kind, state: State, out: Path) -> None:
        """Take away what is half done; odds whose server stops can be gone on with."""
        if kind.makes_plan and state is not State.DONE:
            for left in (out, out.with_name(f".{out.name}.partial")):
                left.unlink(missing_ok=True)
        if kind is Kind.ODDS and state in (State.FAILED, State.CANCELLED):
            shutil.rmtree(out, ignore_errors=True)

    def _begun(self, folder: Path, out: Path) -> subprocess.Popen[bytes] | None:
        out.parent.mkdir(parents=True, exist_ok=True)
        with self._mutex:
            if self._is_stopping or folder.name in self._unwanted:
                return None
            kept.note_start(folder, self._clock())
            process = subprocess.Popen(  # noqa: S603 - our own interpreter on our own module
                [sys.executable, "-I", "-c", _START, _PACKAGES, str(folder), str(out)],
                stdin=subprocess.PIPE,  # never written to: it closes when this process dies
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env=_ENVIRONMENT,
            )
            self._processes[folder.name] = process
            return process

    def _write_down(self, folder: Path, code: int | None, complaint: bytes) -> None:
        now = self._clock()
        result = get_json(folder / kept.RESULT)
        if code == 0 and isinstance(result, dict):
            said, sha256 = str(result["said"]), str(result.get("sha256", ""))
            state = State.FAILED if said else State.DONE
            kept.end(folder, state, now, said, sha256)
        elif folder.name in self._unwanted:
            kept.end(folder, State.CANCELLED, now)
        elif not self._is_stopping:
            kept.end(folder, State.FAILED, now, _how_it_ended(code, complaint))
        (folder / TASK).unlink(missing_ok=True)
        shutil.rmtree(folder / SCRATCH, ignore_errors=True)


def _complaint(process: subprocess.Popen[bytes]) -> bytes:
    """The end of what a process says before it ends; read on, so that it never stands still."""
    last = b""
    assert process.stderr is not None  # noqa: S101 - it was asked for
    with process.stderr:
        for line in process.stderr:
            last = (last + line)[-_COMPLAINT_MAX:]
    return last


def _ended(process: subprocess.Popen[bytes]) -> int:
    assert process.stdin is not None  # noqa: S101 - it was asked for
    try:
        return process.wait(_GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()
    finally:
        process.stdin.close()


def _how_it_ended(code: int | None, complaint: bytes) -> str:
    if b"MemoryError" in complaint or b"bad_alloc" in complaint:
        return NO_MEMORY
    if code is not None and code < 0:
        if -code == signal.SIGKILL:
            return "the system ended it, most likely because memory ran out: " + NO_MEMORY
        return f"it crashed ({signal.Signals(-code).name}); nothing else was harmed. Ask again"
    last = complaint.decode("utf-8", "replace").strip().rpartition("\n")[2]
    return f"it ended before it was done; nothing else was harmed. It said: {last or 'nothing'}"
