"""The tables of the register, beside those of the ledger in the same database.

There is no name in any of them.  What was written about a person is *sealed*: bytes under a key of
their own, and that key is wrapped by the register's key, which is not on this disk.  The wrapped
keys stand in a table apart (``register_key``), so that shredding a person is a delete.  What is
looked up without opening everything are *blind* keys: numbers that only the register's key can
make.

    rows of a version  =  rows that became a record  +  rows with a reason why not     (always)

``register_entry`` only grows, and each of its rows carries the hash of the one before: judgements,
decisions about families and priority, intake states, erasures.  ``register_link`` and
``register_member`` follow from records, judgements and the model, and can be computed anew.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    text,
)

from safepassage.store.schema import metadata

# The same two types as the ledger's tables have.
_Word = Text().with_variant(Text(collation="C"), "postgresql")
_Number = BigInteger().with_variant(Integer, "sqlite")

register_list = Table(
    "register_list",  # a version of a list, as it was taken in
    metadata,
    Column("number", _Number, primary_key=True, autoincrement=False),
    Column("list", _Word, nullable=False),
    Column("version", Integer, nullable=False),
    Column("kind", _Word, nullable=False),  # file: the whole list anew; entry: one more row of it
    Column("sponsor", _Word, nullable=False),
    Column("digest", _Word, nullable=False),  # keyed hash of what the file says
    Column("taken_at", BigInteger, nullable=False),  # microseconds since 1970
    Column("taken_by", _Word, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("records", Integer, nullable=False),
    Column("quarantined", Integer, nullable=False),
    Column("added", Integer, nullable=False),  # records that no earlier version had
    Column("sealed", LargeBinary, nullable=False),  # file name, mapping, quality panel
)
Index("register_list_version", register_list.c.list, register_list.c.version, unique=True)

register_row = Table(
    "register_row",
    metadata,
    Column("number", _Number, primary_key=True, autoincrement=False),
    Column("list", _Word, nullable=False),
    Column("version", Integer, nullable=False),
    Column("line", Integer, nullable=False),  # of the file as it came, counted from 1
    Column("digest", _Word, nullable=False),  # keyed hash of its cells
    Column("record", BigInteger),  # the number of its record; empty: it is in quarantine
    Column("reason", _Word),  # why it is in quarantine, as a code
    Column("sealed", LargeBinary),  # cells, and the reason as a sentence; empty: shredded
)
_is_kept = text("record IS NOT NULL")
Index(
    "register_row_place",
    register_row.c.list,
    register_row.c.version,
    register_row.c.line,
    unique=True,
)
Index("register_row_digest", register_row.c.list, register_row.c.digest)
Index(
    "register_row_record",
    register_row.c.record,
    sqlite_where=_is_kept,
    postgresql_where=_is_kept,
)

register_record = Table(
    "register_record",
    metadata,
    Column("number", _Number, primary_key=True, autoincrement=False),  # in the order of arrival
    Column("id", _Word, nullable=False),
    Column("person", _Word, nullable=False),  # minted with the record, once
    Column("list", _Word, nullable=False),
    Column("household", BigInteger),  # blind: of one list and household
    Column("minted_at", BigInteger, nullable=False),
    Column("keys", LargeBinary, nullable=False),  # its blind keys, eight bytes each
    Column("sealed", LargeBinary),  # empty: shredded
)
_is_family = text("household IS NOT NULL")
Index("register_record_id", register_record.c.id, unique=True)
Index("register_record_person", register_record.c.person, unique=True)
Index("register_record_list", register_record.c.list)
Index(
    "register_record_household",
    register_record.c.household,
    sqlite_where=_is_family,
    postgresql_where=_is_family,
)

register_key = Table(
    "register_key",  # wrapped data keys: without its row, what is sealed stays shut for ever
    metadata,
    Column("kind", _Word, primary_key=True),  # of what: record, row, list, entry, document, columns
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("wrapped", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

register_blind = Table(
    "register_blind",  # which records hold a blind key
    metadata,
    Column("key", BigInteger, primary_key=True, autoincrement=False),
    Column("record", BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

register_link = Table(
    "register_link",  # pairs that may be one person, the smaller record number left
    metadata,
    Column("left", BigInteger, primary_key=True, autoincrement=False),
    Column("right", BigInteger, primary_key=True, autoincrement=False),
    Column("weight", Double, nullable=False),
    Column("band", _Word, nullable=False),
    Column("held_back", _Word, nullable=False),  # codes, a space between two
    Column("others", Integer),  # how many other members of the two list households match
    sqlite_with_rowid=False,
)
Index("register_link_right", register_link.c.right)
Index("register_link_band", register_link.c.band, register_link.c.weight)

register_columns = Table(
    "register_columns",  # every linked record as columns of numbers: makes linking quick, no more
    metadata,
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
)

register_member = Table(
    "register_member",  # which records are one person, by the number of the oldest of them
    metadata,
    Column("record", _Number, primary_key=True, autoincrement=False),
    Column("cluster", BigInteger, nullable=False),
    Column("likely", BigInteger, nullable=False),  # the same, if every likely link were accepted
)
Index("register_member_cluster", register_member.c.cluster)

register_entry = Table(
    "register_entry",  # what people decided: it only grows
    metadata,
    Column("number", _Number, primary_key=True, autoincrement=False),
    Column("id", _Word, nullable=False),
    Column("kind", _Word, nullable=False),  # judgement, intake, family, priority, erasure, ...
    Column("subject", _Word, nullable=False),  # a record, person, list or family id
    Column("other", _Word),  # the second record of a judgement
    Column("word", _Word, nullable=False),  # the verdict, state or choice
    Column("made_by", _Word, nullable=False),  # an account
    Column("made_at", BigInteger, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("hash", _Word, nullable=False),  # sha256 over the hash before and this row
)
_has_other = text("other IS NOT NULL")
Index("register_entry_id", register_entry.c.id, unique=True)
Index("register_entry_subject", register_entry.c.subject, register_entry.c.kind)
Index(
    "register_entry_other",
    register_entry.c.other,
    sqlite_where=_has_other,
    postgresql_where=_has_other,
)
Index("register_entry_kind", register_entry.c.kind, register_entry.c.number)

register_erased = Table(
    "register_erased",  # keyed hashes of rows that must not come back
    metadata,
    Column("digest", _Word, primary_key=True),
    Column("erased_at", BigInteger, nullable=False),
)

register_document = Table(
    "register_document",  # the model, mappings, rule tables: every version kept
    metadata,
    Column("number", _Number, primary_key=True, autoincrement=False),
    Column("name", _Word, nullable=False),
    Column("version", Integer, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
Index(
    "register_document_version", register_document.c.name, register_document.c.version, unique=True
)
