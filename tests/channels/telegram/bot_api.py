"""A local server that speaks the Bot API over HTTP, for as much of it as the channel uses.

It can fail, delay, rate-limit, lose connections and send updates twice; it remembers every call.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

BOT_KEY = "100000001:made-up-token-of-the-tests"
BOT_ID = 100000001
USERNAME = "yinling_test_bot"
WAIT_S = 20.0
"""Longest wait of a test for something to happen; reached only when it fails."""


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one call.

    Args:
        status: HTTP status of the error; 429 carries ``retry_after``.
        delay: seconds before anything happens.
        lose: the connection ends without an answer; the call itself is not carried out.
    """

    status: int | None = None
    description: str = "made up by the test"
    retry_after: int | None = None
    delay: float = 0.0
    lose: bool = False


@dataclass(frozen=True)
class Call:
    """One call that was carried out."""

    method: str
    params: dict[str, Any]
    message_id: int | None = None


def no_fault(method: str, params: dict[str, Any]) -> Fault | None:
    return None


@dataclass
class BotApi:
    """State of the server. ``fault`` decides for every call whether something goes wrong."""

    fault: Callable[[str, dict[str, Any]], Fault | None] = no_fault
    twice: bool = False
    """Send every update twice."""
    calls: list[Call] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    webhook: dict[str, Any] | None = None
    faults: int = 0
    url: str = ""

    def __post_init__(self) -> None:
        self._updates: list[dict[str, Any]] = []
        self._ids = itertools.count(1)
        self._messages = itertools.count(1000)
        self._changed = asyncio.Condition()

    # What the tests do

    async def push(self, update: dict[str, Any]) -> int:
        """Send an update the way the bot wants it: to its webhook, or with its next poll."""
        update = {"update_id": next(self._ids), **update}
        copies = [update, update] if self.twice else [update]
        if self.webhook:
            for copy in copies:
                assert (await self.post_webhook(copy)).status_code == 200
        else:
            self._updates += copies
            await self._notify()
        return int(update["update_id"])

    async def post_webhook(self, update: dict[str, Any], secret: str | None = None) -> httpx.Response:
        """Post an update as Telegram does, with the secret it was given unless another is named."""
        assert self.webhook is not None
        headers = {
            "X-Telegram-Bot-Api-Secret-Token": self.webhook["secret_token"] if secret is None else secret
        }
        async with httpx.AsyncClient() as client:
            return await client.post(self.webhook["url"], json=update, headers=headers)

    def sent(self, chat: int | None = None) -> list[dict[str, Any]]:
        """Messages that the bot sent, in order."""
        messages = [call.params for call in self.calls if call.method == "sendMessage"]
        return [one for one in messages if chat is None or int(one["chat_id"]) == chat]

    def texts(self, chat: int | None = None) -> list[str]:
        return [one["text"] for one in self.sent(chat)]

    def called(self, method: str) -> list[dict[str, Any]]:
        return [call.params for call in self.calls if call.method == method]

    async def until(self, reached: Callable[[], bool]) -> None:
        """Wait until calls have made something true."""
        async with asyncio.timeout(WAIT_S), self._changed:
            await self._changed.wait_for(reached)

    async def until_sent(self, count: int, chat: int | None = None) -> list[dict[str, Any]]:
        await self.until(lambda: len(self.sent(chat)) >= count)
        return self.sent(chat)

    @property
    def unconfirmed(self) -> list[int]:
        """Updates that the bot has not yet confirmed by asking for later ones."""
        return [one["update_id"] for one in self._updates]

    # The server

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/bot{token}/{method}", self._call, methods=["GET", "POST"]),
                Route("/file/bot{token}/{path:path}", self._file),
            ]
        )

    async def _call(self, request: Request) -> Response:
        method = request.path_params["method"]
        params = await _params(request)
        if request.path_params["token"] != BOT_KEY:
            return _error(401, "Unauthorized")
        fault = self.fault(method, params)
        if fault is not None:
            self.faults += 1
            await self._notify()
            await asyncio.sleep(fault.delay)
            if fault.lose:
                return _Lost()
            if fault.status is not None:
                return _error(fault.status, fault.description, fault.retry_after)
        handler = getattr(self, f"_on_{method}", None)
        return (
            _ok(await handler(params) if handler else True) if handler else await self._other(method, params)
        )

    async def _other(self, method: str, params: dict[str, Any]) -> Response:
        self.calls.append(Call(method, params))
        await self._notify()
        return _ok(True)

    async def _on_getMe(self, params: dict[str, Any]) -> dict[str, Any]:
        return {"id": BOT_ID, "is_bot": True, "first_name": "银铃", "username": USERNAME}

    def take(self, params: dict[str, Any]) -> int:
        """Carry a message to its reader; its id."""
        message_id = next(self._messages)
        self.calls.append(Call("sendMessage", params, message_id))
        return message_id

    async def _on_sendMessage(self, params: dict[str, Any]) -> dict[str, Any]:
        message_id = self.take(params)
        await self._notify()
        chat = {"id": int(params["chat_id"]), "type": "private"}
        return {"message_id": message_id, "date": 1_749_607_200, "chat": chat, "text": params["text"]}

    async def _on_getFile(self, params: dict[str, Any]) -> dict[str, Any]:
        return {"file_id": params["file_id"], "file_unique_id": "u", "file_path": params["file_id"]}

    async def _on_setWebhook(self, params: dict[str, Any]) -> bool:
        self.webhook = params
        await self._notify()
        return True

    async def _on_getUpdates(self, params: dict[str, Any]) -> list[dict[str, Any]]:
        confirmed = int(params.get("offset", 0))
        self._updates = [one for one in self._updates if one["update_id"] >= confirmed]
        await self._notify()
        try:
            async with asyncio.timeout(float(params.get("timeout", 0))), self._changed:
                await self._changed.wait_for(lambda: bool(self._updates))
        except TimeoutError:
            pass
        return list(self._updates)

    async def _file(self, request: Request) -> Response:
        content = self.files.get(request.path_params["path"])
        return Response(status_code=404) if content is None else Response(content)

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()


class _Lost(Response):
    """The connection ends before there is an answer."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        raise ConnectionResetError


async def _params(request: Request) -> dict[str, Any]:
    form = await request.form()
    return {key: _decoded(value) for key, value in form.items()}


def _decoded(value: Any) -> Any:
    """Nested things arrive as JSON; text stays text."""
    if isinstance(value, str) and value[:1] in "[{":
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _ok(result: Any) -> Response:
    return JSONResponse({"ok": True, "result": result})


def _error(status: int, description: str, retry_after: int | None = None) -> Response:
    body: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
    if retry_after is not None:
        body["parameters"] = {"retry_after": retry_after}
    return JSONResponse(body, status)


@asynccontextmanager
async def served(app: ASGIApp) -> AsyncIterator[str]:
    """An ASGI application on a free port of this machine; yields its address."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_level="critical", lifespan="off", access_log=False)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = server.force_exit = True
        await task
        listening.close()


@asynccontextmanager
async def bot_api() -> AsyncIterator[BotApi]:
    """A running server."""
    api = BotApi()
    async with served(api.app()) as url:
        api.url = url
        yield api
