"""Sends what the outbox holds for SMS: one message in hand at a time, retried with growing pauses.

A message whose sender died is sent again under the same id; the gateway takes it once. Consent is read when a
message leaves. Without a gateway, what is worth a call becomes one where people are rung, and the rest says
``no_channel``.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.kit import outbox
from assistant.kit.db import Database
from assistant.kit.logging import log
from assistant.kit.outbox import OutboxMessage
from assistant.kit.quiet import QuietHours
from assistant.notices import words
from assistant.notices.recipients import Recipient, recipient
from assistant.people.views import ref
from assistant.settings import Settings
from assistant.sms.gateway import Gateway, Sent

LEASE: Final = timedelta(seconds=60)
"""Longer than one request may take; then the sender is taken for dead."""
FIRST_WAIT: Final = timedelta(seconds=20)
"""After a first failure; doubled each time."""
LONGEST_WAIT: Final = timedelta(minutes=30)
LONGEST_URGENT_WAIT: Final = timedelta(seconds=40)
GIVE_UP: Final = timedelta(hours=24)
"""A notice that could not be sent for a day tells nobody anything new."""
RUNG_BEFORE: Final = "call:"
"""Begins the error of a message for which somebody was rung in vain."""


@dataclass(frozen=True)
class Letter:
    """One message ready to go."""

    id: uuid.UUID
    to: str
    text: str
    event: str


async def send_due(database: Database, now: datetime, settings: Settings) -> int:
    """Send what is due; returns how many messages left. Ends early when the gateway asks for a pause."""
    if not settings.sms_url or not settings.sms_secret:
        return await _without_gateway(database, now, settings)
    gateway = Gateway(settings.sms_url, settings.sms_secret)
    quiet = QuietHours(settings.quiet_hours)
    sent = 0
    try:
        while (letter := await _take(database, now, quiet)) is not None:
            outcome = await gateway.send(letter.id, letter.to, letter.text, letter.event, now)
            async with database.session() as session:
                await _report(session, now, letter.id, outcome, settings)
            sent += outcome.result == "sent"
            if outcome.retry_after_s:
                break
    finally:
        await gateway.close()
    return sent


async def _take(database: Database, now: datetime, quiet: QuietHours) -> Letter | None:
    """The next message that may leave, held for ``LEASE``."""
    while True:
        async with database.session() as session:
            message = await _next(session, now, urgent_only=now in quiet)
            if message is None:
                return None
            to = await _may_leave(session, now, message)
            if to is None:
                continue
            message.status, message.due_at = "sending", now + LEASE
            message.attempts += 1
            return Letter(message.id, to.phone or "", _text(message, to, now), message.event)


async def _next(session: AsyncSession, now: datetime, *, urgent_only: bool) -> OutboxMessage | None:
    """The next message that is due, or whose sender fell silent."""
    found = select(OutboxMessage).where(
        OutboxMessage.kind == "sms",
        OutboxMessage.status.in_(("pending", "sending")),
        OutboxMessage.due_at <= now,
    )
    if urgent_only:
        found = found.where(OutboxMessage.urgent)
    found = found.order_by(OutboxMessage.urgent.desc(), OutboxMessage.due_at).limit(1)
    return await session.scalar(found.with_for_update(skip_locked=True))


async def _may_leave(session: AsyncSession, now: datetime, message: OutboxMessage) -> Recipient | None:
    """Who gets it; None once it is set aside: nobody may be told, or there is no number."""
    to = await recipient(session, now, message)
    if to is None:
        message.status, message.error = "suppressed", "no consent"
        return None
    if to.phone is None:
        message.status, message.error = "no_channel", "no number"
        return None
    return to


def _text(message: OutboxMessage, to: Recipient, now: datetime) -> str:
    about = None if to.own or to.about is None else ref(to.about, now).form_of_address
    return words.write(message.event, message.data, about)


async def _report(
    session: AsyncSession, now: datetime, message_id: uuid.UUID, sent: Sent, settings: Settings
) -> None:
    message = await session.get(OutboxMessage, message_id, with_for_update=True)
    assert message is not None
    message.error = sent.error
    match sent.result:
        case "sent":
            message.status, message.sent_at = "sent", now
            if message.urgent and settings.outbound_calls:
                await _ring_too(session, now, message)
        case "refused":
            message.status = "failed"
            log.warning("sms refused", outbox=str(message.id), error=sent.error)
        case "failed":
            longest = LONGEST_URGENT_WAIT if message.urgent else LONGEST_WAIT
            wait = min(FIRST_WAIT * 2 ** min(message.attempts - 1, 10), longest)
            over = now - message.created_at > GIVE_UP
            message.status = "failed" if over else "pending"
            message.due_at = now + max(wait, timedelta(seconds=sent.retry_after_s))


async def _ring_too(session: AsyncSession, now: datetime, message: OutboxMessage) -> None:
    """An emergency is not left to a message that may be read tomorrow."""
    await outbox.put(
        session,
        now,
        kind="call",
        recipient=message.recipient,
        event=message.event,
        event_key=f"{message.event_key}:call",
        about_person=message.about_person,
        urgent=True,
        **message.data,
    )


async def _without_gateway(database: Database, now: datetime, settings: Settings) -> int:
    """Nothing leaves by SMS: say so, or ring."""
    async with database.session() as session:
        for message in await outbox.due(session, now, "sms", limit=500):
            rung = (message.error or "").startswith(RUNG_BEFORE)
            if settings.outbound_calls and message.event in words.WORTH_A_CALL and not rung:
                message.kind = "call"
            else:
                message.status = "no_channel"
    return 0
