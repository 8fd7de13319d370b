"""Connections: how the ledger is opened, durably, on SQLite and on PostgreSQL.

An acknowledged entry survives a power cut.  SQLite therefore runs with a write-ahead log that is
flushed at every commit (synchronous=FULL), PostgreSQL with fsync and synchronous commit; whatever
is weaker is refused when the ledger is opened for writing, because with synchronous=NORMAL every
power cut of a test lost acknowledged entries.

Transactions that write begin as writers (BEGIN IMMEDIATE): a read that turns into a write half-way
is the one case for which SQLite's waiting does not work.  A reader sees one unchanging snapshot.
"""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from safepassage.store.errors import SchemaError, StoreError, StoreMissingError
from safepassage.store.schema import REVISION

BUSY_SECONDS = 10
READER_CACHE_KIB = 16_384
WRITER_CACHE_KIB = 65_536
SYNCHRONOUS_FULL = 2
# A statement prepared while the tables were empty would go on reading them from end to end.
_POSTGRESQL: dict[str, Any] = {"prepare_threshold": None}
_MIGRATIONS = Path(__file__).with_name("migrations")


def parse_address(address: str | os.PathLike[str]) -> URL:
    """The database behind a path, ``sqlite:///path`` or ``postgresql://...``.

    Raises:
        StoreError: it is none of these, or needs a driver that is not installed.
    """
    text_form = os.fspath(address)
    if "://" not in text_form:
        return _file(URL.create("sqlite", database=text_form))
    try:
        url = make_url(text_form)
    except ArgumentError:
        raise StoreError(
            "the address of the ledger cannot be read: use a path, sqlite:///path or"
            " postgresql+psycopg://user@host/database"
        ) from None
    backend = url.get_backend_name()
    if backend == "sqlite":
        if url.database in (None, "", ":memory:"):
            raise StoreError("a ledger in memory would be lost with the program: give a path")
        return _file(url.set(drivername="sqlite"))
    if backend != "postgresql":
        raise StoreError(f"a ledger is kept in SQLite or PostgreSQL, not in {backend}")
    if importlib.util.find_spec("psycopg") is None:
        raise StoreError('PostgreSQL needs the driver psycopg: pip install "safepassage[postgres]"')
    return url.set(drivername="postgresql+psycopg")


def _file(url: URL) -> URL:
    """The address of a SQLite ledger, if a file may be there."""
    if not url.database:
        raise StoreError("the address of the ledger is empty: give a path, like safepassage.db")
    if os.path.isdir(url.database):
        raise StoreError(f"{url.database} is a folder: name the ledger's file in it")
    return url


def is_sqlite(url: URL) -> bool:
    """Whether the ledger is a file of SQLite."""
    return url.get_backend_name() == "sqlite"


def database_path(url: URL) -> Path:
    """The file of a SQLite ledger."""
    return Path(url.database or "")


def shown(url: URL) -> str:
    """The address of a ledger for messages: without a password."""
    return str(database_path(url)) if is_sqlite(url) else url.render_as_string(hide_password=True)


def writing_engine(url: URL) -> Engine:
    """An engine whose transactions begin as writers."""
    if not is_sqlite(url):
        # The name is what a second writer is told about the first.
        name = f"safepassage writer, process {os.getpid()}"
        options = {**_POSTGRESQL, "application_name": name}
        return create_engine(url, connect_args=options, hide_parameters=True)
    path = database_path(url)
    if not path.exists():
        _create_private(path)
    engine = _sqlite_engine(url)
    event.listen(engine, "connect", _prepare_writer)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def reading_engine(url: URL) -> Engine:
    """An engine whose transactions are snapshots that cannot write."""
    if not is_sqlite(url):
        engine = create_engine(
            url,
            connect_args=_POSTGRESQL,
            isolation_level="REPEATABLE READ",
            max_overflow=-1,
            hide_parameters=True,
        )
        event.listen(engine, "begin", _begin_read_only)
        return engine
    if not database_path(url).exists():
        raise StoreMissingError(f"there is no ledger at {database_path(url)}")
    engine = _sqlite_engine(url)
    event.listen(engine, "connect", _prepare_reader)
    event.listen(engine, "begin", _begin_deferred)
    return engine


