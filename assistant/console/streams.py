"""Server-sent events: a page is told that something changed, and asks for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from typing import Any, Final

from fastapi import Request
from sse_starlette import EventSourceResponse

from assistant.kit.live import Words

HEARTBEAT_S: Final = 20
"""Between two signs of life; proxies close what is silent for 30 or 60 s."""
STREAM_S: Final = 600
"""A stream ends after so long and is opened anew: then the account is checked again."""
REFRESH_S: Final = 30
"""Pages look anew after so long even when nothing was told."""


def follow(request: Request, topics: Mapping[str, str]) -> EventSourceResponse:
    """For each topic of ``kit.live`` its event, without data: at once, and whenever something is published."""
    told = _changes(request, topics)
    return EventSourceResponse(told, ping=HEARTBEAT_S, headers={"x-accel-buffering": "no"})


async def _changes(request: Request, topics: Mapping[str, str]) -> AsyncIterator[dict[str, Any]]:
    until = asyncio.get_running_loop().time() + STREAM_S
    async with AsyncExitStack() as open_topics:
        subscribe = request.app.state.live.subscribe
        told = {topics[one]: await open_topics.enter_async_context(subscribe(one)) for one in topics}
        happened = [*told]
        while True:
            for event in happened:
                yield {"event": event, "data": ""}
            if asyncio.get_running_loop().time() >= until:
                return
            happened = await _first(told) or [*told]


async def _first(told: Mapping[str, Words]) -> list[str]:
    """The events of which something is told first; none after ``REFRESH_S``."""
    waiting = {asyncio.create_task(words.get()): event for event, words in told.items()}
    try:
        done, _ = await asyncio.wait(waiting, timeout=REFRESH_S, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
    return [waiting[task] for task in done]
