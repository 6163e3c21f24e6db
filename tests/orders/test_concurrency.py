"""Many at once: never more orders than places, never two orders for one request."""

from __future__ import annotations

import asyncio

import httpx
from sqlalchemy import func, select

from assistant.kit.db import Database
from assistant.orders.models import Order, OrderEvent, Slot
from tests.world import build, lunch, post


async def test_two_hundred_clients_on_fifty_places(api: httpx.AsyncClient, database: Database) -> None:
    world = await build(database, meal_capacity=50)
    body = lunch(world, part=None, time="11:00")
    answers = await asyncio.gather(
        *(post(api, "/v1/orders", body | {"idempotency_key": f"c-{number}"}) for number in range(200))
    )
    booked = [answer for answer in answers if answer.status_code == 201]
    refused = [answer for answer in answers if answer.status_code == 409]
    assert (len(booked), len(refused)) == (50, 150)
    assert len({answer.json()["number"] for answer in booked}) == 50
    for answer in refused:
        error = answer.json()
        assert error["code"] == "slot_full"
        assert error["details"]["alternatives"]["same_day"][0]["starts_at"] == "2025-06-12T04:00:00Z"
        assert error["details"]["alternatives"]["other_places"]
    async with database.session() as session:
        assert await session.scalar(select(func.count()).select_from(Order)) == 50
        assert await session.scalar(select(func.count()).select_from(OrderEvent)) == 50
        assert (await session.scalars(select(Slot.booked))).all() == [50]


async def test_the_same_request_twenty_times_at_once(api: httpx.AsyncClient, database: Database) -> None:
    world = await build(database, meal_capacity=5)
    answers = await asyncio.gather(*(post(api, "/v1/orders", lunch(world)) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [200] * 19 + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    async with database.session() as session:
        assert (await session.scalars(select(Slot.booked).where(Slot.booked > 0))).all() == [1]


async def test_moves_in_opposite_directions_do_not_block_each_other(
    api: httpx.AsyncClient, database: Database
) -> None:
    world = await build(database)
    orders = []
    for number in range(10):
        time = "11:00" if number % 2 else "12:00"
        body = lunch(world, f"m-{number}", part=None, time=time)
        orders.append(((await post(api, "/v1/orders", body)).json()["id"], time))
    answers = await asyncio.gather(
        *(
            post(api, f"/v1/orders/{order}/change", {"time": "12:00" if time == "11:00" else "11:00"})
            for order, time in orders
        )
    )
    assert {answer.status_code for answer in answers} == {200}
    async with database.session() as session:
        assert (await session.scalars(select(Slot.booked))).all() == [5, 5]
