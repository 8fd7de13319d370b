"""Killed writers, full disks and disks that fail: acknowledged is durable, and nothing is half."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from safepassage.store import Store, StoreError, StoreFaultError, open_store
from tests.fixtures.postgres import execute
from tests.store.conftest import NthAddress
from tests.store.killed import START, batch
from tests.store.ledgers import NOON

KILLS = {"sqlite": "20", "postgresql": "10"}


def stored_batches(store: Store) -> Counter[str]:
    """How many entries of each batch are there."""
    with store.ledger() as ledger:
        return Counter(e.fact.id.rpartition(".")[0] for e in ledger.entries())


def test_a_writer_killed_at_any_moment_loses_nothing_it_acknowledged(
    address: str, backend: str
) -> None:
    command = [sys.executable, "-m", "tests.store.killed", address, KILLS[backend], "7"]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)
    rounds = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(rounds) == int(KILLS[backend])
    acknowledged = {name for names in rounds for name in names}
    with open_store(address, writer=True) as store:
        stored = stored_batches(store)
        assert acknowledged <= set(stored)
        assert all(count == int(name.rpartition(".")[2]) for name, count in stored.items())
        # At most the batch that each writer was at when it died is there without a receipt.
        assert len(stored) - len(acknowledged) <= len(rounds)
        assert store.check().faults == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of two megabytes."""
    if os.geteuid() != 0:
        pytest.skip("a small disk is mounted here, and only root may mount one")
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    mounted = subprocess.run(mount, check=False, capture_output=True, text=True)
    if mounted.returncode != 0:
        pytest.skip(f"no small disk can be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_stops_the_writer_and_not_the_readers(small_disk: Path) -> None:
    path = small_disk / "ledger.db"
    acknowledged: set[str] = set()
    with open_store(path, writer=True) as store:

        def fill() -> None:
            for n in range(1000):
                name = f"b{n}.100"
                store.append(batch(name, 100), source="gate-3", recorded_at=START)
                acknowledged.add(name)

        with pytest.raises(StoreFaultError, match=r"READ ONLY, storage fault.*full"):
            fill()
        with pytest.raises(StoreFaultError, match="READ ONLY"):
            store.append(batch("later.1", 1), source="gate-3", recorded_at=START)
        assert stored_batches(store) == Counter(dict.fromkeys(acknowledged, 100))
        assert acknowledged
    subprocess.run(["mount", "-o", "remount,size=20m", str(small_disk)], check=True)
    with open_store(path, writer=True) as store:
        assert store.append(batch("later.1", 1), source="gate-3", recorded_at=START).is_clean
        assert stored_batches(store) == Counter(dict.fromkeys(acknowledged, 100) | {"later.1": 1})
        assert store.check().faults == []


FAILING = """
import sys
from safepassage.store import StoreFaultError, open_store
from tests.fixtures.postgres import execute
from tests.store.conftest import NthAddress
from tests.store.killed import START, batch
acknowledged = []
store = open_store(sys.argv[1], writer=True)
refused = 0
for n in range(60):
    try:
        store.append(batch(f"b{n}.5", 5), source="gate-3", recorded_at=START)
        acknowledged.append(f"b{n}.5")
        assert not refused, "it went on after a failed flush"
    except StoreFaultError as fault:
        assert "READ ONLY" in str(fault) and "I/O" in str(fault), fault
        refused += 1
print(len(acknowledged), refused, *acknowledged)
"""


@pytest.mark.parametrize("nth", [30, 31, 37])
def test_a_flush_that_fails_once_is_never_tried_again(tmp_path: Path, nth: int) -> None:
    if shutil.which("strace") is None:
        pytest.skip("strace, which makes the flush fail, is not installed")
    path = tmp_path / "ledger.db"
    open_store(path, writer=True).close()
    inject = f"inject=fsync,fdatasync:error=EIO:when={nth}"
    tracer = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync", "-e", inject]
    done = subprocess.run(
        [*tracer, sys.executable, "-c", FAILING, str(path)],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    if "ptrace" in done.stderr:
        pytest.skip("strace is not allowed here")
    assert done.returncode == 0, done.stderr
    count, refused, *acknowledged = done.stdout.split()
    assert int(count) + int(refused) == 60
    assert int(refused) > 0
    with open_store(path, writer=True) as store:
        assert set(acknowledged) <= set(stored_batches(store))
        assert store.check().faults == []


def test_somebody_who_holds_the_database_too_long_is_named_and_it_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ledger.db"
    monkeypatch.setattr("safepassage.store.engine.BUSY_SECONDS", 0.1)
    with open_store(path, writer=True) as store:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="held by another program"):
            store.append(batch("b.1", 1), source="gate-3", recorded_at=START)
        other.execute("ROLLBACK")
        other.close()
        assert store.append(batch("b.1", 1), source="gate-3", recorded_at=START).is_clean


@pytest.mark.postgres
def test_a_server_that_ends_the_connection_is_a_fault_and_the_next_batch_is_recorded(
    databases: NthAddress,
) -> None:
    address = databases(0)
    with open_store(address, writer=True) as store:
        store.append(batch("b0.2", 2), source="gate-3", recorded_at=START)
        execute(
            address,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND starts_with(application_name, 'safepassage')",
        )
        with pytest.raises(StoreFaultError, match="hand it in again"):
            store.append(batch("b1.2", 2), source="gate-3", recorded_at=START)
        assert store.append(batch("b1.2", 2), source="gate-3", recorded_at=START).is_clean
        assert store.check().faults == []


def test_a_damaged_file_is_a_sentence_and_no_surprise(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with open_store(path, writer=True) as store:
        for n in range(20):
            store.append(batch(f"b{n}.60", 60), source="gate-3", recorded_at=NOON)
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(size // 2)
        file.write(bytes(4096 * 3))
    with open_store(path) as reader:
        faults = reader.check().faults
    assert faults
    assert all(isinstance(fault, str) for fault in faults)
