"""Queries on slots and orders."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.catalog.models import Offering
from assistant.orders.models import Order, OrderEvent, OrderSeries, Slot
from assistant.orders.openings import Bookable, Opening


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


def new_number(prefix: str) -> str:
    """A speakable number: prefix and eight random digits, the first not 0."""
    return f"{prefix}{secrets.randbelow(90_000_000) + 10_000_000}"


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
