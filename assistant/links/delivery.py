"""Notices on their way to Telegram: claimed one at a time, reported one at a time.

One message is in hand per sender, so that a sender that dies leaves exactly one of which nobody
knows whether it arrived (Telegram has no idempotency key): it is sent again and named ``doubtful``.
Link and consent are read when a message is claimed, not when it was queued.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.kit.outbox import OutboxMessage
from assistant.kit.quiet import QuietHours
from assistant.links import repository
from assistant.links.alarms import ALARM, answered
from assistant.links.models import Delivery
from assistant.links.schemas import Claimed, DeliveryOut, Notice, Outcome
from assistant.people import views
from assistant.people.models import Person

LEASE: Final = timedelta(seconds=30)
"""Longer than any sending may take; then another sender takes over."""
REPEAT: Final = timedelta(minutes=2)
"""An alarm nobody has answered is sent again after this."""
FIRST_WAIT: Final = timedelta(seconds=2)
"""After a first failure; doubled each time."""
LONGEST_WAIT: Final = timedelta(minutes=10)
LONGEST_URGENT_WAIT: Final = timedelta(seconds=30)
GIVE_UP: Final = timedelta(hours=24)
"""A notice that could not be sent for a day tells nobody anything new."""
SKIP: Final = 200
"""Most messages that one claim passes over; more come with the next."""

log = structlog.get_logger(__name__)


async def claim(session: AsyncSession, now: datetime, quiet: QuietHours) -> Claimed:
    """The next message that may be sent now; the caller holds it for ``LEASE``."""
    due = await repository.fallen_silent(session, now)
    doubtful = due is not None
    for _ in range(SKIP):
        due = due or await repository.next_due(session, now, urgent_only=now in quiet)
        if due is None:
            return Claimed()
        if not _readable(due.message):
            due, doubtful = None, False
            continue
        to = await repository.addressee(session, now, due.message)
        if to.chat is not None and _may_go(due.message, to):
            return Claimed(notice=await _take(session, now, due, to.chat, to.senior, doubtful))
        _pass_over(due, to.may)
        await session.flush()
        due, doubtful = None, False
    return Claimed(more=True)


def _readable(message: OutboxMessage) -> bool:
    """False for a message that nobody can send: set aside, so that it does not stop the others."""
    try:
        uuid.UUID(message.recipient.removeprefix("person:").removeprefix(repository.CONVERSATION))
        return isinstance(message.data, dict)
    except ValueError:
        message.status, message.error = "failed", "unreadable"
        log.error("telegram notice unreadable", outbox=str(message.id))
        return False


def _may_go(message: OutboxMessage, to: repository.Addressee) -> bool:
    """A chat nobody has vouched for is told only what becomes of its own request, and what is said in it."""
    vouched = to.link is None or to.link.confirmed_at is not None
    return to.may and (vouched or message.event.startswith("link_"))


async def _take(
    session: AsyncSession,
    now: datetime,
    due: repository.Due,
    chat: int,
    senior: Person | None,
    doubtful: bool,
) -> Notice:
    message = due.message
    delivery = due.delivery or Delivery(outbox_id=message.id, sent=0, failures=0, doubtful=0, final=True)
    session.add(delivery)
    event, data = message.event, message.data
    delivery.final = event != ALARM
    if event == ALARM and (news := await answered(session, message)):
        delivery.final = True
        if delivery.sent:
            event, data = news.event, {**data, "by": news.by}
    message.status = "sending"
    message.attempts += 1
    delivery.lease_until = now + LEASE
    if doubtful:
        delivery.doubtful += 1
        log.warning("telegram notice may arrive twice", outbox=str(message.id), event_name=event)
    return Notice(
        id=message.id,
        chat=chat,
        event=event,
        about=views.ref(senior, now).form_of_address if senior else None,
        data=data,
        urgent=message.urgent,
        created_at=message.created_at,
        times=delivery.sent,
        doubtful=doubtful,
    )


def _pass_over(due: repository.Due, may: bool) -> None:
    """No consent any more: nothing leaves. No chat: the same words go by SMS."""
    message = due.message
    if due.delivery is not None:
        due.delivery.lease_until = None
    if not may:
        message.status, message.error = "suppressed", "no consent"
    elif message.event.startswith("link_") or message.recipient.startswith(repository.CONVERSATION):
        message.status, message.error = "suppressed", "no chat"
    else:
        _by_sms(message, "no chat")


def _by_sms(message: OutboxMessage, why: str) -> None:
    message.kind, message.status, message.error = "sms", "pending", why


async def report(session: AsyncSession, now: datetime, outcome: Outcome) -> None:
    """What became of a claimed message; a report that comes after the lease was taken over is void."""
    held = await repository.held(session, outcome.id)
    if held is None:
        return
    message, delivery = held
    delivery.lease_until = None
    message.error = outcome.error
    match outcome.result:
        case "sent":
            _arrived(message, delivery, now)
        case "failed":
            _failed(message, delivery, now, timedelta(seconds=outcome.retry_after or 0))
        case "refused":
            message.status = "failed"
        case "blocked":
            await _blocked(session, message, now)
    await session.flush()


def _arrived(message: OutboxMessage, delivery: Delivery, now: datetime) -> None:
    delivery.sent += 1
    delivery.failures = 0
    message.sent_at = now
    message.status = "sent" if delivery.final else "pending"
    if not delivery.final:
        message.due_at = now + REPEAT


def _failed(message: OutboxMessage, delivery: Delivery, now: datetime, asked: timedelta) -> None:
    longest = LONGEST_URGENT_WAIT if message.urgent else LONGEST_WAIT
    wait = min(FIRST_WAIT * 2 ** min(delivery.failures, 20), longest)
    delivery.failures += 1
    over = now - message.created_at > GIVE_UP and not delivery.sent
    message.status = "failed" if over else "pending"
    message.due_at = now + max(wait, asked)


async def _blocked(session: AsyncSession, message: OutboxMessage, now: datetime) -> None:
    if message.recipient.startswith(repository.CONVERSATION):
        message.status = "failed"
        return
    to = await repository.addressee(session, now, message)
    if to.link is not None:
        to.link.blocked_at = now
    _by_sms(message, "blocked")


async def about(session: AsyncSession, senior_id: uuid.UUID, limit: int = 50) -> list[DeliveryOut]:
    """State of the last notices about a senior, newest first."""
    return [_state(*row) for row in await repository.about(session, senior_id, limit)]


def _state(message: OutboxMessage, delivery: Delivery | None) -> DeliveryOut:
    same: dict[str, Any] = {
        field: getattr(message, field) for field in DeliveryOut.model_fields if field != "sent"
    }
    return DeliveryOut(**same, sent=delivery.sent if delivery else 0)
