"""Server-sent events: a page is told that something changed, and asks for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any, Final

from fastapi import Request
from sse_starlette import EventSourceResponse

HEARTBEAT_S: Final = 20
"""Between two signs of life; proxies close what is silent for 30 or 60 s."""
STREAM_S: Final = 600
"""A stream ends after so long and is opened anew: then the account is checked again."""
REFRESH_S: Final = 30
"""Pages look anew after so long even when nothing was told."""


def follow(request: Request, topic: str, event: str) -> EventSourceResponse:
    """``event``, without data, at once and whenever something is published on a topic of ``kit.live``."""
    told = _changes(request, topic, event)
    return EventSourceResponse(told, ping=HEARTBEAT_S, headers={"x-accel-buffering": "no"})


async def _changes(request: Request, topic: str, event: str) -> AsyncIterator[dict[str, Any]]:
    until = asyncio.get_running_loop().time() + STREAM_S
    async with request.app.state.live.subscribe(topic) as told:
        yield {"event": event, "data": ""}
        while asyncio.get_running_loop().time() < until:
            with suppress(TimeoutError):
                await asyncio.wait_for(told.get(), REFRESH_S)
            yield {"event": event, "data": ""}
