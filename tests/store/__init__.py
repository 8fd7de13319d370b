"""Tests of the ledger in a database: the same on SQLite and on PostgreSQL."""
