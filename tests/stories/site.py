"""A site as its users have it: a folder, a real server process that can be killed, and commands."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

from typer.testing import CliRunner

from safepassage.cli.app import COMMANDS
from safepassage.model.errors import SafePassageError
from tests.fixtures.requirements import ROOT

PATIENCE_S = 180  # a machine that runs many tests at once is slow
FOLDERS = ("data", "stick", "state", "tmp", "logs", "lists", "profile")


@dataclass
class Site:
    """A ledger, its key on another medium, and the server process that is up now."""

    folder: Path
    process: subprocess.Popen[bytes] | None = None
    said: list[Path] = field(default_factory=list)
    port: int = 0

    def __post_init__(self) -> None:
        for name in FOLDERS:
            (self.folder / name).mkdir()

    @property
    def store(self) -> Path:
        """The ledger."""
        return self.folder / "data" / "ledger.db"

    @property
    def key_file(self) -> Path:
        """The register's key, on a stick."""
        return self.folder / "stick" / "register.key"

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {
            "SAFEPASSAGE_STORE": str(self.store),
            "SAFEPASSAGE_KEY_FILE": str(self.key_file),
            "XDG_STATE_HOME": str(self.folder / "state"),
            "TMPDIR": str(self.folder / "tmp"),
            "PYTHONUNBUFFERED": "1",
        }

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.port}"

    def run(self, command: str, *words: str | Path) -> str:
        """What `safepassage command words...` prints, typed here.

        Raises:
            SafePassageError: what the command line would say as a sentence.
        """
        app = import_module(COMMANDS[command][0]).app
        done = CliRunner().invoke(app, [str(word) for word in words], env=self.environment)
        if isinstance(done.exception, SafePassageError):
            raise done.exception
        assert done.exit_code in (0, 1), f"{done.output} {done.exception!r}"
        return str(done.stdout)

    def start(self) -> None:
        """Start the server and wait until it can be reached."""
        told = self.folder / "logs" / f"server-{len(self.said)}.log"
        self.said.append(told)
        words = [sys.executable, "-m", "safepassage", "serve", "--port", str(self.port)]
        with told.open("w") as out:
            process = self.process = subprocess.Popen(
                words, env=self.environment, stdout=out, stderr=subprocess.STDOUT, cwd=ROOT
            )
        until = time.monotonic() + PATIENCE_S
        while "Stop with" not in told.read_text():
            assert process.poll() is None, told.read_text()
            assert time.monotonic() < until, told.read_text()
            time.sleep(0.1)
        found = re.search(r"http://127\.0\.0\.1:(\d+)/sign-in", told.read_text())
        assert found
        self.port = int(found[1])

    def end(self, how: signal.Signals) -> None:
        """Stop the server, gently or not; by its own process id."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(PATIENCE_S)
            self.process = None
