"""How words reach the person of a running conversation between two of their turns, by its channel."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from assistant.calls import commands
from assistant.calls import repository as calls
from assistant.desk.models import Conversation, Turn
from assistant.desk.schemas import Reply
from assistant.kit import live, outbox
from assistant.kit.actor import Actor

Carrier = Callable[[AsyncSession, datetime, Actor, Conversation, Turn, Reply], Awaitable[None]]


async def reachable(session: AsyncSession, talk: Conversation) -> bool:
    """Whether words can be carried to the person of this conversation now."""
    if talk.status == "ended":
        return False
    if talk.channel == "telegram":
        # In a group nobody is named, and nothing can be sent to one person alone.
        return talk.reply_to is not None
    if talk.channel == "phone":
        call = await calls.call(session, talk.key)
        return call is not None and call.ended_at is None
    return talk.channel in CARRIERS


async def _to_page(
    session: AsyncSession, now: datetime, actor: Actor, talk: Conversation, turn: Turn, reply: Reply
) -> None:
    """The page is told that there is something new, and reads it: what it missed too."""
    await live.publish(session, f"words:web:{talk.key}", {})


async def _to_telegram(
    session: AsyncSession, now: datetime, actor: Actor, talk: Conversation, turn: Turn, reply: Reply
) -> None:
    """By the sender of notices, before all that is not urgent."""
    await outbox.put(
        session,
        now,
        kind="telegram",
        recipient=f"conversation:{talk.id}",
        event=f"said.{turn.voice}",
        event_key=f"turn:{turn.id}",
        about_person=talk.person_id,
        urgent=True,
        text="\n".join(message.text for message in reply.messages),
        name=reply.speaker,
    )


async def _to_call(
    session: AsyncSession, now: datetime, actor: Actor, talk: Conversation, turn: Turn, reply: Reply
) -> None:
    """Spoken in the call by the phone process."""
    for message in reply.messages:
        await commands.give(session, now, actor, talk.key, "say", text=message.text)


CARRIERS: Final[dict[str, Carrier]] = {"web": _to_page, "telegram": _to_telegram, "phone": _to_call}
