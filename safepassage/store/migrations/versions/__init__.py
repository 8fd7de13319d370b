"""Alembic migrations of the ledger's tables, run by `safepassage.store.engine`, never by hand."""
