"""The queues: what waits, most urgent first, and everything known about one piece of it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import func, select

from assistant.console.access import Visit
from assistant.desk.models import Conversation, Turn
from assistant.desk.schemas import Reply
from assistant.people import consents, views
from assistant.people import repository as people
from assistant.people.models import Person
from assistant.people.schemas import ConsentOut, PersonOut
from assistant.safety.models import Alarm
from assistant.tickets.models import Ticket
from assistant.tickets.repository import OPEN

QUEUES: Final[dict[str, tuple[str, ...]]] = {
    "emergencies": ("emergency",),
    "checkins": ("checkin",),
    "handoffs": ("handoff",),
    "callbacks": ("callback",),
    "complaints": ("complaint",),
    "assessments": ("assessment", "device"),
}
"""Kinds of tickets in each queue, in the order of the page."""
TITLES: Final = {
    "emergencies": "紧急求助",
    "checkins": "问候没有应答",
    "handoffs": "转人工",
    "callbacks": "待回电",
    "complaints": "投诉",
    "assessments": "评估与设备申请",
}
SHOWN: Final = 100
TURNS: Final = 500
"""Turns of a conversation on its page."""


@dataclass(frozen=True)
class Item:
    """One ticket in a queue."""

    ticket: Ticket
    person: Person | None
    overdue: bool


@dataclass(frozen=True)
class Contact:
    """Somebody to ring."""

    name: str
    relation: str
    phones: list[str]


@dataclass(frozen=True)
class Line:
    """One thing said in a conversation."""

    at: datetime
    by: str
    """caller, assistant or operator."""
    text: str
    name: str | None = None
    """Of the worker who said it."""


async def queue(visit: Visit, name: str, shown: int = SHOWN) -> list[Item]:
    """The open tickets of a queue: what nobody has taken first, then by due date."""
    found = await visit.session.scalars(
        select(Ticket)
        .where(Ticket.kind.in_(QUEUES[name]), Ticket.status.in_(OPEN), visit.tickets())
        .order_by(Ticket.status != "open", Ticket.priority, Ticket.due_at.nulls_last(), Ticket.opened_at)
        .limit(shown)
    )
    tickets = found.all()
    persons = await people.many(visit.session, [one.person_id for one in tickets if one.person_id])
    return [
        Item(one, persons.get(one.person_id) if one.person_id else None, _overdue(one, visit.now))
        for one in tickets
    ]


def _overdue(ticket: Ticket, now: datetime) -> bool:
    return ticket.due_at is not None and now > ticket.due_at


async def waiting(visit: Visit) -> dict[str, int]:
    """How many open tickets there are in each queue, and emergencies that nobody has taken (``alarms``)."""
    rows = await visit.session.execute(
        select(Ticket.kind, Ticket.status, func.count())
        .where(Ticket.status.in_(OPEN), visit.tickets())
        .group_by(Ticket.kind, Ticket.status)
    )
    counted: dict[tuple[str, str], int] = {(kind, status): n for kind, status, n in rows}
    found = {
        name: sum(n for (kind, _), n in counted.items() if kind in kinds) for name, kinds in QUEUES.items()
    }
    return found | {"alarms": counted.get(("emergency", "open"), 0)}


# --- one ticket ---


async def about(visit: Visit, ticket: Ticket) -> tuple[PersonOut | None, list[Contact], Alarm | None]:
    """The senior of a ticket, whom to ring, and the alarm behind it."""
    person = await people.get(visit.session, ticket.person_id) if ticket.person_id else None
    alarm = await visit.session.get(Alarm, ticket.id)
    if person is None:
        return None, [], alarm
    relatives = await consents.delegates(visit.session, visit.now, person.id, confirmed=True)
    return views.full(person, visit.now), await _contacts(visit, relatives), alarm


async def _contacts(visit: Visit, relatives: Sequence[ConsentOut]) -> list[Contact]:
    """The relatives whom the senior named for emergencies first."""
    ordered = sorted(relatives, key=lambda one: "emergency_contact" not in one.scopes)
    known = await people.many(visit.session, [one.person.id for one in ordered])
    return [
        Contact(one.name or "", one.relation, [each.phone for each in known[one.person.id].phones])
        for one in ordered
    ]


def details(ticket: Ticket) -> dict[str, Any]:
    return cast(dict[str, Any], json.loads(ticket.details or "{}"))


async def conversation_of(visit: Visit, ticket: Ticket) -> Conversation | None:
    """The conversation in which a ticket was opened; who may see the ticket may see what led to it."""
    try:
        key = uuid.UUID(ticket.conversation or "")
    except ValueError:
        return None
    return await visit.session.get(Conversation, key)


async def lines(visit: Visit, conversation: Conversation) -> list[Line]:
    """Everything said, oldest first."""
    found = await visit.session.scalars(
        select(Turn).where(Turn.conversation_id == conversation.id).order_by(Turn.number.desc()).limit(TURNS)
    )
    told = []
    for turn in reversed(found.all()):
        if turn.said:
            told.append(Line(turn.at, "caller", turn.said))
        reply = Reply.model_validate_json(turn.reply)
        by = "operator" if turn.voice == "operator" else "assistant"
        told += [Line(turn.at, by, one.text, reply.speaker) for one in reply.messages]
    return told
