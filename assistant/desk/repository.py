"""Queries of the desk."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.desk.models import Conversation, Turn
from assistant.desk.schemas import Reply, TurnIn
from assistant.people import keys
from assistant.people.errors import PhoneInvalid
from assistant.people.service import e164

WORDS: Final = 200


async def open_conversation(session: AsyncSession, turn: TurnIn, city: str, now: datetime) -> Conversation:
    """The conversation of ``turn``, made at its first turn."""
    where = (Conversation.channel == turn.channel, Conversation.key == turn.conversation)
    found = await session.scalar(select(Conversation).where(*where))
    if found is None:
        values: dict[str, Any] = {
            "id": uuid.uuid4(),
            "channel": turn.channel,
            "key": turn.conversation,
            "city": city,
            "direction": turn.direction,
            "caller_phone": turn.caller.phone,
            "reply_to": _reply_to(turn),
            "phone_key": phone_key(turn.caller.phone),
            "worker_id": turn.caller.worker,
            "person_id": turn.caller.person,
            "confirmed": turn.caller.person is not None,
            "status": "open",
            "epoch": 0,
            "pace": 1.0,
            "loudness": 1.0,
            "state": {},
            "created_at": now,
            "updated_at": now,
        }
        # Two first turns at once are one conversation.
        await session.execute(insert(Conversation).values(values).on_conflict_do_nothing())
        found = await session.scalar(select(Conversation).where(*where))
    assert found is not None
    found.reply_to = _reply_to(turn) or found.reply_to
    return found


def _reply_to(turn: TurnIn) -> str | None:
    return None if turn.caller.telegram is None else str(turn.caller.telegram)


def phone_key(phone: str | None) -> bytes | None:
    """Blind index of a number; None for what cannot be one."""
    try:
        return keys.phone_key(e164(phone)) if phone else None
    except PhoneInvalid:
        return None


async def last_call(session: AsyncSession, of: Conversation, since: datetime) -> Conversation | None:
    """The call before ``of`` from the same number, if it went on after ``since``; locked."""
    if of.phone_key is None:
        return None
    return await session.scalar(
        select(Conversation)
        .where(
            Conversation.phone_key == of.phone_key,
            Conversation.channel == of.channel,
            Conversation.id != of.id,
            Conversation.updated_at >= since,
        )
        .order_by(Conversation.updated_at.desc())
        .limit(1)
        .with_for_update()
    )


async def reply_to(session: AsyncSession, conversation: Conversation, turn_id: str) -> Reply | None:
    """What was answered to this turn, if it was taken before."""
    row = await session.scalar(
        select(Turn.reply).where(Turn.conversation_id == conversation.id, Turn.turn_id == turn_id)
    )
    return Reply.model_validate_json(row) if row else None


async def recent_turns(session: AsyncSession, conversation_id: uuid.UUID, limit: int = 6) -> list[Turn]:
    """The last turns, oldest first."""
    rows = await session.scalars(
        select(Turn).where(Turn.conversation_id == conversation_id).order_by(Turn.number.desc()).limit(limit)
    )
    return list(rows)[::-1]


async def words(session: AsyncSession, channel: str, key: str, after: str | None) -> list[Turn]:
    """What was said in a conversation unasked, oldest first: all that came after the turn ``after``, or
    where that is not known, the last ``WORDS``."""
    known = (
        select(Turn.number)
        .where(Turn.conversation_id == Conversation.id, Turn.turn_id == after)
        .correlate(Conversation)
        .scalar_subquery()
    )
    rows = await session.scalars(
        select(Turn)
        .join(Conversation)
        .where(Conversation.channel == channel, Conversation.key == key)
        .where(Turn.voice != "reply", Turn.number > func.coalesce(known, 0))
        .order_by(Turn.number.desc())
        .limit(WORDS)
    )
    return list(rows)[::-1]
