"""Tickets over HTTP: open, list, acknowledge, work, note, close."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Header, Query, Response
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.kit import audit
from assistant.kit.actor import Actor
from assistant.kit.api import ActorDep, ClockDep, ContextDep, SessionDep, scope
from assistant.kit.errors import Forbidden
from assistant.people import repository as people
from assistant.people.views import ref
from assistant.tickets import repository, service
from assistant.tickets.callbacks import Hours
from assistant.tickets.models import Ticket, TicketKind, TicketStatus
from assistant.tickets.routing import routing
from assistant.tickets.schemas import CloseIn, EventOut, NoteIn, TicketIn, TicketOut

PLAIN: Final = tuple(
    set(TicketOut.model_fields) - {"city", "phone", "person", "details", "department_source", "history"}
)

router = APIRouter(prefix="/v1/tickets", tags=["tickets"], dependencies=[scope("tickets")])


async def shown(session: AsyncSession, now: datetime, tickets: Sequence[Ticket]) -> list[TicketOut]:
    """Tickets with the person they are about."""
    persons = await people.many(session, [one.person_id for one in tickets if one.person_id is not None])
    table = routing()
    out = []
    for one in tickets:
        person = persons.get(one.person_id) if one.person_id is not None else None
        sourced = one.department is not None and one.city_code == table.city
        out.append(
            TicketOut(
                **{field: getattr(one, field) for field in PLAIN},
                city=one.city_code,
                phone=one.caller_phone,
                person=ref(person, now) if person else None,
                details=json.loads(one.details or "{}"),
                department_source=table.document if sourced else None,
            )
        )
    return out


async def _one(session: AsyncSession, now: datetime, ticket: Ticket) -> TicketOut:
    return (await shown(session, now, [ticket]))[0]


@router.post("", status_code=201)
async def open_ticket(
    asked: TicketIn,
    session: SessionDep,
    clock: ClockDep,
    actor: ActorDep,
    here: ContextDep,
    response: Response,
    key: Annotated[str | None, Header(alias="Idempotency-Key", max_length=120)] = None,
) -> TicketOut:
    """Open a ticket; the same request again answers 200 with the first one."""
    asked.idempotency_key = asked.idempotency_key or key
    hours = Hours.parse(here.settings.operator_hours)
    ticket, new = await service.open_once(session, clock.now(), actor, asked, hours)
    response.status_code = 201 if new else 200
    return await _one(session, clock.now(), ticket)


@router.get("")
async def listed(
    session: SessionDep,
    clock: ClockDep,
    actor: ActorDep,
    city: str | None = None,
    kind: TicketKind | None = None,
    status: Annotated[list[TicketStatus] | None, Query()] = None,
    person_id: uuid.UUID | None = None,
    conversation: str | None = None,
    department: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> list[TicketOut]:
    """Tickets, most urgent first. Others than workers see only those of their own conversation."""
    if actor.kind not in ("worker", "system") and (
        conversation is None or conversation != actor.conversation
    ):
        raise Forbidden()
    found = await repository.listed(
        session,
        city=city,
        kind=kind,
        statuses=status,
        person=person_id,
        conversation=conversation,
        department=department,
        limit=limit,
        offset=offset,
    )
    if found:
        audit.record(session, clock.now(), actor, "ticket.listed", "tickets", person_id, n=len(found))
    return await shown(session, clock.now(), found)


@router.get("/{reference}")
async def viewed(reference: str, session: SessionDep, clock: ClockDep, actor: ActorDep) -> TicketOut:
    """One ticket by id or number, with its history."""
    ticket = await service.find(session, reference)
    _check_view(actor, ticket)
    audit.record(session, clock.now(), actor, "ticket.viewed", f"ticket:{ticket.id}", ticket.person_id)
    out = await _one(session, clock.now(), ticket)
    out.history = [
        EventOut(at=one.at, action=one.action, status=one.status, actor=one.actor, note=one.note)
        for one in await repository.history(session, ticket.id)
    ]
    return out


def _check_view(actor: Actor, ticket: Ticket) -> None:
    """Workers see every ticket, others their own: by person or by conversation."""
    if actor.kind in ("worker", "system"):
        return
    own = actor.kind != "unknown" and actor.person_id is not None and actor.person_id == ticket.person_id
    same_talk = actor.conversation is not None and actor.conversation == ticket.conversation
    if not (own or same_talk):
        raise Forbidden()


def _check_worker(actor: Actor) -> None:
    if actor.kind not in ("worker", "system"):
        raise Forbidden("工单要由工作人员处理。")


@router.post("/{reference}/acknowledge")
async def acknowledge(reference: str, session: SessionDep, clock: ClockDep, actor: ActorDep) -> TicketOut:
    """Somebody has seen it and takes it."""
    _check_worker(actor)
    return await _one(session, clock.now(), await service.acknowledge(session, clock.now(), actor, reference))


@router.post("/{reference}/start")
async def start(reference: str, session: SessionDep, clock: ClockDep, actor: ActorDep) -> TicketOut:
    """Work has begun."""
    _check_worker(actor)
    return await _one(session, clock.now(), await service.start(session, clock.now(), actor, reference))


@router.post("/{reference}/note")
async def note(
    reference: str, asked: NoteIn, session: SessionDep, clock: ClockDep, actor: ActorDep
) -> TicketOut:
    """Add a note."""
    _check_view(actor, await service.find(session, reference))
    ticket = await service.note(session, clock.now(), actor, reference, asked.note)
    return await _one(session, clock.now(), ticket)


@router.post("/{reference}/close")
async def close(
    reference: str, asked: CloseIn, session: SessionDep, clock: ClockDep, actor: ActorDep
) -> TicketOut:
    """Close with what came of it."""
    _check_worker(actor)
    ticket = await service.close(
        session, clock.now(), actor, reference, asked.outcome, cancelled=asked.cancelled
    )
    return await _one(session, clock.now(), ticket)
