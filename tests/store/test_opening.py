"""Opening a ledger: one writer, many readers, and nothing that would lose what it acknowledged."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from safepassage.store import (
    SchemaError,
    Store,
    StoreError,
    StoreLockedError,
    StoreMissingError,
    engine,
    open_store,
)
from safepassage.store.schema import REVISION, metadata
from tests.store.ledgers import NOON
from tests.store.test_append import MORNING, PHONE

HOLD = """
import sys
from safepassage.store import open_store
with open_store(sys.argv[1], writer=True):
    print("open", flush=True)
    sys.stdin.read()
"""


def test_a_second_process_is_told_which_one_writes(address: str) -> None:
    command = [sys.executable, "-c", HOLD, address]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "open\n"
        with pytest.raises(StoreLockedError, match=rf"process {holder.pid}\b"):
            open_store(address, writer=True)
        with open_store(address) as reader:
            assert reader.head().seq == 0
        holder.communicate("")
    with open_store(address, writer=True) as mine:
        assert mine.append(MORNING, **PHONE).is_clean


def test_the_same_process_does_not_write_twice_either(store: Store, address: str) -> None:
    with pytest.raises(StoreLockedError, match=rf"process {os.getpid()}\b"):
        open_store(address, writer=True)
    assert store.append(MORNING, **PHONE).is_clean


def test_threads_of_one_writer_take_turns(store: Store) -> None:
    refused: list[BaseException] = []

    def record(n: int) -> None:
        try:
            store.append(MORNING[: n % 4 + 1], **PHONE)
            with store.ledger() as ledger:
                ledger.stock(NOON)
        except BaseException as fault:  # noqa: BLE001 - reported by the test itself
            refused.append(fault)

    threads = [threading.Thread(target=record, args=(n,)) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == []
    assert store.head().seq == 4
    assert store.check().faults == []


def test_there_is_no_ledger_to_read_where_none_was_made(tmp_path: Path) -> None:
    with pytest.raises(StoreMissingError, match="no ledger"):
        open_store(tmp_path / "none.db")
    assert list(tmp_path.iterdir()) == []


def test_a_new_ledger_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    with open_store(tmp_path / "new.db", writer=True) as store:
        store.append(MORNING, **PHONE)
        for file in tmp_path.iterdir():
            assert stat.S_IMODE(file.stat().st_mode) == 0o600, file.name


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("sqlite://", "in memory"),
        ("sqlite:///:memory:", "in memory"),
        ("mysql://host/base", "SQLite or PostgreSQL"),
        ("://", "cannot be read"),
    ],
)
def test_an_address_that_is_none_is_explained(address: str, said: str) -> None:
    with pytest.raises(StoreError, match=said):
        open_store(address, writer=True)


def test_a_missing_driver_is_named_with_the_extra_that_brings_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(StoreError, match=re.escape("safepassage[postgres]")):
        open_store("postgresql://host/base")


def test_a_password_stands_in_no_message() -> None:
    with pytest.raises(StoreError) as refused:
        open_store("postgresql://amira:secret@127.0.0.1:1/base", writer=True)
    assert "secret" not in str(refused.value)


def test_a_folder_or_a_text_file_is_no_ledger(tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("not a database, but long enough to be taken for one\n" * 100)
    for path in (text, tmp_path):
        for writer in (False, True):
            with pytest.raises(StoreError):
                open_store(path, writer=writer)
    assert text.read_text().startswith("not a database")


def test_a_database_of_something_else_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE entry (thing)")
    other.close()
    with pytest.raises(SchemaError, match="something else"):
        open_store(path, writer=True)
    with pytest.raises(StoreMissingError):
        open_store(path)


def test_weaker_than_durable_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare = engine._prepare_writer

    def prepare_badly(connection: sqlite3.Connection, record: object) -> None:
        prepare(connection, record)
        connection.execute("PRAGMA synchronous = NORMAL")

    monkeypatch.setattr(engine, "_prepare_writer", prepare_badly)
    with pytest.raises(StoreError, match="power cut"):
        open_store(tmp_path / "new.db", writer=True)


def test_postgresql_without_fsync_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    class Settings:
        dialect = sa.make_url("postgresql+psycopg://").get_dialect()

        def exec_driver_sql(self, statement: str) -> Settings:
            self.answer = "off" if "fsync" in statement else "on"
            return self

        def scalar_one(self) -> str:
            return self.answer

    with pytest.raises(StoreError, match="fsync=off"):
        engine.check_durable(Settings())  # type: ignore[arg-type]


def test_a_newer_ledger_is_neither_read_nor_written(tmp_path: Path, empty_file: Path) -> None:
    path = Path(shutil.copy(empty_file, tmp_path / "newer.db"))
    _set_revision(path, "9999")
    for writer in (False, True):
        with pytest.raises(SchemaError, match="update Safe Passage"):
            open_store(path, writer=writer)


def test_an_older_ledger_is_not_read_but_brought_up_to_date_by_a_writer(
    tmp_path: Path, empty_file: Path
) -> None:
    path = Path(shutil.copy(empty_file, tmp_path / "older.db"))
    _set_revision(path, "0000")
    with pytest.raises(SchemaError, match="open it once for writing"):
        open_store(path)


def _set_revision(path: Path, revision: str) -> None:
    with sqlite3.connect(path) as base:
        base.execute("UPDATE alembic_version SET version_num = ?", (revision,))
    base.close()


def test_the_migrations_make_the_tables_that_the_program_reads(address: str) -> None:
    url = address if "://" in address else f"sqlite:///{address}"
    base = sa.create_engine(url)
    with base.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection), metadata)
    base.dispose()
    assert found == []


def test_the_newest_migration_is_the_schema_of_this_program() -> None:
    config = Config()
    config.set_main_option("script_location", str(engine._MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [REVISION]


def test_a_closed_store_says_so(address: str) -> None:
    store = open_store(address, writer=True)
    store.close()
    store.close()
    with pytest.raises(StoreError, match="closed"):
        store.append(MORNING, **PHONE)
