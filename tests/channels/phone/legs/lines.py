"""Lines for tests: a SIP line on loopback whose calls are answered by a small script."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from channels.phone.leg import CallLeg, LegEvent, Line, Sound
from channels.phone.legs.sip import SipLine
from channels.phone.settings import Settings
from tests.channels.phone.peers import free_port

Script = Callable[[CallLeg], Awaitable[None]]


def sip_settings(**changed: Any) -> Settings:
    """A line on loopback at a port of its own."""
    return Settings(
        **{"sip_host": "127.0.0.1", "sip_port": free_port(socket.SOCK_DGRAM), "rtp_ports": (20000, 20999)}
        | changed
    )


@asynccontextmanager
async def answered(line: Line, script: Script) -> AsyncIterator[list[CallLeg]]:
    """Run ``script`` for every call of a line; the legs there have been."""
    legs: list[CallLeg] = []
    tasks: set[asyncio.Task[None]] = set()

    async def take() -> None:
        async for leg in line.calls():
            legs.append(leg)
            task: asyncio.Task[None] = asyncio.ensure_future(script(leg))  # type: ignore[arg-type]
            tasks.add(task)
            task.add_done_callback(tasks.discard)

    taking = asyncio.create_task(take())
    try:
        yield legs
    finally:
        await line.close()
        await taking
        for failed in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(failed, Exception):
                raise failed


@asynccontextmanager
async def sip_line(
    script: Script, settings: Settings | None = None
) -> AsyncIterator[tuple[SipLine, list[CallLeg]]]:
    """A SIP line that answers with ``script``."""
    line = await SipLine.open(settings or sip_settings())
    async with answered(line, script) as legs:
        yield line, legs


async def echo(leg: CallLeg) -> None:
    """Say back what is heard, until the call is over."""
    await leg.answer()
    async for event in leg.events():
        if isinstance(event, Sound):
            await leg.play(event.samples)


class Notes:
    """An echo that writes down everything but sound."""

    def __init__(self) -> None:
        self.events: list[LegEvent] = []
        self.frames = 0

    async def __call__(self, leg: CallLeg) -> None:
        await leg.answer()
        async for event in leg.events():
            if isinstance(event, Sound):
                self.frames += 1
                await leg.play(event.samples)
            else:
                self.events.append(event)
