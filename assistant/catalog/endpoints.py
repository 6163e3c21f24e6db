"""The catalogue over HTTP."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Annotated

from fastapi import APIRouter, File, Query, Response, UploadFile, status

from assistant.catalog import repository, resolve, search, service, transfer
from assistant.catalog.holidays import public_holiday
from assistant.catalog.models import Offering
from assistant.catalog.schemas import (
    CityView,
    ClosureIn,
    GazetteerEntry,
    HoursView,
    ImportReport,
    NameCandidate,
    OfferingDetail,
    OfferingPatch,
    PlaceDetail,
    PlacePatch,
    PlaceView,
    ProviderPatch,
    ProviderView,
    SearchQuery,
    SearchResult,
    ServiceTypeView,
    Span,
    Verification,
    WrongReport,
)
from assistant.catalog.sheets.writer import template_xlsx
from assistant.catalog.vocabulary import SERVICE_TYPES
from assistant.kit import audit
from assistant.kit.api import ActorDep, ClockDep, SessionDep, scope
from assistant.kit.clock import china_today

router = APIRouter(prefix="/v1", tags=["catalog"], dependencies=[scope("catalog")])

CityName = Annotated[
    str | None, Query(max_length=20, description="Code or name of a city", examples=["岳阳"])
]


@router.get("/cities")
async def list_cities(session: SessionDep) -> list[CityView]:
    """The cities that something is known about."""
    return [service.city_view(each) for each in await repository.cities(session)]


@router.get("/cities/{name}")
async def read_city(name: str, session: SessionDep) -> CityView:
    """A city by code or name: its hotline and its service circles."""
    return service.city_view(await service.city(session, name))


@router.get("/services/types")
async def list_service_types() -> list[ServiceTypeView]:
    """The kinds of service, with the words people use for them."""
    return [
        ServiceTypeView(key=t.key, name=t.name, unit=t.unit, at_home=t.at_home, aliases=list(t.aliases))
        for t in SERVICE_TYPES.values()
    ]


@router.get("/services/search")
async def search_services(
    query: Annotated[SearchQuery, Query()], session: SessionDep, clock: ClockDep
) -> SearchResult:
    """Offerings that meet a need, best first, with the order explained."""
    return await search.search(session, clock.now(), query)


@router.get("/places/resolve")
async def resolve_name(
    q: Annotated[str, Query(min_length=1, max_length=100, examples=["秀花园"])],
    session: SessionDep,
    city: CityName = None,
    limit: Annotated[int, Query(ge=1, le=20)] = 5,
) -> list[NameCandidate]:
    """What a name may mean: places, areas and providers that are written or sound like it."""
    code = (await service.city(session, city)).code if city else None
    return await resolve.resolve(session, q, code, limit)


@router.get("/gazetteer")
async def read_gazetteer(session: SessionDep, city: CityName = None) -> list[GazetteerEntry]:
    """Every name of the catalogue."""
    code = (await service.city(session, city)).code if city else None
    return await resolve.gazetteer(session, code)


@router.get("/places/{place_id}")
async def read_place(place_id: uuid.UUID, session: SessionDep) -> PlaceDetail:
    """A place with everything it offers."""
    return await service.place(session, place_id)


@router.get("/offerings/{offering_id}")
async def read_offering(offering_id: uuid.UUID, session: SessionDep) -> OfferingDetail:
    """A service at a place, with hours and price."""
    return await service.offering(session, offering_id)


@router.get("/offerings/{offering_id}/hours")
async def read_hours(
    offering_id: uuid.UUID,
    session: SessionDep,
    clock: ClockDep,
    day: Annotated[date | None, Query(alias="date", description="Default today, China")] = None,
) -> HoursView:
    """The opening hours of one day."""
    found = await session.get(Offering, offering_id)
    if found is None:
        raise service.UnknownOffering()
    day = day or china_today(clock)
    hours = (await service.hours_of(session, [found], day))[offering_id]
    spans = [Span(opens=opens, closes=closes) for opens, closes in hours.on(day)]
    return HoursView(
        date=day,
        open=bool(spans) if hours.known else None,
        spans=spans,
        holiday=public_holiday(day),
        text=hours.text(),
    )


@router.patch("/places/{place_id}")
async def correct_place(
    place_id: uuid.UUID, patch: PlacePatch, session: SessionDep, clock: ClockDep, actor: ActorDep
) -> PlaceView:
    """Correct a place."""
    return await service.correct_place(session, clock.now(), actor, place_id, patch)


@router.patch("/offerings/{offering_id}")
async def correct_offering(
    offering_id: uuid.UUID, patch: OfferingPatch, session: SessionDep, clock: ClockDep, actor: ActorDep
) -> OfferingDetail:
    """Correct an offering, its price, capacity or hours."""
    return await service.correct_offering(session, clock.now(), actor, offering_id, patch)


@router.patch("/providers/{provider_id}")
async def correct_provider(
    provider_id: uuid.UUID, patch: ProviderPatch, session: SessionDep, clock: ClockDep, actor: ActorDep
) -> ProviderView:
    """Set the credit of a provider; a dishonest one can no longer be booked."""
    return await service.correct_provider(session, clock.now(), actor, provider_id, patch)


@router.post("/places/{place_id}/verify")
async def verify_place(
    place_id: uuid.UUID, told: Verification, session: SessionDep, clock: ClockDep, actor: ActorDep
) -> PlaceView:
    """Note that somebody checked that what is said of a place is so."""
    return await service.verify(session, clock.now(), actor, place_id, told.by, told.on)


@router.post("/places/{place_id}/report-wrong")
async def report_wrong(
    place_id: uuid.UUID, told: WrongReport, session: SessionDep, clock: ClockDep, actor: ActorDep
) -> PlaceView:
    """Note that something said of a place is wrong."""
    return await service.report_wrong(session, clock.now(), actor, place_id, told.note)


@router.post("/places/{place_id}/closures", status_code=status.HTTP_204_NO_CONTENT)
async def close_place(
    place_id: uuid.UUID, told: ClosureIn, session: SessionDep, clock: ClockDep, actor: ActorDep
) -> None:
    """Close a place on some days."""
    await service.close(session, clock.now(), actor, place_id, told.dates, told.reason)


@router.delete("/places/{place_id}/closures/{day}", status_code=status.HTTP_204_NO_CONTENT)
async def reopen_place(
    place_id: uuid.UUID, day: date, session: SessionDep, clock: ClockDep, actor: ActorDep
) -> None:
    """Take a closed day back."""
    await service.reopen(session, clock.now(), actor, place_id, day)


# --- files ---


@router.post("/catalog/import")
async def import_catalog(
    file: Annotated[UploadFile, File(description="xlsx or csv sheet, HSDS json, or HSDS zip of csv")],
    city: Annotated[str, Query(max_length=20, examples=["岳阳"])],
    session: SessionDep,
    clock: ClockDep,
    actor: ActorDep,
    preview: Annotated[bool, Query(description="Only look, store nothing")] = True,
) -> ImportReport:
    """Read a file into the catalogue of a city. With any error nothing is stored."""
    data = await file.read(transfer.MAX_BYTES + 1)
    report = await transfer.import_bytes(
        session, data, file.filename or "", city, preview, china_today(clock)
    )
    if report.stored:
        code = (await service.city(session, city)).code
        audit.record(session, clock.now(), actor, "catalog.imported", f"city:{code}", places=report.places)
    return report


@router.get("/catalog/export", response_class=Response)
async def export_catalog(
    city: Annotated[str, Query(max_length=20, examples=["岳阳"])],
    session: SessionDep,
    format: Annotated[transfer.Format, Query()] = "hsds-json",
) -> Response:
    """Everything of a city as a file: HSDS 3 as JSON or zip of CSV, or a sheet."""
    ending, media_type = transfer.ENDINGS[format]
    code = (await service.city(session, city)).code
    data = await transfer.export_city(session, code, format)
    name = f"yinling-{code}{ending}"
    return Response(
        data, media_type=media_type, headers={"content-disposition": f'attachment; filename="{name}"'}
    )


@router.get("/catalog/template", response_class=Response)
async def read_template() -> Response:
    """An empty sheet with every heading and one example row."""
    ending, media_type = transfer.ENDINGS["xlsx"]
    headers = {"content-disposition": f'attachment; filename="yinling-template{ending}"'}
    return Response(template_xlsx(), media_type=media_type, headers=headers)
