"""The register beside the ledger: sealed rows and records, wrapped keys, blind keys, decisions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
ONLY_GROWS = "the register only grows: record another decision instead"


def upgrade() -> None:
    _index("adjustment", "person", "person", where="person IS NOT NULL")
    _make_lists()
    _make_records()
    _make_linkage()
    _make_decisions()
    _forbid_changes()


def _serial(name: str = "number") -> sa.Column[int]:
    return sa.Column(name, NUMBER, primary_key=True, autoincrement=False)


def _key(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, primary_key=True, autoincrement=False)


def _word(name: str, *, primary_key: bool = False, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, WORD, primary_key=primary_key, nullable=nullable)


def _long(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=nullable)


def _whole(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False)


def _sealed(name: str = "sealed", *, nullable: bool = False) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary, nullable=nullable)


def _index(table: str, name: str, *columns: str, unique: bool = False, where: str = "") -> None:
    condition = sa.text(where) if where else None
    op.create_index(
        f"{table}_{name}",
        table,
        list(columns),
        unique=unique,
        sqlite_where=condition,
        postgresql_where=condition,
    )


def _make_lists() -> None:
    op.create_table(
        "register_list",
        _serial(),
        _word("list"),
        _whole("version"),
        _word("kind"),
        _word("sponsor"),
        _word("digest"),
        _long("taken_at"),
        _word("taken_by"),
        *(_whole(name) for name in ("rows", "records", "quarantined", "added")),
        _sealed(),
    )
    _index("register_list", "version", "list", "version", unique=True)
    op.create_table(
        "register_row",
        _serial(),
        _word("list"),
        _whole("version"),
        _whole("line"),
        _word("digest"),
        _long("record", nullable=True),
        _word("reason", nullable=True),
        _sealed(nullable=True),
    )
    _index("register_row", "place", "list", "version", "line", unique=True)
    _index("register_row", "digest", "list", "digest")
    _index("register_row", "record", "record", where="record IS NOT NULL")
    op.create_table("register_erased", _word("digest", primary_key=True), _long("erased_at"))


def _make_records() -> None:
    op.create_table(
        "register_record",
        _serial(),
        _word("id"),
        _word("person"),
        _word("list"),
        _long("household", nullable=True),
        _long("minted_at"),
        _sealed("keys"),
        _sealed(nullable=True),
    )
    _index("register_record", "id", "id", unique=True)
    _index("register_record", "person", "person", unique=True)
    _index("register_record", "list", "list")
    _index("register_record", "household", "household", where="household IS NOT NULL")
    op.create_table(
        "register_key",
        _word("kind", primary_key=True),
        _key("number"),
        _sealed("wrapped"),
        sqlite_with_rowid=False,
    )
    op.create_table("register_blind", _key("key"), _key("record"), sqlite_with_rowid=False)


def _make_linkage() -> None:
    op.create_table(
        "register_link",
        _key("left"),
        _key("right"),
        sa.Column("weight", sa.Double, nullable=False),
        _word("band"),
        _word("held_back"),
        sqlite_with_rowid=False,
    )
    _index("register_link", "right", "right")
    _index("register_link", "band", "band", "weight")
    op.create_table("register_member", _serial("record"), _long("cluster"), _long("likely"))
    _index("register_member", "cluster", "cluster")


def _make_decisions() -> None:
    op.create_table(
        "register_entry",
        _serial(),
        _word("id"),
        _word("kind"),
        _word("subject"),
        _word("other", nullable=True),
        _word("word"),
        _word("made_by"),
        _long("made_at"),
        _sealed(),
        _word("hash"),
    )
    _index("register_entry", "id", "id", unique=True)
    _index("register_entry", "subject", "subject", "kind")
    _index("register_entry", "other", "other", where="other IS NOT NULL")
    _index("register_entry", "kind", "kind", "number")
    op.create_table(
        "register_document",
        _serial(),
        _word("name"),
        _whole("version"),
        _long("recorded_at"),
        _sealed(),
    )
    _index("register_document", "version", "name", "version", unique=True)


def _forbid_changes() -> None:
    """An UPDATE or DELETE on the decisions fails, whoever sends it and with whatever tool."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER register_entry_no_{verb.lower()} BEFORE {verb} ON register_entry"
                f" BEGIN SELECT RAISE(ABORT, '{ONLY_GROWS}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION register_entry_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" RAISE EXCEPTION '{ONLY_GROWS}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER register_entry_no_change BEFORE UPDATE OR DELETE OR TRUNCATE"
        " ON register_entry FOR EACH STATEMENT EXECUTE FUNCTION register_entry_only_grows()"
    )
