"""The linked records as sealed columns: a long list is linked without opening each of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "register_columns",
        sa.Column("part", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.add_column("register_link", sa.Column("others", sa.Integer))
