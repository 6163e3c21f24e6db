"""Records of calls, the calls that are made, a person's hand in them; check-ins; a caller's number by blind index.

Tickets get the kind ``checkin``: nobody answered, or the answer was not good.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    _conversations()
    _tickets()
    for table in (_checkin_plans, _outbound_calls, _calls, _checkins, _call_commands, _call_entries):
        table()


def _conversations() -> None:
    op.add_column("conversations", sa.Column("phone_key", sa.LargeBinary(), nullable=True))
    op.create_index("ix_conversations_phone", "conversations", ["phone_key", "updated_at"], unique=False)


def _tickets() -> None:
    op.drop_constraint(op.f("ck_tickets_kind"), "tickets", type_="check")
    op.create_check_constraint(
        op.f("ck_tickets_kind"),
        "tickets",
        "kind IN ('callback', 'handoff', 'complaint', 'assessment', 'device', 'emergency', 'checkin')",
    )


def _checkin_plans() -> None:
    op.create_table(
        "checkin_plans",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("weekdays", postgresql.ARRAY(sa.SmallInteger()), nullable=False),
        sa.Column("at", sa.Time(), nullable=False),
        sa.Column("way", sa.String(length=10), nullable=False),
        sa.Column("evidence", sa.String(length=10), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agreed_by", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("way IN ('phone', 'telegram')", name=op.f("ck_checkin_plans_way")),
        sa.CheckConstraint("cardinality(weekdays) > 0", name=op.f("ck_checkin_plans_weekdays")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_checkin_plans_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkin_plans")),
    )
    op.create_index(
        "ix_checkin_plans_at", "checkin_plans", ["at"], unique=False, postgresql_where="ended_at IS NULL"
    )
    op.create_index(
        "uq_checkin_plans_person",
        "checkin_plans",
        ["person_id"],
        unique=True,
        postgresql_where="ended_at IS NULL",
    )


def _outbound_calls() -> None:
    op.create_table(
        "outbound_calls",
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("city_code", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("outbox_id", sa.Uuid(), nullable=True),
        sa.Column("ticket_id", sa.Uuid(), nullable=True),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("give_up_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("conversation", sa.String(length=80), nullable=True),
        sa.Column("last_result", sa.String(length=20), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "purpose IN ('checkin', 'link', 'notice', 'recall')", name=op.f("ck_outbound_calls_purpose")
        ),
        sa.CheckConstraint(
            "status IN ('waiting', 'taken', 'answered', 'unreached', 'cancelled')",
            name=op.f("ck_outbound_calls_status"),
        ),
        sa.ForeignKeyConstraint(
            ["outbox_id"], ["outbox.id"], name=op.f("fk_outbound_calls_outbox_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_outbound_calls_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_outbound_calls_ticket_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbound_calls")),
        sa.UniqueConstraint("key", name=op.f("uq_outbound_calls_key")),
    )
    op.create_index("ix_outbound_calls_conversation", "outbound_calls", ["conversation"], unique=False)
    op.create_index(
        "ix_outbound_calls_due",
        "outbound_calls",
        ["due_at"],
        unique=False,
        postgresql_where="status = 'waiting'",
    )
    op.create_index(op.f("ix_outbound_calls_outbox_id"), "outbound_calls", ["outbox_id"], unique=False)
    op.create_index(op.f("ix_outbound_calls_person_id"), "outbound_calls", ["person_id"], unique=False)
    op.create_index(
        "ix_outbound_calls_taken",
        "outbound_calls",
        ["lease_until"],
        unique=False,
        postgresql_where="status = 'taken'",
    )


def _calls() -> None:
    op.create_table(
        "calls",
        sa.Column("conversation", sa.String(length=80), nullable=False),
        sa.Column("direction", sa.String(length=3), nullable=False),
        sa.Column("carrier", sa.String(length=20), nullable=False),
        sa.Column("process", sa.String(length=40), nullable=False),
        sa.Column("city_code", sa.String(length=40), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("phone_key", sa.LargeBinary(), nullable=True),
        sa.Column("dialled", sa.String(length=80), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("outbound_id", sa.Uuid(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=12), nullable=True),
        sa.Column("why", sa.String(length=200), nullable=True),
        sa.Column("recording", sa.String(length=200), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("direction IN ('in', 'out')", name=op.f("ck_calls_direction")),
        sa.ForeignKeyConstraint(
            ["outbound_id"], ["outbound_calls.id"], name=op.f("fk_calls_outbound_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_calls_person_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calls")),
        sa.UniqueConstraint("conversation", name=op.f("uq_calls_conversation")),
    )
    op.create_index(op.f("ix_calls_outbound_id"), "calls", ["outbound_id"], unique=False)
    op.create_index("ix_calls_person", "calls", ["person_id", "started_at"], unique=False)
    op.create_index("ix_calls_phone", "calls", ["phone_key", "started_at"], unique=False)
    op.create_index(
        "ix_calls_running",
        "calls",
        ["city_code", "started_at"],
        unique=False,
        postgresql_where="ended_at IS NULL",
    )


def _checkins() -> None:
    op.create_table(
        "checkins",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=True),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=10), nullable=False),
        sa.Column("way", sa.String(length=10), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_in", sa.String(length=80), nullable=True),
        sa.Column("outbound_id", sa.Uuid(), nullable=True),
        sa.Column("ticket_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "status IN ('asked', 'ok', 'bad', 'reached', 'missed', 'cancelled')",
            name=op.f("ck_checkins_status"),
        ),
        sa.ForeignKeyConstraint(
            ["outbound_id"], ["outbound_calls.id"], name=op.f("fk_checkins_outbound_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_checkins_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["checkin_plans.id"], name=op.f("fk_checkins_plan_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_checkins_ticket_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkins")),
        sa.UniqueConstraint("person_id", "key", name=op.f("uq_checkins_person_id_key")),
    )
    op.create_index("ix_checkins_day", "checkins", ["day", "status"], unique=False)
    op.create_index(
        "ix_checkins_open",
        "checkins",
        ["person_id", "asked_at"],
        unique=False,
        postgresql_where="status = 'asked'",
    )


def _call_commands() -> None:
    op.create_table(
        "call_commands",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=True),
        sa.Column("target", sa.String(length=120), nullable=True),
        sa.Column("by", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('say', 'transfer', 'hangup', 'mute', 'unmute')", name=op.f("ck_call_commands_kind")
        ),
        sa.ForeignKeyConstraint(
            ["call_id"], ["calls.id"], name=op.f("fk_call_commands_call_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_commands")),
    )
    op.create_index(op.f("ix_call_commands_at"), "call_commands", ["at"], unique=False)
    op.create_index(op.f("ix_call_commands_call_id"), "call_commands", ["call_id"], unique=False)


def _call_entries() -> None:
    op.create_table(
        "call_entries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("heard", sa.LargeBinary(), nullable=True),
        sa.Column("said", sa.LargeBinary(), nullable=True),
        sa.Column("confidence", sa.Double(), nullable=True),
        sa.Column("interrupted", sa.Boolean(), nullable=False),
        sa.Column("details", sa.LargeBinary(), nullable=False),
        sa.Column("timings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["call_id"], ["calls.id"], name=op.f("fk_call_entries_call_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_entries")),
        sa.UniqueConstraint("call_id", "number", name=op.f("uq_call_entries_call_id_number")),
    )
