"""The page's router on a server of its own, with a scripted desk behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import datetime
from types import SimpleNamespace

import httpx
import pytest
from fastapi import FastAPI

from assistant.client import Client
from assistant.kit.clock import SettableClock
from assistant.kit.crypto import Keyring
from assistant.kit.live import Live
from assistant.settings import Settings
from channels.web import endpoints, limits
from tests.browser import browser, page, served
from tests.channels.web.desk import ScriptedDesk

__all__ = ["browser", "page"]

NOW = datetime(2025, 6, 11, 10, 0)


@pytest.fixture(autouse=True)
def seconds(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The clock of the limits, in seconds; every test begins with its whole allowance."""
    now = [0.0]
    monkeypatch.setattr(endpoints, "limiter", limits.Limiter(lambda: now[0]))
    return now


@pytest.fixture
def desk() -> ScriptedDesk:
    return ScriptedDesk()


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock(NOW)


@pytest.fixture
def web(
    desk: ScriptedDesk, clock: SettableClock, keyring: Keyring, settings: Settings, server_url: str
) -> FastAPI:
    """The application of the page: what it expects of ``app.state``, and its router."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        await app.state.live.close()

    app = FastAPI(lifespan=lifespan)
    app.state.context = SimpleNamespace(keyring=keyring, clock=clock, settings=settings)
    app.state.client_for = lambda subject: Client("http://desk", subject, httpx.ASGITransport(desk.app))
    app.state.live = Live(server_url)
    app.include_router(endpoints.router)
    return app


@pytest.fixture
def site(web: FastAPI) -> Iterator[str]:
    """Address of the running page."""
    with served(web) as address:
        yield address


@pytest.fixture
async def http(web: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """The page's door without a browser; it says what a browser says about where it comes from."""
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(web), base_url="http://page", headers={"origin": "http://page"}
    ) as client:
        yield client
