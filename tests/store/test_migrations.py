"""The migrations: an older ledger is brought up to date, and becomes what a new one is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext

from safepassage.secure.roles import Role
from safepassage.store import SchemaError, open_store
from safepassage.store import account_tables as _account_tables  # noqa: F401  adds its tables
from safepassage.store import gate_tables as _gate_tables  # noqa: F401  adds its tables
from safepassage.store import register_tables as _register_tables  # noqa: F401  adds its tables
from safepassage.store.engine import _MIGRATIONS, parse_address
from safepassage.store.protection import Protection
from safepassage.store.schema import REVISION, metadata
from tests.fixtures.stores import GROWING

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def engine_of(address: str) -> sa.Engine:
    return sa.create_engine(parse_address(address))


def move(address: str, revision: str) -> None:
    """Bring a database to a revision, as an older or newer program would have left it."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    engine = engine_of(address)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()


def empty(address: str) -> None:
    """Take every table away, so that the migrations begin from nothing."""
    engine = engine_of(address)
    with engine.begin() as connection:
        found = sa.MetaData()
        found.reflect(connection)
        found.drop_all(connection)
        if connection.dialect.name == "postgresql":
            for function in GROWING:
                name = f"{function}_only_grows"
                connection.exec_driver_sql(f"DROP FUNCTION IF EXISTS {name}() CASCADE")
    engine.dispose()


def test_a_ledger_of_the_first_version_is_brought_up_to_date_and_keeps_what_it_has(
    fresh: str,
) -> None:
    move(fresh, "0001")
    engine = engine_of(fresh)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO document (name, version, sha256, recorded_at, text)"
            " VALUES ('claims', 1, 'x', 0, 'kept')"
        )
    engine.dispose()
    with pytest.raises(SchemaError, match="0001"):
        open_store(fresh)
    with open_store(fresh, writer=True) as store:
        kept = store.get_document("claims")
        assert kept is not None
        assert kept.text == "kept"
    with Protection(fresh, lambda: NOON) as protection:
        protection.accounts.add("reg-1", [Role.REGISTRAR], None, "command-line")
        assert not protection.trail.verify()


def test_the_migrations_make_the_tables_that_the_program_reads(fresh: str) -> None:
    move(fresh, "head")
    engine = engine_of(fresh)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert context.get_current_revision() == REVISION
        assert not compare_metadata(context, metadata)
    engine.dispose()


@pytest.fixture
def fresh(address: str) -> str:
    """A database without any table."""
    empty(address)
    return address
