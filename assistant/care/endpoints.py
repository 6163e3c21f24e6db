"""Check-in plans over HTTP, for the actions of the dialogue; workers use the console."""

from __future__ import annotations

import uuid

from fastapi import APIRouter

from assistant.care import repository, service
from assistant.care.errors import PlanNotFound
from assistant.care.models import CheckinPlan
from assistant.care.schemas import PlanIn, PlanOut
from assistant.kit.api import ActorDep, ClockDep, ContextDep, SessionDep, scope
from assistant.people.consents import check_may

router = APIRouter(prefix="/v1/care", tags=["care"], dependencies=[scope("care")])


def shown(plan: CheckinPlan) -> PlanOut:
    return PlanOut(**{field: getattr(plan, field) for field in PlanOut.model_fields})


@router.put("/plans/{person_id}")
async def agree(
    person_id: uuid.UUID,
    given: PlanIn,
    session: SessionDep,
    clock: ClockDep,
    actor: ActorDep,
    here: ContextDep,
) -> PlanOut:
    """The senior wants to be asked on these days; what was agreed before ends."""
    return shown(await service.agree(session, clock.now(), actor, person_id, given, here.settings))


@router.get("/plans/{person_id}")
async def agreed(person_id: uuid.UUID, session: SessionDep, clock: ClockDep, actor: ActorDep) -> PlanOut:
    """What a senior has agreed to."""
    await check_may(session, actor, person_id, "profile", clock.now())
    plan = await repository.plan_of(session, person_id)
    if plan is None:
        raise PlanNotFound()
    return shown(plan)


@router.delete("/plans/{person_id}", status_code=204)
async def stop(person_id: uuid.UUID, session: SessionDep, clock: ClockDep, actor: ActorDep) -> None:
    """The senior is not asked any more."""
    await service.stop(session, clock.now(), actor, person_id)
