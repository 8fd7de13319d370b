"""What an officer decided about an event in quarantine, beside the event, which stays as it is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
ONLY_GROWS = "what was decided about the events of gates only grows"


def upgrade() -> None:
    op.create_table(
        "gate_decision",
        sa.Column("hash", WORD, primary_key=True),
        sa.Column("verdict", WORD, nullable=False),
        sa.Column("reason", WORD),
        sa.Column("instant", sa.BigInteger),
        sa.Column("decided_by", WORD, nullable=False),
        sa.Column("decided_at", sa.BigInteger, nullable=False),
    )
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER gate_decision_no_{verb.lower()} BEFORE {verb} ON gate_decision"
                f" BEGIN SELECT RAISE(ABORT, '{ONLY_GROWS}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION gate_decision_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" RAISE EXCEPTION '{ONLY_GROWS}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER gate_decision_no_change BEFORE UPDATE OR DELETE OR TRUNCATE"
        " ON gate_decision FOR EACH STATEMENT EXECUTE FUNCTION gate_decision_only_grows()"
    )
