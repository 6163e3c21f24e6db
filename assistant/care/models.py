"""Tables of care: which senior is asked when how they are, and each time they were asked."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time
from typing import Any, Literal

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from assistant.kit.db import Base, Identified

Way = Literal["phone", "telegram"]
Reason = Literal["plan", "meal"]
"""``meal``: a meal came and nobody opened."""
CheckinStatus = Literal["asked", "ok", "bad", "reached", "missed", "cancelled"]
"""``reached``: somebody spoke, but did not say how they are."""
Evidence = Literal["spoken", "key", "written"]


class CheckinPlan(Identified, Base):
    """A senior agreed to be asked on some days at some time how they are."""

    __tablename__ = "checkin_plans"
    __table_args__ = (
        CheckConstraint("way IN ('phone', 'telegram')", name="way"),
        CheckConstraint("cardinality(weekdays) > 0", name="weekdays"),
        Index("uq_checkin_plans_person", "person_id", unique=True, postgresql_where="ended_at IS NULL"),
        Index("ix_checkin_plans_at", "at", postgresql_where="ended_at IS NULL"),
    )

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("persons.id", ondelete="CASCADE"))
    weekdays: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger))
    """0 is Monday; days are China days."""
    at: Mapped[time]
    """China time."""
    way: Mapped[Way] = mapped_column(String(10))
    evidence: Mapped[Evidence] = mapped_column(String(10))
    """How the senior agreed."""
    agreed_at: Mapped[datetime]
    agreed_by: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """The actor who recorded it."""
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[dict[str, Any] | None] = mapped_column(JSONB)


class Checkin(Identified, Base):
    """One time that a senior is asked how they are, until an answer or the want of one is known."""

    __tablename__ = "checkins"
    __table_args__ = (
        CheckConstraint("status IN ('asked', 'ok', 'bad', 'reached', 'missed', 'cancelled')", name="status"),
        UniqueConstraint("person_id", "key"),
        Index("ix_checkins_open", "person_id", "asked_at", postgresql_where="status = 'asked'"),
        Index("ix_checkins_day", "day", "status"),
    )

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("persons.id", ondelete="CASCADE"))
    plan_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("checkin_plans.id", ondelete="SET NULL"))
    key: Mapped[str] = mapped_column(String(80))
    """Once a cause: the day of a plan, or the order of a meal."""
    day: Mapped[date]
    """China day."""
    reason: Mapped[Reason] = mapped_column(String(10))
    way: Mapped[Way] = mapped_column(String(10))
    """How the senior is asked now; a message that is not answered becomes a call."""
    status: Mapped[CheckinStatus] = mapped_column(String(10), default="asked")
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answered_in: Mapped[str | None] = mapped_column(String(80))
    """Conversation (id) in which the answer was given."""
    outbound_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("outbound_calls.id", ondelete="SET NULL")
    )
    ticket_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("tickets.id", ondelete="SET NULL"))
    """Work that came of it: nobody answered, or the answer was not good."""
