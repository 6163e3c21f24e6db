"""Opening tickets and working them off."""

from __future__ import annotations

import json
import re
import uuid
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from assistant.kit import audit, live, outbox
from assistant.kit.actor import Actor
from assistant.kit.crypto import keyring
from assistant.kit.errors import Conflict, Invalid
from assistant.kit.text import half_width
from assistant.people.notices import notify
from assistant.people.service import e164
from assistant.settings import settings
from assistant.tickets import repository, routing
from assistant.tickets.callbacks import Hours, window
from assistant.tickets.errors import KeyReused, TicketNotFound, WrongState
from assistant.tickets.models import Ticket, TicketEvent, TicketKind, TicketStatus
from assistant.tickets.schemas import TicketIn

PRIORITY: Final[dict[TicketKind, int]] = {
    "emergency": 0,
    "handoff": 1,
    "callback": 1,
    "complaint": 2,
    "assessment": 2,
    "device": 3,
    "checkin": 1,
}
REQUESTS: Final[frozenset[TicketKind]] = frozenset({"complaint", "assessment", "device"})
"""Matters that are registered for somebody: they, and those they let be told, hear of them as of an order."""
REQUEST_WORKING_DAYS: Final = 5
"""Working days until somebody comes back to a request for an assessment or a device: this installation's
own rule, not a document's."""
NUMBER_TRIES: Final = 5


async def open_ticket(session: AsyncSession, now: datetime, actor: Actor, asked: TicketIn) -> Ticket:
    """``open_once`` with the operator hours of this installation."""
    ticket, _ = await open_once(session, now, actor, asked, Hours.parse(settings().operator_hours))
    return ticket


async def open_once(
    session: AsyncSession, now: datetime, actor: Actor, asked: TicketIn, hours: Hours
) -> tuple[Ticket, bool]:
    """Open a ticket; the same key with the same content returns the first one.

    A complaint gets its department and due date, a call-back or hand-off the window in which somebody will
    ring, within operator hours.

    Returns:
        The ticket, and whether it is new.

    Raises:
        KeyReused: the key was used for something else.
        PhoneInvalid: the number cannot be one.
    """
    key = asked.idempotency_key
    if key is None:
        raise Invalid("缺少防重复的编号。")
    digest = keyring().blind("ticket.request", asked.model_dump_json(exclude={"idempotency_key"}))
    if (known := await repository.by_key(session, key)) is not None:
        return _same(known, digest), False
    values: dict[str, Any] = {
        "id": uuid.uuid4(),
        "kind": asked.kind,
        "city_code": asked.city,
        "person_id": _about(actor, asked),
        "caller_phone": e164(asked.phone) if asked.phone else None,
        "summary": asked.summary,
        "details": json.dumps(asked.details, ensure_ascii=False, default=str) if asked.details else None,
        "status": "open",
        "priority": PRIORITY[asked.kind],
        "idempotency_key": key,
        "conversation": asked.conversation or actor.conversation,
        "channel": actor.channel,
        "opened_at": now,
        "request_hash": digest,
        **_promise(now, asked, hours),
    }
    ticket = await _insert(session, values)
    if ticket.id != values["id"]:
        return _same(ticket, digest), False
    remember(session, now, actor, "opened", ticket)
    await _told(session, ticket)
    await outbox.put(
        session,
        now,
        kind="operator",
        recipient=f"operator:{ticket.city_code}",
        event="ticket.opened",
        event_key=f"ticket:{ticket.id}:opened",
        about_person=ticket.person_id,
        urgent=ticket.priority == 0,
        number=ticket.number,
        ticket_kind=ticket.kind,
        summary=ticket.summary,
    )
    if ticket.kind in REQUESTS:
        await _notify(session, now, ticket, "ticket.registered", tell_senior=True)
    return ticket, True


async def _notify(
    session: AsyncSession, now: datetime, ticket: Ticket, event: str, *, tell_senior: bool = False
) -> None:
    """Tell those whom the senior lets be told, and the senior too; by kind and number, without a word of it."""
    if ticket.person_id is None:
        return
    key = f"ticket:{ticket.id}:{event.removeprefix('ticket.').removeprefix('callback_')}"
    await notify(
        session,
        now,
        ticket.person_id,
        event,
        key,
        tell_senior=tell_senior,
        number=ticket.number,
        ticket_kind=ticket.kind,
    )


def _about(actor: Actor, asked: TicketIn) -> uuid.UUID | None:
    """Whom it is about; a worker's account is nobody in ``people``."""
    own_account = actor.kind == "worker" and asked.person_id == actor.person_id
    return None if own_account else asked.person_id


def _promise(now: datetime, asked: TicketIn, hours: Hours) -> dict[str, Any]:
    """Until when it will be done, and by whom."""
    if asked.kind == "emergency":
        return {"due_at": now}
    if asked.kind in ("callback", "handoff", "checkin"):
        promised = window(now, hours)
        return {"promised_from": promised.first, "due_at": promised.last}
    if asked.kind == "complaint":
        matter = routing.route(asked.summary)
        return {
            "department": matter.department,
            "matter": matter.key,
            "due_at": routing.due(now, matter.due_working_days),
        }
    return {"due_at": routing.due(now, REQUEST_WORKING_DAYS)}


