"""Queries of the catalogue."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Float,
    Integer,
    Select,
    Uuid,
    and_,
    cast,
    column,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    table,
    type_coerce,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer
from sqlalchemy.types import Text

from assistant.catalog import geography
from assistant.catalog.geography import Box, Point
from assistant.catalog.models import Area, City, Closure, Offering, Place, Provider, Schedule
from assistant.catalog.vocabulary import SERVICE_NUMBERS
from assistant.kit.db import UTCDateTime

SLOTS = table(
    "slots",
    column("offering_id", Uuid),
    column("starts_at", UTCDateTime()),
    column("ends_at", UTCDateTime()),
    column("capacity", Integer),
    column("booked", Integer),
)
"""The slots of ``orders``, by name: the catalogue reads how full they are and knows no more of orders."""
DAY: Final = timedelta(days=1)
"""The longest slot."""
WALK: Final = 5000
"""At most so many of the nearest are looked at, whatever the filters let pass."""


@dataclass(frozen=True)
class Filters:
    """What a search leaves to the database."""

    city_code: str | None = None
    service_type: str | None = None
    near: tuple[float, float] | None = None
    """(lat, lng); results come nearest first."""
    within_m: float | None = None
    max_price_fen: int | None = None
    bookable: bool = False
    named: Named | None = None


@dataclass(frozen=True)
class Named:
    """What a text named: any of these."""

    places: Sequence[uuid.UUID] = field(default=())
    areas: Sequence[uuid.UUID] = field(default=())
    providers: Sequence[uuid.UUID] = field(default=())


Candidate = tuple[Offering, Place, Provider | None]
CandidateQuery = Select[Offering, Place, Provider]


async def search(session: AsyncSession, filters: Filters, limit: int, offset: int = 0) -> list[Candidate]:
    """Offerings that pass the filters: nearest first, else documented before demo data, cheapest first."""
    query = _nearest(filters) if filters.near else _cheapest()
    light = _filtered(query, filters).options(defer(Place.keys), defer(Place.pinyin))
    rows = await session.execute(light.limit(limit).offset(offset))
    return [(row[0], row[1], row[2]) for row in rows]


def _cheapest() -> CandidateQuery:
    return (
        select(Offering, Place, Provider)
        .join(Place, Place.id == Offering.place_id)
        .outerjoin(Provider, Provider.id == Offering.provider_id)
        .order_by(
            Place.demo, Offering.unit_price_fen.nulls_last(), Place.name, Offering.service_type, Offering.id
        )
    )


def _nearest(f: Filters) -> CandidateQuery:
    """Walks the index outward from the point. What filters stands outside the walk, for the planner would
    otherwise rather sort everything that passes; the walk ends as soon as enough has passed."""
    assert f.near is not None
    table_: type[Offering] | type[Place] = Offering if f.service_type else Place
    away = table_.spot.op("<->", return_type=Float)(literal(spot(*f.near, f.service_type), Point()))
    walk = select(table_.id, away.label("away")).where(table_.spot.is_not(None)).order_by(away).limit(WALK)
    if f.within_m:
        walk = walk.where(table_.spot.op("<@")(_box(f.near, f.service_type, f.within_m)))
    near = walk.subquery("near")
    query = select(Offering, Place, Provider).select_from(near)
    if f.service_type:
        query = query.join(Offering, Offering.id == near.c.id).join(Place, Place.id == Offering.place_id)
    else:
        query = query.join(Place, Place.id == near.c.id).join(Offering, Offering.place_id == Place.id)
    return query.outerjoin(Provider, Provider.id == Offering.provider_id).order_by(near.c.away)


def _box(near: tuple[float, float], service_type: str | None, within_m: float) -> ColumnElement[Any]:
    x, y = spot(*near, service_type)
    reach = within_m * geography.mercator_scale(near[0])
    return cast(literal(((x - reach, y - reach), (x + reach, y + reach)), Box()), Box())


def _filtered(query: CandidateQuery, f: Filters) -> CandidateQuery:
    query = query.where(Offering.active)
    if f.city_code:
        query = query.where(Offering.city_code == f.city_code)
    if f.service_type:
        query = query.where(Offering.service_type == f.service_type)
    if f.max_price_fen is not None:
        query = query.where(Offering.unit_price_fen <= f.max_price_fen)
    if f.bookable:
        opens = exists().where(Schedule.offering_id == Offering.id)
        query = query.where(Offering.online_booking, Offering.capacity_per_slot > 0, opens)
    honest = func.coalesce(Provider.credit, "ok") != "dishonest"
    if f.named is None:
        return query.where(honest)
    by_name = or_(Place.id.in_(f.named.places), Offering.provider_id.in_(f.named.providers))
    # Who is asked for by name is shown whatever its credit.
    return query.where(or_(by_name, and_(Place.area_id.in_(f.named.areas), honest)))


def spot(lat: float, lng: float, service_type: str | None = None) -> tuple[float, float]:
    """Mercator metres, in the lane of a service type if given."""
    x, y = geography.mercator(lat, lng)
    return (x + SERVICE_NUMBERS[service_type] * geography.LANE_M if service_type else x), y


async def schedules_of(
    session: AsyncSession, offerings: Collection[uuid.UUID]
) -> dict[uuid.UUID, list[Schedule]]:
    """The schedules of each offering, in order of opening."""
    found: dict[uuid.UUID, list[Schedule]] = {each: [] for each in offerings}
    query = (
        select(Schedule).where(Schedule.offering_id.in_(offerings)).order_by(Schedule.opens, Schedule.rrule)
    )
    for schedule in await session.scalars(query):
        found[schedule.offering_id].append(schedule)
    return found


async def closures_of(
    session: AsyncSession, places: Collection[uuid.UUID], since: date
) -> dict[uuid.UUID, set[date]]:
    """The days from ``since`` on which each place is closed."""
    found: dict[uuid.UUID, set[date]] = {each: set() for each in places}
    query = select(Closure.place_id, Closure.date).where(Closure.place_id.in_(places), Closure.date >= since)
    for place_id, day in await session.execute(query):
        found[place_id].add(day)
    return found


async def booked(session: AsyncSession, moments: dict[uuid.UUID, datetime]) -> dict[uuid.UUID, int]:
    """How many units are booked in the slot of each offering that covers its moment; absent = none."""
    if not moments:
        return {}
    first, last = min(moments.values()), max(moments.values())
    query = select(SLOTS.c.offering_id, SLOTS.c.starts_at, SLOTS.c.ends_at, SLOTS.c.booked).where(
        SLOTS.c.offering_id.in_(list(moments)), SLOTS.c.starts_at.between(first - DAY, last)
    )
    return {
        offering_id: booked
        for offering_id, starts, ends, booked in await session.execute(query)
        if starts <= moments[offering_id] < ends
    }


# --- single rows ---


async def city(session: AsyncSession, name: str) -> City | None:
    """A city by code or name, with or without 市."""
    wanted = name.strip()
    names = {wanted, wanted.removesuffix("市")}
    return await session.scalar(select(City).where(or_(City.name.in_(names), City.code == wanted.lower())))


async def cities(session: AsyncSession) -> list[City]:
    return list(await session.scalars(select(City).order_by(City.code)))


async def served_cities(session: AsyncSession) -> list[str]:
    """Names of the cities in which anything can be booked at all."""
    served = exists().where(Offering.city_code == City.code, Offering.active, Offering.online_booking)
    return list(await session.scalars(select(City.name).where(served).order_by(City.code)))


async def offering(session: AsyncSession, offering_id: uuid.UUID) -> Candidate | None:
    query = (
        select(Offering, Place, Provider)
        .join(Place, Place.id == Offering.place_id)
        .outerjoin(Provider, Provider.id == Offering.provider_id)
        .where(Offering.id == offering_id)
    )
    row = (await session.execute(query)).first()
    return None if row is None else (row[0], row[1], row[2])


async def offerings_of(session: AsyncSession, place_id: uuid.UUID) -> list[Offering]:
    query = (
        select(Offering).where(Offering.place_id == place_id).order_by(Offering.service_type, Offering.name)
    )
    return list(await session.scalars(query))


async def places_without_offerings(
    session: AsyncSession, ids: Collection[uuid.UUID]
) -> list[tuple[Place, Provider | None]]:
    """Those of some places that offer nothing on record."""
    query = (
        select(Place, Provider)
        .outerjoin(Provider, Provider.id == Place.provider_id)
        .where(Place.id.in_(ids), ~exists().where(Offering.place_id == Place.id, Offering.active))
        .order_by(Place.name)
    )
    return [(row[0], row[1]) for row in await session.execute(query)]


# --- names ---


async def places_like(
    session: AsyncSession, keys: Sequence[str], city_code: str | None, limit: int = 60
) -> list[Place]:
    """Places that share index keys with a name, those that share most first."""
    if not keys:
        return []
    wanted = type_coerce(list(keys), ARRAY(Text))
    shared = select(func.count()).where(func.unnest(Place.keys).column_valued("key") == func.any(wanted))
    query = select(Place).where(Place.keys.op("&&")(cast(wanted, ARRAY(Text))))
    if city_code:
        query = query.where(Place.city_code == city_code)
    return list(await session.scalars(query.order_by(shared.scalar_subquery().desc()).limit(limit)))


async def areas(session: AsyncSession, city_code: str | None) -> list[Area]:
    query = select(Area)
    if city_code:
        query = query.where(Area.city_code == city_code)
    return list(await session.scalars(query.order_by(Area.name, Area.id)))


async def areas_by_id(session: AsyncSession, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Area]:
    return {area.id: area for area in await session.scalars(select(Area).where(Area.id.in_(ids)))}


async def providers(session: AsyncSession, city_code: str | None) -> list[Provider]:
    query = select(Provider)
    if city_code:
        query = query.where(Provider.city_code == city_code)
    return list(await session.scalars(query.order_by(Provider.name)))


async def places(session: AsyncSession, city_code: str) -> list[Place]:
    return list(
        await session.scalars(select(Place).where(Place.city_code == city_code).order_by(Place.external_id))
    )


async def middle(session: AsyncSession, *, areas: Collection[uuid.UUID]) -> tuple[float, float] | None:
    """The middle (lat, lng) of the located places in some areas."""
    query = select(func.avg(Place.lat), func.avg(Place.lng)).where(Place.area_id.in_(areas))
    lat, lng = (await session.execute(query)).one()
    return None if lat is None else (float(lat), float(lng))


async def relocate(session: AsyncSession, place_id: uuid.UUID, lat: float | None, lng: float | None) -> None:
    """Move the offerings of a place in the search index."""
    query = select(Offering.id, Offering.service_type).where(Offering.place_id == place_id)
    for offering_id, service_type in await session.execute(query):
        there = None if lat is None or lng is None else spot(lat, lng, service_type)
        await session.execute(update(Offering).where(Offering.id == offering_id).values(spot=there))


async def close(session: AsyncSession, place_id: uuid.UUID, days: Iterable[date], reason: str | None) -> None:
    rows = [{"id": uuid.uuid4(), "place_id": place_id, "date": day, "reason": reason} for day in days]
    await session.execute(
        insert(Closure).values(rows).on_conflict_do_nothing(index_elements=["place_id", "date"])
    )


async def reopen(session: AsyncSession, place_id: uuid.UUID, day: date) -> None:
    await session.execute(delete(Closure).where(Closure.place_id == place_id, Closure.date == day))
