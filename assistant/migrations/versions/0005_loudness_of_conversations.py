"""How loudly somebody wants to be spoken to, for the conversation."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("conversations", sa.Column("loudness", sa.Double(), nullable=False, server_default="1.0"))
    op.alter_column("conversations", "loudness", server_default=None)
