"""Check-ins on a senior's page: what was agreed, what came of the last ones, agreeing and ending."""

from __future__ import annotations

import uuid
from datetime import time
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request, Response
from pydantic import ValidationError

from assistant.care import repository, service
from assistant.care.schemas import PlanIn
from assistant.console import pages
from assistant.console.access import Seniors
from assistant.console.guard import Guarded
from assistant.kit.api import context
from assistant.kit.errors import Invalid

SHOWN: Final = 14
"""Two weeks of days."""

router = APIRouter(prefix="/seniors", route_class=Guarded)


@router.get("/{person_id}/checkins")
async def shown(request: Request, person_id: uuid.UUID, visit: Seniors) -> Response:
    """The part of a senior's page that tells of check-ins."""
    return pages.show(
        request,
        visit,
        "checkins.html",
        person_id=person_id,
        plan=await repository.plan_of(visit.session, person_id),
        checkins=await repository.history(visit.session, person_id, SHOWN),
    )


@router.post("/{person_id}/checkins")
async def agree(
    request: Request,
    person_id: uuid.UUID,
    visit: Seniors,
    at: Annotated[time, Form()],
    way: Annotated[str, Form(max_length=10)],
    evidence: Annotated[str, Form(max_length=10)],
    weekdays: Annotated[tuple[int, ...], Form()] = (),
) -> Response:
    """The senior wants to be asked; replaces what was agreed before."""
    try:
        given = PlanIn.model_validate(
            {"weekdays": list(weekdays), "at": at, "way": way, "evidence": evidence}
        )
    except ValidationError as error:
        raise Invalid("请选至少一天，并写明时间。") from error
    settings = context(request).settings
    await service.agree(visit.session, visit.now, visit.actor, person_id, given, settings)
    return pages.go(request, f"/console/seniors/{person_id}")


@router.post("/{person_id}/checkins/stop")
async def stop(request: Request, person_id: uuid.UUID, visit: Seniors) -> Response:
    """The senior is not asked any more."""
    await service.stop(visit.session, visit.now, visit.actor, person_id)
    return pages.go(request, f"/console/seniors/{person_id}")
