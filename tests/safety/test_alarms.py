"""Alarms: on record once, told to operator and family, taken back with a reason."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx
from sqlalchemy import func, select, text

from assistant.kit.db import Database
from assistant.kit.outbox import OutboxMessage
from assistant.safety import service
from assistant.safety.models import Alarm
from assistant.tickets.models import Ticket
from tests.world import NOW, STRANGER, WORKER, ZHOU, World, build, post, senior_actor, who


def _alarm(world: World | None, **more: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "kind": "fall",
        "level": "danger",
        "reason": "fall.cannot_get_up",
        "said": "我摔倒了起不来",
        "person_id": world.senior if world else None,
        "caller_phone": "13900001111",
        "conversation": "c-1",
        "actor": STRANGER,
        "city": "yueyang",
    }
    return given | more


async def _contact(api: httpx.AsyncClient, world: World) -> str:
    given = {"delegate_id": world.daughter, "scopes": ["emergency_contact"], "relation": "女儿"}
    answer = await post(api, f"/v1/people/{world.senior}/consents", given)
    return str(answer.json()["id"])


async def _outbox(database: Database) -> dict[str, OutboxMessage]:
    async with database.session() as session:
        return {row.recipient: row for row in await session.scalars(select(OutboxMessage))}


async def test_operator_and_contacts_are_told_at_once(api: httpx.AsyncClient, database: Database) -> None:
    world = await build(database)
    await _contact(api, world)
    async with database.session() as session:
        ticket = await service.raise_alarm(session, NOW, **_alarm(world))
    assert (ticket.kind, ticket.priority, ticket.status) == ("emergency", 0, "open")
    rows = await _outbox(database)
    assert set(rows) == {"operator:yueyang", f"person:{world.daughter}"}
    assert all(row.urgent for row in rows.values())
    told = rows[f"person:{world.daughter}"]
    assert (told.event, told.event_key) == ("emergency", f"ticket:{ticket.id}:opened")
    assert told.data["ticket_id"] == str(ticket.id)
    assert (told.data["hazard"], told.data["address"]) == ("fall", ZHOU["address"])


async def test_an_alarm_at_once_after_one_that_was_taken_back_is_another(database: Database) -> None:
    async with database.session() as session:
        first = await service.raise_alarm(session, NOW, **_alarm(None, said="救命"))
        await service.false_alarm(session, NOW, conversation="c-1", actor=STRANGER)
        second = await service.raise_alarm(session, NOW, **_alarm(None, said="这回是真的，摔倒了"))
    assert first.id != second.id


async def test_who_may_only_be_notified_hears_of_no_emergency(
    api: httpx.AsyncClient, database: Database
) -> None:
    world = await build(database)
    revoked = await _contact(api, world)
    await api.delete(f"/v1/people/{world.senior}/consents/{revoked}", headers=who(WORKER))
    given = {"delegate_id": world.daughter, "scopes": ["notify"], "relation": "女儿"}
    await post(api, f"/v1/people/{world.senior}/consents", given)
    async with database.session() as session:
        await service.raise_alarm(session, NOW, **_alarm(world))
    assert set(await _outbox(database)) == {"operator:yueyang"}


async def test_said_again_within_ten_minutes_is_the_same_alarm(database: Database) -> None:
    world = await build(database)
    numbers = []
    for minutes, more in ((0, {}), (9, {}), (9, {"kind": "stroke"}), (9, {"conversation": "c-2"}), (11, {})):
        async with database.session() as session:
            now = NOW + timedelta(minutes=minutes)
            numbers.append((await service.raise_alarm(session, now, **_alarm(world, **more))).number)
    assert numbers[1] == numbers[0]
    assert len(set(numbers)) == 4
    async with database.session() as session:
        first = select(Alarm.repeated).where(Alarm.conversation == "c-1", Alarm.hazard == "fall")
        assert (await session.scalars(first.order_by(Alarm.raised_at))).all() == [1, 0]


async def test_twenty_at_once_raise_one_alarm(database: Database) -> None:
    world = await build(database)

    async def ring() -> str:
        async with database.session() as session:
            return (await service.raise_alarm(session, NOW, **_alarm(world))).number

    assert len(set(await asyncio.gather(*(ring() for _ in range(20))))) == 1
    async with database.session() as session:
        assert await session.scalar(select(func.count()).select_from(Ticket)) == 1


async def test_a_stranger_with_a_bad_number_still_raises_an_alarm(database: Database) -> None:
    async with database.session() as session:
        ticket = await service.raise_alarm(session, NOW, **_alarm(None, caller_phone="12", said=""))
    assert (ticket.caller_phone, ticket.person_id, ticket.summary) == (None, None, "fall")


async def test_the_number_on_record_is_used_when_none_rang(database: Database) -> None:
    world = await build(database)
    async with database.session() as session:
        ticket = await service.raise_alarm(session, NOW, **_alarm(world, caller_phone=None))
    assert ticket.caller_phone == "+8613900001111"


async def test_a_false_alarm_is_closed_with_its_reason_and_told(database: Database) -> None:
    world = await build(database)
    me = senior_actor(world.senior)
    async with database.session() as session:
        await service.raise_alarm(session, NOW, **_alarm(world))
    async with database.session() as session:
        closed = await service.false_alarm(session, NOW, conversation="c-1", actor=me)
        assert [ticket.status for ticket in closed] == ["cancelled"]
        assert await service.false_alarm(session, NOW, conversation="c-1", actor=me) == []
    async with database.session() as session:
        alarm = (await session.scalars(select(Alarm))).one()
        assert alarm.false_alarm_at == NOW
        assert alarm.false_alarm_reason == "来电人说是误报"
        events = (await session.scalars(select(OutboxMessage.event))).all()
        assert sorted(events) == ["false_alarm", "ticket.opened"]
    async with database.session() as session:
        anew = await service.raise_alarm(session, NOW + timedelta(minutes=1), **_alarm(world))
        assert anew.status == "open"


async def test_a_worker_raises_sees_and_closes_over_http(api: httpx.AsyncClient, database: Database) -> None:
    world = await build(database)
    body = {
        "hazard": "gas",
        "said": "邻居闻到煤气味",
        "city": "yueyang",
        "person_id": world.senior,
        "conversation": "w-1",
    }
    raised = (await post(api, "/v1/alarms", body)).json()
    assert (raised["hazard"], raised["status"], raised["address"]) == ("gas", "open", ZHOU["address"])
    path = f"/v1/alarms/{raised['number']}"
    assert (await api.get(path, headers=who(STRANGER))).status_code == 403
    assert (await post(api, f"{path}/false", {"reason": "是邻居家炒菜"}, STRANGER)).status_code == 403
    assert (await post(api, f"{path}/false", {"reason": ""})).status_code == 422
    closed = (await post(api, f"{path}/false", {"reason": "是邻居家炒菜"})).json()
    assert (closed["status"], closed["false_alarm_reason"]) == ("cancelled", "是邻居家炒菜")


async def test_what_was_said_lies_encrypted(database: Database) -> None:
    world = await build(database)
    async with database.session() as session:
        await service.raise_alarm(session, NOW, **_alarm(world))
    async with database.session() as session:
        for table in ("alarms", "tickets", "outbox"):
            raw = "\n".join((await session.execute(text(f"SELECT {table}::text FROM {table}"))).scalars())
            assert raw
            for secret in ("摔倒", "春晓里", "13900001111"):
                assert secret not in raw
