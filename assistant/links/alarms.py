"""An emergency told to the family: repeated until somebody answers, and who it was."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.kit import outbox
from assistant.kit.actor import Actor, Channel
from assistant.kit.outbox import OutboxMessage
from assistant.links import repository
from assistant.links.errors import AlarmNotFound, NotLinked
from assistant.links.schemas import AlarmAnswer, AlarmAnswered
from assistant.people import repository as people
from assistant.people.errors import ConsentNeeded
from assistant.people.models import Consent
from assistant.safety.models import Alarm
from assistant.tickets import service as tickets
from assistant.tickets.models import Ticket

ALARM: Final = "emergency"
"""Event of the outbox messages that are repeated until the ticket is acknowledged."""
OPEN: Final = ("open",)
BY: Final = {"worker": "工作人员", "provider": "服务人员", "senior": "老人本人"}
SAID: Final = {"take": "家属在 Telegram 上表示由其处理", "call_120": "家属在 Telegram 上表示由其拨打120"}
TAKEN_BY_PHONE: Final = "家属在电话里表示由其处理"


@dataclass(frozen=True)
class News:
    """What the last message about an alarm says instead of repeating it."""

    event: Literal["emergency_taken", "emergency_over", "emergency_false"]
    by: str
    """Who has answered, as the family says it."""


async def answered(session: AsyncSession, message: OutboxMessage) -> News | None:
    """Who has answered the alarm of a message, or None while nobody has."""
    ticket = await session.get(Ticket, ticket_id(message), populate_existing=True)
    if ticket is None or ticket.status in OPEN:
        return None
    events: dict[str, Any] = {"done": "emergency_over", "cancelled": "emergency_false"}
    return News(events.get(ticket.status, "emergency_taken"), await _by(session, ticket))


def ticket_id(message: OutboxMessage) -> uuid.UUID:
    """The ticket in ``ticket:<id>:…``, the event key of an alarm."""
    return uuid.UUID(message.event_key.split(":")[1])


async def _by(session: AsyncSession, ticket: Ticket) -> str:
    """Who acknowledged a ticket, as the family says it: 女儿, 工作人员."""
    by = ticket.acknowledged_by or ticket.closed_by or {}
    if by.get("kind") != "relative" or ticket.person_id is None:
        return BY.get(by.get("kind", ""), "工作人员")
    relation = await session.scalar(_relation(ticket.person_id, uuid.UUID(by["person_id"])))
    return relation or "家属"


def _relation(senior: uuid.UUID, delegate: uuid.UUID) -> Any:
    """Also of a consent that has ended since: it happened all the same."""
    found = select(Consent.relation).where(Consent.senior_id == senior, Consent.delegate_id == delegate)
    return found.order_by(Consent.valid_from.desc()).limit(1)


async def answer(session: AsyncSession, now: datetime, given: AlarmAnswer) -> AlarmAnswered:
    """A relative presses a button under an alarm.

    我来处理 and 打120 take the alarm: the ticket shows who. 联系社区 asks the operator to send
    somebody, and the alarm goes on until it is taken.

    Raises:
        NotLinked: the chat acts for nobody.
        AlarmNotFound: no such ticket.
        ConsentNeeded: not an emergency contact of this senior, or no longer.
    """
    link = await repository.link_of_chat(session, given.chat)
    if link is None or link.confirmed_at is None:
        raise NotLinked()
    actor, ticket = await _theirs(session, now, link.person_id, given.ticket, "telegram")
    if given.choice == "community":
        return await _ask_community(session, now, actor, ticket)
    return await _take(session, now, actor, ticket, SAID[given.choice])


async def take_by_phone(
    session: AsyncSession, now: datetime, delegate: uuid.UUID, ticket_id: uuid.UUID
) -> AlarmAnswered:
    """A relative who was rung says that they see to it. Raises AlarmNotFound, ConsentNeeded."""
    actor, ticket = await _theirs(session, now, delegate, ticket_id, "phone")
    return await _take(session, now, actor, ticket, TAKEN_BY_PHONE)


async def _theirs(
    session: AsyncSession, now: datetime, delegate: uuid.UUID, ticket_id: uuid.UUID, channel: Channel
) -> tuple[Actor, Ticket]:
    """The alarm, and the relative who may answer it. Raises AlarmNotFound, ConsentNeeded."""
    ticket = await session.get(Ticket, ticket_id, with_for_update=True)
    if ticket is None or ticket.kind != "emergency" or ticket.person_id is None:
        raise AlarmNotFound()
    if not await people.may(session, delegate, ticket.person_id, "emergency_contact", now):
        raise ConsentNeeded()
    return Actor(
        kind="relative", channel=channel, person_id=delegate, conversation=ticket.conversation
    ), ticket


async def taken_by(session: AsyncSession, ticket_id: uuid.UUID) -> str | None:
    """Who has answered an alarm, as the family says it; None while nobody has."""
    ticket = await session.get(Ticket, ticket_id, populate_existing=True)
    return None if ticket is None or ticket.status in OPEN else await _by(session, ticket)


async def _take(
    session: AsyncSession, now: datetime, actor: Actor, ticket: Ticket, said: str
) -> AlarmAnswered:
    if ticket.status not in OPEN:
        mine = (ticket.acknowledged_by or {}).get("person_id") == str(actor.person_id)
        over = ticket.status in ("done", "cancelled")
        return await _answered(session, ticket, "over" if over else "taken" if mine else "already")
    await tickets.acknowledge(session, now, actor, str(ticket.id))
    await tickets.note(session, now, actor, str(ticket.id), said)
    await _tell_others(session, now, actor, ticket)
    return await _answered(session, ticket, "taken")


async def _tell_others(session: AsyncSession, now: datetime, actor: Actor, ticket: Ticket) -> None:
    """Whoever was told of the alarm hears at once that it is taken; the one who took it need not."""
    alarms = await session.scalars(
        select(OutboxMessage)
        .where(
            OutboxMessage.event_key.like(f"ticket:{ticket.id}:%"),
            OutboxMessage.kind == repository.KIND,
            OutboxMessage.event == ALARM,
            OutboxMessage.status == "pending",
        )
        .with_for_update()
    )
    for message in alarms:
        if message.recipient == f"person:{actor.person_id}" and message.sent_at is not None:
            message.status = "sent"
        else:
            message.due_at = min(message.due_at, now)


async def _ask_community(session: AsyncSession, now: datetime, actor: Actor, ticket: Ticket) -> AlarmAnswered:
    if ticket.status in ("done", "cancelled"):
        return await _answered(session, ticket, "over")
    new = await outbox.put(
        session,
        now,
        kind="operator",
        recipient=f"operator:{ticket.city_code}",
        event="family_asks_community",
        event_key=f"ticket:{ticket.id}:community:{actor.person_id}",
        about_person=ticket.person_id,
        urgent=True,
        ticket=ticket.number,
    )
    if new:
        await tickets.note(session, now, actor, str(ticket.id), "家属请社区派人上门查看")
    return await _answered(session, ticket, "told")


async def _answered(session: AsyncSession, ticket: Ticket, state: Any) -> AlarmAnswered:
    alarm = await session.get(Alarm, ticket.id)
    return AlarmAnswered(
        state=state,
        by=await _by(session, ticket) if ticket.status not in OPEN else None,
        address=alarm.address if alarm else None,
        number=ticket.number,
    )
