"""Tables of orders: slots with capacity, orders and their history, recurring orders."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time
from typing import Any, Literal

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from assistant.kit.crypto import Encrypted
from assistant.kit.db import Base, Identified

OrderStatus = Literal[
    "requested", "accepted", "on_the_way", "done", "rated", "cancelled", "rejected", "no_show"
]
SeriesStatus = Literal["active", "cancelled", "ended"]
ForWhom = Literal["self", "other"]
PartOfDay = Literal["morning", "noon", "afternoon", "evening"]
"""As ``kit.when`` reads it."""
Payer = Literal["self", "government", "shared", "unknown"]
"""Who pays; ``unknown`` where no price is on record."""

HOLDING: tuple[OrderStatus, ...] = ("requested", "accepted", "on_the_way")
"""States in which an order is still to come and can be found by "我的订单"."""


class Slot(Identified, Base):
    """One opening of one offering: a time and how many it can serve. The CHECK forbids overbooking."""

    __tablename__ = "slots"
    __table_args__ = (
        UniqueConstraint("offering_id", "starts_at"),
        CheckConstraint("booked BETWEEN 0 AND capacity", name="capacity"),
        CheckConstraint("ends_at > starts_at", name="period"),
    )

    offering_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("offerings.id", ondelete="CASCADE"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    capacity: Mapped[int]
    booked: Mapped[int] = mapped_column(default=0)


class OrderSeries(Identified, Base):
    """A recurring order; single orders are made from it for the coming weeks."""

    __tablename__ = "order_series"
    __table_args__ = (
        CheckConstraint("status IN ('active', 'cancelled', 'ended')", name="status"),
        CheckConstraint("quantity > 0", name="quantity"),
        Index("ix_order_series_expand", "expanded_until", postgresql_where="status = 'active'"),
    )

    number: Mapped[str] = mapped_column(String(12), unique=True)
    senior_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("persons.id", ondelete="RESTRICT"), index=True)
    booked_by: Mapped[dict[str, Any]] = mapped_column(JSONB)
    for_whom: Mapped[ForWhom] = mapped_column(String(5))
    offering_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("offerings.id", ondelete="RESTRICT"))
    rrule: Mapped[str] = mapped_column(String(200))
    """RFC 5545 rule without DTSTART; days are China days."""
    starts_on: Mapped[date]
    at: Mapped[time]
    """Time of day, China time."""
    until: Mapped[date | None]
    """Last day, inclusive."""
    quantity: Mapped[int]
    remarks: Mapped[str | None] = mapped_column(Encrypted)
    address: Mapped[str | None] = mapped_column(Encrypted)
    contact_phone: Mapped[str | None] = mapped_column(Encrypted)
    skip_holidays: Mapped[bool] = mapped_column(default=False)
    skipped: Mapped[list[date]] = mapped_column(ARRAY(Date), default=list)
    """Single days left out on request."""
    paused: Mapped[list[list[str]]] = mapped_column(JSONB, default=list)
    """Ranges of ISO days ``[first, last]``; an open pause has an empty last."""
    channel: Mapped[str] = mapped_column(String(20))
    status: Mapped[SeriesStatus] = mapped_column(String(10), default="active")
    expanded_until: Mapped[date]
    """Orders exist for every day up to here."""
    missed: Mapped[list[str]] = mapped_column(JSONB, default=list)
    """ISO days that could not be booked, each with the reason: ``2025-06-12 slot_full``."""
    idempotency_key: Mapped[str] = mapped_column(String(120), unique=True)
    request_hash: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Order(Identified, Base):
    """One service for one senior at one time."""

    __tablename__ = "orders"
    __table_args__ = (
        CheckConstraint(
            "status IN ('requested', 'accepted', 'on_the_way', 'done', 'rated', 'cancelled', 'rejected',"
            " 'no_show')",
            name="status",
        ),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("rating BETWEEN 1 AND 5", name="rating"),
        Index(
            "uq_orders_series_day",
            "series_id",
            "series_day",
            unique=True,
            postgresql_where="status NOT IN ('cancelled', 'rejected')",
        ),
        Index("ix_orders_senior", "senior_id", "starts_at"),
        Index("ix_orders_slot", "slot_id"),
        Index(
            "ix_orders_open",
            "starts_at",
            postgresql_where="status IN ('requested', 'accepted', 'on_the_way')",
        ),
    )

    number: Mapped[str] = mapped_column(String(12), unique=True)
    """``YL`` and eight random digits: short enough to say, tells nobody how many there are."""
    senior_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("persons.id", ondelete="RESTRICT"))
    booked_by: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """The actor who booked it."""
    for_whom: Mapped[ForWhom] = mapped_column(String(5))
    offering_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("offerings.id", ondelete="RESTRICT"))
    slot_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("slots.id", ondelete="RESTRICT"))
    service_type: Mapped[str] = mapped_column(String(30))
    starts_at: Mapped[datetime]
    part: Mapped[PartOfDay | None] = mapped_column(String(10))
    """morning, noon, afternoon or evening, where no clock time was said."""
    quantity: Mapped[int]
    unit: Mapped[str] = mapped_column(String(10))
    unit_price_fen: Mapped[int | None]
    total_fen: Mapped[int | None]
    covered_fen: Mapped[int] = mapped_column(default=0)
    payable_fen: Mapped[int | None]
    payer: Mapped[Payer] = mapped_column(String(10))
    benefit_note: Mapped[str | None] = mapped_column(String(200))
    status: Mapped[OrderStatus] = mapped_column(String(10), default="requested")
    reason: Mapped[str | None] = mapped_column(Encrypted)
    """Why it was cancelled, rejected or missed, as it was said."""
    remarks: Mapped[str | None] = mapped_column(Encrypted)
    """What the provider must know: diet, which door, hard of hearing."""
    address: Mapped[str | None] = mapped_column(Encrypted)
    """Where to come, as it was when it was booked."""
    contact_phone: Mapped[str | None] = mapped_column(Encrypted)
    channel: Mapped[str] = mapped_column(String(20))
    series_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("order_series.id", ondelete="RESTRICT"))
    series_day: Mapped[date | None]
    rating: Mapped[int | None]
    rating_comment: Mapped[str | None] = mapped_column(Encrypted)
    idempotency_key: Mapped[str] = mapped_column(String(120), unique=True)
    request_hash: Mapped[bytes] = mapped_column(LargeBinary)
    """Keyed hash of the request: the same key with other content is refused."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class OrderEvent(Base):
    """History of an order: who did what when, and what it changed."""

    __tablename__ = "order_events"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    """Rises with the order in which things were done."""
    order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    action: Mapped[str] = mapped_column(String(20))
    """booked, changed, accepted, started, finished, rated, cancelled, rejected, missed."""
    status: Mapped[OrderStatus] = mapped_column(String(10))
    """The order's state afterwards."""
    actor: Mapped[dict[str, Any]] = mapped_column(JSONB)
    changes: Mapped[str | None] = mapped_column(Encrypted)
    """JSON: field → [old, new], and the reason given."""
