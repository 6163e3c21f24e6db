"""A running bot between a local Bot API and the real API; only the desk's answers are scripted."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from inspect import isawaitable
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from assistant.client import Client
from assistant.desk.schemas import Message, Reply, TurnIn
from assistant.kit import tokens
from assistant.kit.clock import SettableClock
from assistant.kit.crypto import Keyring
from channels.telegram.app import build
from channels.telegram.app import running as working
from channels.telegram.context import App
from channels.telegram.hearing import Hearing
from channels.telegram.settings import Settings
from tests.channels.telegram.bot_api import BOT_KEY, BotApi, bot_api
from tests.links.conftest import Family, channel, family  # noqa: F401

SENT_AT = datetime.fromtimestamp(1_749_607_200, UTC)
"""Date of all messages in the tests."""


def plain(said: str, **more: Any) -> Reply:
    return Reply(messages=[Message(text=said, speech=said, **more)])


@dataclass
class Desk:
    """The desk's door: keeps every turn, answers by ``answer``, a repeated turn as the first time."""

    answer: Callable[[TurnIn], Reply | Awaitable[Reply]] = field(
        default=lambda turn: plain(f"收到：{turn.text or turn.event}")
    )
    turns: list[TurnIn] = field(default_factory=list)

    async def take(self, turn: TurnIn) -> Reply:
        self.turns.append(turn)
        reply = self.answer(turn)
        return await reply if isawaitable(reply) else reply


@pytest.fixture
def desk(app: FastAPI) -> Desk:
    """Stands before the real desk, whose understanding needs a running Rasa."""
    app.state.desk = desk = Desk()
    return desk


@pytest.fixture
async def telegram() -> AsyncIterator[BotApi]:
    async with bot_api() as running:
        yield running


@pytest.fixture
def client(app: FastAPI, keyring: Keyring, clock: SettableClock) -> Client:
    token = tokens.issue(keyring, "channel:telegram", clock.now())
    return Client("http://yinling", token, httpx.ASGITransport(app))


@asynccontextmanager
async def running(
    telegram: BotApi, client: Client, hearing: Hearing | None = None, **settings: Any
) -> AsyncIterator[App]:
    """The bot as ``python -m channels.telegram`` runs it, within this process."""
    found = Settings(TELEGRAM_TOKEN=BOT_KEY, base_url=telegram.url, **settings)
    app = build(found, client, hearing, lambda: SENT_AT)
    async with working(app, found):
        yield app


@pytest.fixture
async def bot(telegram: BotApi, client: Client, desk: Desk) -> AsyncIterator[App]:
    async with running(telegram, client) as app:
        yield app
