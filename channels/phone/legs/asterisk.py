"""Asterisk's chan_websocket with JSON control messages (20.18, 22.8, 23.2 and later): Asterisk connects to us.

Binary messages are sound in the channel's codec, text messages are events and commands. Asterisk paces what it
plays by itself and can take it back (FLUSH_MEDIA).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final
from uuid import uuid4

from websockets.asyncio.server import ServerConnection

from channels.phone.leg import CallInfo, Digit, Ending
from channels.phone.legs.identity import e164
from channels.phone.legs.stream import KEYS, Message, StreamLeg, WebSocketLine, asked, parsed
from channels.phone.settings import Settings
from speech.audio import Samples, bytes_of
from speech.audio.g711 import decode_alaw, decode_ulaw, encode_alaw, encode_ulaw

Codec = tuple[Callable[[Samples], bytes], Callable[[bytes], bytes]]
_CODECS: Final[dict[str, Codec]] = {
    "alaw": (encode_alaw, lambda payload: bytes_of(decode_alaw(payload))),
    "ulaw": (encode_ulaw, lambda payload: bytes_of(decode_ulaw(payload))),
    "slin": (bytes_of, bytes),
}
"""By Asterisk's names; slin is s16le at 8 kHz."""


class AsteriskLine(WebSocketLine):
    """Calls that Asterisk's dialplan sends here."""

    @classmethod
    async def open(cls, settings: Settings) -> AsteriskLine:
        """Listen for Asterisk."""
        line = cls(settings)
        await line.listen(settings.asterisk_port, "media")
        return line

    async def first(self, connection: ServerConnection) -> StreamLeg:
        start: dict[str, Any] = {}
        while start.get("event") != "MEDIA_START":
            message = await connection.recv()
            start = parsed(message) if isinstance(message, str) else {}
        if start.get("format") not in _CODECS:
            raise ValueError(f"codec {start.get('format')!r}: use c(alaw), c(ulaw) or c(slin)")
        encode, decode = _CODECS[start["format"]]
        told = asked(connection)
        dialled = told.get("dialled", "")
        info = CallInfo(
            call_id=uuid4().hex,
            direction="in",
            carrier="asterisk",
            caller=e164(told.get("caller", ""), self.settings.area_code),
            dialled=e164(dialled, self.settings.area_code) or dialled or None,
            headers={"channel_id": str(start.get("channel_id", ""))},
        )
        return StreamLeg(
            info,
            self.ticker,
            self.settings,
            encode=encode,
            decode=decode,
            flush=_command("FLUSH_MEDIA"),
            accept=_command("ANSWER"),
            goodbye=_command("HANGUP"),
        )

    def take(self, leg: StreamLeg, message: Message) -> Ending | None:
        if isinstance(message, bytes):
            leg.hear(message)
            return None
        event = parsed(message)
        if event.get("event") == "DTMF_END" and event.get("digit") in KEYS:
            leg.press(Digit(event["digit"]))
        return None


def _command(name: str) -> str:
    return json.dumps({"command": name})
