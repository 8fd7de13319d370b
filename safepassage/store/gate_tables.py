"""The tables of gates and passes, beside those of the ledger in the same database.

``gate_event`` keeps what a phone said, letter by letter and for ever, with what became of it; what
follows from it stands in ``entry``, written in the same transaction.  ``gate_passage`` says which
movements stand for each sighting of a pass; it follows from the events.  No table has a place for a
name: what a pass is called by its holder is kept as salted digests, and sealed.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table, Text

from safepassage.store.schema import metadata

# The same two types as the ledger's tables have.
_Word = Text().with_variant(Text(collation="C"), "postgresql")
_Number = BigInteger().with_variant(Integer, "sqlite")

gate_server = Table(
    "gate_server",  # one row, made with the first device: who this server is to its phones
    metadata,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("epoch", _Word, nullable=False),  # another one: what was acknowledged may be missing
    Column("receipt_key", LargeBinary, nullable=False),  # Ed25519, signs receipts and knowledge
    Column("handed_over", BigInteger, nullable=False),  # of a hub: the last batch that went on
)

gate_link = Table(
    "gate_link",  # enrolment links that were not used yet
    metadata,
    Column("digest", _Word, primary_key=True),
    Column("kind", _Word, nullable=False),  # phone or hub
    Column("place", _Word, nullable=False),
    Column("station", _Word, nullable=False),
    Column("made_by", _Word, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
)

gate_device = Table(
    "gate_device",
    metadata,
    Column("id", _Word, primary_key=True),
    Column("kind", _Word, nullable=False),
    Column("place", _Word, nullable=False),
    Column("station", _Word, nullable=False),
    Column("public_key", LargeBinary, nullable=False),  # Ed25519, 32 bytes
    Column("hub", _Word),  # the hub that it was enrolled at; none: here
    Column("enrolled_at", BigInteger, nullable=False),  # microseconds since 1970
    Column("enrolled_by", _Word, nullable=False),
    Column("revoked_at", BigInteger),
    Column("heard_at", BigInteger),
    Column("unsent", Integer),  # events that it still held, as it last said
    Column("clock_ahead", BigInteger),  # microseconds, as last measured
    Column("clock_error", BigInteger),  # microseconds, either way
)

gate_batch = Table(
    "gate_batch",  # what a device signed: proves its events, and goes on from a hub as it is
    metadata,
    Column("number", _Number, primary_key=True, autoincrement=False),
    Column("device", _Word, nullable=False),
    Column("sent_at", _Word, nullable=False),  # the device's clock, as it wrote it
    Column("hashes", Text, nullable=False),  # of its events, a space between two
    Column("signature", _Word, nullable=False),
    Column("hub", _Word),  # the hub that handed it over
    Column("received_at", BigInteger, nullable=False),  # by whom it was first received
    Column("clock_ahead", BigInteger, nullable=False),
)
Index("gate_batch_device", gate_batch.c.device, gate_batch.c.signature)

gate_event = Table(
    "gate_event",  # it only grows
    metadata,
    Column("number", _Number, primary_key=True, autoincrement=False),
    Column("hash", _Word, nullable=False),  # sha256 of its canonical text
    Column("id", _Word),
    Column("device", _Word, nullable=False),  # that signed it
    Column("seq", BigInteger),
    Column("prev", _Word),  # the hash of the event before it on the device
    Column("kind", _Word),
    Column("state", _Word, nullable=False),  # recorded or quarantined
    Column("reason", _Word),  # why it is in quarantine, as a code
    Column("batch", BigInteger, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("text", Text, nullable=False),  # canonical
)
Index("gate_event_hash", gate_event.c.hash, unique=True)
Index("gate_event_id", gate_event.c.id)
Index("gate_event_seq", gate_event.c.device, gate_event.c.seq)

gate_decision = Table(
    "gate_decision",  # what an officer decided about an event in quarantine; it only grows
    metadata,
    Column("hash", _Word, primary_key=True),  # of the event
    Column("verdict", _Word, nullable=False),  # released or dismissed
    Column("reason", _Word),  # of a dismissal, as a code
    Column("instant", BigInteger),  # of a release: when it truly happened
    Column("decided_by", _Word, nullable=False),
    Column("decided_at", BigInteger, nullable=False),
)

gate_passage = Table(
    "gate_passage",  # where a pass or band was seen, and which movements stand for each sighting
    metadata,
    Column("event", _Word, primary_key=True),
    Column("subject", _Word, nullable=False),  # the pass, or the band of a walk-up
    Column("instant", BigInteger, nullable=False),  # on the true clock
    Column("source", _Word, nullable=False),
    Column("clock_ahead", BigInteger, nullable=False),
    Column("sighting", Text, nullable=False),  # JSON: what was seen
    Column("moves", Text, nullable=False),  # JSON: entry, from, to and heads of each movement
    Column("again", Integer, nullable=False),  # heads that were not counted again
    Column("times", Integer, nullable=False),  # how many movements were ever written for it
)
Index("gate_passage_subject", gate_passage.c.subject)

issuing_key = Table(
    "issuing_key",  # short-lived keys that sign passes, each certified by an offline root
    metadata,
    Column("key_id", _Word, primary_key=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("sealed", LargeBinary),  # its private half; a hub issues nothing and has none
    Column("certificate", LargeBinary, nullable=False),  # by the root, over id, key and validity
    Column("valid_from", BigInteger, nullable=False),
    Column("valid_until", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
)

pass_secret = Table(
    "pass_secret",  # what a phone needs to know a pass by a typed code or a challenge word
    metadata,
    Column("pass_id", _Word, primary_key=True),
    Column("grp", _Word, nullable=False),
    Column("gate", _Word, nullable=False),
    Column("heads", Integer, nullable=False),
    Column("valid_from", BigInteger, nullable=False),
    Column("valid_until", BigInteger, nullable=False),
    Column("code", _Word, nullable=False),  # salted digest
    Column("word", _Word, nullable=False),  # salted digest
    Column("sealed", LargeBinary),  # code and word, to print them again; a hub has none
    Column("made_at", BigInteger, nullable=False),
)
Index("pass_secret_group", pass_secret.c.grp)
Index("pass_secret_gate", pass_secret.c.gate, pass_secret.c.valid_until)

message = Table(
    "message",  # to one person each, about a call; what it says and to whom is sealed
    metadata,
    Column("id", _Word, primary_key=True),
    Column("person", _Word, nullable=False),
    Column("pass_id", _Word),
    Column("channel", _Word, nullable=False),
    Column("state", _Word, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("reason", _Word),  # why it did not go out, as a code
    Column("made_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
Index("message_state", message.c.state, message.c.changed_at)
Index("message_person", message.c.person)
