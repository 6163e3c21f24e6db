"""A person's hand in a running call: words to speak, transfer, silence, the end.

Commands are rows; the phone process follows them by number, so that none is lost while it is not connected.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.calls import repository, service
from assistant.calls.errors import CallOver
from assistant.calls.models import CallCommand
from assistant.calls.schemas import Command, CommandKind
from assistant.kit import audit, live
from assistant.kit.actor import Actor
from speech.saying import say as spoken

TOPIC: Final = "call-commands"
"""Of ``kit.live``: told when there is a new command."""
ORDERED: Final = 0x59494E4E
"""Number of the advisory lock under which commands get their numbers: a lower one is never committed after a
higher one."""
FRESH: Final = timedelta(minutes=2)
"""How old a command may be for a phone process that does not know the last one it had."""


async def give(
    session: AsyncSession,
    now: datetime,
    actor: Actor,
    conversation: str,
    kind: CommandKind,
    *,
    text: str | None = None,
    target: str | None = None,
) -> int:
    """Have something done in a running call; who may do so is checked by the caller. Returns its number.

    Args:
        conversation: key of the call's conversation.
        text: for ``say``: the words; for ``transfer``: what whoever takes over is told first.
        target: for ``transfer``: a SIP address or number; None: the operator desk.

    Raises:
        CallNotFound.
        CallOver: it has ended.
    """
    call = await service.find(session, conversation)
    if call.ended_at is not None:
        raise CallOver()
    await session.execute(sql("SELECT pg_advisory_xact_lock(:number)"), {"number": ORDERED})
    by = actor.model_dump(mode="json", exclude_none=True)
    command = CallCommand(call_id=call.id, kind=kind, text=text, target=target, by=by, at=now)
    session.add(command)
    await session.flush()
    audit.record(session, now, actor, f"call.{kind}", f"call:{call.id}", call.person_id, command=command.id)
    await live.publish(session, TOPIC, {})
    return command.id


async def muted(session: AsyncSession, conversation: str) -> bool:
    """Whether the assistant has been told to be quiet in a call."""
    last = await repository.last_command(session, conversation, ("mute", "unmute"))
    return last is not None and last.kind == "mute"


async def after(session: AsyncSession, now: datetime, last: int | None) -> Sequence[Command]:
    """Commands after number ``last`` for calls that still run; without ``last`` those of the last minutes."""
    since = datetime.min.replace(tzinfo=now.tzinfo) if last is not None else now - FRESH
    return [_shown(*row) for row in await repository.commands_after(session, last or 0, since)]


def _shown(command: CallCommand, conversation: str) -> Command:
    words: dict[str, Any] = {"speech": spoken(command.text)} if command.text else {}
    return Command(
        id=command.id,
        conversation=conversation,
        kind=command.kind,
        text=command.text,
        target=command.target,
        **words,
    )
