"""The stack as evaluation and benchmarks run it: real processes, an own database, a clock that can be set."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from assistant import schema, training
from assistant.app import make_app
from assistant.client import Client
from assistant.kit import crypto, postgres
from assistant.kit.clock import Clock, SettableClock, SystemClock
from assistant.kit.db import Database
from assistant.processes import NotStarted, Stack, free_port
from assistant.seeds import load
from assistant.settings import Settings, settings


@dataclass
class Running:
    """A running stack."""

    settings: Settings
    stack: Stack
    database_url: str
    clock: SettableClock
    server: uvicorn.Server

    def client(self, subject: str = "channel:terminal") -> Client:
        """A new client over HTTP with the token of ``subject``."""
        return Client(self.settings.api_url, self.stack.token(subject))


def own_settings(home: Path | None = None) -> Settings:
    """Settings on free ports, with an own home below the installation's."""
    ports = {name: free_port(0) for name in ("api", "rasa", "actions")}
    base = settings()
    return base.model_copy(
        update={
            "home": home or base.home / "evaluation",
            "key_file": None,
            "database_url": None,
            "port": ports["api"],
            "api_url": f"http://127.0.0.1:{ports['api']}",
            "rasa_url": f"http://127.0.0.1:{ports['rasa']}",
            "actions_url": f"http://127.0.0.1:{ports['actions']}",
            # Evaluation waits longer than a caller would: it measures what is said, not how fast.
            "rasa_timeout_s": 20.0,
        }
    )


@contextlib.contextmanager
def running(config: Settings | None = None, *, database_url: str | None = None) -> Iterator[Running]:
    """Start everything; the API runs in a thread of this process, so that its clock can be set."""
    config = config or own_settings()
    stack = Stack(config, lambda line: None, serve_api=False)
    clock = SettableClock(SystemClock().now())
    url = _prepared(config, stack, clock, database_url)
    model = config.rasa_model or training.model()
    server = _serve(config, url, clock)
    try:
        stack.start(url, model)
        yield Running(config, stack, url, clock, server)
    finally:
        stack.stop()
        server.should_exit = True


@contextlib.contextmanager
def separate(config: Settings) -> Iterator[tuple[Stack, str]]:
    """Everything in processes of its own, as in production, for timing: the stack and its database's URL."""
    stack = Stack(config, lambda line: None)
    url = _prepared(config, stack, SystemClock())
    try:
        stack.start(url, config.rasa_model or training.model())
        yield stack, url
    finally:
        stack.stop()


@contextlib.contextmanager
def deployed(config: Settings) -> Iterator[Client]:
    """A client of a service in processes of its own."""
    with separate(config) as (stack, _):
        yield Client(config.api_url, stack.token("channel:terminal"))


def _prepared(config: Settings, stack: Stack, clock: Clock, database_url: str | None = None) -> str:
    """URL of a database that holds the catalogue and nobody."""
    url = database_url or _fresh_database(config)
    crypto.use(stack.keyring)
    asyncio.run(_seed(url, clock))
    return url


def _fresh_database(config: Settings) -> str:
    base = config.database_url or postgres.start(config.home / "postgres")
    url = postgres.fresh_database(base, "yinling_evaluation")
    schema.migrate(url)
    return url


async def _seed(url: str, clock: Clock) -> None:
    database = Database(url, pool_size=1)
    async with database.session() as session:
        await load(session, clock.now())
    await database.close()


def _serve(config: Settings, url: str, clock: SettableClock) -> uvicorn.Server:
    app = make_app(config, url, clock)
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=config.port, log_level="warning", access_log=False)
    )
    threading.Thread(target=server.run, daemon=True).start()
    deadline = time.monotonic() + 30
    while not server.started:
        if time.monotonic() > deadline:
            raise NotStarted("API 没有起来")
        time.sleep(0.02)
    return server
