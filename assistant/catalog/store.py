"""Between drafts and tables: put a draft of a city in, take it out again."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.catalog import repository
from assistant.catalog.drafts import (
    AreaDraft,
    CatalogDraft,
    OfferingDraft,
    PlaceDraft,
    ProviderDraft,
    ScheduleDraft,
)
from assistant.catalog.models import Area, Offering, Place, Provider, Schedule
from assistant.catalog.service import index_place

AreaKey = tuple[uuid.UUID | None, str]
OfferingKey = tuple[uuid.UUID, str, str]


@dataclass
class Stored:
    """What was there before and what came new."""

    created: int = 0
    updated: int = 0


@dataclass
class _City:
    """The rows of one city by their natural keys, old and new."""

    code: str
    providers: dict[str, Provider] = field(default_factory=dict)
    areas: dict[AreaKey, Area] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    offerings: dict[OfferingKey, Offering] = field(default_factory=dict)


async def put(session: AsyncSession, city_code: str, draft: CatalogDraft) -> Stored:
    """Upsert a draft by natural keys: what it says is set, the rest stays as it is.

    The hours of an offering are replaced when the draft tells any.
    """
    city = await _load(session, city_code)
    for provider in draft.providers:
        _put_provider(session, city, provider)
    stored = Stored()
    touched: list[tuple[Offering, OfferingDraft]] = []
    for place in draft.places:
        stored.updated += place.external_id in city.places
        stored.created += place.external_id not in city.places
        row = _put_place(session, city, place)
        touched += [(_put_offering(session, city, row, each), each) for each in place.offerings]
    _locate(city)
    await session.flush()
    await _put_schedules(session, touched)
    await session.flush()
    return stored


async def _load(session: AsyncSession, code: str) -> _City:
    offerings = await session.scalars(select(Offering).where(Offering.city_code == code))
    return _City(
        code,
        {row.name: row for row in await repository.providers(session, code)},
        {(row.parent_id, row.name): row for row in await repository.areas(session, code)},
        {row.external_id: row for row in await repository.places(session, code)},
        {(row.place_id, row.service_type, row.name): row for row in offerings},
    )


def _put_provider(session: AsyncSession, city: _City, draft: ProviderDraft) -> Provider:
    row = city.providers.get(draft.name)
    if row is None:
        row = city.providers[draft.name] = Provider(id=uuid.uuid4(), city_code=city.code, name=draft.name)
        session.add(row)
    _set(row, draft.model_dump(exclude_unset=True, exclude={"name"}))
    return row


def _provider_id(session: AsyncSession, city: _City, name: str | None, demo: bool) -> uuid.UUID | None:
    """A provider that is only named is made; one that is known keeps its credit."""
    if name is None:
        return None
    return (city.providers.get(name) or _put_provider(session, city, ProviderDraft(name=name, demo=demo))).id


def _put_area(session: AsyncSession, city: _City, path: Sequence[AreaDraft]) -> uuid.UUID | None:
    parent: uuid.UUID | None = None
    for step in path:
        row = city.areas.get((parent, step.name))
        if row is None:
            row = Area(id=uuid.uuid4(), city_code=city.code, parent_id=parent, name=step.name, urban=True)
            session.add(row)
            city.areas[parent, step.name] = row
        row.level = step.level
        row.urban = row.urban if step.urban is None else step.urban
        parent = row.id
    return parent


def _put_place(session: AsyncSession, city: _City, draft: PlaceDraft) -> Place:
    row = city.places.get(draft.external_id)
    if row is None:
        row = Place(id=uuid.uuid4(), city_code=city.code, external_id=draft.external_id)
        session.add(row)
        city.places[draft.external_id] = row
    _set(row, draft.model_dump(exclude_unset=True, exclude={"external_id", "areas", "provider", "offerings"}))
    row.area_id = _put_area(session, city, draft.areas) or row.area_id
    row.provider_id = _provider_id(session, city, draft.provider, draft.demo) or row.provider_id
    index_place(row)
    return row


def _put_offering(session: AsyncSession, city: _City, place: Place, draft: OfferingDraft) -> Offering:
    key = (place.id, draft.service_type, draft.name)
    row = city.offerings.get(key)
    if row is None:
        row = Offering(id=uuid.uuid4(), place_id=place.id, city_code=city.code)
        session.add(row)
        city.offerings[key] = row
    _set(row, draft.model_dump(exclude_unset=True, exclude={"provider", "schedules"}))
    named = _provider_id(session, city, draft.provider, draft.demo)
    row.provider_id = named or row.provider_id or place.provider_id
    return row


def _locate(city: _City) -> None:
    """Put every offering where its place is now, those too that the draft does not name."""
    places = {place.id: place for place in city.places.values()}
    for row in city.offerings.values():
        lat, lng = places[row.place_id].lat, places[row.place_id].lng
        row.spot = None if lat is None or lng is None else repository.spot(lat, lng, row.service_type)


async def _put_schedules(session: AsyncSession, touched: Sequence[tuple[Offering, OfferingDraft]]) -> None:
    told = [row.id for row, draft in touched if draft.schedules]
    await session.execute(delete(Schedule).where(Schedule.offering_id.in_(told)))
    session.add_all(
        Schedule(offering_id=row.id, **each.model_dump())
        for row, draft in touched
        for each in draft.schedules
    )


def _set(row: object, values: dict[str, object]) -> None:
    for name, value in values.items():
        setattr(row, name, value)


# --- out again ---


async def take(session: AsyncSession, city_code: str) -> CatalogDraft:
    """Everything of a city as a draft, in a stable order."""
    city = await _load(session, city_code)
    schedules = await repository.schedules_of(session, [row.id for row in city.offerings.values()])
    names = {row.id: row.name for row in city.providers.values()}
    areas = {row.id: row for row in city.areas.values()}
    of_place: dict[uuid.UUID, list[OfferingDraft]] = {}
    for row in sorted(city.offerings.values(), key=lambda row: (row.service_type, row.name)):
        draft = OfferingDraft.model_validate(_offering(row, names, schedules[row.id]))
        of_place.setdefault(row.place_id, []).append(draft)
    return CatalogDraft(
        providers=[ProviderDraft.model_validate(row) for row in city.providers.values()],
        places=[_place(row, names, areas, of_place.get(row.id, [])) for row in city.places.values()],
    )


def _offering(row: Offering, names: dict[uuid.UUID, str], schedules: Sequence[Schedule]) -> dict[str, object]:
    fields = set(OfferingDraft.model_fields) - {"provider", "schedules"}
    return {
        **{name: getattr(row, name) for name in fields},
        "provider": names[row.provider_id] if row.provider_id else None,
        "schedules": [ScheduleDraft.model_validate(each) for each in schedules],
    }


def path_to(area: Area | None, areas: Mapping[uuid.UUID, Area]) -> list[AreaDraft]:
    """The steps from the city down to ``area``, which is the last; none for none. ``areas``: those of the city, by id."""
    path: list[AreaDraft] = []
    while area is not None:
        path.insert(0, AreaDraft.model_validate(area))
        area = areas.get(area.parent_id) if area.parent_id else None
    return path


def _place(
    row: Place, names: dict[uuid.UUID, str], areas: dict[uuid.UUID, Area], offerings: list[OfferingDraft]
) -> PlaceDraft:
    path = path_to(areas.get(row.area_id) if row.area_id else None, areas)
    fields = set(PlaceDraft.model_fields) - {"areas", "provider", "offerings"}
    values = {name: getattr(row, name) for name in fields}
    provider = names[row.provider_id] if row.provider_id else None
    return PlaceDraft(**values, areas=path, provider=provider, offerings=offerings)
