"""Queries on offerings as they are booked, slots and orders."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import ARRAY, RowMapping, Uuid, any_, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.benefits.models import Benefit
from assistant.catalog.hours import Hours, Told
from assistant.catalog.models import Closure, Offering, Place, Provider, Schedule
from assistant.orders.models import Order, OrderEvent, OrderSeries, Slot
from assistant.orders.openings import Bookable, Opening

# --- offerings ---

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
_BOOKABLES = (
    select(
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
    .join(Place, Place.id == Offering.place_id)
    .outerjoin(Provider, Provider.id == func.coalesce(Offering.provider_id, Place.provider_id))
    .where(Offering.id == any_(bindparam("ids", type_=ARRAY(Uuid))))
)
"""One row an offering, hours and closures as arrays: one round trip and no objects to build."""


def _bookable(row: RowMapping) -> Bookable:
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
    return {row["id"]: _bookable(row) for row in rows.mappings()}


async def same_service_elsewhere(session: AsyncSession, wanted: Bookable, limit: int = 12) -> list[Bookable]:
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


# --- slots ---


@dataclass(frozen=True)
class Room:
    """How full one slot is."""

    slot_id: uuid.UUID
    capacity: int
    booked: int

    @property
    def free(self) -> int:
        return self.capacity - self.booked


async def rooms(
    session: AsyncSession, offerings: Collection[uuid.UUID], first: datetime, last: datetime
) -> dict[tuple[uuid.UUID, datetime], Room]:
    """The slots that exist between two moments, both included, by offering and start."""
    rows = await session.execute(
        select(Slot.offering_id, Slot.starts_at, Slot.id, Slot.capacity, Slot.booked).where(
            Slot.offering_id.in_(offerings), Slot.starts_at.between(first, last)
        )
    )
    return {(row[0], row[1]): Room(*row[2:]) for row in rows}


async def make_slot(session: AsyncSession, bookable: Bookable, opening: Opening) -> uuid.UUID:
    """The slot of an opening, made if it is not there yet."""
    values = {
        "id": uuid.uuid4(),
        "offering_id": bookable.id,
        "starts_at": opening.starts_at,
        "ends_at": opening.ends_at,
        "capacity": bookable.capacity_per_slot,
        "booked": 0,
    }
    made: uuid.UUID | None = await session.scalar(
        insert(Slot).values(values).on_conflict_do_nothing().returning(Slot.id)
    )
    if made is not None:
        return made
    same = (Slot.offering_id == bookable.id, Slot.starts_at == opening.starts_at)
    return (await session.scalars(select(Slot.id).where(*same))).one()


async def reserve(session: AsyncSession, slot_id: uuid.UUID, quantity: int) -> bool:
    """Take ``quantity`` places of a slot if it has them; one statement, so no two can take the last."""
    taken = (
        update(Slot)
        .where(Slot.id == slot_id, Slot.booked + quantity <= Slot.capacity)
        .values(booked=Slot.booked + quantity)
        .returning(Slot.id)
        .execution_options(synchronize_session=False)
    )
    return (await session.execute(taken)).first() is not None


async def release(session: AsyncSession, slot_id: uuid.UUID, quantity: int) -> None:
    """Give places back."""
    given = update(Slot).where(Slot.id == slot_id).values(booked=Slot.booked - quantity)
    await session.execute(given.execution_options(synchronize_session=False))


async def lock_slots(session: AsyncSession, ids: Collection[uuid.UUID]) -> None:
    """Lock slots in one order, so that two moves in opposite directions cannot block each other."""
    await session.execute(select(Slot.id).where(Slot.id.in_(ids)).order_by(Slot.id).with_for_update())


# --- orders ---


def new_number(prefix: str) -> str:
    """A speakable number: prefix and eight random digits, the first not 0."""
    return f"{prefix}{secrets.randbelow(90_000_000) + 10_000_000}"


async def insert_order(session: AsyncSession, values: dict[str, Any]) -> bool:
    """Insert an order; False when its number or idempotency key is taken."""
    row = await session.execute(insert(Order).values(values).on_conflict_do_nothing().returning(Order.id))
    return row.first() is not None


async def insert_series(session: AsyncSession, values: dict[str, Any]) -> bool:
    """Insert a series; False when its number or idempotency key is taken."""
    done = insert(OrderSeries).values(values).on_conflict_do_nothing().returning(OrderSeries.id)
    return (await session.execute(done)).first() is not None


async def by_key(session: AsyncSession, key: str) -> Order | None:
    return await session.scalar(select(Order).where(Order.idempotency_key == key))


async def series_by_key(session: AsyncSession, key: str) -> OrderSeries | None:
    return await session.scalar(select(OrderSeries).where(OrderSeries.idempotency_key == key))


async def order(session: AsyncSession, reference: uuid.UUID | str, *, lock: bool = False) -> Order | None:
    """An order by id or number."""
    which = Order.id == reference if isinstance(reference, uuid.UUID) else Order.number == reference
    statement = select(Order).where(which).execution_options(populate_existing=True)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def orders(
    session: AsyncSession,
    *,
    senior: uuid.UUID | None = None,
    statuses: Sequence[str] | None = None,
    first: datetime | None = None,
    before: datetime | None = None,
    series: uuid.UUID | None = None,
    city: str | None = None,
    limit: int = 50,
    offset: int = 0,
) -> Sequence[Order]:
    """Orders that match everything given, earliest service first."""
    statement = select(Order).order_by(Order.starts_at, Order.number).limit(limit).offset(offset)
    if senior is not None:
        statement = statement.where(Order.senior_id == senior)
    if statuses:
        statement = statement.where(Order.status.in_(statuses))
    if first is not None:
        statement = statement.where(Order.starts_at >= first)
    if before is not None:
        statement = statement.where(Order.starts_at < before)
    if series is not None:
        statement = statement.where(Order.series_id == series)
    if city is not None:
        in_city = select(Offering.id).where(Offering.city_code == city)
        statement = statement.where(Order.offering_id.in_(in_city))
    return (await session.scalars(statement)).all()


async def history(session: AsyncSession, order_id: uuid.UUID) -> Sequence[OrderEvent]:
    """What happened to an order, oldest first."""
    statement = select(OrderEvent).where(OrderEvent.order_id == order_id)
    return (await session.scalars(statement.order_by(OrderEvent.id))).all()


async def series(session: AsyncSession, series_id: uuid.UUID, *, lock: bool = False) -> OrderSeries | None:
    return await session.get(OrderSeries, series_id, with_for_update=lock or None, populate_existing=True)


async def series_of(session: AsyncSession, senior: uuid.UUID) -> Sequence[OrderSeries]:
    """Running series of a senior."""
    mine = select(OrderSeries).where(OrderSeries.senior_id == senior, OrderSeries.status == "active")
    return (await session.scalars(mine.order_by(OrderSeries.created_at))).all()


async def series_to_expand(session: AsyncSession, until: date, limit: int = 100) -> Sequence[uuid.UUID]:
    """Active series whose orders do not reach ``until`` yet."""
    short = select(OrderSeries.id).where(OrderSeries.status == "active", OrderSeries.expanded_until < until)
    return (await session.scalars(short.order_by(OrderSeries.expanded_until).limit(limit))).all()
