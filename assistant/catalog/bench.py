"""How fast the search is over a hundred thousand places."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from assistant.catalog import search
from assistant.catalog.geography import EARTH_RADIUS_M, LANE_M
from assistant.catalog.schemas import SearchQuery
from assistant.catalog.vocabulary import SERVICE_NUMBERS
from assistant.kit.clock import from_china

NOW: Final = from_china(datetime(2025, 6, 11, 10, 0))
"""A Wednesday within opening hours."""
LOW: Final = (28.5, 112.5)
SIDE_DEGREES: Final = 1.5
"""The places lie in a square about as large as a prefecture."""
FULL_SHARE: Final = 0.3
"""Share of the offerings whose slot is full at ``NOW``."""
SEARCHES: Final = 400
WARM_UP: Final = 40

_FILL: Final = (
    "INSERT INTO cities (code, name, province, lat, lng) VALUES ('bench', '测试', '测试', 29, 113)",
    """
    INSERT INTO places (id, city_code, external_id, kind, name, aliases, pinyin, keys, lat, lng, spot, demo)
    SELECT gen_random_uuid(), 'bench', n::text, 'community_station', '测试' || n, '{}', 'ce shi',
           ARRAY['测试', n::text], lat, lng,
           point(:r * radians(lng), :r * ln(tan(pi() / 4 + radians(lat) / 2))), true
    FROM (SELECT n, :low_lat + random() * :side AS lat, :low_lng + random() * :side AS lng
          FROM generate_series(1, :places) AS n) AS made
    """,
    """
    INSERT INTO offerings (id, place_id, city_code, spot, service_type, name, unit, unit_price_fen, at_home,
                           online_booking, capacity_per_slot, slot_minutes, lead_minutes,
                           change_deadline_minutes, open_on_holidays, active, demo)
    SELECT gen_random_uuid(), places.id, 'bench',
           point(places.spot[0] + kind.number * :lane, places.spot[1]), kind.key, kind.key, '次',
           (500 + random() * 5000)::int, false, true, 10, 60, 60, 60, false, true, true
    FROM places JOIN unnest(CAST(:keys AS text[]), CAST(:numbers AS int[])) AS kind(key, number)
         ON kind.number % :kinds IN (places.external_id::int % :kinds, places.external_id::int / 7 % :kinds)
    """,
    """
    INSERT INTO schedules (id, offering_id, rrule, opens, closes)
    SELECT gen_random_uuid(), id, 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR', opens, closes
    FROM offerings, (VALUES (time '08:00', time '12:00'), (time '14:00', time '18:00')) AS hours(opens, closes)
    """,
    """
    INSERT INTO slots (id, offering_id, starts_at, ends_at, capacity, booked)
    SELECT gen_random_uuid(), id, CAST(:now AS timestamptz), CAST(:then AS timestamptz), 10,
           CASE WHEN random() < :full THEN 10 ELSE 5 END
    FROM offerings
    """,
)


async def bench_search(
    session_factory: async_sessionmaker[AsyncSession], places: int = 100_000, searches: int = SEARCHES
) -> dict[str, Any]:
    """Fill an empty database and time the real search: nearest, of one kind, open now, with capacity.

    Args:
        session_factory: sessions of a scratch database that has the schema and nothing else.

    Returns:
        places, offerings, p50_ms, p95_ms of one search within its own transaction; plain_p50_ms of a transaction
        with one ``SELECT 1`` in the same run, and ratio (p50 over it), which hold on a busy machine too; found, the
        share of searches that found something.
    """
    offerings = await _fill(session_factory, places)
    chance = random.Random(20250611)
    queries = [_query(chance) for _ in range(WARM_UP + searches)]
    took, plain, found = [], [], 0
    for query in queries:
        start = time.perf_counter()
        async with session_factory() as session, session.begin():
            await session.execute(text("SELECT 1"))
        plain.append((time.perf_counter() - start) * 1000)
        start = time.perf_counter()
        async with session_factory() as session, session.begin():
            result = await search.search(session, NOW, query)
        took.append((time.perf_counter() - start) * 1000)
        found += bool(result.results)
    p50, floor = statistics.median(took[WARM_UP:]), statistics.median(plain[WARM_UP:])
    return {
        "places": places,
        "offerings": offerings,
        "p50_ms": round(p50, 2),
        "p95_ms": round(_percentile(took[WARM_UP:], 95), 2),
        "plain_p50_ms": round(floor, 2),
        "ratio": round(p50 / floor, 1),
        "found": round(found / len(queries), 3),
    }


async def _fill(session_factory: async_sessionmaker[AsyncSession], places: int) -> int:
    numbers = {
        "r": EARTH_RADIUS_M,
        "low_lat": LOW[0],
        "low_lng": LOW[1],
        "side": SIDE_DEGREES,
        "places": places,
        "lane": LANE_M,
        "keys": list(SERVICE_NUMBERS),
        "numbers": list(SERVICE_NUMBERS.values()),
        "kinds": len(SERVICE_NUMBERS),
        "now": NOW,
        "then": NOW + timedelta(hours=1),
        "full": FULL_SHARE,
    }
    async with session_factory() as session, session.begin():
        for statement in _FILL:
            named = text(statement)
            await session.execute(named, {name: numbers[name] for name in named._bindparams})
        count = await session.scalar(text("SELECT count(*) FROM offerings"))
    async with session_factory() as session, session.begin():
        for table in ("places", "offerings", "schedules", "slots"):
            await session.execute(text(f"ANALYZE {table}"))
    return int(count or 0)


def _query(chance: random.Random) -> SearchQuery:
    lat, lng = (low + chance.random() * SIDE_DEGREES for low in LOW)
    return SearchQuery(
        city="bench",
        service_type=chance.choice(list(SERVICE_NUMBERS)),
        near=f"{lat:.6f},{lng:.6f}",
        open_at=NOW,
        with_capacity=True,
        bookable=True,
        limit=5,
    )


def _percentile(values: Sequence[float], percent: int) -> float:
    return statistics.quantiles(values, n=100)[percent - 1]
