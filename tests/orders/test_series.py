"""Recurring orders."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from assistant.kit.clock import SettableClock
from assistant.kit.db import Database
from assistant.kit.errors import Invalid
from assistant.kit.outbox import OutboxMessage
from assistant.orders import recurrence
from assistant.orders.models import Order
from assistant.orders.tasks import top_up_series
from tests.world import World, at, build, post, senior_actor


def _series(world: World, **more: Any) -> dict[str, Any]:
    body: dict[str, Any] = {
        "senior_id": world.senior,
        "offering_id": world.meal,
        "rrule": "FREQ=WEEKLY;BYDAY=TU,TH",
        "starts_on": "2025-06-12",
        "part": "noon",
        "idempotency_key": "s-1",
    }
    return body | more


def _days(series: dict[str, Any]) -> list[str]:
    return [order["starts_at"][5:10] for order in series["orders"]]


async def test_four_weeks_are_booked_at_once(api: httpx.AsyncClient, database: Database) -> None:
    world = await build(database)
    me = senior_actor(world.senior)
    made = await post(api, "/v1/order-series", _series(world), me)
    assert made.status_code == 201
    series = made.json()
    assert _days(series) == ["06-12", "06-17", "06-19", "06-24", "06-26", "07-01", "07-03", "07-08"]
    assert series["at"] == "11:00:00" and series["missed"] == []
    again = await post(api, "/v1/order-series", _series(world), me)
    assert (again.status_code, again.json()["id"]) == (200, series["id"])
    other = await post(api, "/v1/order-series", _series(world, quantity=2), me)
    assert other.json()["code"] == "key_reused"
    async with database.session() as session:
        events = (
            await session.scalars(
                select(OutboxMessage.event).where(OutboxMessage.recipient == f"person:{world.senior}")
            )
        ).all()
    assert events == ["series.booked"]


async def test_a_full_day_is_noted_and_the_others_booked(api: httpx.AsyncClient, database: Database) -> None:
    world = await build(database, meal_capacity=1)
    body = {
        "senior_id": world.senior,
        "offering_id": world.meal,
        "starts_at": at(17, 11).isoformat(),
        "idempotency_key": "k-1",
    }
    assert (await post(api, "/v1/orders", body)).status_code == 201
    series = (await post(api, "/v1/order-series", _series(world))).json()
    assert series["missed"] == ["2025-06-17 slot_full"]
    assert len(series["orders"]) == 7


async def test_the_worker_tops_up_day_by_day(
    api: httpx.AsyncClient, database: Database, clock: SettableClock
) -> None:
    world = await build(database)
    await post(api, "/v1/order-series", _series(world, rrule="FREQ=DAILY"))
    assert await top_up_series(database, clock.now()) == 0
    clock.advance(timedelta(days=1))
    assert await top_up_series(database, clock.now()) == 1
    assert await top_up_series(database, clock.now()) == 0
    clock.advance(timedelta(days=7))
    assert await top_up_series(database, clock.now()) == 7
    async with database.session() as session:
        assert await session.scalar(select(func.count()).select_from(Order)) == 28 + 8


async def test_a_skipped_day_is_cancelled_and_stays_away(
    api: httpx.AsyncClient, database: Database, clock: SettableClock
) -> None:
    world = await build(database)
    made = (await post(api, "/v1/order-series", _series(world))).json()
    path = f"/v1/order-series/{made['id']}"
    skipped = (await post(api, f"{path}/skip", {"day": "2025-06-17"})).json()
    assert "06-17" not in _days(skipped) and len(skipped["orders"]) == 7
    future = (await post(api, f"{path}/skip", {"day": "2025-07-10"})).json()
    assert future["skipped"] == ["2025-06-17", "2025-07-10"]
    clock.advance(timedelta(days=7))
    assert await top_up_series(database, clock.now()) == 1


async def test_pause_and_resume(api: httpx.AsyncClient, database: Database, clock: SettableClock) -> None:
    world = await build(database)
    made = (await post(api, "/v1/order-series", _series(world))).json()
    path = f"/v1/order-series/{made['id']}"
    paused = (await post(api, f"{path}/pause", {"first": "2025-06-16"})).json()
    assert _days(paused) == ["06-12"]
    twice = await post(api, f"{path}/pause", {"first": "2025-06-20"})
    assert twice.status_code == 422
    clock.advance(timedelta(days=2))
    assert await top_up_series(database, clock.now()) == 0
    resumed = (await post(api, f"{path}/resume", {"first": "2025-06-24"})).json()
    assert _days(resumed) == ["06-24", "06-26", "07-01", "07-03", "07-08", "07-10"]
    assert resumed["paused"] == [["2025-06-16", "2025-06-23"]]
    holiday = (await post(api, f"{path}/pause", {"first": "2025-07-01", "last": "2025-07-03"})).json()
    assert _days(holiday) == ["06-24", "06-26", "07-08", "07-10"]


async def test_cancelling_a_series_leaves_what_is_too_close(
    api: httpx.AsyncClient, database: Database, clock: SettableClock
) -> None:
    world = await build(database)
    made = (await post(api, "/v1/order-series", _series(world), senior_actor(world.senior))).json()
    clock.set(at(12, 10))
    path = f"/v1/order-series/{made['id']}/cancel"
    done = (await post(api, path, {"reason": "搬走了"}, senior_actor(world.senior))).json()
    assert done["status"] == "cancelled"
    assert _days(done) == ["06-12"]
    assert await top_up_series(database, clock.now() + timedelta(days=9)) == 0
    assert (await post(api, f"/v1/order-series/{made['id']}/skip", {"day": "2025-07-01"})).status_code == 409


async def test_it_ends_with_its_last_day(api: httpx.AsyncClient, database: Database) -> None:
    world = await build(database)
    series = (await post(api, "/v1/order-series", _series(world, until="2025-06-19"))).json()
    assert _days(series) == ["06-12", "06-17", "06-19"]
    assert series["status"] == "ended"
    counted = _series(world, rrule="RRULE:FREQ=DAILY;COUNT=14", idempotency_key="s-2")
    assert len((await post(api, "/v1/order-series", counted)).json()["orders"]) == 14


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"rrule": "FREQ=HOURLY"}, "invalid"),
        ({"rrule": "每周二"}, "invalid"),
        ({"rrule": "FREQ=WEEKLY;BYDAY=XX"}, "invalid"),
        ({"starts_on": "2025-06-10"}, "in_the_past"),
        ({"until": "2025-06-11"}, "invalid"),
        ({"part": "evening"}, "closed"),
    ],
)
async def test_what_cannot_recur_is_refused(
    api: httpx.AsyncClient, database: Database, more: dict[str, Any], code: str
) -> None:
    world = await build(database)
    refused = await post(api, "/v1/order-series", _series(world, **more))
    assert refused.json()["code"] == code


def test_days_leave_out_holidays_skips_and_pauses() -> None:
    def days(**more: Any) -> list[int]:
        first, last = date(2025, 9, 29), date(2025, 10, 10)
        found = recurrence.days("FREQ=DAILY", first, first, last, **more)
        return [day.day for day in found]

    assert len(days()) == 12
    assert days(skip_holidays=True) == [29, 30, 9, 10]
    assert days(skipped=[date(2025, 9, 30)], paused=[["2025-10-02", ""]]) == [29, 1]
    assert days(paused=[["2025-10-01", "2025-10-08"]], until=date(2025, 10, 9)) == [29, 30, 9]


def test_every_second_week_counts_from_the_start() -> None:
    rule = "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO"
    found = recurrence.days(rule, date(2025, 6, 2), date(2025, 6, 9), date(2025, 7, 1))
    assert found == [date(2025, 6, 16), date(2025, 6, 30)]


def test_until_is_a_day_of_china() -> None:
    rule = recurrence.tidy("FREQ=DAILY;UNTIL=20250612T160000Z")
    found = recurrence.days(rule, date(2025, 6, 11), date(2025, 6, 11), date(2025, 6, 20))
    assert found[-1] == date(2025, 6, 12)
    with pytest.raises(Invalid):
        recurrence.tidy("FREQ=DAILY;BYHOUR=8")
