"""A place for a ledger in each database, and a fresh copy of it as often as a test wants one."""

from __future__ import annotations

import itertools
import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from safepassage.store import Store, open_store
from tests.fixtures.postgres import execute

NewAddress = Callable[[], str]


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite ledger without entries, to be copied."""
    path = tmp_path_factory.mktemp("empty") / "empty.db"
    open_store(path, writer=True).close()
    return path


@pytest.fixture(scope="session")
def empty_database(postgres_url: str) -> str:
    """A PostgreSQL ledger without entries, to be copied."""
    name = f"empty_{secrets.token_hex(6)}"
    execute(postgres_url, f"CREATE DATABASE {name}")
    address = postgres_url.replace("@/postgres?", f"@/{name}?")
    open_store(address, writer=True).close()
    return address


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def backend(request: pytest.FixtureRequest) -> str:
    """Which database the test runs on."""
    return str(request.param)


@pytest.fixture
def new_address(
    backend: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[NewAddress]:
    """Gives the address of another empty ledger each time it is called."""
    if backend == "sqlite":
        yield _copied_files(tmp_path, request.getfixturevalue("empty_file"))
        return
    made: list[str] = []
    yield _copied_databases(request.getfixturevalue("empty_database"), made)
    for address in made:
        name = sa.make_url(address).database
        execute(_server(address), f"DROP DATABASE {name} WITH (FORCE)")


def _copied_files(folder: Path, empty: Path) -> NewAddress:
    numbers = itertools.count()

    def copy() -> str:
        path = folder / f"ledger-{next(numbers)}.db"
        shutil.copy(empty, path)
        return str(path)

    return copy


def _copied_databases(empty: str, made: list[str]) -> NewAddress:
    def copy() -> str:
        url = sa.make_url(empty)
        name = f"ledger_{secrets.token_hex(6)}"
        execute(_server(empty), f"CREATE DATABASE {name} TEMPLATE {url.database}")
        made.append(url.set(database=name).render_as_string(hide_password=False))
        return made[-1]

    return copy


def _server(address: str) -> str:
    return sa.make_url(address).set(database="postgres").render_as_string(hide_password=False)


@pytest.fixture
def address(new_address: NewAddress) -> str:
    """The address of an empty ledger."""
    return new_address()


@pytest.fixture
def store(address: str) -> Iterator[Store]:
    """An empty ledger, open for writing."""
    with open_store(address, writer=True) as opened:
        yield opened
