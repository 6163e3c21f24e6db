"""The FastAPI application: the only public door."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from importlib import import_module

import httpx
import structlog
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from starlette.datastructures import Headers, MutableHeaders, State
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.calls.spoken import Notice, Recall
from assistant.care.spoken import CheckIn
from assistant.client import Client
from assistant.desk.rasa import Rasa
from assistant.desk.service import Desk
from assistant.desk.unfinished import Unfinished
from assistant.kit import crypto, tokens
from assistant.kit.api import Context, holder
from assistant.kit.clock import Clock, SystemClock
from assistant.kit.crypto import Keyring
from assistant.kit.db import Database
from assistant.kit.errors import Forbidden, Invalid, YinlingError
from assistant.kit.live import Live
from assistant.links.spoken import Code, Emergency, Link
from assistant.safety import triage
from assistant.settings import Settings

ROUTERS = (
    "assistant.people.endpoints",
    "assistant.catalog.endpoints",
    "assistant.orders.endpoints",
    "assistant.benefits.endpoints",
    "assistant.tickets.endpoints",
    "assistant.safety.endpoints",
    "assistant.links.endpoints",
    "assistant.desk.endpoints",
    "assistant.calls.endpoints",
    "assistant.care.endpoints",
    "assistant.console.endpoints",
    "channels.web.endpoints",
)


MATTERS = (Emergency(), CheckIn(), Unfinished(), Link(), Code(), Notice(), Recall())
"""What the service itself brings up in a conversation, the most pressing first."""


def make_app(settings: Settings, database_url: str, clock: Clock | None = None) -> FastAPI:
    """The application over the database at ``database_url``; ``clock`` stands still in tests."""
    app = FastAPI(title="银铃 Yinling", version="0.1.0", lifespan=_lifespan)
    furnish(app, settings, database_url, clock)
    app.add_exception_handler(YinlingError, _domain_error)
    app.add_exception_handler(RequestValidationError, _bad_request)
    for module in ROUTERS:
        router: APIRouter = import_module(module).router
        app.include_router(router)
    app.add_api_route("/health", _health, methods=["GET"], include_in_schema=False)
    app.add_api_route("/metrics", _metrics, methods=["GET"], include_in_schema=False)
    app.add_middleware(Correlation)
    return app


def furnish(app: FastAPI, settings: Settings, database_url: str, clock: Clock | None = None) -> None:
    """Give the application all that it holds besides its routes."""
    keyring = Keyring.load_or_create(settings.keys)
    crypto.use(keyring)
    app.state = State()
    app.state.context = Context(settings, Database(database_url), clock or SystemClock(), keyring)
    app.state.rasa = Rasa(settings.rasa_url, settings.rasa_timeout_s)
    app.state.desk = Desk(app.state.context, app.state.rasa, MATTERS)
    app.state.live = Live(database_url)
    app.state.client_for = partial(_client_for, app)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    triage.warm_up()
    yield
    await release(app)


async def release(app: FastAPI) -> None:
    """Close every connection that the application holds."""
    await app.state.live.close()
    await app.state.rasa.close()
    await app.state.context.database.close()


def _client_for(app: FastAPI, subject: str) -> Client:
    """A client of the API within this process, for the channels that it serves itself."""
    here: Context = app.state.context
    token = tokens.issue(here.keyring, subject, here.clock.now())
    return Client("http://yinling", token, httpx.ASGITransport(app))


async def _health(request: Request) -> JSONResponse:
    """200 when the database answers. Open to all: it tells nothing else."""
    async with request.app.state.context.database.session() as session:
        await session.execute(text("SELECT 1"))
    return JSONResponse({"status": "ok"})


async def _metrics(request: Request) -> Response:
    """Prometheus metrics, for holders of a token (``yinling token metrics``)."""
    if "metrics" not in holder(request).scopes:
        raise Forbidden()
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


class Correlation:
    """A correlation id for every line that is logged while a request is served, and in its response."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        correlation = Headers(scope=scope).get("x-correlation-id") or uuid.uuid4().hex[:16]

        async def answered(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["x-correlation-id"] = correlation
            await send(message)

        with structlog.contextvars.bound_contextvars(correlation=correlation):
            await self.app(scope, receive, answered)


async def _domain_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, YinlingError)
    return JSONResponse(error.as_dict(), error.status)


async def _bad_request(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    where = [{"where": ".".join(map(str, one["loc"])), "problem": one["type"]} for one in error.errors()]
    refused = Invalid("提交的内容不完整或格式不对。", fields=where)
    return JSONResponse(refused.as_dict(), refused.status)
