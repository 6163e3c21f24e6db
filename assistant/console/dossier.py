"""A person's data, whole: handed out as a file, or erased as far as the law lets.

Kept after erasure, without anything that tells who it was: orders with service, time, state and amounts
(accounts), the bare course of tickets, consents as evidence, and the audit, which holds no personal data.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.calls.models import Call, CallEntry, OutboundCall
from assistant.care.models import Checkin, CheckinPlan
from assistant.console.models import Batch
from assistant.desk.models import Conversation, Turn
from assistant.kit import audit
from assistant.kit.actor import Actor
from assistant.kit.audit import AuditEntry
from assistant.kit.db import Base
from assistant.kit.errors import Conflict
from assistant.kit.outbox import OutboxMessage
from assistant.links.models import LinkInvitation, Photo, TelegramLink
from assistant.orders.models import HOLDING, Order, OrderEvent, OrderSeries
from assistant.people.models import Consent, Person, PersonEvent, PersonPhone
from assistant.safety.models import Alarm
from assistant.tickets.models import Ticket, TicketEvent
from assistant.tickets.repository import OPEN

ERASED: Final = "（已删除）"
SECRET: Final = frozenset(
    {"name_key", "sound_key", "surname_key", "initials_key", "building_key", "phone_key", "chat_key"}
    | {"request_hash", "code_key", "idempotency_key"}
)
"""Columns that say nothing to the person: blind indexes and keys."""


def _of(person_id: uuid.UUID) -> dict[str, tuple[type[Base], ColumnElement[bool]]]:
    """Every table that tells of a person, by the name it has in the file."""
    orders = select(Order.id).where(Order.senior_id == person_id)
    tickets = select(Ticket.id).where(Ticket.person_id == person_id)
    talks = select(Conversation.id).where(Conversation.person_id == person_id)
    keys = select(Conversation.key).where(Conversation.person_id == person_id)
    calls = select(Call.id).where(Call.person_id == person_id)
    return {
        "person": (Person, Person.id == person_id),
        "phones": (PersonPhone, PersonPhone.person_id == person_id),
        "consents": (Consent, or_(Consent.senior_id == person_id, Consent.delegate_id == person_id)),
        "changes": (PersonEvent, PersonEvent.person_id == person_id),
        "orders": (Order, Order.senior_id == person_id),
        "order_changes": (OrderEvent, OrderEvent.order_id.in_(orders)),
        "recurring_orders": (OrderSeries, OrderSeries.senior_id == person_id),
        "tickets": (Ticket, Ticket.person_id == person_id),
        "ticket_changes": (TicketEvent, TicketEvent.ticket_id.in_(tickets)),
        "alarms": (Alarm, Alarm.ticket_id.in_(tickets)),
        "conversations": (Conversation, Conversation.person_id == person_id),
        "turns": (Turn, Turn.conversation_id.in_(talks)),
        "messages": (
            OutboxMessage,
            or_(OutboxMessage.about_person == person_id, OutboxMessage.recipient == f"person:{person_id}"),
        ),
        "telegram": (TelegramLink, TelegramLink.person_id == person_id),
        "invitations": (
            LinkInvitation,
            or_(LinkInvitation.senior_id == person_id, LinkInvitation.delegate_id == person_id),
        ),
        "calls": (Call, Call.person_id == person_id),
        "call_entries": (CallEntry, CallEntry.call_id.in_(calls)),
        "calls_made": (OutboundCall, OutboundCall.person_id == person_id),
        "checkin_plans": (CheckinPlan, CheckinPlan.person_id == person_id),
        "checkins": (Checkin, Checkin.person_id == person_id),
        "photos": (Photo, Photo.conversation.in_(keys)),
        "audit": (AuditEntry, AuditEntry.for_person == person_id),
    }


async def export(session: AsyncSession, now: datetime, actor: Actor, person_id: uuid.UUID) -> dict[str, Any]:
    """Everything on record about a person, as JSON values."""
    told: dict[str, Any] = {"exported_at": now.isoformat()}
    for name, (table, theirs) in _of(person_id).items():
        rows = await session.scalars(select(table).where(theirs))
        told[name] = [_row(row) for row in rows]
    audit.record(session, now, actor, "person.exported", f"person:{person_id}", person_id)
    return told


def _row(row: Base) -> dict[str, Any]:
    names = [column.key for column in row.__mapper__.column_attrs if column.key not in SECRET]
    return {name: _value(getattr(row, name)) for name in names}


def _value(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return f"{len(value)} bytes"
    return value if isinstance(value, str | int | float | bool | list | dict | None) else str(value)


async def erase(
    session: AsyncSession, now: datetime, actor: Actor, person_id: uuid.UUID, reason: str
) -> None:
    """Erase what tells who somebody is. It cannot be taken back.

    Raises:
        Conflict: orders are still to come, or tickets are open.
    """
    await _check_nothing_open(session, person_id)
    theirs = {name: condition for name, (_, condition) in _of(person_id).items()}
    blank: Sequence[tuple[type[Base], str, dict[str, Any]]] = (
        (PersonEvent, "changes", {"changes": None}),
        (
            Order,
            "orders",
            dict.fromkeys(("reason", "remarks", "address", "contact_phone", "rating_comment")),
        ),
        (OrderEvent, "order_changes", {"changes": None}),
        (OrderSeries, "recurring_orders", dict.fromkeys(("remarks", "address", "contact_phone"))),
        (
            Ticket,
            "tickets",
            {"summary": ERASED, **dict.fromkeys(("caller_phone", "details", "outcome"))},
        ),
        (TicketEvent, "ticket_changes", {"note": None}),
        (Alarm, "alarms", dict.fromkeys(("said", "address", "false_alarm_reason"))),
        (OutboxMessage, "messages", {"payload": "{}"}),
        (Consent, "consents", {"relation": ERASED}),
    )
    for table, name, values in blank:
        await session.execute(_quiet(update(table).where(theirs[name]).values(values)))
    pending = update(OutboxMessage).where(theirs["messages"], OutboxMessage.status == "pending")
    await session.execute(_quiet(pending.values(status="suppressed")))
    running = update(Consent).where(theirs["consents"], Consent.revoked_at.is_(None))
    await session.execute(_quiet(running.values(revoked_at=now, revoked_by=_who(actor))))
    # Photos and turns are found through the conversations: those come last.
    gone = ((Photo, "photos"), (Turn, "turns"), (LinkInvitation, "invitations"), (CallEntry, "call_entries"))
    care = ((Checkin, "checkins"), (CheckinPlan, "checkin_plans"), (OutboundCall, "calls_made"))
    for table, name in (*gone, *care, (TelegramLink, "telegram"), (PersonPhone, "phones")):
        await session.execute(_quiet(delete(table).where(theirs[name])))
    rang = update(Call).where(theirs["calls"])
    await session.execute(_quiet(rang.values(phone=None, phone_key=None, person_id=None, recording=None)))
    talks = update(Conversation).where(theirs["conversations"])
    await session.execute(
        _quiet(
            talks.values(
                caller_phone=None, phone_key=None, reply_to=None, state={}, status="ended", confirmed=False
            )
        )
    )
    await session.execute(_quiet(update(Person).where(Person.id == person_id).values(_nobody(now))))
    await _forget_batches(session, person_id)
    audit.record(
        session, now, actor, "person.erased", f"person:{person_id}", person_id, reason_chars=len(reason)
    )


def _quiet(statement: Any) -> Any:
    return statement.execution_options(synchronize_session=False)


def _who(actor: Actor) -> dict[str, Any]:
    return actor.model_dump(mode="json", exclude_none=True)


def _nobody(now: datetime) -> dict[str, Any]:
    """A person of whom nothing is left but the row that orders point at."""
    unknown = ("gender", "birth_year", "street", "community", "address", "building_key", "ability")
    return {
        "name": ERASED,
        **{key: secrets.token_bytes(32) for key in ("name_key", "sound_key", "surname_key")},
        **dict.fromkeys((*unknown, "initials_key", "income", "lives_alone", "notes")),
        "pace": 1.0,
        "loudness": 1.0,
        "updated_at": now,
    }


async def _check_nothing_open(session: AsyncSession, person_id: uuid.UUID) -> None:
    coming = select(Order.id).where(Order.senior_id == person_id, Order.status.in_(HOLDING)).limit(1)
    series = select(OrderSeries.id).where(OrderSeries.senior_id == person_id, OrderSeries.status == "active")
    if await session.scalar(coming) or await session.scalar(series.limit(1)):
        raise Conflict("还有没完成的订单，请先取消或等服务完成。")
    working = select(Ticket.id).where(Ticket.person_id == person_id, Ticket.status.in_(OPEN)).limit(1)
    if await session.scalar(working):
        raise Conflict("还有没办结的工单，请先办结。")


async def _forget_batches(session: AsyncSession, person_id: uuid.UUID) -> None:
    """Batches name people inside their encrypted rows; they are few and live for days."""
    for batch in await session.scalars(select(Batch)):
        if any((row["wanted"] or {}).get("senior_id") == str(person_id) for row in batch.rows):
            await session.delete(batch)
