"""Alarms over HTTP."""

from __future__ import annotations

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.kit.actor import Actor
from assistant.kit.api import ActorDep, ClockDep, SessionDep, scope
from assistant.kit.errors import Forbidden, NotFound
from assistant.safety import repository, service
from assistant.safety.schemas import AlarmIn, AlarmOut, FalseAlarmIn
from assistant.tickets import service as tickets
from assistant.tickets.models import Ticket

router = APIRouter(prefix="/v1/alarms", tags=["safety"], dependencies=[scope("tickets")])


async def _shown(session: AsyncSession, ticket: Ticket) -> AlarmOut:
    alarm = await repository.alarm(session, ticket.id)
    if alarm is None:
        raise NotFound("这个工单不是紧急求助。")
    fields = {
        field: getattr(alarm, field) for field in AlarmOut.model_fields if field not in ("number", "status")
    }
    return AlarmOut(**fields, number=ticket.number, status=ticket.status)


def _check_worker(actor: Actor) -> None:
    if actor.kind not in ("worker", "system"):
        raise Forbidden()


@router.post("", status_code=201)
async def raise_alarm(asked: AlarmIn, session: SessionDep, clock: ClockDep, actor: ActorDep) -> AlarmOut:
    """Raise an alarm; the same danger in one conversation within ten minutes is the same alarm."""
    ticket = await service.raise_alarm(
        session,
        clock.now(),
        kind=asked.hazard,
        level="danger",
        reason="reported",
        said=asked.said,
        person_id=asked.person_id,
        caller_phone=asked.phone,
        address=asked.address,
        conversation=asked.conversation,
        actor=actor,
        city=asked.city,
    )
    return await _shown(session, ticket)


@router.get("/{reference}")
async def viewed(reference: str, session: SessionDep, actor: ActorDep) -> AlarmOut:
    """The alarm behind an emergency ticket, by the ticket's id or number."""
    _check_worker(actor)
    return await _shown(session, await tickets.find(session, reference))


@router.post("/{reference}/false")
async def close_false(
    reference: str, asked: FalseAlarmIn, session: SessionDep, clock: ClockDep, actor: ActorDep
) -> AlarmOut:
    """Close as a false alarm, with a reason."""
    return await _shown(
        session, await service.close_false(session, clock.now(), actor, reference, asked.reason)
    )
