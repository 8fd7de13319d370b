"""The ledger, its projections, and the triggers that let it only grow."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
SEQ = sa.BigInteger().with_variant(sa.Integer, "sqlite")
GENESIS = "0" * 64


def upgrade() -> None:
    _make_entry()
    _make_projections()
    _make_keepsakes()
    _forbid_changes()


def _word(name: str, *, primary_key: bool = False, nullable: bool = True) -> sa.Column[str]:
    return sa.Column(name, WORD, primary_key=primary_key, nullable=nullable and not primary_key)


def _number(name: str, *, primary_key: bool = False, nullable: bool = True) -> sa.Column[int]:
    whole = sa.BigInteger
    if primary_key:
        return sa.Column(name, whole, primary_key=True, autoincrement=False)
    return sa.Column(name, whole, nullable=nullable)


def _small(name: str, *, primary_key: bool = False) -> sa.Column[int]:
    whole = sa.SmallInteger
    if primary_key:
        return sa.Column(name, whole, primary_key=True, autoincrement=False)
    return sa.Column(name, whole, nullable=False)


def _make_entry() -> None:
    op.create_table(
        "entry",
        sa.Column("seq", SEQ, primary_key=True, autoincrement=False),
        _word("id", nullable=False),
        _word("kind", nullable=False),
        _word("person"),
        _word("grp"),
        _word("phase"),
        _word("from_place"),
        _word("to_place"),
        _number("heads"),
        _word("category"),
        _number("instant"),
        _word("fulfils"),
        _number("recorded_at", nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        _number("clock_ahead", nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        _word("hash", nullable=False),
    )
    op.create_index("entry_id", "entry", ["id"], unique=True)
    for name, columns, condition in (
        ("entry_person", ["person", "instant"], "person IS NOT NULL"),
        ("entry_instant", ["instant"], "instant IS NOT NULL"),
        ("entry_fulfils", ["fulfils"], "fulfils IS NOT NULL"),
        ("entry_small", ["kind", "seq"], "instant IS NULL"),
    ):
        where = sa.text(condition)
        op.create_index(name, "entry", columns, sqlite_where=where, postgresql_where=where)
    head = op.create_table(
        "head",
        sa.Column("one", sa.Integer, primary_key=True, autoincrement=False),
        _number("seq", nullable=False),
        _word("hash", nullable=False),
    )
    op.execute(sa.insert(head).values(one=1, seq=0, hash=GENESIS))


def _make_projections() -> None:
    op.create_table(
        "flow",
        _small("span", primary_key=True),
        _number("bucket", primary_key=True),
        _word("from_place", primary_key=True),
        _word("to_place", primary_key=True),
        _word("category", primary_key=True),
        _word("phase", primary_key=True),
        _small("seen", primary_key=True),
        _number("heads", nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "adjustment",
        _word("subject", nullable=False),
        _small("sign"),
        _number("instant", nullable=False),
        _word("entry", nullable=False),
        _word("from_place", nullable=False),
        _word("to_place", nullable=False),
        _number("heads", nullable=False),
        _word("category", nullable=False),
        _word("phase", nullable=False),
        _small("seen"),
        _word("person"),
        _word("grp"),
    )
    op.create_index("adjustment_subject", "adjustment", ["subject"])
    op.create_index("adjustment_instant", "adjustment", ["instant"])
    op.create_table(
        "oddity",
        _word("subject", nullable=False),
        _word("cause", nullable=False),
        _number("instant", nullable=False),
        _word("entry", nullable=False),
        _word("other"),
        _word("person"),
        _word("from_place"),
        _word("to_place"),
    )
    op.create_index("oddity_subject", "oddity", ["subject"])
    op.create_table(
        "mention",
        _word("target", primary_key=True),
        _word("role", primary_key=True),
        _number("seq", primary_key=True),
        sqlite_with_rowid=False,
    )


def _make_keepsakes() -> None:
    op.create_table(
        "quarantine",
        sa.Column("number", SEQ, primary_key=True, autoincrement=True),
        _word("digest", nullable=False),
        sa.Column("entry", sa.Text),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("offered", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        _number("first_at", nullable=False),
        _number("last_at", nullable=False),
        _number("times", nullable=False),
    )
    op.create_index("quarantine_digest", "quarantine", ["digest"], unique=True)
    op.create_table(
        "document",
        _word("name", primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        _word("sha256", nullable=False),
        _number("recorded_at", nullable=False),
        sa.Column("text", sa.Text, nullable=False),
    )


def _forbid_changes() -> None:
    """An UPDATE or DELETE on the ledger fails, whoever sends it and with whatever tool."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER entry_no_{verb.lower()} BEFORE {verb} ON entry BEGIN"
                " SELECT RAISE(ABORT, 'the ledger only grows: record a correction instead'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION entry_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE EXCEPTION 'the ledger only grows: record a correction instead'; END $$"
    )
    op.execute(
        "CREATE TRIGGER entry_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON entry"
        " FOR EACH STATEMENT EXECUTE FUNCTION entry_only_grows()"
    )
