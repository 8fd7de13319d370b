"""The tables of accounts, beside those of the ledger in the same database.

Nothing in them signs anybody in: passphrases are hashed, one-time-code secrets sealed under what
follows from the passphrase, sessions and enrolment links kept as hashes, passkeys are public keys.
No table has a place for an officer's name.

``audit`` only grows, by trigger; each row carries the hash of the one before (`secure/audit.py`).
``register_lock`` is one row: the register's lock (`secure/unlock.py`) and when somebody last asked
every server to drop the key.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table, Text, text

from safepassage.store.schema import metadata

# The same two types as the ledger's tables have.
_Word = Text().with_variant(Text(collation="C"), "postgresql")
_Number = BigInteger().with_variant(Integer, "sqlite")

account = Table(
    "account",
    metadata,
    Column("id", _Word, primary_key=True),
    Column("roles", _Word, nullable=False),  # a space between two
    Column("sponsor", _Word),
    Column("state", _Word, nullable=False),
    Column("password", _Word),  # what secure/password.py keeps
    Column("code_secret", LargeBinary),  # sealed under what follows from the passphrase
    Column("code_step", BigInteger),  # time step of the last one-time code that was accepted
    Column("added_at", BigInteger, nullable=False),  # microseconds since 1970
    Column("added_by", _Word, nullable=False),
)

account_passkey = Table(
    "account_passkey",
    metadata,
    Column("id", _Word, primary_key=True),  # the credential's id, base64url
    Column("account", _Word, nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("label", Text, nullable=False),  # what its owner calls it: "blue key"
    Column("added_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
)
Index("account_passkey_account", account_passkey.c.account)

account_link = Table(
    "account_link",  # enrolment links that were not used yet
    metadata,
    Column("digest", _Word, primary_key=True),
    Column("account", _Word, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
)
Index("account_link_account", account_link.c.account)

account_session = Table(
    "account_session",
    metadata,
    Column("digest", _Word, primary_key=True),
    Column("account", _Word, nullable=False),
    Column("way", _Word, nullable=False),  # passkey, code or enrolment
    Column("started_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
)
Index("account_session_account", account_session.c.account)

audit = Table(
    "audit",
    metadata,
    Column("number", _Number, primary_key=True, autoincrement=False),
    Column("kind", _Word, nullable=False),
    Column("account", _Word, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("subject", _Word),
    Column("detail", _Word, nullable=False),  # JSON of codes and counts
    Column("hash", _Word, nullable=False),
)
_is_about = text("subject IS NOT NULL")
Index("audit_account", audit.c.account, audit.c.kind, audit.c.at)
Index("audit_kind", audit.c.kind, audit.c.at)
Index(
    "audit_subject",
    audit.c.subject,
    audit.c.number,
    sqlite_where=_is_about,
    postgresql_where=_is_about,
)

audit_head = Table(
    "audit_head",  # one row: where the chain ends, so that entries cut off its end are missed
    metadata,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
    Column("hash", _Word, nullable=False),
)

register_lock = Table(
    "register_lock",
    metadata,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("lock", Text, nullable=False),  # empty: the register has no key yet
    Column("lock_asked_at", BigInteger, nullable=False),  # every server drops the key
)
