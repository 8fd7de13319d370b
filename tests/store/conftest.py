"""A place for a ledger in each database, and a fresh copy of it as often as a test wants one."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from safepassage.store import Store, open_store

NewAddress = Callable[[], str]


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite ledger without entries, to be copied."""
    path = tmp_path_factory.mktemp("empty") / "empty.db"
    open_store(path, writer=True).close()
    return path


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def backend(request: pytest.FixtureRequest) -> str:
    """Which database the test runs on."""
    return str(request.param)


@pytest.fixture
def new_address(
    backend: str, tmp_path: Path, empty_file: Path, request: pytest.FixtureRequest
) -> Iterator[NewAddress]:
    """Gives the address of another empty ledger each time it is called."""
    numbers = itertools.count()
    if backend == "sqlite":

        def copy_file() -> str:
            path = tmp_path / f"ledger-{next(numbers)}.db"
            shutil.copy(empty_file, path)
            return str(path)

        yield copy_file
        return
    template = request.getfixturevalue("postgres_database")
    open_store(template, writer=True).close()
    server = sa.create_engine(
        sa.make_url(template).set(database="postgres"), isolation_level="AUTOCOMMIT"
    )
    made: list[str] = []

    def copy_database() -> str:
        url = sa.make_url(template)
        name = f"{url.database}_{next(numbers)}"
        with server.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {url.database}")
        made.append(name)
        return url.set(database=name).render_as_string(hide_password=False)

    yield copy_database
    with server.connect() as connection:
        for name in made:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    server.dispose()


@pytest.fixture
def address(new_address: NewAddress) -> str:
    """The address of an empty ledger."""
    return new_address()


@pytest.fixture
def store(address: str) -> Iterator[Store]:
    """An empty ledger, open for writing."""
    with open_store(address, writer=True) as opened:
        yield opened
