"""An alarm is on record before anything is said; operator and relatives are told through the outbox.

Escalation (who is told next when nobody answers), devices and check-ins build on ``raise_alarm``.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from assistant.kit import outbox
from assistant.kit.actor import Actor
from assistant.kit.errors import Forbidden, Invalid
from assistant.people import repository as people
from assistant.people.errors import PhoneInvalid
from assistant.people.models import Person
from assistant.people.notices import notify
from assistant.people.service import e164
from assistant.safety import repository
from assistant.safety.models import Alarm
from assistant.tickets import service as tickets
from assistant.tickets.models import Ticket
from assistant.tickets.schemas import TicketIn

SAME: Final = timedelta(minutes=10)
"""The same danger said again in one conversation within this time is the same alarm."""


async def raise_alarm(
    session: AsyncSession,
    now: datetime,
    *,
    kind: str,
    level: str,
    reason: str,
    said: str,
    person_id: uuid.UUID | None,
    caller_phone: str | None,
    conversation: str,
    actor: Actor,
    city: str,
    address: str | None = None,
) -> Ticket:
    """Open an emergency ticket and tell the operator and every relative with ``emergency_contact``.

    The same danger in one conversation within ``SAME`` is one alarm, however many turns or requests say it.
    Commit before anything is said.

    Args:
        kind: danger as triage names it (``Verdict.kind``).
        level: ``danger``, or ``ask`` when a question about danger was left unanswered.
        reason: the rule that spoke (``Verdict.reason``).
        address: where help must go, if said; else the address on record.
    """
    await repository.one_at_a_time(session, conversation, kind)
    known = await repository.recent(session, conversation, kind, now - SAME)
    if known is not None:
        known.repeated += 1
        return await tickets.find(session, str(known.ticket_id))
    person = await people.get(session, person_id) if person_id else None
    address = address or (person.address if person else None)
    ticket = await tickets.open_ticket(
        session,
        now,
        actor,
        TicketIn(
            kind="emergency",
            city=city,
            person_id=person.id if person else None,
            phone=_reachable(caller_phone, person),
            summary=said.strip()[:500] or kind,
            details={"hazard": kind, "level": level, "rule": reason, "address": address},
            conversation=conversation,
            # What is said twice was found above, under the lock; one taken back may be followed by another at once.
            idempotency_key=f"alarm:{uuid.uuid4()}",
        ),
    )
    session.add(
        Alarm(
            ticket_id=ticket.id,
            hazard=kind,
            level=level,
            rule=reason,
            said=said,
            address=address,
            conversation=conversation,
            raised_at=now,
        )
    )
    await session.flush()
    if person is not None:
        await _tell_family(session, now, person.id, ticket, kind, address)
    return ticket


def _reachable(caller_phone: str | None, person: Person | None) -> str | None:
    """A number to ring. A number that cannot be one must never stop an alarm."""
    try:
        if caller_phone:
            return e164(caller_phone)
    except PhoneInvalid:
        pass
    return next((one.phone for one in person.phones), None) if person else None


async def _tell_family(
    session: AsyncSession, now: datetime, person: uuid.UUID, ticket: Ticket, hazard: str, address: str | None
) -> None:
    await notify(
        session,
        now,
        person,
        "emergency",
        f"ticket:{ticket.id}:opened",
        scope="emergency_contact",
        tell_senior=False,
        urgent=True,
        ticket_id=str(ticket.id),
        number=ticket.number,
        hazard=hazard,
        address=address,
    )


async def false_alarm(
    session: AsyncSession,
    now: datetime,
    *,
    conversation: str,
    actor: Actor,
    reason: str = "来电人说是误报",
) -> list[Ticket]:
    """The caller says it was nothing: close the open alarms of a conversation, with that reason.

    The operator is told, so that somebody who was made to say so can still be rung.
    """
    return [
        await _close_false(session, now, actor, alarm, reason)
        for alarm in await repository.open_alarms(session, conversation)
    ]


async def close_false(
    session: AsyncSession, now: datetime, actor: Actor, reference: str, reason: str
) -> Ticket:
    """A worker closes an alarm as false, with a reason.

    Raises:
        TicketNotFound, Forbidden (no worker), Invalid (no reason, or no alarm), WrongState (closed).
    """
    if actor.kind not in ("worker", "system"):
        raise Forbidden("误报要由工作人员确认。")
    if not reason.strip():
        raise Invalid("请写明为什么是误报。")
    ticket = await tickets.find(session, reference)
    alarm = await repository.alarm(session, ticket.id)
    if alarm is None:
        raise Invalid("这个工单不是紧急求助。")
    return await _close_false(session, now, actor, alarm, reason)


async def _close_false(
    session: AsyncSession, now: datetime, actor: Actor, alarm: Alarm, reason: str
) -> Ticket:
    ticket = await tickets.close(session, now, actor, str(alarm.ticket_id), reason, cancelled=True)
    alarm.false_alarm_at, alarm.false_alarm_reason = now, reason
    await session.flush()
    await outbox.put(
        session,
        now,
        kind="operator",
        recipient=f"operator:{ticket.city_code}",
        event="false_alarm",
        event_key=f"ticket:{ticket.id}:false",
        about_person=ticket.person_id,
        urgent=True,
        number=ticket.number,
        reason=reason,
    )
    return ticket
