"""Queries on offerings as they are booked."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from datetime import date, time
from typing import Any

from sqlalchemy import ARRAY, Uuid, any_, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.benefits.models import Benefit
from assistant.catalog.hours import Hours, Told
from assistant.catalog.models import Closure, Offering, Place, Provider, Schedule
from assistant.orders.openings import Bookable

_RULES = (
    select(
        func.json_agg(
            func.json_build_array(
                Schedule.rrule, Schedule.opens, Schedule.closes, Schedule.valid_from, Schedule.valid_until
            )
        )
    )
    .where(Schedule.offering_id == Offering.id)
    .correlate(Offering)
    .scalar_subquery()
)
_CLOSURES = (
    select(func.array_agg(Closure.date))
    .where(Closure.place_id == Offering.place_id)
    .correlate(Offering)
    .scalar_subquery()
)
_COVERED = (
    select(func.min(Benefit.source_text))
    .where(
        Benefit.city_code == Offering.city_code,
        Benefit.who == "senior",
        Benefit.kind == "service",
        Offering.service_type == any_(Benefit.service_types),
    )
    .correlate(Offering)
    .scalar_subquery()
)
FACTS = (
    Offering.id,
    Offering.city_code,
    Offering.service_type,
    Offering.name,
    Offering.unit,
    Offering.unit_price_fen,
    Offering.at_home,
    Offering.active,
    Offering.online_booking,
    Offering.capacity_per_slot,
    Offering.slot_minutes,
    Offering.lead_minutes,
    Offering.change_deadline_minutes,
    Offering.demo,
    Offering.place_id,
    Place.name.label("place"),
    Place.phone.label("place_phone"),
    Place.lat,
    Place.lng,
    Provider.id.label("provider_id"),
    Provider.credit,
    _COVERED.label("covered_by"),
    _RULES.label("rules"),
    _CLOSURES.label("closures"),
    Offering.open_on_holidays,
)
PROVIDER = Provider.id == func.coalesce(Offering.provider_id, Place.provider_id)
_BOOKABLES = (
    select(*FACTS)
    .join(Place, Place.id == Offering.place_id)
    .outerjoin(Provider, PROVIDER)
    .where(Offering.id == any_(bindparam("ids", type_=ARRAY(Uuid))))
)
"""One row an offering, hours and closures as arrays: one round trip and no objects to build."""


def read(row: Mapping[Any, Any]) -> Bookable:
    """A row of ``FACTS``."""
    facts = dict(row)
    rules = [_rule(*each) for each in facts.pop("rules") or ()]
    closures = frozenset(facts.pop("closures") or ())
    hours = Hours(rules, closures, facts.pop("open_on_holidays"))
    return Bookable(**facts, hours=hours)


def _rule(rrule: str, opens: str, closes: str, first: str | None, last: str | None) -> Told:
    return Told(
        rrule,
        time.fromisoformat(opens),
        time.fromisoformat(closes),
        date.fromisoformat(first) if first else None,
        date.fromisoformat(last) if last else None,
    )


async def bookable(session: AsyncSession, offering_id: uuid.UUID) -> Bookable | None:
    return (await bookables(session, [offering_id])).get(offering_id)


async def bookables(session: AsyncSession, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Bookable]:
    rows = await session.execute(_BOOKABLES, {"ids": list(ids)})
    return {row["id"]: read(row) for row in rows.mappings()}


async def elsewhere(session: AsyncSession, wanted: Bookable, limit: int = 12) -> list[Bookable]:
    """Other offerings of the service in the city that can be booked, nearest first where places are known."""
    here = select(Offering.spot).where(Offering.id == wanted.id).scalar_subquery()
    ids = (
        select(Offering.id)
        .outerjoin(Provider, Provider.id == Offering.provider_id)
        .where(
            Offering.city_code == wanted.city_code,
            Offering.service_type == wanted.service_type,
            Offering.place_id != wanted.place_id,
            Offering.active,
            Offering.online_booking,
            func.coalesce(Provider.credit, "ok") != "dishonest",
        )
        .order_by(Offering.spot.op("<->")(here), Offering.unit_price_fen, Offering.id)
        .limit(limit)
    )
    order = list(await session.scalars(ids))
    found = await bookables(session, order)
    return [found[each] for each in order if found[each].open_to_booking]
