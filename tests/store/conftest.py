"""A place for a ledger in each database, and a fresh copy of it as often as a test wants one."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from safepassage.store import Store, open_store
from safepassage.store.schema import metadata
from tests.fixtures.postgres import execute

NewAddress = Callable[[], str]
NthAddress = Callable[[int], str]
KEPT = {"head", "audit_head", "register_lock"}  # tables of one row each


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite ledger without entries, to be copied."""
    path = tmp_path_factory.mktemp("empty") / "empty.db"
    open_store(path, writer=True).close()
    return path


@pytest.fixture(scope="session")
def databases(postgres_url: str) -> NthAddress:
    """PostgreSQL ledgers, made when they are first asked for and emptied at every other time."""
    made: dict[int, str] = {}

    def nth(number: int) -> str:
        if number in made:
            make_empty(made[number])
            return made[number]
        name = f"ledger_{number}"
        execute(postgres_url, f"CREATE DATABASE {name}")
        made[number] = postgres_url.replace("@/postgres?", f"@/{name}?")
        open_store(made[number], writer=True).close()
        return made[number]

    return nth


def make_empty(address: str) -> None:
    """Empty a PostgreSQL ledger behind the back of its triggers."""
    engine = sa.create_engine(address)
    tables = ", ".join(name for name in metadata.tables if name not in KEPT)
    with engine.begin() as connection:
        for grown in ("entry", "register_entry", "audit"):
            connection.exec_driver_sql(f"ALTER TABLE {grown} DISABLE TRIGGER USER")
        connection.exec_driver_sql(f"TRUNCATE {tables} RESTART IDENTITY")
        for grown in ("entry", "register_entry", "audit"):
            connection.exec_driver_sql(f"ALTER TABLE {grown} ENABLE TRIGGER USER")
        connection.exec_driver_sql("UPDATE head SET seq = 0, hash = repeat('0', 64)")
        connection.exec_driver_sql("UPDATE audit_head SET number = 0, hash = repeat('0', 64)")
        connection.exec_driver_sql("UPDATE register_lock SET lock = '', lock_asked_at = 0")
    engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def backend(request: pytest.FixtureRequest) -> str:
    """Which database the test runs on."""
    return str(request.param)


@pytest.fixture
def new_address(backend: str, tmp_path: Path, request: pytest.FixtureRequest) -> NewAddress:
    """Gives the address of another empty ledger each time it is called."""
    numbers = itertools.count()
    if backend == "sqlite":
        empty: Path = request.getfixturevalue("empty_file")
        return lambda: shutil.copy(empty, tmp_path / f"ledger-{next(numbers)}.db").as_posix()
    nth: NthAddress = request.getfixturevalue("databases")
    return lambda: nth(next(numbers))


@pytest.fixture
def address(new_address: NewAddress) -> str:
    """The address of an empty ledger."""
    return new_address()


@pytest.fixture
def store(address: str) -> Iterator[Store]:
    """An empty ledger, open for writing."""
    with open_store(address, writer=True) as opened:
        yield opened
