"""The desk without Rasa: what must work when nothing else does."""

from __future__ import annotations

import uuid
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select, text

from assistant.kit import tokens
from assistant.kit.clock import SettableClock
from assistant.kit.crypto import Keyring
from assistant.kit.db import Database
from assistant.kit.outbox import OutboxMessage
from assistant.tickets.models import Ticket


class Talk:
    """One conversation over HTTP."""

    def __init__(self, api: httpx.AsyncClient) -> None:
        self.api = api
        self.key = uuid.uuid4().hex
        self.count = 0

    async def __call__(self, said: str | None = None, **turn: Any) -> dict[str, Any]:
        self.count += 1
        body = {
            "channel": "phone",
            "conversation": self.key,
            "turn_id": str(self.count),
            "text": said,
            "caller": {"phone": "13900001111"},
            **turn,
        }
        answer = await self.api.post("/desk/turns", json=body)
        assert answer.status_code == 200, answer.text
        reply: dict[str, Any] = answer.json()
        return reply


@pytest.fixture
async def talk(app: FastAPI, keyring: Keyring, clock: SettableClock) -> Talk:
    token = tokens.issue(keyring, "channel:phone", clock.now())
    client = httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://yinling",
        headers={"authorization": f"Bearer {token}"},
    )
    return Talk(client)


def words(reply: dict[str, Any]) -> str:
    return " ".join(message["text"] for message in reply["messages"])


async def tickets(database: Database) -> list[Ticket]:
    async with database.session() as session:
        return list(await session.scalars(select(Ticket).order_by(Ticket.opened_at)))


async def test_danger_is_heard_and_kept_before_anything_is_said(talk: Talk, database: Database) -> None:
    reply = await talk("老伴叫不醒了，快来人啊")
    assert "120" in words(reply) and reply["messages"][0]["protected"]
    assert "幺二零" in reply["messages"][0]["speech"]
    found = await tickets(database)
    assert [one.kind for one in found] == ["emergency"]


async def test_a_false_alarm_closes_the_ticket_and_is_told(talk: Talk, database: Database) -> None:
    await talk(event="sos")
    reply = await talk("哎呀按错了，我没事")
    assert "误报" in words(reply)
    found = await tickets(database)
    assert found[0].closed_at is not None
    async with database.session() as session:
        events = set(await session.scalars(select(OutboxMessage.event)))
    assert "false_alarm" in events


async def test_a_person_at_the_first_ask(talk: Talk, database: Database) -> None:
    reply = await talk("给我转人工")
    assert reply["handoff"]["to"] == "operator"
    assert [one.kind for one in await tickets(database)] == ["handoff"]


async def test_zero_is_a_person_at_every_point(talk: Talk) -> None:
    assert (await talk(digits="0"))["handoff"]["to"] == "operator"


async def test_outside_hours_a_call_back_with_its_window(
    talk: Talk, clock: SettableClock, database: Database
) -> None:
    from datetime import datetime

    clock.set(datetime(2025, 6, 11, 20, 0))
    reply = await talk("转人工")
    assert reply["handoff"]["to"] == "callback"
    assert "明天" in words(reply)
    assert [one.kind for one in await tickets(database)] == ["callback"]


async def test_without_rasa_it_apologises_and_keeps_a_ticket(talk: Talk, database: Database) -> None:
    reply = await talk("我想订饭")
    assert "记下" in words(reply)
    assert len(await tickets(database)) == 1
    await talk("我想订饭")
    assert len(await tickets(database)) == 1


async def test_the_same_turn_gets_the_same_reply(talk: Talk, database: Database) -> None:
    first = await talk("转人工", turn_id="x")
    assert await talk("转人工", turn_id="x") == first
    assert len(await tickets(database)) == 1


async def test_nothing_and_too_much_are_answered_kindly(talk: Talk) -> None:
    assert "没看到" in words(await talk("   "))
    assert "太长" in words(await talk("想" * 10_000))


async def test_silence_is_never_a_trap(talk: Talk) -> None:
    said = [words(await talk(event="silence")) for _ in range(3)]
    assert len(set(said)) == 3
    assert (await talk(event="start")) is not None


async def test_the_greeting_says_that_a_machine_speaks(talk: Talk) -> None:
    assert "不是真人" in words(await talk(event="start"))


async def test_only_channels_may_talk(app: FastAPI) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://yinling") as stranger:
        answer = await stranger.post("/desk/turns", json={})
    assert answer.status_code == 401


async def test_what_was_said_is_not_readable_in_the_database(talk: Talk, database: Database) -> None:
    await talk("我叫测试人，电话13900001111，转人工")
    async with database.session() as session:
        for table in ("turns", "conversations", "tickets"):
            dump = (await session.execute(text(f"SELECT CAST(t AS text) FROM {table} t"))).scalars().all()
            assert dump
            assert not any("测试人" in row or "13900001111" in row for row in dump)
