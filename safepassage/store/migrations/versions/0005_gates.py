"""Gates, their devices and events; passes, their keys and messages; calls found by their group."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
ONLY_GROWS = "the events of gates only grow"


def upgrade() -> None:
    _make_devices()
    _make_events()
    _make_passes()
    is_call = sa.text("phase = 'pending' AND grp IS NOT NULL")
    op.create_index("entry_call", "entry", ["grp"], sqlite_where=is_call, postgresql_where=is_call)
    _forbid_changes()


def _serial() -> sa.Column[int]:
    return sa.Column("number", NUMBER, primary_key=True, autoincrement=False)


def _word(name: str, *, primary_key: bool = False, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, WORD, primary_key=primary_key, nullable=nullable)


def _long(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=nullable)


def _make_devices() -> None:
    op.create_table(
        "gate_server",
        sa.Column("one", sa.Integer, primary_key=True, autoincrement=False),
        _word("epoch"),
        sa.Column("receipt_key", sa.LargeBinary, nullable=False),
        _long("handed_over"),
    )
    op.create_table(
        "gate_link",
        _word("digest", primary_key=True),
        _word("kind"),
        _word("place"),
        _word("station"),
        _word("made_by"),
        _long("ends_at"),
    )
    op.create_table(
        "gate_device",
        _word("id", primary_key=True),
        _word("kind"),
        _word("place"),
        _word("station"),
        sa.Column("public_key", sa.LargeBinary, nullable=False),
        _word("hub", nullable=True),
        _long("enrolled_at"),
        _word("enrolled_by"),
        _long("revoked_at", nullable=True),
        _long("heard_at", nullable=True),
        sa.Column("unsent", sa.Integer),
        _long("clock_ahead", nullable=True),
        _long("clock_error", nullable=True),
    )


def _make_events() -> None:
    op.create_table(
        "gate_batch",
        _serial(),
        _word("device"),
        _word("sent_at"),
        sa.Column("hashes", sa.Text, nullable=False),
        _word("signature"),
        _word("hub", nullable=True),
        _long("received_at"),
        _long("clock_ahead"),
    )
    op.create_index("gate_batch_device", "gate_batch", ["device", "signature"])
    op.create_table(
        "gate_event",
        _serial(),
        _word("hash"),
        _word("id", nullable=True),
        _word("device"),
        _long("seq", nullable=True),
        _word("prev", nullable=True),
        _word("kind", nullable=True),
        _word("state"),
        _word("reason", nullable=True),
        _long("batch"),
        _long("received_at"),
        sa.Column("text", sa.Text, nullable=False),
    )
    op.create_index("gate_event_hash", "gate_event", ["hash"], unique=True)
    op.create_index("gate_event_id", "gate_event", ["id"])
    op.create_index("gate_event_seq", "gate_event", ["device", "seq"])
    op.create_table(
        "gate_passage",
        _word("event", primary_key=True),
        _word("subject"),
        _long("instant"),
        _word("source"),
        _long("clock_ahead"),
        sa.Column("sighting", sa.Text, nullable=False),
        sa.Column("moves", sa.Text, nullable=False),
        sa.Column("again", sa.Integer, nullable=False),
        sa.Column("times", sa.Integer, nullable=False),
    )
    op.create_index("gate_passage_subject", "gate_passage", ["subject"])


def _make_passes() -> None:
    op.create_table(
        "issuing_key",
        _word("key_id", primary_key=True),
        sa.Column("public_key", sa.LargeBinary, nullable=False),
        sa.Column("sealed", sa.LargeBinary),
        sa.Column("certificate", sa.LargeBinary, nullable=False),
        _long("valid_from"),
        _long("valid_until"),
        _long("revoked_at", nullable=True),
    )
    op.create_table(
        "pass_secret",
        _word("pass_id", primary_key=True),
        _word("grp"),
        _word("gate"),
        sa.Column("heads", sa.Integer, nullable=False),
        _long("valid_from"),
        _long("valid_until"),
        _word("code"),
        _word("word"),
        sa.Column("sealed", sa.LargeBinary),
        _long("made_at"),
    )
    op.create_index("pass_secret_group", "pass_secret", ["grp"])
    op.create_index("pass_secret_gate", "pass_secret", ["gate", "valid_until"])
    op.create_table(
        "message",
        _word("id", primary_key=True),
        _word("person"),
        _word("pass_id", nullable=True),
        _word("channel"),
        _word("state"),
        sa.Column("tries", sa.Integer, nullable=False),
        _word("reason", nullable=True),
        _long("made_at"),
        _long("changed_at"),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_index("message_state", "message", ["state", "changed_at"])
    op.create_index("message_person", "message", ["person"])


def _forbid_changes() -> None:
    """An UPDATE or DELETE on what phones said fails, whoever sends it and with whatever tool."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER gate_event_no_{verb.lower()} BEFORE {verb} ON gate_event BEGIN"
                f" SELECT RAISE(ABORT, '{ONLY_GROWS}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION gate_event_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" RAISE EXCEPTION '{ONLY_GROWS}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER gate_event_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON gate_event"
        " FOR EACH STATEMENT EXECUTE FUNCTION gate_event_only_grows()"
    )
