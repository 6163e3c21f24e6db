"""Turns have an order and a voice; a conversation knows where words reach the person between turns."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("conversations", sa.Column("reply_to", sa.LargeBinary()))
    # Not an identity yet: turns that are there are numbered by their time.
    op.add_column("turns", sa.Column("number", sa.BigInteger()))
    op.execute(
        "UPDATE turns SET number = ordered.number FROM"
        " (SELECT id, row_number() OVER (ORDER BY at, id) AS number FROM turns) AS ordered"
        " WHERE turns.id = ordered.id"
    )
    op.alter_column("turns", "number", nullable=False)
    op.execute("ALTER TABLE turns ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY")
    op.execute(
        "SELECT setval(pg_get_serial_sequence('turns', 'number'),"
        " coalesce((SELECT max(number) FROM turns), 0) + 1, false)"
    )
    op.add_column("turns", sa.Column("voice", sa.String(10), nullable=False, server_default="reply"))
    # Until now the voice stood in the name of the turn.
    for voice in ("notice", "operator"):
        op.execute(f"UPDATE turns SET voice = '{voice}' WHERE said IS NULL AND turn_id LIKE '{voice}-%'")
    op.alter_column("turns", "voice", server_default=None)
    op.create_check_constraint(op.f("ck_turns_voice"), "turns", "voice IN ('reply', 'notice', 'operator')")
    op.create_index("ix_turns_order", "turns", ["conversation_id", "number"])
