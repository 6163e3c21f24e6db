"""Pages of the catalogue: look, verify, report, correct, credit, import; benefits to read with their source."""

from __future__ import annotations

import uuid
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Request, Response, UploadFile
from pydantic import ValidationError
from sqlalchemy import or_, select

from assistant.benefits import repository as benefits
from assistant.catalog import service, transfer
from assistant.catalog.models import Place, Provider
from assistant.catalog.schemas import OfferingPatch, PlacePatch, ProviderPatch
from assistant.catalog.sheets.writer import template_xlsx
from assistant.console import pages, sheet
from assistant.console.access import Catalogue, Edit
from assistant.console.guard import Guarded
from assistant.kit.clock import china
from assistant.kit.errors import Invalid

STALE: Final = timedelta(days=180)
"""A place nobody has checked for half a year is listed for checking: this installation's own rule."""
SHOWN: Final = 200
FILTERS: Final = {"all": "全部", "stale": "该核实了", "wrong": "有人报错", "demo": "演示数据"}

router = APIRouter(route_class=Guarded)


@router.get("/catalogue")
async def listed(request: Request, visit: Catalogue, only: str = "all", q: str = "") -> Response:
    """Places of the city: all, those nobody has checked lately, those somebody called wrong."""
    query = select(Place).where(Place.city_code == visit.account.city_code)
    old = china(visit.now).date() - STALE
    if only == "stale":
        query = query.where(or_(Place.verified_at.is_(None), Place.verified_at < old))
    elif only == "wrong":
        query = query.where(Place.reported_wrong_at.is_not(None))
    elif only == "demo":
        query = query.where(Place.demo)
    if q.strip():
        query = query.where(Place.name.contains(q.strip(), autoescape=True))
    order = (Place.reported_wrong_at.desc().nulls_last(), Place.verified_at.nulls_first(), Place.name)
    found = await visit.session.scalars(query.order_by(*order).limit(SHOWN))
    return pages.show(
        request,
        visit,
        "catalogue.html",
        places=[service.place_view(one) for one in found],
        only=only,
        q=q,
        filters=FILTERS,
        old=old,
        shown=SHOWN,
    )


@router.get("/catalogue/places/{place_id}")
async def place(request: Request, place_id: uuid.UUID, visit: Catalogue) -> Response:
    found = visit.found["place_id"]
    return pages.show(
        request,
        visit,
        "place.html",
        detail=await service.place(visit.session, place_id),
        wrong=found.reported_wrong_note,
    )


@router.post("/catalogue/places/{place_id}/verify")
async def verify(request: Request, place_id: uuid.UUID, visit: Catalogue) -> Response:
    """Checked today, by me."""
    await service.verify(visit.session, visit.now, visit.actor, place_id, visit.account.display_name, None)
    return _back(request, place_id)


@router.post("/catalogue/places/{place_id}/wrong")
async def report_wrong(
    request: Request, place_id: uuid.UUID, visit: Catalogue, note: Annotated[str, Form(max_length=300)]
) -> Response:
    if not note.strip():
        raise Invalid("请写明哪里不对。")
    await service.report_wrong(visit.session, visit.now, visit.actor, place_id, note.strip())
    return _back(request, place_id)


@router.post("/catalogue/places/{place_id}")
async def correct_place(
    request: Request,
    place_id: uuid.UUID,
    visit: Edit,
    name: Annotated[str, Form(max_length=80)],
    address: Annotated[str, Form(max_length=200)] = "",
    phone: Annotated[str, Form(max_length=30)] = "",
    description: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    sent = {"name": name, "address": address or None, "phone": phone or None}
    patch = _patch(PlacePatch, sent | {"description": description or None})
    await service.correct_place(visit.session, visit.now, visit.actor, place_id, patch)
    return _back(request, place_id)


@router.post("/catalogue/offerings/{offering_id}")
async def correct_offering(
    request: Request,
    offering_id: uuid.UUID,
    visit: Edit,
    price: Annotated[str, Form(max_length=12)] = "",
    capacity: Annotated[int, Form(ge=0, le=10_000)] = 0,
    hours: Annotated[str, Form(max_length=500)] = "",
    active: Annotated[bool, Form()] = False,
    online_booking: Annotated[bool, Form()] = False,
) -> Response:
    """Correct price, places a slot, hours; stop a service or let it run again."""
    sent: dict[str, Any] = {
        "unit_price_fen": _fen(price),
        "capacity_per_slot": capacity,
        "active": active,
        "online_booking": online_booking,
    }
    if hours.strip():
        sent["hours"] = hours.strip()
    patch = _patch(OfferingPatch, sent)
    await service.correct_offering(visit.session, visit.now, visit.actor, offering_id, patch)
    return _back(request, visit.found["offering_id"].place_id)


@router.get("/catalogue/providers")
async def providers(request: Request, visit: Catalogue) -> Response:
    """Providers and their credit; with a dishonest one nothing can be booked."""
    found = await visit.session.scalars(
        select(Provider).where(Provider.city_code == visit.account.city_code).order_by(Provider.name)
    )
    return pages.show(request, visit, "providers.html", providers=found.all())


@router.post("/catalogue/providers/{provider_id}")
async def credit(
    request: Request,
    provider_id: uuid.UUID,
    visit: Edit,
    credit: Annotated[str, Form(max_length=10)],
    note: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    if credit != "ok" and not note.strip():
        raise Invalid("改成关注或失信，请写明依据。")
    patch = _patch(ProviderPatch, {"credit": credit, "credit_note": note.strip() or None})
    await service.correct_provider(visit.session, visit.now, visit.actor, provider_id, patch)
    return pages.go(request, "/console/catalogue/providers")


@router.get("/catalogue/import")
async def import_page(request: Request, visit: Edit) -> Response:
    return pages.show(request, visit, "import.html", report=None)


@router.get("/catalogue/template.xlsx")
async def template(visit: Edit) -> Response:
    return Response(
        template_xlsx(),
        media_type=sheet.XLSX,
        headers={"content-disposition": "attachment; filename=catalogue-template.xlsx"},
    )


@router.post("/catalogue/import")
async def import_file(
    request: Request, visit: Edit, file: UploadFile, apply: Annotated[bool, Form()] = False
) -> Response:
    """Preview a file; with ``apply`` store it, if every row is right."""
    report = await transfer.import_bytes(
        visit.session,
        await file.read(),
        file.filename or "",
        visit.account.city_code,
        preview=not apply,
        today=china(visit.now).date(),
    )
    return pages.show(request, visit, "import.html", report=report)


@router.get("/benefits")
async def benefit_list(request: Request, visit: Catalogue) -> Response:
    """What the city's documents grant, each with its source. The text is the document's: it is changed by
    loading another document, not here."""
    found = await benefits.of_city(visit.session, visit.account.city_code)
    return pages.show(request, visit, "benefits.html", benefits=found)


def _fen(price: str) -> int | None:
    """Yuan as typed, in fen; None for nothing: the price is not known. Raises Invalid."""
    if not price.strip():
        return None
    try:
        fen = Decimal(price.strip()) * 100
    except InvalidOperation as error:
        raise Invalid("单价请填数字，例如 8 或 8.5。") from error
    if fen < 0 or fen != int(fen):
        raise Invalid("单价最多两位小数，不能是负数。")
    return int(fen)


def _patch(model: Any, values: dict[str, Any]) -> Any:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise Invalid("填写的内容不完整或格式不对，请检查后再提交。") from error


def _back(request: Request, place_id: uuid.UUID) -> Response:
    return pages.go(request, f"/console/catalogue/places/{place_id}")
