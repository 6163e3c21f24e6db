"""The lines an operator has switched on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from channels.phone.leg import Line
from channels.phone.legs.asterisk import AsteriskLine
from channels.phone.legs.audiosocket import AudioSocketLine
from channels.phone.legs.joining import JoinableLine
from channels.phone.legs.sip import SipLine
from channels.phone.legs.twilio import TwilioLine
from channels.phone.settings import Carrier, Settings

_OPENERS: Final[dict[Carrier, Callable[[Settings], Awaitable[Line]]]] = {
    "sip": SipLine.open,
    "asterisk": AsteriskLine.open,
    "audiosocket": AudioSocketLine.open,
    "twilio": TwilioLine.open,
}
"""In this order: the first line is the one that dials, and only SIP can."""


async def open_lines(settings: Settings) -> list[Line]:
    """Open what ``settings.carriers`` names. Raises LineUnavailable, or OSError when a stream's port is taken."""
    opened: list[Line] = []
    try:
        for carrier, opener in _OPENERS.items():
            if carrier in settings.carriers:
                opened.append(await opener(settings))
    except BaseException:
        await asyncio.gather(*(line.close() for line in opened))
        raise
    return [JoinableLine(line, opened[0].dial) for line in opened]
