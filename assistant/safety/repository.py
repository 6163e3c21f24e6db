"""Queries on alarms."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.safety.models import Alarm
from assistant.tickets.models import Ticket
from assistant.tickets.repository import OPEN


async def one_at_a_time(session: AsyncSession, conversation: str, hazard: str) -> None:
    """Let only one transaction at a time look for and raise this alarm, until it ends."""
    await session.execute(
        select(func.pg_advisory_xact_lock(func.hashtextextended(f"alarm:{conversation}:{hazard}", 0)))
    )


async def recent(session: AsyncSession, conversation: str, hazard: str, since: datetime) -> Alarm | None:
    """The latest alarm about this danger that nobody has called false."""
    return await session.scalar(
        select(Alarm)
        .where(
            Alarm.conversation == conversation,
            Alarm.hazard == hazard,
            Alarm.raised_at > since,
            Alarm.false_alarm_at.is_(None),
        )
        .order_by(Alarm.raised_at.desc())
        .limit(1)
    )


async def open_alarms(session: AsyncSession, conversation: str) -> Sequence[Alarm]:
    """Alarms of a conversation whose tickets are open."""
    found = await session.scalars(
        select(Alarm)
        .join(Ticket, Ticket.id == Alarm.ticket_id)
        .where(Alarm.conversation == conversation, Ticket.status.in_(OPEN))
        .order_by(Alarm.raised_at)
    )
    return found.all()


async def alarm(session: AsyncSession, ticket_id: uuid.UUID) -> Alarm | None:
    return await session.get(Alarm, ticket_id)
