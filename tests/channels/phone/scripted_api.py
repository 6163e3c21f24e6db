"""An API that answers every turn by script, at a port of its own: for a telephone process without the service."""

from __future__ import annotations

import itertools
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.channels.phone.memory import reply
from tests.channels.phone.peers import free_port

GREETING = "您好，我是智能语音助手。请问您要什么？"


class ScriptedApi:
    """Counts what it is told."""

    def __init__(self) -> None:
        self.begun = self.ended = self.turns = 0
        self.timings: list[dict[str, float]] = []
        """Of every entry of a record, ms by stage."""
        self._numbers = itertools.count(1)

    async def turn(self, request: Request) -> Response:
        turn = await request.json()
        self.turns += 1
        if turn.get("event") == "hangup":
            return JSONResponse(reply("再见。", end=True).model_dump(mode="json"))
        if turn.get("event"):
            return JSONResponse(reply(GREETING).model_dump(mode="json"))
        # Another sentence each time: sound that is made anew, as names and times make it.
        text = f"好的，第{next(self._numbers)}号，明天中午给您送到家里，一共十二元，您还要什么？"
        return JSONResponse(reply(text).model_dump(mode="json"))

    async def begin(self, request: Request) -> Response:
        self.begun += 1
        told = await request.json()
        return JSONResponse({"id": str(uuid.uuid4()), "conversation": told["conversation"]})

    async def end(self, request: Request) -> Response:
        self.ended += 1
        return Response(status_code=204)

    async def entry(self, request: Request) -> Response:
        self.timings.append((await request.json())["timings"])
        return Response(status_code=204)

    async def abandoned(self, request: Request) -> Response:
        return JSONResponse({"calls": 0})

    async def claim(self, request: Request) -> Response:
        return JSONResponse({"outbound": None})

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/desk/turns", self.turn, methods=["POST"]),
                Route("/v1/calls", self.begin, methods=["POST"]),
                Route("/v1/calls/abandoned", self.abandoned, methods=["POST"]),
                Route("/v1/calls/outbound/claim", self.claim, methods=["POST"]),
                Route("/v1/calls/{conversation}/entries", self.entry, methods=["POST"]),
                Route("/v1/calls/{conversation}/end", self.end, methods=["POST"]),
            ]
        )


@contextmanager
def scripted_api() -> Iterator[tuple[ScriptedApi, str]]:
    """The API and its URL."""
    api, port = ScriptedApi(), free_port()
    server = uvicorn.Server(uvicorn.Config(api.app(), host="127.0.0.1", port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield api, f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)
