"""Queries on offerings as they are booked."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import date, time
from typing import Any, Final

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.catalog.hours import Hours, Told
from assistant.catalog.models import Offering, Provider
from assistant.orders.openings import Bookable

FACTS: Final = """
    SELECT offerings.id, offerings.city_code, offerings.service_type, offerings.name, offerings.unit,
        offerings.unit_price_fen, offerings.at_home, offerings.active, offerings.online_booking,
        offerings.capacity_per_slot, offerings.slot_minutes, offerings.lead_minutes,
        offerings.change_deadline_minutes, offerings.demo, offerings.open_on_holidays,
        places.id AS place_id, places.name AS place, places.phone AS place_phone, places.lat, places.lng,
        providers.id AS provider_id, providers.credit,
        (SELECT min(source_text) FROM benefits
            WHERE benefits.city_code = offerings.city_code AND who = 'senior' AND kind = 'service'
                AND offerings.service_type = ANY (service_types)) AS covered_by,
        (SELECT json_agg(json_build_array(rrule, opens, closes, valid_from, valid_until))
            FROM schedules WHERE offering_id = offerings.id) AS rules,
        (SELECT json_agg(date) FROM closures WHERE closures.place_id = places.id) AS closures
    FROM offerings
    JOIN places ON places.id = offerings.place_id
    LEFT JOIN providers ON providers.id = coalesce(offerings.provider_id, places.provider_id)
"""
"""One row an offering. It is read as one JSON object: a column costs more than all that is in it."""
_BOOKABLES: Final = text(f"SELECT to_json(facts) FROM ({FACTS} WHERE offerings.id = ANY (:ids)) AS facts")


def read(facts: dict[str, Any]) -> Bookable:
    """A row of ``FACTS``."""
    ids = {name: uuid.UUID(facts[name]) for name in ("id", "place_id", "provider_id") if facts[name]}
    rules = [_rule(*each) for each in facts.pop("rules") or ()]
    closures = frozenset(map(date.fromisoformat, facts.pop("closures") or ()))
    hours = Hours(rules, closures, facts.pop("open_on_holidays"))
    return Bookable(**facts | ids, hours=hours)


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
    rows = await session.scalars(_BOOKABLES, {"ids": list(ids)})
    return {one.id: one for one in map(read, rows)}


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
