"""Pages of batches: pick people or send a sheet, look at the preview, book what is right."""

from __future__ import annotations

import uuid
from datetime import date, time, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response, UploadFile

from assistant.console import batch, directory, offers, pages, sheet
from assistant.console.access import Seniors
from assistant.console.batch import Row
from assistant.console.guard import Guarded
from assistant.console.models import Batch
from assistant.kit.clock import china
from assistant.kit.errors import Invalid

router = APIRouter(prefix="/batches", route_class=Guarded)


@router.get("/new")
async def new_page(request: Request, visit: Seniors, where: str | None = None) -> Response:
    """Pick people of one community, or send a sheet."""
    known = await directory.communities(visit)
    default = known[0] if known else directory.Community(None, None)
    chosen = directory.Community.of(where) if where is not None else default
    return pages.show(
        request,
        visit,
        "batch_new.html",
        communities=known,
        chosen=chosen,
        rows=sorted(await directory.page(visit, chosen), key=lambda row: (row.building or "", row.name)),
        offers=await offers.listed(visit.session, visit.account.city_code),
        tomorrow=china(visit.now).date() + timedelta(days=1),
        columns=sheet.COLUMNS,
    )


@router.get("/template.xlsx")
async def template(visit: Seniors) -> Response:
    return Response(
        sheet.template(),
        media_type=sheet.XLSX,
        headers={"content-disposition": "attachment; filename=batch-template.xlsx"},
    )


@router.post("/people")
async def of_people(
    request: Request,
    visit: Seniors,
    offering_id: Annotated[uuid.UUID, Form()],
    day: Annotated[date, Form()],
    at: Annotated[time, Form()],
    person: Annotated[list[uuid.UUID], Form(max_length=sheet.MOST)],
    remarks: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Preview for the people who were picked."""
    offer = await offers.one(visit, offering_id)
    rows = await batch.of_people(visit, person, offer, day, at, remarks or None)
    made = await batch.prepare(visit, rows)
    return pages.go(request, f"/console/batches/{made.id}")


@router.post("/sheet")
async def of_sheet(request: Request, visit: Seniors, file: UploadFile) -> Response:
    """Preview for a sheet."""
    if file.size is not None and file.size > 2_000_000:
        raise Invalid("文件太大了，请用模板填写。")
    made = await batch.prepare(visit, await sheet.read(visit, await file.read()))
    return pages.go(request, f"/console/batches/{made.id}")


@router.get("/{batch_id}")
async def shown(request: Request, batch_id: uuid.UUID, visit: Seniors) -> Response:
    made: Batch = visit.found["batch_id"]
    return _page(request, visit, made, [Row.model_validate(row) for row in made.rows])


@router.post("/{batch_id}/book")
async def book(request: Request, batch_id: uuid.UUID, visit: Seniors) -> Response:
    await batch.book(visit, visit.found["batch_id"])
    return pages.go(request, f"/console/batches/{batch_id}")


def _page(request: Request, visit: Seniors, made: Batch, rows: list[Row]) -> Response:
    good = [row for row in rows if row.problem is None]
    bad = [row for row in rows if row.problem is not None]
    return pages.show(request, visit, "batch.html", batch=made, good=good, bad=bad)
