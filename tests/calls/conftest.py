"""The API as the phone process sees it, and an installation that rings people."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import FastAPI

from assistant.app import make_app
from assistant.client import Client
from assistant.kit import tokens
from assistant.kit.clock import SettableClock
from assistant.kit.crypto import Keyring
from assistant.kit.db import Database
from assistant.settings import Settings
from tests.world import World, build


@pytest.fixture
def ringing(settings: Settings) -> Settings:
    """Settings of an installation that may ring people."""
    return settings.model_copy(update={"outbound_calls": True})


@pytest.fixture
async def app(
    database: Database, database_url: str, ringing: Settings, clock: SettableClock
) -> AsyncIterator[FastAPI]:
    made = make_app(ringing, database_url, clock)
    yield made
    await made.state.live.close()
    await made.state.context.database.close()


@asynccontextmanager
async def client_of(
    app: FastAPI, keyring: Keyring, clock: SettableClock, subject: str
) -> AsyncIterator[Client]:
    client = Client("http://yinling", tokens.issue(keyring, subject, clock.now()), httpx.ASGITransport(app))
    yield client
    await client.close()


@pytest.fixture
async def phone(app: FastAPI, keyring: Keyring, clock: SettableClock) -> AsyncIterator[Client]:
    async with client_of(app, keyring, clock, "channel:phone") as client:
        yield client


@pytest.fixture
async def world(database: Database) -> World:
    return await build(database)
