"""Tables of safety: the alarm behind an emergency ticket.

An alarm is a ticket of kind ``emergency`` and this row beside it. Escalation timers, devices and
check-ins get tables of their own here that point at ``alarms.ticket_id``.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from assistant.kit.crypto import Encrypted
from assistant.kit.db import Base


class Alarm(Base):
    """What raised an emergency, and how it ended."""

    __tablename__ = "alarms"
    __table_args__ = (Index("ix_alarms_conversation", "conversation", "hazard", "raised_at"),)

    ticket_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("tickets.id", ondelete="CASCADE"), primary_key=True
    )
    hazard: Mapped[str] = mapped_column(String(30))
    """Kind of danger as triage names it: unconscious, fall, gas, fire, …"""
    level: Mapped[str] = mapped_column(String(10))
    """danger, or ask when an unanswered question became an alarm."""
    rule: Mapped[str] = mapped_column(String(80))
    """Which rule of triage spoke."""
    said: Mapped[str | None] = mapped_column(Encrypted)
    address: Mapped[str | None] = mapped_column(Encrypted)
    """Where help must go, as far as known."""
    conversation: Mapped[str] = mapped_column(String(80))
    raised_at: Mapped[datetime]
    repeated: Mapped[int] = mapped_column(default=0)
    """How often the same danger was said again in this conversation."""
    false_alarm_at: Mapped[datetime | None]
    false_alarm_reason: Mapped[str | None] = mapped_column(Encrypted)
