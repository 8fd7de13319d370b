"""A process that imports a file is killed, or its disk fails: what has a receipt is there then.

Killed at random, then at each flush of the disk and at some writes in between.  Afterwards the
ledger must be the beginning of the right one, whole transactions only, and importing the same file
again must end in the same bytes as an import that nobody disturbed.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from dataclasses import dataclass
from itertools import chain, islice, pairwise
from pathlib import Path
from random import Random

import pytest

from safepassage.model.wire import KIND_OF, to_body, to_text
from safepassage.store import StoreMissingError, open_store
from tests.fixtures.requirements import ROOT
from tests.powercut.load import BEGIN, groups

TRANSACTIONS = 3
LINES_AT_A_TIME = 400
LINES = (TRANSACTIONS - 1) * LINES_AT_A_TIME + 100
KILLS, KILLS_PER_LEDGER = 20, 4
WRITES_TRIED = 8
SECONDS_MAX = 60
FLUSHES = "fdatasync,fsync"
FAST = ("--seccomp-bpf",)  # stops at these calls only; strace 6.1 then sends no signals, though


@dataclass(frozen=True)
class Work:
    """A file to import, and the ledger that it makes."""

    file: Path
    lines: list[str]
    seconds: float  # from opening the ledger to its last receipt


@dataclass(frozen=True)
class Told:
    """What an import said before it ended."""

    acknowledged: int
    faults: list[str]
    done: bool


def program(ledger: Path, work: Path) -> list[str]:
    """The command that imports the file."""
    group = str(LINES_AT_A_TIME)
    return [sys.executable, "-m", "tests.powercut.importer", str(ledger), str(work), group]


def told(output: str) -> Told:
    """Read what an import said."""
    acknowledged = [int(n) for n in re.findall(r"^ACK (\d+)\n", output, re.M)]
    faults = re.findall(r"^FAULT (.*)\n", output, re.M)
    assert "Traceback" not in output, output
    return Told(max(acknowledged, default=0), faults, "DONE\n" in output)


def traced(ledger: Path, work: Path, *options: str) -> Told:
    """Run the import under strace with these options."""
    command = ["strace", "-f", "-qq", *options, *program(ledger, work)]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS_MAX, check=False
    )
    return told(done.stdout + done.stderr)


def stored(ledger: Path) -> list[str]:
    """The entries of a ledger as a reader finds them; none where it was not made yet."""
    if not ledger.exists():
        return []
    try:
        with open_store(ledger) as store:
            return list(store.export_lines())
    except StoreMissingError:
        return []


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Work:
    """A file of facts and what an undisturbed import makes of it."""
    folder = tmp_path_factory.mktemp("work")
    file = folder / "gate 3.jsonl"
    facts = islice(chain.from_iterable(groups("killed")), LINES)
    file.write_text(
        "".join(f'{{"kind":"{KIND_OF[type(f)]}","body":{to_text(to_body(f))}}}\n' for f in facts)
    )
    process = start(folder / "whole.db", file)
    begin = time.monotonic()
    output = process.communicate(timeout=SECONDS_MAX)[0]
    seconds = time.monotonic() - begin
    assert told(output) == Told(LINES, [], True)
    lines = stored(folder / "whole.db")
    assert len(lines) == LINES
    return Work(file, lines, seconds)


def start(ledger: Path, file: Path) -> subprocess.Popen[str]:
    """An import that has come as far as opening its ledger."""
    process = subprocess.Popen(program(ledger, file), cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "OPENING\n"
    return process


def check_rest(ledger: Path, work: Work, acknowledged: int) -> None:
    """Everything with a receipt is there, nothing is half done, nothing else is there."""
    found = stored(ledger)
    assert len(found) >= acknowledged
    assert found == work.lines[: len(found)]
    assert len(found) in (*range(0, LINES, LINES_AT_A_TIME), LINES)
    if found:
        with open_store(ledger) as store:
            assert store.check().faults == []


def check_completed(ledger: Path, work: Work) -> None:
    """Importing the file again completes the ledger as if nothing had happened."""
    with open_store(ledger, writer=True) as store, work.file.open("rb") as lines:
        before = store.head().seq
        report = store.import_lines(lines, source="gate-3", recorded_at=BEGIN)
        assert (report.known, report.recorded) == (before, LINES - before)
        assert report.quarantined == 0
        assert store.check().faults == []
        assert list(store.export_lines()) == work.lines


@pytest.mark.parametrize("round_", range(KILLS // KILLS_PER_LEDGER))
def test_a_killed_import_keeps_what_it_acknowledged(
    work: Work, tmp_path: Path, round_: int
) -> None:
    rng = Random(f"kill {round_}")
    ledger = tmp_path / "ledger.db"
    acknowledged = 0
    for _ in range(KILLS_PER_LEDGER):
        process = start(ledger, work.file)
        try:
            time.sleep(rng.uniform(0, work.seconds))
        finally:
            process.kill()
        acknowledged = max(acknowledged, told(process.communicate()[0]).acknowledged)
        check_rest(ledger, work, acknowledged)
    check_completed(ledger, work)


@pytest.mark.strace
def test_an_import_killed_at_any_flush_keeps_what_it_acknowledged(
    work: Work, tmp_path: Path
) -> None:
    for k in range(1, len(calls(tmp_path, work, FLUSHES)) + 1):
        killed_at_call(FLUSHES, k, tmp_path / f"{k}.db", work)


@pytest.mark.strace
def test_an_import_killed_at_a_write_keeps_what_it_acknowledged(work: Work, tmp_path: Path) -> None:
    made = len(calls(tmp_path, work, "pwrite64"))
    assert made > 100
    for k in sorted(Random("writes").sample(range(1, made + 1), WRITES_TRIED)):
        killed_at_call("pwrite64", k, tmp_path / f"{k}.db", work)


def killed_at_call(names: str, k: int, ledger: Path, work: Work) -> None:
    """Kill an import when it makes such a system call for the k-th time."""
    inject = f"inject={names}:signal=KILL:when={k}"
    options = ("-o", "/dev/null", "-e", f"trace={names}", "-e", inject)
    said = traced(ledger, work.file, *options)
    assert not said.done, f"{names} {k}: it was to be killed"
    check_rest(ledger, work, said.acknowledged)
    check_completed(ledger, work)


def calls(folder: Path, work: Work, names: str) -> list[str]:
    """The files, one for each such system call that an undisturbed import makes."""
    log = folder / "calls"
    assert traced(
        folder / "counted.db", work.file, *FAST, "-y", "-o", str(log), "-e", f"trace={names}"
    ).done
    return [path for path in re.findall(r"^\d+ +\w+\(\d+<(.*?)>", log.read_text(), re.M)]


@pytest.mark.strace
def test_a_disk_that_fails_once_makes_the_ledger_read_only(work: Work, tmp_path: Path) -> None:
    flushed = calls(tmp_path, work, "fdatasync")
    appended = 0
    for k, (path, following) in enumerate(pairwise([*flushed, ""]), start=1):
        ledger = tmp_path / f"{k}.db"
        inject = f"inject=fdatasync:error=EIO:when={k}"
        options = ("-o", "/dev/null", *FAST, "-e", "trace=fdatasync", "-e", inject)
        said = traced(ledger, work.file, *options)
        check_rest(ledger, work, said.acknowledged)
        # Behind the flush of a commit comes another one; behind that of a checkpoint, which moves
        # what is durable already and so may fail, comes the database itself.
        if path.endswith("-wal") and following.endswith("-wal"):
            assert said.faults, f"flush {k} of {path} failed unnoticed"
            assert not said.done
        if said.faults and said.faults[0].startswith("StoreFaultError"):
            # The second import is refused as well, although the disk would now take it.
            assert ["READ ONLY" in fault for fault in said.faults] == [True, True]
            appended += 1
        check_completed(ledger, work)
    assert appended == TRANSACTIONS
