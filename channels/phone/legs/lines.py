"""All lines of this process as one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

from channels.phone.leg import CallLeg, Line, NotReached
from channels.phone.legs.asterisk import AsteriskLine
from channels.phone.legs.audiosocket import AudioSocketLine
from channels.phone.legs.sip import SipLine
from channels.phone.legs.twilio import TwilioLine
from channels.phone.settings import Carrier, Settings

_OPENERS: Final[dict[Carrier, Callable[[Settings], Awaitable[Line]]]] = {
    "sip": SipLine.open,
    "asterisk": AsteriskLine.open,
    "audiosocket": AudioSocketLine.open,
    "twilio": TwilioLine.open,
}


class Lines:
    """Several lines behind one ``Line``; calls go out by SIP. Use ``open_lines``."""

    def __init__(self, lines: dict[Carrier, Line]) -> None:
        self._lines = lines

    async def calls(self) -> AsyncIterator[CallLeg]:
        """Incoming calls of all lines, until all are closed."""
        ringing: asyncio.Queue[CallLeg | None] = asyncio.Queue()

        async def take(line: Line) -> None:
            async for leg in line.calls():
                ringing.put_nowait(leg)
            ringing.put_nowait(None)

        takers = [asyncio.create_task(take(line)) for line in self._lines.values()]
        try:
            for _ in takers:
                while (leg := await ringing.get()) is not None:
                    yield leg
        finally:
            for taker in takers:
                taker.cancel()

    async def dial(self, number: str, *, ring_s: float = 30) -> CallLeg:
        if "sip" not in self._lines:
            raise NotReached("failed")
        return await self._lines["sip"].dial(number, ring_s=ring_s)

    async def close(self) -> None:
        await asyncio.gather(*(line.close() for line in self._lines.values()))


async def open_lines(settings: Settings) -> Lines:
    """Open what ``settings.carriers`` names. Raises LineUnavailable or OSError, and leaves nothing open then."""
    opened: dict[Carrier, Line] = {}
    try:
        for carrier in settings.carriers:
            opened[carrier] = await _OPENERS[carrier](settings)
    except BaseException:
        await Lines(opened).close()
        raise
    return Lines(opened)
