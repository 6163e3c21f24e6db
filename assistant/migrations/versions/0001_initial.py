"""The first schema: every table, the job tables of procrastinate, and the guard of the audit.

Forward only: what is wrong here is put right by a later file, never by editing this one.
Personal data are ``LargeBinary`` (AES-GCM, ``assistant.kit.crypto``).
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from procrastinate.schema import SchemaManager
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import UserDefinedType

revision = "0001"
down_revision = None


class Point(UserDefinedType[Any]):
    """The core PostgreSQL type ``point``."""

    def get_col_spec(self, **_: Any) -> str:
        return "POINT"


def upgrade() -> None:
    for table in TABLES:
        table()
    _jobs()
    _audit_guard()


def _jobs() -> None:
    # As the locked release of procrastinate ships it. A release that changes it brings its own SQL, which a
    # later migration runs where the database does not have it yet.
    connection = op.get_bind().connection.driver_connection
    assert connection is not None
    connection.execute(SchemaManager.get_schema())


def _audit_guard() -> None:
    """Rows are added and sealed once; the database refuses everything else."""
    op.execute(
        """
        CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'UPDATE' AND OLD.hash IS NULL AND NEW.hash IS NOT NULL
                AND to_jsonb(NEW) - 'previous' - 'hash' = to_jsonb(OLD) - 'previous' - 'hash' THEN
                RETURN NEW;
            END IF;
            RAISE EXCEPTION 'audit_entries is append-only' USING ERRCODE = 'insufficient_privilege';
        END
        $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER audit_entries_append_only BEFORE UPDATE OR DELETE ON audit_entries
        FOR EACH ROW EXECUTE FUNCTION refuse_audit_change()
        """
    )


def _audit_entries() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("for_person", sa.Uuid(), nullable=True),
        sa.Column("actor", JSONB(), nullable=False),
        sa.Column("details", JSONB(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=True),
        sa.Column("hash", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
    )
    op.create_index(op.f("ix_audit_entries_for_person"), "audit_entries", ["for_person"])
    op.create_index(op.f("ix_audit_entries_subject"), "audit_entries", ["subject"])
    op.create_index("ix_audit_entries_unsealed", "audit_entries", ["id"], postgresql_where="hash IS NULL")


def _cities() -> None:
    op.create_table(
        "cities",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("province", sa.String(length=20), nullable=False),
        sa.Column("hotline", sa.String(length=20), nullable=True),
        sa.Column("urban_circle_min", sa.Integer(), nullable=True),
        sa.Column("rural_circle_min", sa.Integer(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lng", sa.Double(), nullable=False),
        sa.Column("source_document", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_cities")),
        sa.UniqueConstraint("name", name=op.f("uq_cities_name")),
    )


def _console_accounts() -> None:
    op.create_table(
        "console_accounts",
        sa.Column("username", sa.String(length=40), nullable=False),
        sa.Column("display_name", sa.String(length=20), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("totp_secret", sa.LargeBinary(), nullable=False),
        sa.Column("totp_step", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=15), nullable=False),
        sa.Column("city_code", sa.String(length=40), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "role IN ('worker', 'operator', 'auditor', 'administrator')",
            name=op.f("ck_console_accounts_role"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_console_accounts")),
        sa.UniqueConstraint("username", name=op.f("uq_console_accounts_username")),
    )


def _link_wrong_codes() -> None:
    op.create_table(
        "link_wrong_codes",
        sa.Column("chat_key", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_wrong_codes")),
    )
    op.create_index("ix_link_wrong_codes_chat", "link_wrong_codes", ["chat_key", "at"])


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("recipient", sa.String(length=80), nullable=False),
        sa.Column("event_key", sa.String(length=120), nullable=False),
        sa.Column("event", sa.String(length=40), nullable=False),
        sa.Column("about_person", sa.Uuid(), nullable=True),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(length=200), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("recipient", "event_key", name=op.f("uq_outbox_recipient_event_key")),
    )
    op.create_index(op.f("ix_outbox_about_person"), "outbox", ["about_person"])
    op.create_index(
        "ix_outbox_due",
        "outbox",
        ["kind", sa.literal_column("urgent DESC"), "due_at"],
        postgresql_where="status = 'pending'",
    )


def _persons() -> None:
    op.create_table(
        "persons",
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("name_key", sa.LargeBinary(), nullable=False),
        sa.Column("sound_key", sa.LargeBinary(), nullable=False),
        sa.Column("surname_key", sa.LargeBinary(), nullable=False),
        sa.Column("initials_key", sa.LargeBinary(), nullable=True),
        sa.Column("gender", sa.String(length=6), nullable=True),
        sa.Column("birth_year", sa.Integer(), nullable=True),
        sa.Column("city_code", sa.String(length=40), nullable=False),
        sa.Column("street", sa.String(length=40), nullable=True),
        sa.Column("community", sa.String(length=40), nullable=True),
        sa.Column("address", sa.LargeBinary(), nullable=True),
        sa.Column("building_key", sa.LargeBinary(), nullable=True),
        sa.Column("ability", sa.LargeBinary(), nullable=True),
        sa.Column("income", sa.LargeBinary(), nullable=True),
        sa.Column("lives_alone", sa.Boolean(), nullable=True),
        sa.Column("pace", sa.Double(), nullable=False),
        sa.Column("loudness", sa.Double(), nullable=False),
        sa.Column("notes", sa.LargeBinary(), nullable=True),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("gender IN ('female', 'male')", name=op.f("ck_persons_gender")),
        sa.CheckConstraint("kind IN ('senior', 'relative', 'worker')", name=op.f("ck_persons_kind")),
        sa.CheckConstraint("loudness BETWEEN 0.5 AND 2.0", name=op.f("ck_persons_loudness")),
        sa.CheckConstraint("pace BETWEEN 0.8 AND 1.2", name=op.f("ck_persons_pace")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_persons")),
    )
    op.create_index(
        "ix_persons_area",
        "persons",
        ["city_code", "street", "community", "id"],
        postgresql_where="kind = 'senior'",
    )
    op.create_index("ix_persons_building", "persons", ["surname_key", "building_key"])
    op.create_index(op.f("ix_persons_city_code"), "persons", ["city_code"])
    op.create_index("ix_persons_initials", "persons", ["initials_key"])
    op.create_index("ix_persons_name", "persons", ["name_key"])
    op.create_index("ix_persons_sound", "persons", ["sound_key"])


def _search_misses() -> None:
    op.create_table(
        "search_misses",
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("city", sa.String(length=20), nullable=True),
        sa.Column("service_type", sa.String(length=30), nullable=True),
        sa.Column("area", sa.String(length=40), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_misses")),
    )
    op.create_index(op.f("ix_search_misses_at"), "search_misses", ["at"])


def _worker_areas() -> None:
    op.create_table(
        "worker_areas",
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("city_code", sa.String(length=40), nullable=False),
        sa.Column("street", sa.String(length=40), nullable=True),
        sa.Column("community", sa.String(length=40), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("community IS NULL OR street IS NOT NULL", name=op.f("ck_worker_areas_street")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker_areas")),
    )
    op.create_index(op.f("ix_worker_areas_worker_id"), "worker_areas", ["worker_id"])


def _areas() -> None:
    op.create_table(
        "areas",
        sa.Column("city_code", sa.String(length=20), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("level", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("urban", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["city_code"], ["cities.code"], name=op.f("fk_areas_city_code")),
        sa.ForeignKeyConstraint(["parent_id"], ["areas.id"], name=op.f("fk_areas_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_areas")),
        sa.UniqueConstraint(
            "city_code",
            "parent_id",
            "name",
            name=op.f("uq_areas_city_code_parent_id_name"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(op.f("ix_areas_city_code"), "areas", ["city_code"])


def _benefits() -> None:
    op.create_table(
        "benefits",
        sa.Column("city_code", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("who", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("what_text", sa.Text(), nullable=False),
        sa.Column("service_types", sa.ARRAY(sa.String(length=30)), nullable=False),
        sa.Column("topics", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("amount_text", sa.Text(), nullable=True),
        sa.Column("amount_min_fen", sa.Integer(), nullable=True),
        sa.Column("amount_max_fen", sa.Integer(), nullable=True),
        sa.Column("per", sa.String(length=20), nullable=True),
        sa.Column("conditions", JSONB(), nullable=False),
        sa.Column("condition_text", sa.Text(), nullable=True),
        sa.Column("status_text", sa.Text(), nullable=True),
        sa.Column("next_step_text", sa.Text(), nullable=False),
        sa.Column("document_id", sa.String(length=40), nullable=False),
        sa.Column("document_title", sa.Text(), nullable=False),
        sa.Column("document_number", sa.String(length=40), nullable=True),
        sa.Column("issuer", sa.String(length=40), nullable=False),
        sa.Column("signed", sa.Date(), nullable=True),
        sa.Column("published", sa.Date(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("source_text", sa.String(length=80), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "who IN ('senior', 'family', 'worker', 'institution')", name=op.f("ck_benefits_who")
        ),
        sa.ForeignKeyConstraint(["city_code"], ["cities.code"], name=op.f("fk_benefits_city_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_benefits")),
        sa.UniqueConstraint("city_code", "key", name=op.f("uq_benefits_city_code_key")),
    )
    op.create_index(op.f("ix_benefits_city_code"), "benefits", ["city_code"])


def _consents() -> None:
    op.create_table(
        "consents",
        sa.Column("senior_id", sa.Uuid(), nullable=False),
        sa.Column("delegate_id", sa.Uuid(), nullable=False),
        sa.Column("scopes", sa.ARRAY(sa.String(length=20)), nullable=False),
        sa.Column("relation", sa.String(length=20), nullable=False),
        sa.Column("given_by", JSONB(), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("evidence", sa.String(length=20), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", JSONB(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("cardinality(scopes) > 0", name=op.f("ck_consents_scopes")),
        sa.CheckConstraint("senior_id <> delegate_id", name=op.f("ck_consents_two_people")),
        sa.CheckConstraint(
            "valid_until IS NULL OR valid_until > valid_from", name=op.f("ck_consents_period")
        ),
        sa.ForeignKeyConstraint(
            ["delegate_id"], ["persons.id"], name=op.f("fk_consents_delegate_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["senior_id"], ["persons.id"], name=op.f("fk_consents_senior_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
    )
    op.create_index(
        "ix_consents_delegate", "consents", ["delegate_id"], postgresql_where="revoked_at IS NULL"
    )
    op.create_index("ix_consents_senior", "consents", ["senior_id"], postgresql_where="revoked_at IS NULL")


def _console_batches() -> None:
    op.create_table(
        "console_batches",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rows", sa.LargeBinary(), nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["console_accounts.id"],
            name=op.f("fk_console_batches_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_console_batches")),
    )
    op.create_index("ix_console_batches_made", "console_batches", ["account_id", "made_at"])


def _console_sessions() -> None:
    op.create_table(
        "console_sessions",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("csrf", sa.String(length=60), nullable=False),
        sa.Column("chat", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["console_accounts.id"],
            name=op.f("fk_console_sessions_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_console_sessions")),
    )
    op.create_index(op.f("ix_console_sessions_account_id"), "console_sessions", ["account_id"])


def _conversations() -> None:
    op.create_table(
        "conversations",
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("city", sa.String(length=40), nullable=False),
        sa.Column("direction", sa.String(length=3), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("worker_id", sa.Uuid(), nullable=True),
        sa.Column("caller_phone", sa.LargeBinary(), nullable=True),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("pace", sa.Double(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_conversations_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
        sa.UniqueConstraint("channel", "key", name=op.f("uq_conversations_channel_key")),
    )
    op.create_index(
        "ix_conversations_open", "conversations", ["updated_at"], postgresql_where="status <> 'ended'"
    )
    op.create_index(op.f("ix_conversations_person_id"), "conversations", ["person_id"])


def _person_events() -> None:
    op.create_table(
        "person_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.String(length=30), nullable=False),
        sa.Column("actor", JSONB(), nullable=False),
        sa.Column("changes", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_person_events_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_events")),
    )
    op.create_index(op.f("ix_person_events_person_id"), "person_events", ["person_id"])


def _person_phones() -> None:
    op.create_table(
        "person_phones",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=False),
        sa.Column("phone_key", sa.LargeBinary(), nullable=False),
        sa.Column("primary", sa.Boolean(), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_person_phones_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_phones")),
        sa.UniqueConstraint("person_id", "phone_key", name=op.f("uq_person_phones_person_id_phone_key")),
    )
    op.create_index("ix_person_phones_key", "person_phones", ["phone_key"])


def _providers() -> None:
    op.create_table(
        "providers",
        sa.Column("city_code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("credit", sa.String(length=10), nullable=False),
        sa.Column("credit_note", sa.Text(), nullable=True),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("source_document", sa.String(length=40), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("credit IN ('ok', 'watch', 'dishonest')", name=op.f("ck_providers_credit")),
        sa.ForeignKeyConstraint(["city_code"], ["cities.code"], name=op.f("fk_providers_city_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_providers")),
        sa.UniqueConstraint("city_code", "name", name=op.f("uq_providers_city_code_name")),
    )
    op.create_index(op.f("ix_providers_city_code"), "providers", ["city_code"])


def _telegram_deliveries() -> None:
    op.create_table(
        "telegram_deliveries",
        sa.Column("outbox_id", sa.Uuid(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("final", sa.Boolean(), nullable=False),
        sa.Column("doubtful", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["outbox_id"], ["outbox.id"], name=op.f("fk_telegram_deliveries_outbox_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("outbox_id", name=op.f("pk_telegram_deliveries")),
    )
    op.create_index(
        "ix_telegram_deliveries_lease",
        "telegram_deliveries",
        ["lease_until"],
        postgresql_where="lease_until IS NOT NULL",
    )


def _telegram_links() -> None:
    op.create_table(
        "telegram_links",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("chat", sa.LargeBinary(), nullable=False),
        sa.Column("chat_key", sa.LargeBinary(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("blocked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_telegram_links_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_telegram_links")),
        sa.UniqueConstraint("chat_key", name=op.f("uq_telegram_links_chat_key")),
    )
    op.create_index(
        "ix_telegram_links_person",
        "telegram_links",
        ["person_id"],
        unique=True,
        postgresql_where="confirmed_at IS NOT NULL",
    )


def _tickets() -> None:
    op.create_table(
        "tickets",
        sa.Column("number", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("city_code", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("caller_phone", sa.LargeBinary(), nullable=True),
        sa.Column("summary", sa.LargeBinary(), nullable=False),
        sa.Column("details", sa.LargeBinary(), nullable=True),
        sa.Column("department", sa.String(length=30), nullable=True),
        sa.Column("matter", sa.String(length=40), nullable=True),
        sa.Column("promised_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("conversation", sa.String(length=80), nullable=True),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", JSONB(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", JSONB(), nullable=True),
        sa.Column("outcome", sa.LargeBinary(), nullable=True),
        sa.Column("idempotency_key", sa.String(length=120), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('callback', 'handoff', 'complaint', 'assessment', 'device', 'emergency')",
            name=op.f("ck_tickets_kind"),
        ),
        sa.CheckConstraint(
            "status IN ('open', 'acknowledged', 'in_progress', 'done', 'cancelled')",
            name=op.f("ck_tickets_status"),
        ),
        sa.CheckConstraint("priority BETWEEN 0 AND 3", name=op.f("ck_tickets_priority")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_tickets_person_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tickets")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_tickets_idempotency_key")),
        sa.UniqueConstraint("number", name=op.f("uq_tickets_number")),
    )
    op.create_index("ix_tickets_conversation", "tickets", ["conversation", "kind"])
    op.create_index(
        "ix_tickets_open",
        "tickets",
        ["city_code", "priority", "due_at"],
        postgresql_where="status IN ('open', 'acknowledged', 'in_progress')",
    )
    op.create_index(op.f("ix_tickets_person_id"), "tickets", ["person_id"])


def _alarms() -> None:
    op.create_table(
        "alarms",
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("hazard", sa.String(length=30), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("rule", sa.String(length=80), nullable=False),
        sa.Column("said", sa.LargeBinary(), nullable=True),
        sa.Column("address", sa.LargeBinary(), nullable=True),
        sa.Column("conversation", sa.String(length=80), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("repeated", sa.Integer(), nullable=False),
        sa.Column("false_alarm_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("false_alarm_reason", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_alarms_ticket_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_alarms")),
    )
    op.create_index("ix_alarms_conversation", "alarms", ["conversation", "hazard", "raised_at"])


def _link_invitations() -> None:
    op.create_table(
        "link_invitations",
        sa.Column("senior_id", sa.Uuid(), nullable=False),
        sa.Column("delegate_id", sa.Uuid(), nullable=True),
        sa.Column("link_id", sa.Uuid(), nullable=True),
        sa.Column("relation", sa.String(length=20), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=True),
        sa.Column("scopes", sa.ARRAY(sa.String(length=20)), nullable=False),
        sa.Column("code_key", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by", JSONB(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", JSONB(), nullable=True),
        sa.Column("evidence", sa.String(length=10), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "status IN ('issued', 'waiting', 'confirmed', 'refused', 'expired')",
            name=op.f("ck_link_invitations_status"),
        ),
        sa.ForeignKeyConstraint(
            ["delegate_id"], ["persons.id"], name=op.f("fk_link_invitations_delegate_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["link_id"], ["telegram_links.id"], name=op.f("fk_link_invitations_link_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["senior_id"], ["persons.id"], name=op.f("fk_link_invitations_senior_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_invitations")),
    )
    op.create_index(
        "ix_link_invitations_code",
        "link_invitations",
        ["code_key"],
        unique=True,
        postgresql_where="status = 'issued'",
    )
    op.create_index(
        "ix_link_invitations_waiting",
        "link_invitations",
        ["senior_id"],
        postgresql_where="status = 'waiting'",
    )


def _link_photos() -> None:
    op.create_table(
        "link_photos",
        sa.Column("conversation", sa.String(length=80), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=True),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("update_key", sa.String(length=80), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_link_photos_ticket_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_photos")),
        sa.UniqueConstraint("update_key", name=op.f("uq_link_photos_update_key")),
    )
    op.create_index("ix_link_photos_conversation", "link_photos", ["conversation"])
    op.create_index(op.f("ix_link_photos_ticket_id"), "link_photos", ["ticket_id"])


def _places() -> None:
    op.create_table(
        "places",
        sa.Column("city_code", sa.String(length=20), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=True),
        sa.Column("provider_id", sa.Uuid(), nullable=True),
        sa.Column("external_id", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("aliases", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("pinyin", sa.Text(), nullable=False),
        sa.Column("keys", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=True),
        sa.Column("phone", sa.String(length=30), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lng", sa.Double(), nullable=True),
        sa.Column("spot", Point(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("source_document", sa.String(length=40), nullable=True),
        sa.Column("verified_at", sa.Date(), nullable=True),
        sa.Column("verified_by", sa.String(length=40), nullable=True),
        sa.Column("reported_wrong_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reported_wrong_note", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(lat IS NULL) = (lng IS NULL) AND (lat IS NULL) = (spot IS NULL)", name=op.f("ck_places_located")
        ),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_places_area_id")),
        sa.ForeignKeyConstraint(["city_code"], ["cities.code"], name=op.f("fk_places_city_code")),
        sa.ForeignKeyConstraint(["provider_id"], ["providers.id"], name=op.f("fk_places_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_places")),
        sa.UniqueConstraint("city_code", "external_id", name=op.f("uq_places_city_code_external_id")),
    )
    op.create_index(op.f("ix_places_area_id"), "places", ["area_id"])
    op.create_index(op.f("ix_places_city_code"), "places", ["city_code"])
    op.create_index("ix_places_keys", "places", ["keys"], postgresql_using="gin")
    op.create_index(op.f("ix_places_provider_id"), "places", ["provider_id"])
    op.create_index("ix_places_spot", "places", ["spot"], postgresql_using="gist")


def _ticket_events() -> None:
    op.create_table(
        "ticket_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("actor", JSONB(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_ticket_events_ticket_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_events")),
    )
    op.create_index(op.f("ix_ticket_events_ticket_id"), "ticket_events", ["ticket_id"])


def _turns() -> None:
    op.create_table(
        "turns",
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("turn_id", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said", sa.LargeBinary(), nullable=True),
        sa.Column("reply", sa.LargeBinary(), nullable=False),
        sa.Column("took_ms", sa.Double(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_turns_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_turns")),
        sa.UniqueConstraint("conversation_id", "turn_id", name=op.f("uq_turns_conversation_id_turn_id")),
    )


def _closures() -> None:
    op.create_table(
        "closures",
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=80), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["place_id"], ["places.id"], name=op.f("fk_closures_place_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closures")),
        sa.UniqueConstraint("place_id", "date", name=op.f("uq_closures_place_id_date")),
    )


def _offerings() -> None:
    op.create_table(
        "offerings",
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=True),
        sa.Column("city_code", sa.String(length=20), nullable=False),
        sa.Column("spot", Point(), nullable=True),
        sa.Column("service_type", sa.String(length=30), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("unit", sa.String(length=4), nullable=False),
        sa.Column("unit_price_fen", sa.Integer(), nullable=True),
        sa.Column("at_home", sa.Boolean(), nullable=False),
        sa.Column("online_booking", sa.Boolean(), nullable=False),
        sa.Column("capacity_per_slot", sa.Integer(), nullable=False),
        sa.Column("slot_minutes", sa.Integer(), nullable=False),
        sa.Column("lead_minutes", sa.Integer(), nullable=False),
        sa.Column("change_deadline_minutes", sa.Integer(), nullable=False),
        sa.Column("open_on_holidays", sa.Boolean(), nullable=False),
        sa.Column("circle_m", sa.Integer(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("capacity_per_slot >= 0 AND slot_minutes > 0", name=op.f("ck_offerings_slots")),
        sa.CheckConstraint("unit_price_fen >= 0", name=op.f("ck_offerings_price")),
        sa.ForeignKeyConstraint(["city_code"], ["cities.code"], name=op.f("fk_offerings_city_code")),
        sa.ForeignKeyConstraint(
            ["place_id"], ["places.id"], name=op.f("fk_offerings_place_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["provider_id"], ["providers.id"], name=op.f("fk_offerings_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offerings")),
        sa.UniqueConstraint(
            "place_id", "service_type", "name", name=op.f("uq_offerings_place_id_service_type_name")
        ),
    )
    op.create_index(op.f("ix_offerings_place_id"), "offerings", ["place_id"])
    op.create_index(op.f("ix_offerings_provider_id"), "offerings", ["provider_id"])
    op.create_index("ix_offerings_service_type_city", "offerings", ["service_type", "city_code"])
    op.create_index("ix_offerings_spot", "offerings", ["spot"], postgresql_using="gist")


def _order_series() -> None:
    op.create_table(
        "order_series",
        sa.Column("number", sa.String(length=12), nullable=False),
        sa.Column("senior_id", sa.Uuid(), nullable=False),
        sa.Column("booked_by", JSONB(), nullable=False),
        sa.Column("for_whom", sa.String(length=5), nullable=False),
        sa.Column("offering_id", sa.Uuid(), nullable=False),
        sa.Column("rrule", sa.String(length=200), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("at", sa.Time(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("remarks", sa.LargeBinary(), nullable=True),
        sa.Column("address", sa.LargeBinary(), nullable=True),
        sa.Column("contact_phone", sa.LargeBinary(), nullable=True),
        sa.Column("skip_holidays", sa.Boolean(), nullable=False),
        sa.Column("skipped", sa.ARRAY(sa.Date()), nullable=False),
        sa.Column("paused", JSONB(), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("expanded_until", sa.Date(), nullable=False),
        sa.Column("missed", JSONB(), nullable=False),
        sa.Column("idempotency_key", sa.String(length=120), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("status IN ('active', 'cancelled', 'ended')", name=op.f("ck_order_series_status")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_order_series_quantity")),
        sa.ForeignKeyConstraint(
            ["offering_id"], ["offerings.id"], name=op.f("fk_order_series_offering_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["senior_id"], ["persons.id"], name=op.f("fk_order_series_senior_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_series")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_order_series_idempotency_key")),
        sa.UniqueConstraint("number", name=op.f("uq_order_series_number")),
    )
    op.create_index(
        "ix_order_series_expand", "order_series", ["expanded_until"], postgresql_where="status = 'active'"
    )
    op.create_index(op.f("ix_order_series_senior_id"), "order_series", ["senior_id"])


def _schedules() -> None:
    op.create_table(
        "schedules",
        sa.Column("offering_id", sa.Uuid(), nullable=False),
        sa.Column("rrule", sa.String(length=200), nullable=False),
        sa.Column("opens", sa.Time(), nullable=False),
        sa.Column("closes", sa.Time(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("opens < closes", name=op.f("ck_schedules_order")),
        sa.ForeignKeyConstraint(
            ["offering_id"], ["offerings.id"], name=op.f("fk_schedules_offering_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedules")),
    )
    op.create_index(op.f("ix_schedules_offering_id"), "schedules", ["offering_id"])


def _slots() -> None:
    op.create_table(
        "slots",
        sa.Column("offering_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("booked", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("booked BETWEEN 0 AND capacity", name=op.f("ck_slots_capacity")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_slots_period")),
        sa.ForeignKeyConstraint(
            ["offering_id"], ["offerings.id"], name=op.f("fk_slots_offering_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slots")),
        sa.UniqueConstraint("offering_id", "starts_at", name=op.f("uq_slots_offering_id_starts_at")),
    )


def _orders() -> None:
    op.create_table(
        "orders",
        sa.Column("number", sa.String(length=12), nullable=False),
        sa.Column("senior_id", sa.Uuid(), nullable=False),
        sa.Column("booked_by", JSONB(), nullable=False),
        sa.Column("for_whom", sa.String(length=5), nullable=False),
        sa.Column("offering_id", sa.Uuid(), nullable=False),
        sa.Column("slot_id", sa.Uuid(), nullable=False),
        sa.Column("service_type", sa.String(length=30), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("part", sa.String(length=10), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(length=10), nullable=False),
        sa.Column("unit_price_fen", sa.Integer(), nullable=True),
        sa.Column("total_fen", sa.Integer(), nullable=True),
        sa.Column("covered_fen", sa.Integer(), nullable=False),
        sa.Column("payable_fen", sa.Integer(), nullable=True),
        sa.Column("payer", sa.String(length=10), nullable=False),
        sa.Column("benefit_note", sa.String(length=200), nullable=True),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("remarks", sa.LargeBinary(), nullable=True),
        sa.Column("address", sa.LargeBinary(), nullable=True),
        sa.Column("contact_phone", sa.LargeBinary(), nullable=True),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("series_id", sa.Uuid(), nullable=True),
        sa.Column("series_day", sa.Date(), nullable=True),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("rating_comment", sa.LargeBinary(), nullable=True),
        sa.Column("idempotency_key", sa.String(length=120), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "status IN ('requested', 'accepted', 'on_the_way', 'done', 'rated', 'cancelled', 'rejected', 'no_show')",
            name=op.f("ck_orders_status"),
        ),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_orders_quantity")),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name=op.f("ck_orders_rating")),
        sa.ForeignKeyConstraint(
            ["offering_id"], ["offerings.id"], name=op.f("fk_orders_offering_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["senior_id"], ["persons.id"], name=op.f("fk_orders_senior_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["series_id"], ["order_series.id"], name=op.f("fk_orders_series_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["slot_id"], ["slots.id"], name=op.f("fk_orders_slot_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_orders_idempotency_key")),
        sa.UniqueConstraint("number", name=op.f("uq_orders_number")),
    )
    op.create_index(
        "ix_orders_open",
        "orders",
        ["starts_at"],
        postgresql_where="status IN ('requested', 'accepted', 'on_the_way')",
    )
    op.create_index("ix_orders_senior", "orders", ["senior_id", "starts_at"])
    op.create_index("ix_orders_slot", "orders", ["slot_id"])
    op.create_index(
        "uq_orders_series_day",
        "orders",
        ["series_id", "series_day"],
        unique=True,
        postgresql_where="status NOT IN ('cancelled', 'rejected')",
    )


def _order_events() -> None:
    op.create_table(
        "order_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("actor", JSONB(), nullable=False),
        sa.Column("changes", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name=op.f("fk_order_events_order_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_events")),
    )
    op.create_index(op.f("ix_order_events_order_id"), "order_events", ["order_id"])


# In the order of their references.
TABLES = (
    _audit_entries,
    _cities,
    _console_accounts,
    _link_wrong_codes,
    _outbox,
    _persons,
    _search_misses,
    _worker_areas,
    _areas,
    _benefits,
    _consents,
    _console_batches,
    _console_sessions,
    _conversations,
    _person_events,
    _person_phones,
    _providers,
    _telegram_deliveries,
    _telegram_links,
    _tickets,
    _alarms,
    _link_invitations,
    _link_photos,
    _places,
    _ticket_events,
    _turns,
    _closures,
    _offerings,
    _order_series,
    _schedules,
    _slots,
    _orders,
    _order_events,
)
