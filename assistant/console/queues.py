"""Pages of the queues: emergencies first, live; one ticket with everything to act on it."""

from __future__ import annotations

import uuid
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from sse_starlette import EventSourceResponse

from assistant.calls.service import topic as running_calls
from assistant.console import carriers, colleagues, pages, phone, streams, work
from assistant.console.access import Queues
from assistant.console.guard import Guarded
from assistant.kit import audit
from assistant.kit.errors import Invalid, NotFound
from assistant.safety import service as safety
from assistant.tickets import repository, service
from assistant.tickets.models import Ticket

router = APIRouter(prefix="/queues", route_class=Guarded)


@router.get("")
async def overview(request: Request, visit: Queues) -> Response:
    """All queues on one page."""
    return pages.show(
        request,
        visit,
        "queues.html",
        titles=work.TITLES,
        queues={name: await work.queue(visit, name) for name in work.QUEUES},
        calls=await phone.running(visit),
        trial=phone.trial_only(request.app.state.context.settings),
    )


@router.get("/calls")
async def calls(request: Request, visit: Queues) -> Response:
    """The calls that run now, to take the place of the old ones."""
    trial = phone.trial_only(request.app.state.context.settings)
    return pages.show(request, visit, "running.html", calls=await phone.running(visit), trial=trial)


@router.get("/part/{queue}")
async def part(request: Request, queue: str, visit: Queues) -> Response:
    """One queue, to take the place of the old one."""
    if queue not in work.QUEUES:
        raise NotFound()
    items = await work.queue(visit, queue)
    return pages.show(request, visit, "queue.html", title=work.TITLES[queue], items=items)


@router.get("/waiting")
async def waiting(request: Request, visit: Queues) -> Response:
    """The bar on top of every page: alarms that nobody has taken."""
    return pages.show(request, visit, "waiting.html", counts=await work.waiting(visit))


@router.get("/events", response_class=EventSourceResponse)
async def events(request: Request, visit: Queues) -> Response:
    """``changed`` whenever a ticket of the city was opened or moved, ``called`` whenever something happens in
    one of its calls; the page then asks for what it shows."""
    city = visit.account.city_code
    return streams.follow(request, {f"tickets:{city}": "changed", running_calls(city): "called"})


@router.get("/tickets/{ticket_id}")
async def one(request: Request, ticket_id: uuid.UUID, visit: Queues) -> Response:
    """One ticket: what was said, where, whom to ring, what was done."""
    ticket: Ticket = visit.found["ticket_id"]
    person, contacts, alarm = await work.about(visit, ticket)
    talk = await work.conversation_of(visit, ticket)
    history = await repository.history(visit.session, ticket.id)
    audit.record(
        visit.session, visit.now, visit.actor, "ticket.viewed", f"ticket:{ticket_id}", ticket.person_id
    )
    return pages.show(
        request,
        visit,
        "ticket.html",
        ticket=ticket,
        details=work.details(ticket),
        person=person,
        contacts=contacts,
        alarm=alarm,
        talk=talk,
        can_take=talk is not None and await carriers.reachable(visit.session, talk),
        lines=await work.lines(visit, talk) if talk else [],
        history=history,
        names=await colleagues.names(visit.session, [event.actor for event in history]),
    )


Reference = Annotated[str, Form(max_length=2000)]


@router.post("/tickets/{ticket_id}/acknowledge")
async def acknowledge(request: Request, ticket_id: uuid.UUID, visit: Queues) -> Response:
    await service.acknowledge(visit.session, visit.now, visit.actor, str(ticket_id))
    return _back(request, ticket_id)


@router.post("/tickets/{ticket_id}/start")
async def start(request: Request, ticket_id: uuid.UUID, visit: Queues) -> Response:
    await service.start(visit.session, visit.now, visit.actor, str(ticket_id))
    return _back(request, ticket_id)


@router.post("/tickets/{ticket_id}/note")
async def note(request: Request, ticket_id: uuid.UUID, visit: Queues, text: Reference) -> Response:
    await service.note(visit.session, visit.now, visit.actor, str(ticket_id), text.strip())
    return _back(request, ticket_id)


@router.post("/tickets/{ticket_id}/close")
async def close(request: Request, ticket_id: uuid.UUID, visit: Queues, outcome: Reference) -> Response:
    if not outcome.strip():
        raise Invalid("请写明处理结果。")
    await service.close(visit.session, visit.now, visit.actor, str(ticket_id), outcome.strip())
    return _back(request, ticket_id)


@router.post("/tickets/{ticket_id}/false-alarm")
async def false_alarm(request: Request, ticket_id: uuid.UUID, visit: Queues, reason: Reference) -> Response:
    await safety.close_false(visit.session, visit.now, visit.actor, str(ticket_id), reason)
    return _back(request, ticket_id)


def _back(request: Request, ticket_id: uuid.UUID) -> Response:
    return pages.go(request, f"/console/queues/tickets/{ticket_id}")
