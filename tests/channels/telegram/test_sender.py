"""Notices over the wire: each once, through failures, haste, blocks and a lost network."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from assistant.client import Client
from assistant.kit.clock import SettableClock
from assistant.kit.db import Database
from assistant.kit.outbox import OutboxMessage
from tests import arrange
from tests.channels.telegram.bot_api import BotApi, Fault
from tests.channels.telegram.conftest import Desk, running
from tests.channels.telegram.updates import DAUGHTER
from tests.links.conftest import Family
from tests.links.helpers import link


@pytest.fixture
async def linked(api: httpx.AsyncClient, channel: httpx.AsyncClient, family: Family) -> Family:
    await link(api, channel, family, chat=DAUGHTER)
    return family


async def put(database: Database, clock: SettableClock, family: Family, *keys: str, **more: Any) -> None:
    for key in keys:
        facts = {"event": "order.delivered", "number": f"YL{key}", "service_type": "meal"} | more
        await arrange.message(database, clock.now(), family.daughter, family.senior, key, **facts)


async def row(database: Database, key: str) -> OutboxMessage:
    async with database.session() as session:
        return (await session.scalars(select(OutboxMessage).where(OutboxMessage.event_key == key))).one()


async def test_each_notice_arrives_once(
    telegram: BotApi, client: Client, desk: Desk, linked: Family, database: Database, clock: SettableClock
) -> None:
    keys = [f"{number:08d}" for number in range(40)]
    await put(database, clock, linked, *keys)
    async with running(telegram, client, rate=1000):
        await telegram.until_sent(41)
    # Put at one instant, they have no order among themselves.
    numbers = sorted(text[-11:-1] for text in telegram.texts()[1:])
    assert numbers == [f"YL{key}" for key in keys]
    async with database.session() as session:
        assert set(
            await session.scalars(select(OutboxMessage.status).where(OutboxMessage.kind == "telegram"))
        ) == {"sent"}


async def test_a_failing_server_and_a_lost_connection_are_tried_again(
    telegram: BotApi, client: Client, desk: Desk, linked: Family, database: Database, clock: SettableClock
) -> None:
    async with running(telegram, client):
        await telegram.until_sent(1)
        faults = iter([Fault(status=502), Fault(lose=True), Fault(status=500)])
        telegram.fault = lambda method, params: next(faults, None) if method == "sendMessage" else None
        await put(database, clock, linked, "a")
        for count in (1, 2, 3):
            await telegram.until(lambda count=count: telegram.faults == count)  # type: ignore[misc]
            await reported(database, "a", attempts=count)
            clock.advance(timedelta(seconds=10))
        await telegram.until_sent(2)
    assert (await row(database, "a")).attempts == 4


async def until_row(database: Database, key: str, reached: Callable[[OutboxMessage], bool]) -> OutboxMessage:
    """The message, as soon as something is true of it."""
    async with asyncio.timeout(10):
        while True:
            found = await row(database, key)
            if reached(found):
                return found
            await asyncio.sleep(0.02)


async def reported(database: Database, key: str, attempts: int) -> OutboxMessage:
    """The message, once its failure is on record."""
    return await until_row(
        database, key, lambda found: found.attempts == attempts and found.status == "pending"
    )


async def test_telegrams_own_wait_is_kept(
    telegram: BotApi, client: Client, desk: Desk, linked: Family, database: Database, clock: SettableClock
) -> None:
    async with running(telegram, client):
        await telegram.until_sent(1)
        faults = iter([Fault(status=429, retry_after=35)])
        telegram.fault = lambda method, params: next(faults, None) if method == "sendMessage" else None
        await put(database, clock, linked, "a")
        await telegram.until(lambda: telegram.faults == 1)
        found = await reported(database, "a", attempts=1)
        assert (found.due_at - clock.now(), found.error) == (timedelta(seconds=35), "RetryAfter")
        clock.advance(timedelta(seconds=35))
        await telegram.until_sent(2)


async def test_who_blocks_the_bot_gets_an_sms_instead(
    telegram: BotApi, client: Client, desk: Desk, linked: Family, database: Database, clock: SettableClock
) -> None:
    telegram.fault = lambda method, params: (
        Fault(status=403, description="Forbidden: bot was blocked by the user")
        if method == "sendMessage"
        else None
    )
    await put(database, clock, linked, "a")
    async with running(telegram, client):
        found = await until_row(database, "a", lambda found: found.kind == "sms")
    assert found.status == "pending"


async def test_a_notice_telegram_will_never_take_is_given_up(
    telegram: BotApi, client: Client, desk: Desk, linked: Family, database: Database, clock: SettableClock
) -> None:
    async with running(telegram, client):
        await telegram.until_sent(1)
        faults = iter([Fault(status=400, description="Bad Request: message is not right")])
        telegram.fault = lambda method, params: next(faults, None) if method == "sendMessage" else None
        await put(database, clock, linked, "a", "b")
        await telegram.until_sent(2)
    assert (await row(database, "a")).status == "failed"
    assert (await row(database, "b")).status == "sent"


async def test_a_slow_server_holds_up_nothing_for_ever(
    telegram: BotApi, client: Client, desk: Desk, linked: Family, database: Database, clock: SettableClock
) -> None:
    faults = iter([Fault(delay=1.0)])
    telegram.fault = lambda method, params: next(faults, None) if method == "sendMessage" else None
    await put(database, clock, linked, "a")
    async with running(telegram, client):
        await telegram.until_sent(2)
    assert (await row(database, "a")).attempts == 1


async def test_the_api_being_away_for_a_while_loses_and_doubles_nothing(
    telegram: BotApi, client: Client, desk: Desk, linked: Family, database: Database, clock: SettableClock
) -> None:
    real, refusals = client.http._transport, iter(range(2))

    class Sometimes(httpx.AsyncBaseTransport):
        """Breaks the connection twice after a notice has been sent."""

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if len(telegram.sent()) == 3 and next(refusals, None) is not None:
                raise httpx.ConnectError("away")
            return await real.handle_async_request(request)

    client.http._transport = Sometimes()
    await put(database, clock, linked, *(f"{number:08d}" for number in range(6)))
    async with running(telegram, client, rate=1000):
        await telegram.until_sent(7)
    assert len(telegram.texts()) == len(set(telegram.texts())) == 7


async def test_an_alarm_whose_data_are_broken_still_wakes_the_family(
    telegram: BotApi, client: Client, desk: Desk, linked: Family, database: Database, clock: SettableClock
) -> None:
    broken = {"urgent": True, "starts_at": "no date"}
    await arrange.message(database, clock.now(), linked.daughter, linked.senior, "broken", **broken)
    async with running(telegram, client):
        await telegram.until_sent(2)
    assert "紧急：周阿姨可能需要帮助。请马上联系老人，危险时打120。" in telegram.texts()
