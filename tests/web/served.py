"""The desks in a process of their own, on a real store, as `safepassage serve` runs them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from safepassage.model.fact import Fact
from safepassage.store import open_store
from safepassage.web.records import CLAIMS, OPERATION
from tests.fixtures.requirements import ROOT
from tests.web.airlift import CLAIMS_FILE, OPERATION_FILE, facts

START_SECONDS = 180
PROGRAM = (
    "import sys; from safepassage.web.server import run; run(sys.argv[1], port=int(sys.argv[2]))"
)


def make_store(path: Path) -> None:
    """A store with the small airlift in it."""
    now = datetime.now(UTC)
    with open_store(path, writer=True) as store:
        store.append(facts(), source="test", recorded_at=now)
        store.put_document(OPERATION, OPERATION_FILE, recorded_at=now)
        store.put_document(CLAIMS, CLAIMS_FILE, recorded_at=now)


def append(path: Path, more: Iterable[Fact]) -> None:
    """Record facts from this process, which is not the server's."""
    with open_store(path, writer=True) as store:
        store.append(more, source="test", recorded_at=datetime.now(UTC))


class Served:
    """A server process; `link` signs in, `origin` is where the pages are."""

    def __init__(
        self,
        store: Path,
        state: Path,
        port: int = 0,
        program: str = PROGRAM,
        more: Sequence[str] = (),
    ) -> None:
        environment = os.environ | {"XDG_STATE_HOME": str(state), "PYTHONUNBUFFERED": "1"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", program, str(store), *(more or [str(port)])],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.printed: list[str] = []
        self._ready = threading.Event()
        # Somebody must read on, or a server that complains a lot would stand still.
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        if not self._ready.wait(START_SECONDS):
            self.stop()
            raise RuntimeError("the server did not start: " + "".join(self.printed))

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.printed.append(line)
            if line.startswith("Stop with"):
                self._ready.set()
        self._ready.set()

    @property
    def link(self) -> str:
        """The one-time sign-in link."""
        return next(line.strip() for line in self.printed if "/sign-in#" in line)

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return self.link.split("/sign-in#")[0]

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.origin.rsplit(":", 1)[1])

    def stop(self, sign: signal.Signals = signal.SIGTERM) -> int:
        """Stop it as an operator would; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(sign)
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise
        self._reader.join(timeout=5)
        if self.process.stdout is not None:
            self.process.stdout.close()
        return self.process.returncode
