"""Queries of the desk."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.desk.models import Conversation, Turn
from assistant.desk.schemas import Reply, TurnIn


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
            "worker_id": turn.caller.worker,
            "person_id": turn.caller.person,
            "confirmed": turn.caller.person is not None,
            "status": "open",
            "epoch": 0,
            "pace": 1.0,
            "state": {},
            "created_at": now,
            "updated_at": now,
        }
        # Two first turns at once are one conversation.
        await session.execute(insert(Conversation).values(values).on_conflict_do_nothing())
        found = await session.scalar(select(Conversation).where(*where))
    assert found is not None
    return found


async def reply_to(session: AsyncSession, conversation: Conversation, turn_id: str) -> Reply | None:
    """What was answered to this turn, if it was taken before."""
    row = await session.scalar(
        select(Turn.reply).where(Turn.conversation_id == conversation.id, Turn.turn_id == turn_id)
    )
    return Reply.model_validate_json(row) if row else None


async def recent_turns(session: AsyncSession, conversation_id: uuid.UUID, limit: int = 6) -> list[Turn]:
    """The last turns, oldest first."""
    rows = await session.scalars(
        select(Turn).where(Turn.conversation_id == conversation_id).order_by(Turn.at.desc()).limit(limit)
    )
    return list(rows)[::-1]
