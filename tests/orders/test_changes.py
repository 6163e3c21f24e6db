"""Changing, cancelling and what the provider does with an order."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import httpx
import pytest
from sqlalchemy import select

from assistant.kit import tokens
from assistant.kit.actor import Actor
from assistant.kit.clock import SettableClock
from assistant.kit.crypto import Keyring
from assistant.kit.db import Database
from assistant.kit.outbox import OutboxMessage
from assistant.orders.models import Slot
from tests.world import STRANGER, WORKER, World, at, build, lunch, post, senior_actor, who


async def _booked(database: Database, world: World) -> dict[datetime, int]:
    async with database.session() as session:
        found = await session.scalars(select(Slot).where(Slot.offering_id == world.meal))
        return {slot.starts_at: slot.booked for slot in found}


async def _order(api: httpx.AsyncClient, world: World, **more: object) -> str:
    body = lunch(world, part=None, time="11:00") | more
    return str((await post(api, "/v1/orders", body)).json()["id"])


async def test_a_move_frees_the_old_place_and_takes_the_new(
    api: httpx.AsyncClient, database: Database
) -> None:
    world = await build(database)
    order = await _order(api, world, quantity=2)
    moved = await post(api, f"/v1/orders/{order}/change", {"date": "2025-06-13", "quantity": 3})
    assert moved.status_code == 200
    assert moved.json()["starts_at"] == "2025-06-13T03:00:00Z"
    assert moved.json()["total_fen"] == 3600
    assert await _booked(database, world) == {at(12, 11): 0, at(13, 11): 3}
    later = (await post(api, f"/v1/orders/{order}/change", {"time": "12:00"})).json()
    assert later["starts_at"] == "2025-06-13T04:00:00Z"
    history = (await api.get(f"/v1/orders/{order}/history", headers=who(WORKER))).json()
    assert [event["action"] for event in history] == ["booked", "changed", "changed"]
    assert history[1]["changes"]["quantity"] == [2, 3]


async def test_remarks_change_without_touching_the_place(api: httpx.AsyncClient, database: Database) -> None:
    world = await build(database)
    order = await _order(api, world)
    changed = (await post(api, f"/v1/orders/{order}/change", {"remarks": "不要辣"})).json()
    assert changed["remarks"] == "不要辣"
    assert await _booked(database, world) == {at(12, 11): 1}
    same = (await post(api, f"/v1/orders/{order}/change", {"remarks": "不要辣"})).json()
    assert same["updated_at"] == changed["updated_at"]
    history = (await api.get(f"/v1/orders/{order}/history", headers=who(WORKER))).json()
    assert len(history) == 2


async def test_a_full_new_time_leaves_the_order_as_it_was(api: httpx.AsyncClient, database: Database) -> None:
    world = await build(database, meal_capacity=1)
    order = await _order(api, world)
    await _order(api, world, time="12:00", idempotency_key="k-2")
    refused = await post(api, f"/v1/orders/{order}/change", {"time": "12:00"})
    assert refused.json()["code"] == "slot_full"
    assert refused.json()["details"]["alternatives"]["other_days"]
    assert await _booked(database, world) == {at(12, 11): 1, at(12, 12): 1}


async def test_more_of_the_same_counts_what_the_order_holds(
    api: httpx.AsyncClient, database: Database
) -> None:
    world = await build(database, meal_capacity=3)
    order = await _order(api, world, quantity=2)
    assert (await post(api, f"/v1/orders/{order}/change", {"quantity": 3})).status_code == 200
    assert await _booked(database, world) == {at(12, 11): 3}
    assert (await post(api, f"/v1/orders/{order}/change", {"quantity": 1})).status_code == 200
    assert await _booked(database, world) == {at(12, 11): 1}


async def test_an_order_may_move_to_another_place(api: httpx.AsyncClient, database: Database) -> None:
    world = await build(database)
    order = await _order(api, world)
    body = {"offering_id": world.other_meal}
    moved = (await post(api, f"/v1/orders/{order}/change", body)).json()
    assert (moved["place"], moved["total_fen"]) == ("秋实食堂", 1500)
    assert await _booked(database, world) == {at(12, 11): 0}


async def test_cancelling_gives_the_place_back_once(api: httpx.AsyncClient, database: Database) -> None:
    world = await build(database)
    order = await _order(api, world)
    me = senior_actor(world.senior)
    for _ in range(2):
        done = await post(api, f"/v1/orders/{order}/cancel", {"reason": "孩子回来了"}, me)
        assert (done.status_code, done.json()["status"]) == (200, "cancelled")
    assert await _booked(database, world) == {at(12, 11): 0}
    changed = await post(api, f"/v1/orders/{order}/change", {"quantity": 2}, me)
    assert changed.json()["code"] == "wrong_state"
    assert "已经取消" in changed.json()["message"]


async def test_after_the_deadline_a_person_is_offered(
    api: httpx.AsyncClient, database: Database, clock: SettableClock
) -> None:
    world = await build(database)
    order = await _order(api, world)
    me = senior_actor(world.senior)
    clock.set(at(12, 9))
    assert (await post(api, f"/v1/orders/{order}/change", {"remarks": "少盐"}, me)).status_code == 200
    clock.advance(timedelta(seconds=1))
    for path, body in (("change", {"quantity": 2}), ("cancel", {})):
        refused = (await post(api, f"/v1/orders/{order}/{path}", body, me)).json()
        assert refused["code"] == "deadline_passed"
        assert "2小时" in refused["message"] and "工作人员" in refused["message"]
        assert refused["details"]["person"] is True
    by_worker = await post(api, f"/v1/orders/{order}/cancel", {"reason": "电话里说的"}, WORKER)
    assert by_worker.status_code == 200


async def test_an_unknown_number_is_said(api: httpx.AsyncClient, database: Database) -> None:
    for number in ("YL00000000", "12", "零"):
        answer = await api.get(f"/v1/orders/{number}", headers=who(WORKER))
        assert answer.status_code == 404
        assert "订单号" in answer.json()["message"]


async def test_a_number_is_read_as_it_is_said(api: httpx.AsyncClient, database: Database) -> None:
    world = await build(database)
    number = (await post(api, "/v1/orders", lunch(world))).json()["number"]
    for said in (number, number.lower(), number[2:], f"{number[:6]} {number[6:]}"):
        assert (await api.get(f"/v1/orders/{said}", headers=who(WORKER))).json()["number"] == number


async def test_orders_are_listed_for_who_may_see_them(api: httpx.AsyncClient, database: Database) -> None:
    world = await build(database)
    await _order(api, world, remarks="少盐")
    second = await _order(api, world, date="2025-06-13", idempotency_key="k-2")
    await post(api, f"/v1/orders/{second}/cancel", {})
    me = senior_actor(world.senior)
    query = {"senior_id": str(world.senior)}
    mine = (await api.get("/v1/orders", params=query, headers=who(me))).json()
    assert [order["status"] for order in mine] == ["requested", "cancelled"]
    assert mine[0]["remarks"] == "少盐"
    coming = (await api.get("/v1/orders", params=query | {"status": "requested"}, headers=who(me))).json()
    assert len(coming) == 1
    window = query | {"from": "2025-06-13T00:00:00+08:00", "to": "2025-06-14T00:00:00+08:00"}
    assert [one["id"] for one in (await api.get("/v1/orders", params=window, headers=who(me))).json()] == [
        second
    ]
    unconfirmed = senior_actor(world.senior, kind="unknown")
    hidden = (await api.get("/v1/orders", params=query, headers=who(unconfirmed))).json()
    assert hidden[0]["remarks"] is None and hidden[0]["contact_phone"] is None
    assert (await api.get("/v1/orders", params=query, headers=who(STRANGER))).status_code == 403
    assert (await api.get("/v1/orders", headers=who(me))).status_code == 422
    assert len((await api.get("/v1/orders", params={"city": "yueyang"}, headers=who(WORKER))).json()) == 2
    assert (await api.get("/v1/orders", params={"city": "weihai"}, headers=who(WORKER))).json() == []


async def test_the_provider_carries_an_order_to_its_end(
    database: Database, api: httpx.AsyncClient, keyring: Keyring, clock: SettableClock
) -> None:
    world = await build(database)
    order = await _order(api, world)
    provider = Actor(kind="provider", channel="api", person_id=world.provider)
    token = {"authorization": f"Bearer {tokens.issue(keyring, 'provider', clock.now())}"}
    for step, status in (("accept", "accepted"), ("start", "on_the_way"), ("finish", "done")):
        clock.advance(timedelta(minutes=1))
        for _ in range(2):
            done = await api.post(f"/v1/orders/{order}/{step}", headers=who(provider) | token)
            assert (done.status_code, done.json()["status"]) == (200, status)
    rated = await post(api, f"/v1/orders/{order}/rate", {"rating": 5}, senior_actor(world.senior))
    assert rated.json()["rating"] == 5
    twice = await post(api, f"/v1/orders/{order}/rate", {"rating": 1}, senior_actor(world.senior))
    assert twice.json()["code"] == "wrong_state"
    async with database.session() as session:
        rows = await session.scalars(select(OutboxMessage).order_by(OutboxMessage.created_at))
        to_senior = [row.event for row in rows if row.recipient == f"person:{world.senior}"]
    assert to_senior == ["order.booked", "order.accepted", "order.on_the_way", "order.delivered"]


async def test_a_provider_touches_only_its_own_orders(
    database: Database, api: httpx.AsyncClient, keyring: Keyring, clock: SettableClock
) -> None:
    world = await build(database)
    order = await _order(api, world)
    token = {"authorization": f"Bearer {tokens.issue(keyring, 'provider', clock.now())}"}
    stranger = Actor(kind="provider", channel="api", person_id=uuid.UUID(int=9))
    refused = await api.post(f"/v1/orders/{order}/accept", headers=who(stranger) | token)
    assert refused.json()["code"] == "not_their_order"
    unnamed = await api.post(f"/v1/orders/{order}/accept", headers=token)
    assert unnamed.status_code == 403
    reads = await api.get(f"/v1/orders/{order}", headers=who(stranger) | token)
    assert reads.status_code == 403
    senior = await post(api, f"/v1/orders/{order}/accept", {}, senior_actor(world.senior))
    assert senior.status_code == 403


async def test_a_rejection_needs_a_reason_and_frees_the_place(
    api: httpx.AsyncClient, database: Database
) -> None:
    world = await build(database)
    order = await _order(api, world)
    assert (await post(api, f"/v1/orders/{order}/reject", {})).status_code == 422
    done = await post(api, f"/v1/orders/{order}/reject", {"reason": "人手不够"})
    assert (done.json()["status"], done.json()["reason"]) == ("rejected", "人手不够")
    assert await _booked(database, world) == {at(12, 11): 0}


async def test_a_missed_visit_keeps_its_place(api: httpx.AsyncClient, database: Database) -> None:
    world = await build(database)
    order = await _order(api, world)
    await post(api, f"/v1/orders/{order}/accept", {})
    done = await post(api, f"/v1/orders/{order}/no-show", {"reason": "没人开门"})
    assert done.json()["status"] == "no_show"
    assert await _booked(database, world) == {at(12, 11): 1}


@pytest.mark.parametrize("step", ["start", "finish", "no-show", "rate"])
async def test_steps_come_in_order(api: httpx.AsyncClient, database: Database, step: str) -> None:
    world = await build(database)
    order = await _order(api, world)
    body = {"rating": 5} if step == "rate" else {"reason": "x"}
    refused = await post(api, f"/v1/orders/{order}/{step}", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "wrong_state")


async def test_a_changed_order_must_be_accepted_anew(api: httpx.AsyncClient, database: Database) -> None:
    world = await build(database)
    order = await _order(api, world)
    await post(api, f"/v1/orders/{order}/accept", {})
    changed = (await post(api, f"/v1/orders/{order}/change", {"quantity": 2})).json()
    assert changed["status"] == "requested"
