"""A senior's family in Telegram, on the senior's page: a code for a relative, and a yes or no on record."""

from __future__ import annotations

import uuid
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import ValidationError

from assistant.console import pages
from assistant.console.access import Seniors, Visit
from assistant.console.guard import Guarded
from assistant.kit.errors import Invalid
from assistant.links import invitations
from assistant.links.errors import InvitationNotFound
from assistant.links.schemas import Decision, InvitationIn

router = APIRouter(prefix="/seniors", route_class=Guarded)


@router.get("/{person_id}/links")
async def shown(request: Request, person_id: uuid.UUID, visit: Seniors) -> Response:
    """The part of a senior's page that tells who asks to be linked."""
    return await _part(request, person_id, visit)


@router.post("/{person_id}/links")
async def issue(
    request: Request,
    person_id: uuid.UUID,
    visit: Seniors,
    relation: Annotated[str, Form(max_length=20)],
    name: Annotated[str, Form(max_length=20)] = "",
    scopes: Annotated[tuple[str, ...], Form()] = (),
) -> Response:
    """A one-time code for a relative, shown this once."""
    try:
        wanted = InvitationIn.model_validate(
            {"senior_id": person_id, "relation": relation, "name": name or None, "scopes": list(scopes)}
        )
    except ValidationError as error:
        raise Invalid("请写明关系，并至少选一件老人同意的事。") from error
    _, code = await invitations.issue(visit.session, visit.now, visit.actor, wanted)
    return await _part(request, person_id, visit, code=code)


@router.post("/{person_id}/links/decide")
async def decide(
    request: Request,
    person_id: uuid.UUID,
    visit: Seniors,
    invitation: Annotated[uuid.UUID, Form()],
    yes: Annotated[bool, Form()],
    evidence: Annotated[str, Form(pattern="^(spoken|written)$")] = "written",
) -> Response:
    """What the senior told the worker, or signed."""
    asked = await invitations.waiting(visit.session, visit.now, person_id)
    if invitation not in {one.id for one in asked}:
        raise InvitationNotFound()
    decision = Decision.model_validate({"yes": yes, "evidence": evidence})
    await invitations.decide(visit.session, visit.now, visit.actor, invitation, decision)
    return pages.go(request, f"/console/seniors/{person_id}")


async def _part(request: Request, person_id: uuid.UUID, visit: Visit, code: str | None = None) -> Response:
    waiting = await invitations.waiting(visit.session, visit.now, person_id)
    return pages.show(request, visit, "links.html", person_id=person_id, waiting=waiting, code=code)
