"""How fast orders are booked, beside plain inserts into a table as wide, in one run."""

from __future__ import annotations

import asyncio
import itertools
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from datetime import time as clock_time
from typing import Any, Final

from sqlalchemy import Column, LargeBinary, MetaData, Table, text

from assistant.catalog.models import City, Offering, Place, Provider, Schedule
from assistant.kit.actor import SYSTEM, Actor
from assistant.kit.clock import china, from_china
from assistant.kit.crypto import Encrypted
from assistant.kit.db import Database
from assistant.orders.models import Order
from assistant.orders.schemas import OrderIn
from assistant.orders.service import book
from assistant.people.schemas import PersonIn
from assistant.people.service import create

NOW: Final = from_china(datetime(2025, 6, 11, 10, 0))
OFFERINGS: Final = 10
SENIORS: Final = 100
DAYS: Final = 3
"""Few enough that a slot is booked several times, as lunch is; the first booking also makes the slot."""
WARM_UP: Final = 20
"""Pieces of work a client before any is timed: a connection prepares a statement at its sixth use and
keeps one plan for it at its eleventh, as in a service that runs for weeks."""
HOURS: Final = (8, 9, 10, 11, 14, 15, 16, 17)

PLAIN: Final = Table(
    "bench_plain_orders",
    MetaData(),
    *(
        Column(
            column.name,
            LargeBinary() if isinstance(column.type, Encrypted) else column.type,
            primary_key=column.primary_key,
        )
        for column in Order.__table__.columns
    ),
)
"""The columns of ``orders`` as they lie in the database; no key but the primary one, no checks."""


async def bench_orders(
    database: Database, *, bookings: int = 1500, clients: int = 16, rounds: int = 3
) -> dict[str, Any]:
    """Bookings a second through the service (no HTTP) and plain inserts a second, each in a transaction of
    its own, by ``clients`` at once, in turn ``rounds`` times.

    A booking checks consent, hours, capacity and price, takes its place, and writes order, history, audit
    and notices; a plain insert writes one row of the same width. Both use the same pool and driver.

    Args:
        database: a scratch database with the tables and nothing else.

    Returns:
        ``per_s``, ``plain_insert_per_s``, ``ratio``, ``bookings``, ``clients``.
    """
    town = await _town(database)

    async def booking() -> None:
        async with database.session() as session:
            await book(session, NOW, *town.next())

    await _timed(booking, WARM_UP * clients, clients)
    row = await _plain_table(database)

    async def plain() -> None:
        async with database.engine.begin() as connection:
            await connection.execute(PLAIN.insert(), row | {"id": uuid.uuid4()})

    await _timed(plain, WARM_UP * clients, clients)
    each = max(bookings // rounds, clients)
    booked = inserted = 0.0
    for _ in range(rounds):
        inserted += await _timed(plain, each, clients)
        booked += await _timed(booking, each, clients)
    async with database.engine.begin() as connection:
        await connection.run_sync(PLAIN.drop)
    return {
        "per_s": round(each * rounds / booked, 1),
        "plain_insert_per_s": round(each * rounds / inserted, 1),
        "ratio": round(inserted / booked, 3),
        "bookings": each * rounds,
        "clients": clients,
    }


async def _timed(work: Callable[[], Awaitable[None]], times: int, clients: int) -> float:
    """Seconds for ``times`` pieces of work done by ``clients`` at once."""
    left = iter(range(times))

    async def client() -> None:
        for _ in left:
            await work()

    began = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    return time.perf_counter() - began


async def _plain_table(database: Database) -> dict[str, Any]:
    """Make the plain table; returns the values of one order as they lie in the database."""
    async with database.engine.begin() as connection:
        await connection.run_sync(PLAIN.create)
        await connection.execute(text("INSERT INTO bench_plain_orders SELECT * FROM orders LIMIT 1"))
        found = await connection.execute(PLAIN.select())
        return dict(found.mappings().one())


@dataclass
class Town:
    """Seniors and offerings to book, each booking another one."""

    seniors: list[uuid.UUID]
    offerings: list[uuid.UUID]

    def __post_init__(self) -> None:
        self._numbers = itertools.count()

    def next(self) -> tuple[Actor, OrderIn]:
        """The actor (the senior, by phone) and the body of the next booking."""
        number = next(self._numbers)
        senior = self.seniors[number % len(self.seniors)]
        day = china(NOW).date() + timedelta(days=1 + number // len(HOURS) % DAYS)
        asked = OrderIn(
            senior_id=senior,
            offering_id=self.offerings[number % len(self.offerings)],
            date=day,
            time=clock_time(HOURS[number % len(HOURS)]),
            remarks="少盐，门铃坏了请敲门",
            idempotency_key=f"bench:{number}",
        )
        return Actor(kind="senior", channel="phone", person_id=senior, conversation="bench"), asked


async def _town(database: Database) -> Town:
    async with database.session() as session:
        session.add(City(code="bench", name="测试", province="测试", lat=29.0, lng=113.0))
        await session.flush()
        provider = Provider(id=uuid.uuid4(), city_code="bench", name="测试", demo=True)
        session.add(provider)
        await session.flush()
        places = [_place(number, provider.id) for number in range(OFFERINGS)]
        session.add_all(places)
        await session.flush()
        offerings = [_offering(place) for place in places]
        session.add_all(offerings)
        await session.flush()
        session.add_all(
            Schedule(
                offering_id=one.id, rrule="FREQ=DAILY", opens=clock_time(opens), closes=clock_time(closes)
            )
            for one in offerings
            for opens, closes in ((8, 12), (14, 18))
        )
        seniors = [(await create(session, NOW, SYSTEM, _senior(number)))[0].id for number in range(SENIORS)]
    return Town(seniors, [one.id for one in offerings])


def _place(number: int, provider: uuid.UUID) -> Place:
    return Place(
        id=uuid.uuid4(),
        city_code="bench",
        provider_id=provider,
        external_id=str(number),
        kind="agency",
        name=f"测试{number}",
        demo=True,
    )


def _offering(place: Place) -> Offering:
    return Offering(
        id=uuid.uuid4(),
        place_id=place.id,
        provider_id=place.provider_id,
        city_code="bench",
        service_type="bath",
        name="上门助浴",
        unit="次",
        unit_price_fen=8000,
        at_home=True,
        capacity_per_slot=1_000_000,
        slot_minutes=60,
        demo=True,
    )


def _senior(number: int) -> PersonIn:
    return PersonIn(
        name=f"测试{number}",
        city_code="bench",
        phone=f"139{number:08d}",
        address="测试街道测试小区2栋301",
        demo=True,
    )
