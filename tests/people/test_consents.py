"""Who may act for whom."""

from __future__ import annotations

from datetime import timedelta

import httpx
from sqlalchemy import select

from assistant.kit.clock import SettableClock
from assistant.kit.db import Database
from assistant.kit.outbox import OutboxMessage
from assistant.people import consents
from assistant.people.models import Scope
from assistant.people.notices import notify
from tests.world import NOW, STRANGER, WORKER, World, build, post, senior_actor, who


async def _give(api: httpx.AsyncClient, world: World, scopes: list[Scope], **more: object) -> httpx.Response:
    body = {"delegate_id": str(world.daughter), "scopes": scopes, "relation": "女儿"} | more
    return await post(api, f"/v1/people/{world.senior}/consents", body, senior_actor(world.senior))


async def _may(database: Database, world: World, scope: Scope, later: timedelta = timedelta(0)) -> bool:
    async with database.session() as session:
        return await consents.may(session, world.daughter, world.senior, scope, NOW + later)


async def test_a_consent_opens_its_scopes_and_no_other(api: httpx.AsyncClient, database: Database) -> None:
    world = await build(database)
    assert not await _may(database, world, "book")
    assert (await _give(api, world, ["book", "see_orders"])).status_code == 201
    assert await _may(database, world, "book")
    assert not await _may(database, world, "profile")
    assert not await _may(database, world, "book", -timedelta(days=1))


async def test_a_revoked_consent_ends_at_once(
    api: httpx.AsyncClient, database: Database, clock: SettableClock
) -> None:
    world = await build(database)
    given = (await _give(api, world, ["book"])).json()["id"]
    clock.advance(timedelta(minutes=1))
    path = f"/v1/people/{world.senior}/consents/{given}"
    assert (await api.delete(path, headers=who(STRANGER))).status_code == 403
    assert (await api.delete(path, headers=who(senior_actor(world.senior)))).status_code == 204
    assert not await _may(database, world, "book", timedelta(minutes=1))
    assert (await api.delete(path, headers=who(WORKER))).status_code == 204
    assert (await api.get(f"/v1/people/{world.senior}/delegates")).json() == []


async def test_a_consent_runs_out(api: httpx.AsyncClient, database: Database) -> None:
    world = await build(database)
    until = (NOW + timedelta(days=7)).isoformat()
    await _give(api, world, ["book"], valid_until=until)
    assert await _may(database, world, "book", timedelta(days=6))
    assert not await _may(database, world, "book", timedelta(days=7))
    past = await _give(api, world, ["book"], valid_until=(NOW - timedelta(days=1)).isoformat())
    assert past.status_code == 422


async def test_nobody_consents_for_another(api: httpx.AsyncClient, database: Database) -> None:
    world = await build(database)
    body = {"delegate_id": str(world.daughter), "scopes": ["book"], "relation": "女儿"}
    path = f"/v1/people/{world.senior}/consents"
    assert (await post(api, path, body, senior_actor(world.daughter))).status_code == 403
    assert (await post(api, path, body, STRANGER)).status_code == 403
    assert (await post(api, path, body, WORKER)).status_code == 201
    mine = body | {"delegate_id": str(world.senior)}
    assert (await post(api, path, mine, WORKER)).status_code == 422


async def test_both_sides_are_listed_and_names_need_confirmation(
    api: httpx.AsyncClient, database: Database
) -> None:
    world = await build(database)
    await _give(api, world, ["book"])
    delegates = (await api.get(f"/v1/people/{world.senior}/delegates")).json()
    assert [(one["relation"], one["person"]["form_of_address"], one["name"]) for one in delegates] == [
        ("女儿", "李女士", None)
    ]
    path = f"/v1/people/{world.daughter}/acts-for"
    seniors = (await api.get(path, params={"confirmed": True})).json()
    assert [(one["name"], one["channel"]) for one in seniors] == [("周桂英", "phone")]


async def test_notices_go_to_the_senior_and_to_who_may_be_told(
    api: httpx.AsyncClient, database: Database
) -> None:
    world = await build(database)
    await _give(api, world, ["book"])
    async with database.session() as session:
        assert await notify(session, NOW, world.senior, "order.booked", "order:1:booked") == [world.senior]
    await _give(api, world, ["notify"])
    async with database.session() as session:
        told = await notify(session, NOW, world.senior, "order.booked", "order:1:booked", number="YL1")
        assert told == [world.senior, world.daughter]
        rows = (await session.scalars(select(OutboxMessage))).all()
        assert {(row.recipient, row.kind) for row in rows} == {
            (f"person:{world.senior}", "sms"),
            (f"person:{world.daughter}", "telegram"),
        }
        assert all(row.about_person == world.senior for row in rows)