def _same(ticket: Ticket, digest: bytes) -> Ticket:
    if ticket.request_hash != digest:
        raise KeyReused()
    return ticket


async def _insert(session: AsyncSession, values: dict[str, Any]) -> Ticket:
    """Insert under a fresh number; the ticket of the same key where there is one already."""
    for _ in range(NUMBER_TRIES):
        values["number"] = repository.new_number()
        if await repository.put(session, values):
            found = await repository.get(session, values["id"])
            assert found is not None
            return found
        if (known := await repository.by_key(session, values["idempotency_key"])) is not None:
            return known
    raise Conflict("工单号暂时分配不了，请再试一次。")


def reference(said: str) -> uuid.UUID | str:
    """A ticket's id, or its number as typed or said."""
    try:
        return uuid.UUID(said)
    except ValueError:
        return "GD" + re.sub(r"\D", "", half_width(said))


async def find(session: AsyncSession, said: str, *, lock: bool = False) -> Ticket:
    """Raises TicketNotFound."""
    found = await repository.get(session, reference(said), lock=lock)
    if found is None:
        raise TicketNotFound()
    return found


async def set_phone(session: AsyncSession, now: datetime, actor: Actor, said: str, phone: str) -> Ticket:
    """The number to call back, given later. Raises TicketNotFound, WrongState, PhoneInvalid."""
    ticket = await _open(session, said)
    ticket.caller_phone = e164(phone)
    remember(session, now, actor, "noted", ticket, "补充了回电号码")
    await _told(session, ticket)
    return ticket


async def acknowledge(session: AsyncSession, now: datetime, actor: Actor, said: str) -> Ticket:
    """Somebody has seen it and takes it; the first one counts. Raises TicketNotFound, WrongState."""
    ticket = await _open(session, said)
    if ticket.status == "open":
        ticket.status = "acknowledged"
        ticket.acknowledged_at, ticket.acknowledged_by = now, _who(actor)
        remember(session, now, actor, "acknowledged", ticket)
        await _told(session, ticket)
    return ticket


async def start(session: AsyncSession, now: datetime, actor: Actor, said: str) -> Ticket:
    """Work has begun. Raises TicketNotFound, WrongState."""
    ticket = await _open(session, said)
    if ticket.status != "in_progress":
        if ticket.acknowledged_at is None:
            ticket.acknowledged_at, ticket.acknowledged_by = now, _who(actor)
        ticket.status = "in_progress"
        remember(session, now, actor, "started", ticket)
        await _told(session, ticket)
    return ticket


async def note(session: AsyncSession, now: datetime, actor: Actor, said: str, text: str | None) -> Ticket:
    """Add a note; closed tickets take notes too. Raises TicketNotFound, Invalid."""
    ticket = await find(session, said, lock=True)
    if not text:
        raise Invalid("请写明内容。")
    remember(session, now, actor, "noted", ticket, text)
    await _told(session, ticket)
    return ticket


async def close(
    session: AsyncSession, now: datetime, actor: Actor, said: str, outcome: str, *, cancelled: bool = False
) -> Ticket:
    """Close with what came of it. Raises TicketNotFound, WrongState."""
    ticket = await _open(session, said)
    ticket.status = "cancelled" if cancelled else "done"
    ticket.closed_at, ticket.closed_by, ticket.outcome = now, _who(actor), outcome
    remember(session, now, actor, "cancelled" if cancelled else "closed", ticket, outcome)
    await _told(session, ticket)
    if cancelled and ticket.kind in REQUESTS:
        await _notify(session, now, ticket, "ticket.cancelled")
    elif not cancelled and ticket.kind != "emergency":
        event = "callback_done" if ticket.kind in ("callback", "handoff") else "ticket.done"
        await _notify(session, now, ticket, event)
    return ticket


def overdue(ticket: Ticket, now: datetime, grace: timedelta = timedelta(0)) -> bool:
    """Whether it should have been done by now."""
    return ticket.status in repository.OPEN and ticket.due_at is not None and now > ticket.due_at + grace


async def _told(session: AsyncSession, ticket: Ticket) -> None:
    """Write the change, and tell whoever watches the queues of the city once it is committed."""
    await session.flush()
    await live.publish(session, f"tickets:{ticket.city_code}", {"ticket": str(ticket.id)})


async def _open(session: AsyncSession, said: str) -> Ticket:
    ticket = await find(session, said, lock=True)
    if ticket.status not in repository.OPEN:
        raise WrongState(status=ticket.status)
    return ticket


def _who(actor: Actor) -> dict[str, Any]:
    return actor.model_dump(mode="json", exclude_none=True)


def remember(
    session: AsyncSession, now: datetime, actor: Actor, action: str, ticket: Ticket, text: str | None = None
) -> None:
    """Write down what was done to a ticket; the audit gets no words of it."""
    status: TicketStatus = ticket.status
    session.add(
        TicketEvent(ticket_id=ticket.id, at=now, action=action, status=status, actor=_who(actor), note=text)
    )
    audit.record(
        session,
        now,
        actor,
        f"ticket.{action}",
        f"ticket:{ticket.id}",
        ticket.person_id,
        number=ticket.number,
        ticket_kind=ticket.kind,
    )
