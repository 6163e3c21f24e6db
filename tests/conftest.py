"""Shared fixtures: a real PostgreSQL, the application, a clock that stands still."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import httpx
import psycopg
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.app import furnish, make_app, release
from assistant.client import Client
from assistant.kit import crypto, postgres, tokens
from assistant.kit.clock import SettableClock
from assistant.kit.crypto import Keyring
from assistant.kit.db import Base, Database
from assistant.schema import migrate
from assistant.settings import Settings

NOW = datetime(2025, 6, 11, 10, 0)
"""A Wednesday, China time."""


@pytest.fixture(scope="session")
def server_url() -> str:
    """URL of a PostgreSQL server made for this test run. It does not wait for the disk: no test pulls its plug."""
    # Not below pytest's own folder: a second run would close it to the server, which is not root.
    folder = tempfile.mkdtemp(prefix="yinling-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    url = postgres.start(Path(folder) / "data")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("ALTER SYSTEM SET synchronous_commit = off")
        connection.execute("SELECT pg_reload_conf()")
    return url


@pytest.fixture(scope="session")
def database_url(server_url: str) -> str:
    url = postgres.ensure_database(server_url, "yinling_test")
    migrate(url)
    return url


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(home=tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="session")
def keyring(settings: Settings) -> Keyring:
    keyring = Keyring.load_or_create(settings.keys)
    crypto.use(keyring)
    return keyring


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock(NOW)


@pytest.fixture
async def database(database_url: str, keyring: Keyring) -> AsyncIterator[Database]:
    """An empty database: what a test wrote is gone before the next."""
    database = Database(database_url)
    yield database
    await empty(database)
    await database.close()


async def empty(database: Database) -> None:
    """Delete all rows. By TRUNCATE: DELETE is faster, but rows of one instant would come in another order
    every time."""
    tables = ", ".join(f'"{table}"' for table in Base.metadata.tables)
    async with database.session() as session:
        await session.execute(text(f"TRUNCATE {tables} CASCADE"))


@pytest.fixture
async def session(database: Database) -> AsyncIterator[AsyncSession]:
    """One unit of work, committed at the end of the test."""
    async with database.session() as unit:
        yield unit


@pytest.fixture(scope="session")
def routes(settings: Settings, database_url: str) -> FastAPI:
    """The application, whose routes take half a second at their first request: one for all tests, each of which
    furnishes it anew."""
    return make_app(settings, database_url)


@pytest.fixture
async def app(
    routes: FastAPI, database: Database, database_url: str, settings: Settings, clock: SettableClock
) -> AsyncIterator[FastAPI]:
    furnish(routes, settings, database_url, clock)
    yield routes
    await release(routes)


@asynccontextmanager
async def calling(
    app: FastAPI, keyring: Keyring, clock: SettableClock, subject: str
) -> AsyncIterator[httpx.AsyncClient]:
    """The API in process, with the token of ``subject``."""
    token = tokens.issue(keyring, subject, clock.now())
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://yinling",
        headers={"authorization": f"Bearer {token}"},
    ) as client:
        yield client


@pytest.fixture
async def api(app: FastAPI, keyring: Keyring, clock: SettableClock) -> AsyncIterator[httpx.AsyncClient]:
    """The API as the action server sees it."""
    async with calling(app, keyring, clock, "actions") as client:
        yield client


@pytest.fixture
async def phone(app: FastAPI, keyring: Keyring, clock: SettableClock) -> AsyncIterator[Client]:
    """The API as the phone process sees it."""
    client = Client(
        "http://yinling", tokens.issue(keyring, "channel:phone", clock.now()), httpx.ASGITransport(app)
    )
    yield client
    await client.close()


@pytest.fixture
async def ringing(
    routes: FastAPI, database: Database, database_url: str, settings: Settings, clock: SettableClock
) -> AsyncIterator[FastAPI]:
    """The application of an installation that rings people; name it ``app`` where it is needed."""
    furnish(routes, settings.model_copy(update={"outbound_calls": True}), database_url, clock)
    yield routes
    await release(routes)


@pytest.fixture(scope="session")
def repository_root() -> Iterator[Path]:
    yield Path(__file__).resolve().parent.parent
