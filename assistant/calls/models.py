"""Tables of calls: the record, the calls to make, and what a person wants done in a running one.

Numbers and words are encrypted; a number is looked up by its blind index (``people.keys.phone_key``).
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from assistant.calls.schemas import CommandKind, Direction, EndedBy, EntryKind, OutboundStatus, Purpose
from assistant.kit.crypto import Encrypted, EncryptedJSON
from assistant.kit.db import Base, Identified


class OutboundCall(Identified, Base):
    """Somebody to ring: waiting → taken → answered or unreached; or cancelled before it was answered."""

    __tablename__ = "outbound_calls"
    __table_args__ = (
        CheckConstraint("purpose IN ('checkin', 'link', 'notice', 'recall')", name="purpose"),
        CheckConstraint(
            "status IN ('waiting', 'taken', 'answered', 'unreached', 'cancelled')", name="status"
        ),
        Index("ix_outbound_calls_due", "due_at", postgresql_where="status = 'waiting'"),
        Index("ix_outbound_calls_taken", "lease_until", postgresql_where="status = 'taken'"),
        Index("ix_outbound_calls_conversation", "conversation"),
    )

    key: Mapped[str] = mapped_column(String(120), unique=True)
    """What it is for, once: ``checkin:<id>``, ``outbox:<id>``."""
    purpose: Mapped[Purpose] = mapped_column(String(10))
    city_code: Mapped[str] = mapped_column(String(40))
    person_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("persons.id", ondelete="CASCADE"), index=True
    )
    """Whom to ring, under their first number when the call is taken."""
    phone: Mapped[str | None] = mapped_column(Encrypted)
    """A number for somebody who is not on record."""
    outbox_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("outbox.id", ondelete="CASCADE"), index=True
    )
    """The message that it carries."""
    ticket_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("tickets.id", ondelete="SET NULL"))
    """Work for a person that is done once this call was answered."""
    payload: Mapped[dict[str, Any]] = mapped_column(EncryptedJSON)
    """What the opening needs: the event of a notice and its facts, the invitation of a link."""
    urgent: Mapped[bool] = mapped_column(default=False)
    """An emergency: rung in quiet hours too."""
    status: Mapped[OutboundStatus] = mapped_column(String(10), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    give_up_at: Mapped[datetime]
    """After this nobody is rung about it any more."""
    lease_until: Mapped[datetime | None]
    """A phone process is ringing until then; after that it is taken for dead."""
    conversation: Mapped[str | None] = mapped_column(String(80))
    """Of the attempt that is under way or was answered."""
    last_result: Mapped[str | None] = mapped_column(String(20))
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class Call(Identified, Base):
    """One telephone call that was answered."""

    __tablename__ = "calls"
    __table_args__ = (
        CheckConstraint("direction IN ('in', 'out')", name="direction"),
        Index("ix_calls_phone", "phone_key", "started_at"),
        Index("ix_calls_person", "person_id", "started_at"),
        Index("ix_calls_running", "city_code", "started_at", postgresql_where="ended_at IS NULL"),
    )

    conversation: Mapped[str] = mapped_column(String(80), unique=True)
    """Key of the desk's conversation (channel ``phone``)."""
    direction: Mapped[Direction] = mapped_column(String(3))
    carrier: Mapped[str] = mapped_column(String(20))
    process: Mapped[str] = mapped_column(String(40))
    city_code: Mapped[str] = mapped_column(String(40))
    phone: Mapped[str | None] = mapped_column(Encrypted)
    """Number at the other end, E.164 where it can be one."""
    phone_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    dialled: Mapped[str | None] = mapped_column(String(80))
    person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("persons.id", ondelete="SET NULL"))
    """Whose number it is, where it is one person's; who really spoke is the conversation's to know."""
    outbound_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("outbound_calls.id", ondelete="SET NULL"), index=True
    )
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    """Last sign of life."""
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[EndedBy | None] = mapped_column(String(12))
    why: Mapped[str | None] = mapped_column(String(200))
    recording: Mapped[str | None] = mapped_column(String(200))


class CallEntry(Base):
    """One thing that happened in a call."""

    __tablename__ = "call_entries"
    __table_args__ = (UniqueConstraint("call_id", "number"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    call_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"))
    number: Mapped[int]
    at: Mapped[datetime]
    kind: Mapped[EntryKind] = mapped_column(String(10))
    heard: Mapped[str | None] = mapped_column(Encrypted)
    said: Mapped[str | None] = mapped_column(Encrypted)
    confidence: Mapped[float | None]
    interrupted: Mapped[bool] = mapped_column(default=False)
    details: Mapped[dict[str, Any]] = mapped_column(EncryptedJSON)
    """alternatives, digits, decisions: they may repeat what was said."""
    timings: Mapped[dict[str, float]] = mapped_column(JSONB)
    """ms from the end of the caller's speech."""


class CallCommand(Base):
    """Something to do in a running call; numbered in the order in which it was committed."""

    __tablename__ = "call_commands"
    __table_args__ = (
        CheckConstraint("kind IN ('say', 'transfer', 'hangup', 'mute', 'unmute')", name="kind"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    call_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"), index=True)
    kind: Mapped[CommandKind] = mapped_column(String(10))
    text: Mapped[str | None] = mapped_column(Encrypted)
    target: Mapped[str | None] = mapped_column(String(120))
    by: Mapped[dict[str, Any]] = mapped_column(JSONB)
    at: Mapped[datetime] = mapped_column(index=True)
