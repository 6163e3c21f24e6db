"""Tables of tickets: one piece of work for a person at the desk, with its history."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, LargeBinary, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from assistant.kit.crypto import Encrypted
from assistant.kit.db import Base, Identified

TicketKind = Literal["callback", "handoff", "complaint", "assessment", "device", "emergency", "checkin"]
TicketStatus = Literal["open", "acknowledged", "in_progress", "done", "cancelled"]


class Ticket(Identified, Base):
    """Something a person has to do for somebody, and by when."""

    __tablename__ = "tickets"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('callback', 'handoff', 'complaint', 'assessment', 'device', 'emergency', 'checkin')",
            name="kind",
        ),
        CheckConstraint(
            "status IN ('open', 'acknowledged', 'in_progress', 'done', 'cancelled')", name="status"
        ),
        CheckConstraint("priority BETWEEN 0 AND 3", name="priority"),
        Index(
            "ix_tickets_open",
            "city_code",
            "priority",
            "due_at",
            postgresql_where="status IN ('open', 'acknowledged', 'in_progress')",
        ),
        Index("ix_tickets_conversation", "conversation", "kind"),
    )

    number: Mapped[str] = mapped_column(String(12), unique=True)
    """``GD`` (工单) and eight random digits."""
    kind: Mapped[TicketKind] = mapped_column(String(12))
    status: Mapped[TicketStatus] = mapped_column(String(12), default="open")
    city_code: Mapped[str] = mapped_column(String(40))
    person_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("persons.id", ondelete="SET NULL"), index=True
    )
    """Whom it is about, as far as known."""
    caller_phone: Mapped[str | None] = mapped_column(Encrypted)
    """Number to call back."""
    summary: Mapped[str] = mapped_column(Encrypted)
    """One or two sentences for the person who takes over."""
    details: Mapped[str | None] = mapped_column(Encrypted)
    """JSON: everything known so far."""
    department: Mapped[str | None] = mapped_column(String(30))
    """For a complaint: which department handles the matter."""
    matter: Mapped[str | None] = mapped_column(String(40))
    """For a complaint: key of the matter in ``data/departments.yaml``."""
    promised_from: Mapped[datetime | None]
    """For a call-back: start of the window the caller was told; ``due_at`` is its end."""
    due_at: Mapped[datetime | None]
    priority: Mapped[int] = mapped_column(default=2)
    """0 emergency, 1 today, 2 normal, 3 when there is time."""
    conversation: Mapped[str | None] = mapped_column(String(80))
    channel: Mapped[str] = mapped_column(String(20))
    opened_at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    outcome: Mapped[str | None] = mapped_column(Encrypted)
    """What came of it, said by who closed it."""
    idempotency_key: Mapped[str] = mapped_column(String(120), unique=True)
    request_hash: Mapped[bytes] = mapped_column(LargeBinary)


class TicketEvent(Base):
    """History of a ticket."""

    __tablename__ = "ticket_events"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    """Rises with the order in which things were done."""
    ticket_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    action: Mapped[str] = mapped_column(String(20))
    """opened, acknowledged, started, noted, closed, cancelled."""
    status: Mapped[TicketStatus] = mapped_column(String(12))
    actor: Mapped[dict[str, Any]] = mapped_column(JSONB)
    note: Mapped[str | None] = mapped_column(Encrypted)
