"""Telegram keeps an update until it has been handled; whoever dies in between gets it again."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from telegram import Update

from assistant.client import Client
from assistant.desk.schemas import Reply, TurnIn
from channels.telegram.context import App
from channels.telegram.order import OnceInOrder
from tests.channels.telegram.bot_api import BotApi
from tests.channels.telegram.conftest import Desk, plain, running
from tests.channels.telegram.test_webhook import free_port
from tests.channels.telegram.updates import text


class Slow:
    """A desk that answers when it is told to."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.go_on = asyncio.Event()

    async def __call__(self, turn: TurnIn) -> Reply:
        if turn.text == "慢慢来":
            self.asked.set()
            await self.go_on.wait()
        return plain(f"收到：{turn.text}")


@pytest.fixture
def slow(desk: Desk) -> Slow:
    desk.answer = slow = Slow()
    return slow


async def test_a_polled_update_is_confirmed_once_it_has_been_answered(
    telegram: BotApi, bot: App, slow: Slow
) -> None:
    first = await telegram.push(text("慢慢来"))
    await slow.asked.wait()
    second = await telegram.push(text("我也来", chat=8, user=8))
    await telegram.until_sent(1, chat=8)
    assert telegram.unconfirmed == [first, second], "the later one is done, the earlier one is not"
    slow.go_on.set()
    await telegram.until(lambda: telegram.unconfirmed == [])
    assert sorted(telegram.texts()) == ["收到：慢慢来", "收到：我也来"]


async def test_what_was_answered_is_confirmed_before_the_bot_ends(
    telegram: BotApi, client: Client, desk: Desk
) -> None:
    async with running(telegram, client):
        await telegram.push(text("你好"))
        await telegram.until_sent(1)
    assert telegram.unconfirmed == []


async def test_what_is_in_hand_when_the_bot_is_told_to_stop_is_still_answered(
    telegram: BotApi, client: Client, desk: Desk, slow: Slow
) -> None:
    async with running(telegram, client):
        await telegram.push(text("慢慢来"))
        await slow.asked.wait()
        asyncio.get_running_loop().call_later(0.1, slow.go_on.set)
    assert telegram.texts() == ["收到：慢慢来"]
    assert telegram.unconfirmed == []


async def test_a_webhook_is_answered_once_the_update_was(
    telegram: BotApi, client: Client, desk: Desk, slow: Slow
) -> None:
    port = free_port()
    where: dict[str, Any] = {
        "webhook_url": f"http://127.0.0.1:{port}/telegram",
        "webhook_port": port,
        "webhook_secret": "s3cret",
    }
    async with running(telegram, client, **where):
        update = {"update_id": 5, **text("慢慢来")}
        first = asyncio.create_task(telegram.post_webhook(update))
        await slow.asked.wait()
        again = asyncio.create_task(telegram.post_webhook(update))
        done, _ = await asyncio.wait({first, again}, timeout=0.2)
        assert not done, "Telegram keeps it as long as nobody says that it was handled"
        slow.go_on.set()
        assert [(await each).status_code for each in (first, again)] == [200, 200]
        assert telegram.texts() == ["收到：慢慢来"]
        assert (await telegram.post_webhook({"update_id": "x"})).status_code == 400


async def test_a_network_that_comes_and_goes_loses_nothing(
    telegram: BotApi, client: Client, desk: Desk
) -> None:
    """Requests for updates fail in every way; the bot goes on asking."""
    from tests.channels.telegram.bot_api import Fault

    faults = [Fault(status=502), Fault(lose=True), Fault(status=429, retry_after=1)]

    def fault(method: str, params: dict[str, Any]) -> Fault | None:
        return faults.pop() if method == "getUpdates" and faults else None

    telegram.fault = fault
    async with running(telegram, client):
        await telegram.push(text("你好"))
        await telegram.until_sent(1)
    assert not faults and telegram.texts() == ["收到：你好"]


async def test_an_update_is_handled_once_and_chats_do_not_wait_for_each_other() -> None:
    handled: list[int] = []
    gate = asyncio.Event()

    async def handle(update: Update) -> None:
        if update.update_id == 1:
            await gate.wait()
        handled.append(update.update_id)

    def update(number: int, chat: int) -> Update:
        body = {"update_id": number, **text("x", chat=chat, user=chat)}
        found = Update.de_json(body, None)
        assert found is not None
        return found

    inbox = OnceInOrder(handle)
    tasks = [inbox.take(update(*each)) for each in ((1, 7), (2, 7), (3, 8), (1, 7))]
    assert tasks[0] is tasks[3]
    await tasks[2]
    assert handled == [3]
    gate.set()
    await asyncio.gather(*tasks)
    assert handled == [3, 1, 2]


async def test_a_place_that_is_taken_is_said_at_once(telegram: BotApi, client: Client, desk: Desk) -> None:
    port = free_port()
    where: dict[str, Any] = {
        "webhook_url": f"http://127.0.0.1:{port}/telegram",
        "webhook_port": port,
        "webhook_secret": "s3cret",
    }
    async with running(telegram, client, **where), httpx.AsyncClient() as http:
        assert (await http.get(f"http://127.0.0.1:{port}/telegram")).status_code == 405
        with pytest.raises(OSError):
            async with running(telegram, client, **where):
                raise AssertionError("two cannot listen at one place")
