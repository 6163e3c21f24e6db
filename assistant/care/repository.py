"""Queries on check-ins."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import and_, exists, literal, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.calls.models import OutboundCall
from assistant.care.models import Checkin, CheckinPlan
from assistant.catalog.models import Offering
from assistant.links.models import TelegramLink
from assistant.orders.models import Order


async def plan_of(session: AsyncSession, person_id: uuid.UUID) -> CheckinPlan | None:
    """What a senior has agreed to, if it has not ended; locked."""
    found = select(CheckinPlan).where(CheckinPlan.person_id == person_id, CheckinPlan.ended_at.is_(None))
    return await session.scalar(found.with_for_update())


async def plans_due(session: AsyncSession, day: date, first: time, last: time) -> Sequence[CheckinPlan]:
    """Plans of ``day`` whose time lies after ``first`` and not after ``last``, and that were not begun yet."""
    begun = exists().where(Checkin.plan_id == CheckinPlan.id, Checkin.day == day)
    found = select(CheckinPlan).where(
        CheckinPlan.ended_at.is_(None),
        CheckinPlan.at > first,
        CheckinPlan.at <= last,
        CheckinPlan.weekdays.contains([day.weekday()]),
        ~begun,
    )
    return (await session.scalars(found)).all()


async def put_checkin(session: AsyncSession, values: dict[str, Any]) -> bool:
    """False when the senior was asked for this cause before."""
    statement = insert(Checkin).values(values).on_conflict_do_nothing(index_elements=["person_id", "key"])
    return (await session.execute(statement.returning(Checkin.id))).first() is not None


async def checkin(session: AsyncSession, checkin_id: uuid.UUID, *, lock: bool = False) -> Checkin | None:
    return await session.get(Checkin, checkin_id, with_for_update=lock or None, populate_existing=True)


async def of_outbound(session: AsyncSession, outbound_id: uuid.UUID) -> Checkin | None:
    return await session.scalar(select(Checkin).where(Checkin.outbound_id == outbound_id))


async def open_of(session: AsyncSession, person_id: uuid.UUID) -> Checkin | None:
    """What a senior was asked last and has not answered."""
    found = select(Checkin).where(Checkin.person_id == person_id, Checkin.status == "asked")
    return await session.scalar(found.order_by(Checkin.asked_at.desc()).limit(1))


async def settled(
    session: AsyncSession, *, written_before: datetime, limit: int
) -> Sequence[tuple[Checkin, OutboundCall | None]]:
    """Check-ins without an answer of which more can be said now: the call is over or was given up, or the
    message was sent before ``written_before``; locked."""
    over = or_(
        OutboundCall.status.in_(("unreached", "cancelled")),
        and_(OutboundCall.status == "answered", OutboundCall.closed_at.is_not(None)),
    )
    found = (
        select(Checkin, OutboundCall)
        .outerjoin(OutboundCall, OutboundCall.id == Checkin.outbound_id)
        .where(
            Checkin.status == "asked",
            or_(over, and_(Checkin.way == "telegram", Checkin.asked_at <= written_before)),
        )
        .order_by(Checkin.asked_at)
        .limit(limit)
        .with_for_update(skip_locked=True, of=Checkin)
    )
    return [(row[0], row[1]) for row in await session.execute(found)]


async def meals_nobody_took(session: AsyncSession, since: datetime) -> Sequence[tuple[uuid.UUID, uuid.UUID]]:
    """Meals brought to a home where nobody opened, reported after ``since``: order and senior; those after
    which the senior was asked already are left out."""
    asked = exists().where(
        Checkin.person_id == Order.senior_id,
        Checkin.reason == literal("meal"),
        Checkin.asked_at >= since,
    )
    found = (
        select(Order.id, Order.senior_id)
        .join(Offering, Offering.id == Order.offering_id)
        .where(
            Order.status == "no_show",
            Order.service_type == "meal",
            Offering.at_home,
            Order.updated_at >= since,
            ~asked,
        )
    )
    return [(row[0], row[1]) for row in await session.execute(found)]


async def has_chat(session: AsyncSession, person_id: uuid.UUID) -> bool:
    """Whether a person has a Telegram chat of their own that somebody has vouched for."""
    link = select(TelegramLink.id).where(
        TelegramLink.person_id == person_id,
        TelegramLink.confirmed_at.is_not(None),
        TelegramLink.blocked_at.is_(None),
    )
    return await session.scalar(link.limit(1)) is not None


async def history(session: AsyncSession, person_id: uuid.UUID, limit: int) -> Sequence[Checkin]:
    """The last check-ins of a senior, newest first."""
    found = select(Checkin).where(Checkin.person_id == person_id).order_by(Checkin.asked_at.desc())
    return (await session.scalars(found.limit(limit))).all()
