"""The outbox: once a recipient and event, in order, one sender each."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, text

from assistant.kit import outbox
from assistant.kit.db import Database
from assistant.kit.outbox import Letter, OutboxMessage
from tests.world import NOW

MINUTE = timedelta(minutes=1)


async def _put(database: Database, recipient: str = "person:1", key: str = "order:1", **more: Any) -> bool:
    settings: dict[str, Any] = {
        "kind": "telegram",
        "event": "order.booked",
        "now": NOW,
        "dish": "面条",
    } | more
    now: datetime = settings.pop("now")
    async with database.session() as session:
        return await outbox.put(session, now, recipient=recipient, event_key=key, **settings)


async def _due(database: Database, now: datetime = NOW) -> list[str]:
    async with database.session() as session:
        return [message.recipient for message in await outbox.due(session, now, "telegram")]


async def test_one_event_reaches_a_recipient_once(database: Database) -> None:
    assert await _put(database)
    assert not await _put(database)
    assert await _put(database, recipient="person:2")
    assert await _put(database, key="order:2")
    async with database.session() as session:
        assert await session.scalar(select(func.count()).select_from(OutboxMessage)) == 3


async def test_many_letters_skip_who_has_theirs(database: Database) -> None:
    await _put(database)
    letters = [Letter("telegram", f"person:{number}", {"dish": "面条"}) for number in (1, 2, 3)]
    async with database.session() as session:
        await outbox.put_many(session, NOW, letters, event="order.booked", event_key="order:1")
        await outbox.put_many(session, NOW, [], event="order.booked", event_key="order:2")
    async with database.session() as session:
        rows = (await session.scalars(select(OutboxMessage).order_by(OutboxMessage.recipient))).all()
    assert [row.recipient for row in rows] == ["person:1", "person:2", "person:3"]
    assert all(row.data == {"dish": "面条"} and row.status == "pending" for row in rows)


async def test_what_is_in_it_is_not_readable_in_the_database(database: Database) -> None:
    await _put(database)
    async with database.session() as session:
        raw = await session.scalar(text("SELECT payload FROM outbox"))
    assert isinstance(raw, bytes) and "面条".encode() not in raw


async def test_due_ones_come_urgent_first_then_by_time(database: Database) -> None:
    await _put(database, "person:late", now=NOW)
    await _put(database, "person:early", now=NOW - MINUTE)
    await _put(database, "person:urgent", now=NOW, urgent=True)
    await _put(database, "person:later", now=NOW + MINUTE)
    await _put(database, "person:sms", kind="sms")
    assert await _due(database) == ["person:urgent", "person:early", "person:late"]


async def test_two_senders_never_take_the_same(database: Database) -> None:
    await _put(database, "person:1")
    async with database.session() as one, database.session() as other:
        assert len(await outbox.due(one, NOW, "telegram")) == 1
        assert await outbox.due(other, NOW, "telegram") == []
    assert await _due(database) == ["person:1"]


async def test_a_rolled_back_change_tells_nobody(database: Database) -> None:
    try:
        async with database.session() as session:
            await outbox.put(
                session, NOW, kind="sms", recipient="person:1", event="order.booked", event_key="order:1"
            )
            raise RuntimeError
    except RuntimeError:
        pass
    assert await _put(database, kind="sms")
