"""The tables of the ledger, the same in SQLite and PostgreSQL.

``entry`` is the ledger: it only grows, and every row carries the hash of the row before it.  All
other tables of this file except ``document`` and ``quarantine`` are projections: they can be
computed from ``entry`` at any time, and `safepassage.store.check` does so.

    effective transfers  =  the movement rows of entry  +  adjustment        (at any granularity)
    flow                 =  effective transfers, added up per quarter of an hour and per day
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
    text,
)

REVISION = "0006"  # the schema this program reads and writes; the newest in migrations/versions

# Ids are compared byte by byte, as Python compares them, whatever the language of the server.
_Word = Text().with_variant(Text(collation="C"), "postgresql")
_Seq = BigInteger().with_variant(Integer, "sqlite")  # an alias of SQLite's own row number

metadata = MetaData()

entry = Table(
    "entry",
    metadata,
    Column("seq", _Seq, primary_key=True, autoincrement=False),
    Column("id", _Word, nullable=False),
    Column("kind", _Word, nullable=False),
    # The columns of a movement; empty for every other kind.
    Column("person", _Word),
    Column("grp", _Word),
    Column("phase", _Word),
    Column("from_place", _Word),
    Column("to_place", _Word),
    Column("heads", BigInteger),
    Column("category", _Word),
    Column("instant", BigInteger),  # microseconds since 1970 on the true clock
    Column("fulfils", _Word),
    # What the receiver knew of it.
    Column("recorded_at", BigInteger, nullable=False),  # microseconds since 1970
    Column("source", Text, nullable=False),
    Column("clock_ahead", BigInteger, nullable=False),  # microseconds
    Column("body", Text, nullable=False),  # canonical JSON of the fact
    Column("hash", _Word, nullable=False),  # sha256 over the hash before and this entry
)
Index("entry_id", entry.c.id, unique=True)
_is_personal = text("person IS NOT NULL")
_is_movement = text("instant IS NOT NULL")
_is_settling = text("fulfils IS NOT NULL")
_is_small = text("instant IS NULL")
_is_call = text("phase = 'pending' AND grp IS NOT NULL")
Index(
    "entry_person",
    entry.c.person,
    entry.c.instant,
    sqlite_where=_is_personal,
    postgresql_where=_is_personal,
)
Index("entry_instant", entry.c.instant, sqlite_where=_is_movement, postgresql_where=_is_movement)
Index("entry_fulfils", entry.c.fulfils, sqlite_where=_is_settling, postgresql_where=_is_settling)
# What a group is called forward by: a gate settles it.
Index("entry_call", entry.c.grp, sqlite_where=_is_call, postgresql_where=_is_call)
# Everything that is no movement, so that the catalogue is read without passing over the movements.
Index("entry_small", entry.c.kind, entry.c.seq, sqlite_where=_is_small, postgresql_where=_is_small)

head = Table(
    "head",  # one row: where the ledger ends, so that rows cut off its end are missed
    metadata,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("hash", _Word, nullable=False),
)

flow = Table(
    "flow",
    metadata,
    Column("span", SmallInteger, primary_key=True, autoincrement=False),  # see model `Span`
    Column("bucket", BigInteger, primary_key=True, autoincrement=False),
    Column("from_place", _Word, primary_key=True),
    Column("to_place", _Word, primary_key=True),
    Column("category", _Word, primary_key=True),
    Column("phase", _Word, primary_key=True),
    Column("seen", SmallInteger, primary_key=True, autoincrement=False),
    Column("heads", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

adjustment = Table(
    "adjustment",  # transfers to add to (sign 1) or take from (sign -1) the movement rows
    metadata,
    Column("subject", _Word, nullable=False),  # p:PERSON or m:MOVEMENT, whose fold it is
    Column("sign", SmallInteger, nullable=False),
    Column("instant", BigInteger, nullable=False),
    Column("entry", _Word, nullable=False),
    Column("from_place", _Word, nullable=False),
    Column("to_place", _Word, nullable=False),
    Column("heads", BigInteger, nullable=False),
    Column("category", _Word, nullable=False),
    Column("phase", _Word, nullable=False),
    Column("seen", SmallInteger, nullable=False),
    Column("person", _Word),
    Column("grp", _Word),
)
Index("adjustment_subject", adjustment.c.subject)
Index("adjustment_instant", adjustment.c.instant)
_is_of_person = text("person IS NOT NULL")
Index(
    "adjustment_person",
    adjustment.c.person,
    sqlite_where=_is_of_person,
    postgresql_where=_is_of_person,
)

oddity = Table(
    "oddity",
    metadata,
    Column("subject", _Word, nullable=False),  # as above, or f:PROMISE or a:AMENDMENT
    Column("cause", _Word, nullable=False),
    Column("instant", BigInteger, nullable=False),
    Column("entry", _Word, nullable=False),
    Column("other", _Word),
    Column("person", _Word),
    Column("from_place", _Word),
    Column("to_place", _Word),
)
Index("oddity_subject", oddity.c.subject)

mention = Table(
    "mention",  # which corrections and namings speak of an entry or a person
    metadata,
    Column("target", _Word, primary_key=True),
    Column("role", _Word, primary_key=True),  # corrects, names, instead or person
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

quarantine = Table(
    "quarantine",  # what was offered and could not be recorded, so that nothing is lost
    metadata,
    Column("number", _Seq, primary_key=True, autoincrement=True),
    Column("digest", _Word, nullable=False),  # the same offer refused twice is one row
    Column("entry", Text),
    Column("reason", Text, nullable=False),
    Column("offered", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("first_at", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False),
    Column("times", BigInteger, nullable=False),
)
Index("quarantine_digest", quarantine.c.digest, unique=True)

document = Table(
    "document",  # operation and claims files, every version kept
    metadata,
    Column("name", _Word, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("sha256", _Word, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("text", Text, nullable=False),
)
