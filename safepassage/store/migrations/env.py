"""What Alembic runs: the migrations, on the connection that the store hands in."""

from __future__ import annotations

from alembic import context

from safepassage.store import account_tables as _account_tables  # noqa: F401  adds its tables
from safepassage.store import gate_tables as _gate_tables  # noqa: F401  adds its tables
from safepassage.store import register_tables as _register_tables  # noqa: F401  adds its tables
from safepassage.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite alters a table by writing it anew
)
with context.begin_transaction():
    context.run_migrations()
