"""The FastAPI application: the only public door."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from assistant.kit import crypto
from assistant.kit.api import Context
from assistant.kit.clock import Clock, SystemClock
from assistant.kit.crypto import Keyring
from assistant.kit.db import Database
from assistant.kit.errors import Invalid, YinlingError
from assistant.settings import Settings

ROUTERS = (
    "assistant.people.endpoints",
    "assistant.catalog.endpoints",
    "assistant.orders.endpoints",
    "assistant.benefits.endpoints",
    "assistant.tickets.endpoints",
)


def make_app(settings: Settings, database_url: str, clock: Clock | None = None) -> FastAPI:
    """The application over the database at ``database_url``; ``clock`` stands still in tests."""
    keyring = Keyring.load_or_create(settings.keys)
    crypto.use(keyring)
    database = Database(database_url)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        await database.close()

    app = FastAPI(title="银铃 Yinling", version="0.1.0", lifespan=lifespan)
    app.state.context = Context(settings, database, clock or SystemClock(), keyring)
    app.add_exception_handler(YinlingError, _domain_error)
    app.add_exception_handler(RequestValidationError, _bad_request)
    for module in ROUTERS:
        router: APIRouter = import_module(module).router
        app.include_router(router)
    return app


async def _domain_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, YinlingError)
    return JSONResponse(error.as_dict(), error.status)


async def _bad_request(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    where = [{"where": ".".join(map(str, one["loc"])), "problem": one["type"]} for one in error.errors()]
    refused = Invalid("提交的内容不完整或格式不对。", fields=where)
    return JSONResponse(refused.as_dict(), refused.status)
