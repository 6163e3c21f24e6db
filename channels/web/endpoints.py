"""The chat page over HTTP: the page, its turns, what others say in it, and its voice."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates
from sse_starlette import EventSourceResponse

from assistant.client import Client
from assistant.desk.schemas import Reply, TurnIn
from channels.web import limits, sessions, speaking
from channels.web.guard import Guarded
from channels.web.refusals import no_voice, nothing_to_read
from channels.web.schemas import CITY, TURN_ID, ChatTurn

HERE = Path(__file__).parent
HEARTBEAT_S: Final = 20
"""Between two signs of life; proxies close what is silent for 30 or 60 s."""
LOOK_S: Final = 30
"""A page is looked after so often even when nothing was told: what tells may have been away."""
STREAMS: Final = 4
"""Open event streams of one conversation: its tabs."""

router = APIRouter(tags=["web chat"], route_class=Guarded)
pages = Jinja2Templates(HERE / "templates")
static = StaticFiles(directory=HERE / "static")
limiter = limits.Limiter(time.monotonic)
streams: Counter[str] = Counter()


@router.get("/", include_in_schema=False)
async def page(request: Request, city: Annotated[str | None, Query(pattern=CITY)] = None) -> Response:
    """The chat page; ``?city=yuxi`` opens it for another city of the installation."""
    response = pages.TemplateResponse(request, "chat.html", {"city": city or ""})
    if sessions.conversation(request) is None:
        limiter.take(f"sessions:{_address(request)}", limits.SESSIONS_OF_ADDRESS)
        sessions.remember(request, response, sessions.fresh())
    return response


@router.get("/chat/static/{path:path}", include_in_schema=False)
async def asset(request: Request, path: str) -> Response:
    response = await static.get_response(path, request.scope)
    response.headers["cache-control"] = "no-cache"
    return response


@router.post("/chat/session", status_code=204)
async def new_session(request: Request) -> Response:
    """A new conversation for this browser; the old one can no longer be reached from it."""
    limiter.take(f"sessions:{_address(request)}", limits.SESSIONS_OF_ADDRESS)
    response = Response(status_code=204)
    sessions.remember(request, response, sessions.fresh())
    return response


@router.post("/chat/turns")
async def take_turn(turn: ChatTurn, request: Request) -> Reply:
    """Carry a turn to the desk. The same ``turn_id`` again gets the same reply."""
    conversation = sessions.required(request)
    if turn.event == "sos":
        limiter.take(f"alarms:{conversation}", limits.ALARMS)
    else:
        limiter.take(f"turns:{conversation}", limits.TURNS)
        limiter.take(f"turns:{_address(request)}", limits.TURNS_OF_ADDRESS)
    async with _desk(request) as desk:
        return await desk.turn(turn.turn(conversation))


@router.get("/chat/events", response_class=EventSourceResponse)
async def events(request: Request, after: Annotated[str | None, Query(pattern=TURN_ID)] = None) -> Response:
    """What others (a worker, the assistant of its own accord) say in this conversation.

    Each event ``said`` is ``{"turn_id", "reply": Reply}`` and has the turn's name as its id. A page that was
    away gets what it missed: after ``Last-Event-ID``, else after the turn ``after``, else all of it.
    """
    conversation = sessions.required(request)
    known = request.headers.get("last-event-id") or after
    if streams[conversation] >= STREAMS:
        return Response(status_code=204)  # tells the browser not to ask again
    return EventSourceResponse(
        _said(request, conversation, known), ping=HEARTBEAT_S, headers={"x-accel-buffering": "no"}
    )


@router.get("/chat/speech")
async def speech(
    request: Request,
    turn: Annotated[str, Query(pattern=TURN_ID)],
    n: Annotated[int, Query(ge=0, lt=50)],
) -> Response:
    """Message ``n`` of the reply to ``turn`` as sound (``audio/wav``)."""
    conversation = sessions.required(request)
    limiter.take(f"speech:{conversation}", limits.SPEECH)
    async with _desk(request) as desk:
        # A repeated turn gets its first reply: so nothing that was said need be kept here.
        reply = await desk.turn(TurnIn(channel="web", conversation=conversation, turn_id=turn))
    if n >= len(reply.messages):
        raise nothing_to_read()
    cache: Path = request.app.state.context.settings.home / "speech"
    try:
        sound = await run_in_threadpool(speaking.wav, reply.messages[n].speech, reply.pace, cache)
    except speaking.NoVoice as error:
        raise no_voice() from error
    return Response(sound, media_type="audio/wav")


async def _said(request: Request, conversation: str, after: str | None) -> AsyncIterator[dict[str, Any]]:
    streams[conversation] += 1
    try:
        # Told first, then read: what is said in between is read, and nothing is told that was not kept.
        async with request.app.state.live.subscribe(f"words:web:{conversation}") as told:
            yield {"event": "open", "data": ""}
            while True:
                async with _desk(request) as desk:
                    words = await desk.words("web", conversation, after)
                for word in words:
                    after = word.turn_id
                    yield {"event": "said", "id": after, "data": word.model_dump_json()}
                with suppress(TimeoutError):
                    await asyncio.wait_for(told.get(), LOOK_S)
    finally:
        streams[conversation] -= 1
        if streams[conversation] <= 0:
            del streams[conversation]


@asynccontextmanager
async def _desk(request: Request) -> AsyncIterator[Client]:
    client: Client = request.app.state.client_for("channel:web")
    try:
        yield client
    finally:
        await client.close()


def _address(request: Request) -> str:
    return limits.network(request.client.host if request.client else None)
