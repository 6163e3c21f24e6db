"""Accounts of the console that come from the organisation's own system."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("console_accounts", sa.Column("subject", sa.String(64)))
    op.create_unique_constraint(op.f("uq_console_accounts_subject"), "console_accounts", ["subject"])