def _sqlite_engine(url: URL) -> Engine:
    # isolation_level None keeps Python's driver from beginning transactions on its own.
    options = {"isolation_level": None, "check_same_thread": False, "timeout": BUSY_SECONDS}
    return create_engine(url, connect_args=options, max_overflow=-1, hide_parameters=True)


def _create_private(path: Path) -> None:
    """An empty file that only its owner may read; SQLite gives its log files the same mode."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        return
    except OSError as fault:
        raise StoreError(f"no ledger can be made at {path}: {fault.strerror}") from fault


def _prepare_writer(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    # Without it, INSERT OR REPLACE would delete a row behind the back of the triggers.
    connection.execute("PRAGMA recursive_triggers = ON")
    # What is deleted is overwritten: a shredded key must not lie in a free page.
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute(f"PRAGMA cache_size = -{WRITER_CACHE_KIB}")


def _prepare_reader(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA query_only = ON")
    connection.execute(f"PRAGMA cache_size = -{READER_CACHE_KIB}")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_deferred(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _begin_read_only(connection: Connection) -> None:
    connection.exec_driver_sql("SET TRANSACTION READ ONLY")


def check_durable(connection: Connection) -> None:
    """Refuse a database that would acknowledge what a power cut can take back.

    Raises:
        StoreError: the setting at fault, and what it must be.
    """
    if connection.dialect.name == "sqlite":
        journal = connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()
        level = connection.exec_driver_sql("PRAGMA synchronous").scalar_one()
        if journal != "wal":
            raise StoreError(
                f"SQLite keeps its journal as {journal!r} here, not as a write-ahead log: put the"
                " ledger on a local disk"
            )
        if level < SYNCHRONOUS_FULL:
            raise StoreError(
                f"SQLite's synchronous is {level}: with less than FULL (2) a power cut loses"
                " acknowledged entries"
            )
        return
    connection.exec_driver_sql("SET synchronous_commit TO on")
    for setting in ("fsync", "full_page_writes"):
        if connection.exec_driver_sql(f"SHOW {setting}").scalar_one() != "on":
            raise StoreError(
                f"PostgreSQL runs with {setting}=off: a power cut would lose acknowledged entries;"
                " set it to on"
            )


def stored_revision(connection: Connection) -> str | None:
    """The schema version of a database; None if it holds no ledger."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.execute(
        text("SELECT version_num FROM alembic_version")
    ).scalar()
    return revision


def check_schema(connection: Connection, where: str) -> None:
    """Refuse a ledger that this program cannot read as it is.

    Raises:
        StoreMissingError: the database holds no ledger.
        SchemaError: it is older or newer than this program.
    """
    revision = stored_revision(connection)
    if revision is None:
        raise StoreMissingError(f"there is no ledger at {where}")
    if revision == REVISION:
        return
    if revision < REVISION:
        raise SchemaError(
            f"the ledger at {where} has schema {revision}, this program reads {REVISION}: open it"
            " once for writing (with a copy at hand) and it is brought up to date"
        )
    raise SchemaError(
        f"the ledger at {where} has schema {revision}, newer than the {REVISION} that this program"
        " knows: update Safe Passage"
    )


def migrate(connection: Connection, where: str) -> None:
    """Bring a database to the schema of this program, from nothing or from an older one.

    Raises:
        SchemaError: it is newer than this program, or holds tables of something else.
    """
    revision = stored_revision(connection)
    if revision is not None and revision >= REVISION:
        check_schema(connection, where)
        return
    if revision is None and inspect(connection).has_table("entry"):
        raise SchemaError(f"{where} holds tables of something else: give the ledger its own place")
    # Imported here: a ledger that is up to date is opened without waiting for Alembic.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def readable(fault: DBAPIError) -> str:
    """What the database said, without the statement and its values."""
    return str(fault.orig).strip().splitlines()[0] if fault.orig else type(fault).__name__


def forget_deleted(connection: Connection) -> None:
    """Overwrite what was deleted where the database still holds it: its log, its dead rows.

    SQLite overwrites deleted rows at once, but its write-ahead log keeps the pages as they were
    until it is emptied.  A reader that holds an older snapshot can keep it from being emptied; the
    log is then emptied by the next deletion, or when the last connection closes.
    """
    connection.rollback()
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return
    driver.autocommit = True
    try:
        driver.execute("VACUUM register_key, register_record, register_row, register_blind")
    finally:
        driver.autocommit = False
