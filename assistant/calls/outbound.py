"""Calls that this service makes: ordered once a cause, rung in allowed hours, tried again, then given up.

The outbox kind ``call`` becomes such calls; when nobody can be reached, its message goes the next way.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.calls import repository
from assistant.calls.errors import OutboundNotFound
from assistant.calls.models import OutboundCall
from assistant.calls.schemas import Outbound, OutboundResult, Purpose, Report
from assistant.catalog import repository as catalog
from assistant.kit import outbox
from assistant.kit.actor import SYSTEM
from assistant.kit.outbox import OutboxMessage
from assistant.kit.quiet import QuietHours
from assistant.kit.sentences import Sentences
from assistant.notices import words
from assistant.notices.recipients import recipient
from assistant.people import repository as people
from assistant.people import views
from assistant.settings import settings
from assistant.tickets import service as tickets
from assistant.tickets.repository import OPEN
from assistant.tickets.schemas import TicketIn

SENTENCES: Final = Sentences(Path(__file__).with_name("sentences.yaml"))
BACK_OFF: Final = (timedelta(minutes=10), timedelta(minutes=40))
"""Pauses after the first and second try; there is no fourth."""
SOON: Final = timedelta(minutes=3)
"""Pause after a busy line, since whoever is talking is at home, and in an emergency."""
ATTEMPTS: Final = len(BACK_OFF) + 1
RING_S: Final = 40
"""About eight rings: older people need time to get to the telephone."""
LEASE: Final = timedelta(seconds=120)
"""Longer than ringing may take; then the phone process that took it is taken for dead."""
GIVE_UP: Final = timedelta(hours=24)
"""A notice that could not be told for a day tells nobody anything new."""
PURPOSES: Final[dict[str, Purpose]] = {"link_asked": "link"}
"""Events of the outbox that are more than a notice."""


@dataclass(frozen=True)
class Order:
    """Somebody to ring, and why."""

    key: str
    purpose: Purpose
    city: str
    person_id: uuid.UUID | None = None
    phone: str | None = None
    due_at: datetime | None = None
    give_up_at: datetime | None = None
    urgent: bool = False
    outbox_id: uuid.UUID | None = None
    ticket_id: uuid.UUID | None = None
    payload: dict[str, Any] = field(default_factory=dict)


async def place(session: AsyncSession, now: datetime, order: Order) -> OutboundCall:
    """Order a call, once a key: the second time it is the first one."""
    due = order.due_at or now
    values = {
        "id": uuid.uuid4(),
        "key": order.key,
        "purpose": order.purpose,
        "city_code": order.city,
        "person_id": order.person_id,
        "phone": order.phone,
        "outbox_id": order.outbox_id,
        "ticket_id": order.ticket_id,
        "payload": order.payload,
        "urgent": order.urgent,
        "status": "waiting",
        "attempts": 0,
        "due_at": due,
        "give_up_at": order.give_up_at or due + GIVE_UP,
        "created_at": now,
    }
    await repository.put_outbound(session, values)
    found = await repository.outbound_by_key(session, order.key)
    assert found is not None
    return found


async def cancel(session: AsyncSession, now: datetime, outbound_id: uuid.UUID) -> None:
    """No longer needed; a call that is ringing or was answered goes on."""
    call = await repository.outbound(session, outbound_id, lock=True)
    if call is not None and call.status == "waiting":
        call.status, call.closed_at = "cancelled", now


async def withdraw(session: AsyncSession, now: datetime, recipient_key: str, event_key: str) -> None:
    """A message that was to be told by telephone is not needed any more; a call under way goes on."""
    message = await session.scalar(
        select(OutboxMessage)
        .where(
            OutboxMessage.recipient == recipient_key,
            OutboxMessage.event_key == event_key,
            OutboxMessage.kind == "call",
            OutboxMessage.status.in_(("pending", "sending")),
        )
        .with_for_update()
    )
    if message is None:
        return
    call = await repository.outbound_by_key(session, f"outbox:{message.id}")
    if call is None or call.status == "waiting":
        message.status, message.error = "suppressed", "settled"
    if call is not None:
        await cancel(session, now, call.id)


async def claim(session: AsyncSession, now: datetime, quiet: QuietHours) -> Outbound | None:
    """The next call to make; whoever takes it reports within ``LEASE``."""
    await tidy(session, now, quiet)
    await _from_outbox(session, now)
    while (call := await repository.next_due(session, now, urgent_only=now in quiet)) is not None:
        phone = call.phone or await _phone_of(session, call)
        if phone is None or not await _may_ring(session, now, call):
            await _close(session, now, call, "no_number" if phone is None else "not_allowed")
            await session.flush()
            continue
        call.status, call.attempts = "taken", call.attempts + 1
        call.lease_until = now + LEASE
        call.conversation = f"out-{uuid.uuid4().hex}"
        city = await catalog.city(session, call.city_code)
        return Outbound(
            id=call.id,
            phone=phone,
            purpose=call.purpose,
            conversation=call.conversation,
            attempt=call.attempts,
            city=call.city_code,
            ring_s=RING_S,
            machine_message=SENTENCES("machine", city=city.name if city else ""),
        )
    return None


async def tidy(session: AsyncSession, now: datetime, quiet: QuietHours) -> int:
    """Calls whose phone process died are due again; those that nobody made in time are given up."""
    silent = await repository.fallen_silent(session, now)
    for call in silent:
        await _again(session, now, quiet, call, "failed")
    late = await repository.too_late(session, now)
    for call in late:
        await _close(session, now, call, call.last_result or "too_late")
    await session.flush()
    return len(silent) + len(late)


async def _from_outbox(session: AsyncSession, now: datetime) -> None:
    """Messages that are to be told by telephone become calls."""
    for message in await outbox.due(session, now, "call"):
        to = await recipient(session, now, message)
        if to is None:
            message.status, message.error = "suppressed", "no consent"
            continue
        message.status = "sending"
        await place(
            session,
            now,
            Order(
                key=f"outbox:{message.id}",
                purpose=PURPOSES.get(message.event, "notice"),
                city=to.person.city_code,
                person_id=to.person.id,
                outbox_id=message.id,
                urgent=message.urgent,
                payload={"event": message.event, "data": message.data, "about": _about(message)},
            ),
        )


def _about(message: OutboxMessage) -> str | None:
    return str(message.about_person) if message.about_person else None


async def _phone_of(session: AsyncSession, call: OutboundCall) -> str | None:
    person = await people.get(session, call.person_id) if call.person_id else None
    return person.phones[0].phone if person and person.phones else None


async def _may_ring(session: AsyncSession, now: datetime, call: OutboundCall) -> bool:
    """A message whose recipient has lost the consent since it was written is not told."""
    message = await session.get(OutboxMessage, call.outbox_id) if call.outbox_id else None
    return message is None or await recipient(session, now, message) is not None


async def report(
    session: AsyncSession, now: datetime, quiet: QuietHours, outbound_id: uuid.UUID, given: Report
) -> OutboundCall:
    """What came of ringing somebody; of an attempt that was given up meanwhile it changes nothing.

    Raises:
        OutboundNotFound: no such call.
    """
    call = await repository.outbound(session, outbound_id, lock=True)
    if call is None:
        raise OutboundNotFound()
    machine = given.result == "answering_machine" and call.status == "answered"
    if call.conversation != given.conversation or not (call.status == "taken" or machine):
        return call
    if given.result == "answered":
        call.status, call.last_result, call.lease_until = "answered", "answered", None
    else:
        await _again(session, now, quiet, call, given.result)
    await session.flush()
    return call


async def talked(
    session: AsyncSession,
    now: datetime,
    quiet: QuietHours,
    outbound_id: uuid.UUID,
    *,
    spoke: bool,
    lost: bool,
) -> None:
    """The conversation of an answered call is over: what it was for is done, unless the line broke before
    anybody spoke, or somebody had to speak."""
    call = await repository.outbound(session, outbound_id, lock=True)
    if call is None or call.status != "answered" or call.closed_at is not None:
        return
    if not spoke and (lost or call.purpose == "checkin"):
        return await _again(session, now, quiet, call, "failed")
    call.closed_at = now
    if call.outbox_id and (message := await session.get(OutboxMessage, call.outbox_id)):
        message.status, message.sent_at, message.error = "sent", now, None
    if call.ticket_id and spoke:
        ticket = await tickets.find(session, str(call.ticket_id), lock=True)
        if ticket.status in OPEN:
            await tickets.close(session, now, SYSTEM, str(ticket.id), SENTENCES("recalled"))


async def _again(
    session: AsyncSession, now: datetime, quiet: QuietHours, call: OutboundCall, result: OutboundResult
) -> None:
    """Due again after a pause, or given up."""
    call.last_result, call.lease_until = result, None
    if call.attempts >= ATTEMPTS:
        return await _close(session, now, call, result)
    pause = SOON if call.urgent or result == "busy" else BACK_OFF[call.attempts - 1]
    due = now + pause if call.urgent else quiet.after(now + pause)
    if due >= call.give_up_at:
        return await _close(session, now, call, result)
    call.status, call.due_at, call.conversation, call.closed_at = "waiting", due, None, None
    if call.outbox_id and (message := await session.get(OutboxMessage, call.outbox_id)):
        # That a machine took the call may be known only after it is over.
        message.status, message.sent_at = "sending", None


async def _close(session: AsyncSession, now: datetime, call: OutboundCall, why: str) -> None:
    """Nobody was reached: the message goes by SMS, which says so where there is none."""
    call.status, call.last_result, call.closed_at, call.lease_until = "unreached", why, now, None
    message = await session.get(OutboxMessage, call.outbox_id) if call.outbox_id else None
    if message is None:
        return
    if why == "not_allowed":
        message.status, message.error = "suppressed", "no consent"
    elif call.purpose == "notice" and not message.event_key.endswith(":call"):
        message.kind, message.status, message.due_at = "sms", "pending", now
        message.error = f"call: {why}"
        if not settings().sms_url and not call.urgent:
            await _leave_to_a_person(session, now, call, message)
    else:
        message.status, message.error = "failed", why


async def _leave_to_a_person(
    session: AsyncSession, now: datetime, call: OutboundCall, message: OutboxMessage
) -> None:
    """A call-back ticket: somebody was worth ringing, was not reached, and can get no message."""
    to = await recipient(session, now, message)
    if to is None:
        return
    about = None if to.own or to.about is None else views.ref(to.about, now).form_of_address
    asked = TicketIn(
        kind="callback",
        city=call.city_code,
        person_id=(to.about or to.person).id,
        phone=to.phone,
        summary=SENTENCES("untold", notice=words.write(message.event, message.data, about)),
        idempotency_key=f"outbound:{call.id}",
    )
    await tickets.open_ticket(session, now, SYSTEM, asked)


async def recall(
    session: AsyncSession, now: datetime, ticket_id: uuid.UUID, city: str, phone: str, conversation: str
) -> OutboundCall:
    """Ring somebody who rang while no line was free."""
    order = Order(
        key=f"recall:{conversation}",
        purpose="recall",
        city=city,
        phone=phone,
        ticket_id=ticket_id,
        due_at=now + SOON,
    )
    return await place(session, now, order)
