"""Pages of the audit: who saw or changed what, for whom; whether the chain holds; a person's data."""

from __future__ import annotations

import json
import uuid
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request, Response
from sqlalchemy import select

from assistant.console import colleagues, dossier, pages
from assistant.console.access import Audit, Erase
from assistant.console.guard import Guarded
from assistant.console.models import Account
from assistant.kit import audit
from assistant.kit.audit import AuditEntry
from assistant.kit.errors import Invalid
from assistant.people import views

PAGE: Final = 100

router = APIRouter(prefix="/audit", route_class=Guarded)


@router.get("")
async def listed(
    request: Request,
    visit: Audit,
    before: int | None = None,
    person: str = "",
    account: str = "",
    action: str = "",
) -> Response:
    """Entries, newest first. They hold ids and names of fields, never personal data."""
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(PAGE)
    if before is not None:
        query = query.where(AuditEntry.id < before)
    if person.strip():
        query = query.where(AuditEntry.for_person == _id(person))
    if account.strip():
        query = query.where(AuditEntry.actor["person_id"].astext == str(_id(account)))
    if action.strip():
        query = query.where(AuditEntry.action.startswith(action.strip(), autoescape=True))
    rows = (await visit.session.scalars(query)).all()
    accounts = await visit.session.scalars(select(Account).order_by(Account.username))
    return pages.show(
        request,
        visit,
        "audit.html",
        rows=rows,
        accounts=accounts.all(),
        names=await colleagues.names(visit.session, [row.actor for row in rows]),
        asked={"person": person, "account": account, "action": action},
        more=rows[-1].id if len(rows) == PAGE else None,
    )


def _id(typed: str) -> uuid.UUID:
    try:
        return uuid.UUID(typed.strip())
    except ValueError as error:
        raise Invalid("编号写得不对，请从记录里复制。") from error


@router.post("/verify")
async def verify(request: Request, visit: Audit) -> Response:
    """Seal what is new and walk the whole chain."""
    await audit.seal(visit.session)
    broken = await audit.verify(visit.session)
    return pages.show(request, visit, "audit_verified.html", broken=broken)


@router.get("/people/{person_id}")
async def person(request: Request, person_id: uuid.UUID, visit: Erase) -> Response:
    """Hand out or erase a person's data."""
    found = await views.get(visit.session, person_id)
    return pages.show(request, visit, "dossier.html", person=found)


@router.post("/people/{person_id}/export.json")
async def export(person_id: uuid.UUID, visit: Erase) -> Response:
    told = await dossier.export(visit.session, visit.now, visit.actor, person_id)
    return Response(
        json.dumps(told, ensure_ascii=False, indent=1),
        media_type="application/json",
        headers={"content-disposition": f"attachment; filename=person-{person_id}.json"},
    )


@router.post("/people/{person_id}/erase")
async def erase(
    request: Request,
    person_id: uuid.UUID,
    visit: Erase,
    name: Annotated[str, Form(max_length=20)],
    reason: Annotated[str, Form(max_length=300)],
) -> Response:
    """Erase; the name must be typed, so that nobody erases by a slip."""
    found = await views.get(visit.session, person_id)
    if name.strip() != found.name:
        raise Invalid("姓名和登记的不一样，没有删除。")
    if not reason.strip():
        raise Invalid("请写明为什么删除。")
    await dossier.erase(visit.session, visit.now, visit.actor, person_id, reason.strip())
    return pages.go(request, "/console/seniors")
