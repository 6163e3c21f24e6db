"""Queries on calls."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.calls.models import Call, CallCommand, CallEntry, OutboundCall
from assistant.calls.schemas import CommandKind, Purpose

# The record


async def put_call(session: AsyncSession, values: dict[str, Any]) -> bool:
    """False when the call is on record already."""
    statement = insert(Call).values(values).on_conflict_do_nothing(index_elements=["conversation"])
    return (await session.execute(statement.returning(Call.id))).first() is not None


async def call(session: AsyncSession, conversation: str, *, lock: bool = False) -> Call | None:
    statement = (
        select(Call).where(Call.conversation == conversation).execution_options(populate_existing=True)
    )
    return await session.scalar(statement.with_for_update() if lock else statement)


async def put_entry(session: AsyncSession, values: dict[str, Any]) -> bool:
    """False when the call has an entry of this number."""
    statement = insert(CallEntry).values(values).on_conflict_do_nothing(index_elements=["call_id", "number"])
    return (await session.execute(statement.returning(CallEntry.id))).first() is not None


async def entries(session: AsyncSession, call_id: uuid.UUID) -> Sequence[CallEntry]:
    """What happened in a call, in order."""
    found = select(CallEntry).where(CallEntry.call_id == call_id).order_by(CallEntry.number)
    return (await session.scalars(found)).all()


async def heard_anything(session: AsyncSession, call_id: uuid.UUID) -> bool:
    """Whether somebody spoke or pressed a key in a call."""
    spoke = select(CallEntry.id).where(
        CallEntry.call_id == call_id,
        or_(CallEntry.kind == "digits", CallEntry.heard.is_not(None)),
    )
    return await session.scalar(spoke.limit(1)) is not None


async def running(
    session: AsyncSession, *, process: str | None = None, seen_before: datetime | None = None
) -> Sequence[Call]:
    """Calls that have not ended: of one phone process, or without a sign of life since; locked."""
    statement = select(Call).where(Call.ended_at.is_(None))
    if process is not None:
        statement = statement.where(Call.process == process)
    if seen_before is not None:
        statement = statement.where(Call.seen_at < seen_before)
    return (await session.scalars(statement.with_for_update(skip_locked=True))).all()


async def listed(
    session: AsyncSession,
    *,
    person: uuid.UUID | None = None,
    phone_key: bytes | None = None,
    city: str | None = None,
    running_only: bool = False,
    limit: int = 50,
    offset: int = 0,
) -> Sequence[tuple[Call, Purpose | None, int]]:
    """Calls with purpose and number of turns, newest first."""
    turns = (
        select(func.count())
        .where(CallEntry.call_id == Call.id, CallEntry.kind.in_(("turn", "digits")))
        .scalar_subquery()
    )
    statement = select(Call, OutboundCall.purpose, turns).outerjoin(
        OutboundCall, OutboundCall.id == Call.outbound_id
    )
    if person is not None:
        statement = statement.where(Call.person_id == person)
    if phone_key is not None:
        statement = statement.where(Call.phone_key == phone_key)
    if city is not None:
        statement = statement.where(Call.city_code == city)
    if running_only:
        statement = statement.where(Call.ended_at.is_(None))
    statement = statement.order_by(Call.started_at.desc(), Call.id).limit(limit).offset(offset)
    return [(row[0], row[1], row[2]) for row in await session.execute(statement)]


# Calls to make


async def put_outbound(session: AsyncSession, values: dict[str, Any]) -> bool:
    """False when there is one for this key."""
    statement = insert(OutboundCall).values(values).on_conflict_do_nothing(index_elements=["key"])
    return (await session.execute(statement.returning(OutboundCall.id))).first() is not None


async def outbound(
    session: AsyncSession, outbound_id: uuid.UUID, *, lock: bool = False
) -> OutboundCall | None:
    return await session.get(OutboundCall, outbound_id, with_for_update=lock or None, populate_existing=True)


async def outbound_by_key(session: AsyncSession, key: str) -> OutboundCall | None:
    return await session.scalar(select(OutboundCall).where(OutboundCall.key == key).with_for_update())


async def outbound_of(session: AsyncSession, conversation: str) -> OutboundCall | None:
    """The order to ring behind a conversation."""
    return await session.scalar(select(OutboundCall).where(OutboundCall.conversation == conversation))


async def next_due(session: AsyncSession, now: datetime, *, urgent_only: bool) -> OutboundCall | None:
    """The next call to make, urgent ones first; skipped by other phone processes. Nobody is rung while they
    are on the telephone with us."""
    busy = exists().where(Call.person_id == OutboundCall.person_id, Call.ended_at.is_(None))
    statement = select(OutboundCall).where(
        OutboundCall.status == "waiting", OutboundCall.due_at <= now, ~busy
    )
    if urgent_only:
        statement = statement.where(OutboundCall.urgent)
    statement = statement.order_by(OutboundCall.urgent.desc(), OutboundCall.due_at).limit(1)
    return await session.scalar(statement.with_for_update(skip_locked=True))


async def fallen_silent(session: AsyncSession, now: datetime) -> Sequence[OutboundCall]:
    """Calls that a phone process took and of which it never told what came."""
    statement = select(OutboundCall).where(OutboundCall.status == "taken", OutboundCall.lease_until <= now)
    return (await session.scalars(statement.with_for_update(skip_locked=True))).all()


async def too_late(session: AsyncSession, now: datetime) -> Sequence[OutboundCall]:
    """Calls that nobody made in time."""
    statement = select(OutboundCall).where(OutboundCall.status == "waiting", OutboundCall.give_up_at <= now)
    return (await session.scalars(statement.with_for_update(skip_locked=True))).all()


# A person's hand in a running call


async def commands_after(
    session: AsyncSession, last: int, since: datetime
) -> Sequence[tuple[CallCommand, str]]:
    """Commands numbered above ``last`` and given after ``since`` in calls that still run, with the
    conversation of each."""
    statement = (
        select(CallCommand, Call.conversation)
        .join(Call, Call.id == CallCommand.call_id)
        .where(CallCommand.id > last, CallCommand.at >= since, Call.ended_at.is_(None))
        .order_by(CallCommand.id)
    )
    return [(row[0], row[1]) for row in await session.execute(statement)]


async def last_command(
    session: AsyncSession, conversation: str, kinds: Sequence[CommandKind]
) -> CallCommand | None:
    """The last command of some kinds in a call."""
    statement = (
        select(CallCommand)
        .join(Call, Call.id == CallCommand.call_id)
        .where(Call.conversation == conversation, CallCommand.kind.in_(kinds))
        .order_by(CallCommand.id.desc())
    )
    return await session.scalar(statement.limit(1))
