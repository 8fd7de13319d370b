"""Accounts, their sessions, the audit chain that only grows, and the register's lock."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
GENESIS = "0" * 64
ONLY_GROWS = "the audit chain only grows"


def upgrade() -> None:
    _make_accounts()
    _make_audit()
    _make_lock()
    _forbid_changes()


def _word(name: str, *, primary_key: bool = False, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, WORD, primary_key=primary_key, nullable=nullable)


def _long(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=nullable)


def _one() -> sa.Column[int]:
    return sa.Column("one", sa.Integer, primary_key=True, autoincrement=False)


def _make_accounts() -> None:
    op.create_table(
        "account",
        _word("id", primary_key=True),
        _word("roles"),
        _word("sponsor", nullable=True),
        _word("state"),
        _word("password", nullable=True),
        sa.Column("code_secret", sa.LargeBinary),
        _long("code_step", nullable=True),
        _long("added_at"),
        _word("added_by"),
    )
    op.create_table(
        "account_passkey",
        _word("id", primary_key=True),
        _word("account"),
        sa.Column("public_key", sa.LargeBinary, nullable=False),
        _long("sign_count"),
        sa.Column("label", sa.Text, nullable=False),
        _long("added_at"),
        _long("used_at", nullable=True),
    )
    op.create_table(
        "account_link", _word("digest", primary_key=True), _word("account"), _long("ends_at")
    )
    op.create_table(
        "account_session",
        _word("digest", primary_key=True),
        _word("account"),
        _word("way"),
        _long("started_at"),
        _long("seen_at"),
        _long("ends_at"),
    )
    for table in ("account_passkey", "account_link", "account_session"):
        op.create_index(f"{table}_account", table, ["account"])


def _make_audit() -> None:
    op.create_table(
        "audit",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=False),
        _word("kind"),
        _word("account"),
        _long("at"),
        _word("subject", nullable=True),
        _word("detail"),
        _word("hash"),
    )
    op.create_index("audit_account", "audit", ["account", "kind", "at"])
    op.create_index("audit_kind", "audit", ["kind", "at"])
    is_about = sa.text("subject IS NOT NULL")
    op.create_index(
        "audit_subject",
        "audit",
        ["subject", "number"],
        sqlite_where=is_about,
        postgresql_where=is_about,
    )
    head = op.create_table("audit_head", _one(), _long("number"), _word("hash"))
    op.execute(sa.insert(head).values(one=1, number=0, hash=GENESIS))


def _make_lock() -> None:
    lock = op.create_table(
        "register_lock",
        _one(),
        sa.Column("lock", sa.Text, nullable=False),
        _long("lock_asked_at"),
    )
    op.execute(sa.insert(lock).values(one=1, lock="", lock_asked_at=0))


def _forbid_changes() -> None:
    """An UPDATE or DELETE on the audit chain fails, whoever sends it and with whatever tool."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_no_{verb.lower()} BEFORE {verb} ON audit BEGIN"
                f" SELECT RAISE(ABORT, '{ONLY_GROWS}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" RAISE EXCEPTION '{ONLY_GROWS}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit"
        " FOR EACH STATEMENT EXECUTE FUNCTION audit_only_grows()"
    )
