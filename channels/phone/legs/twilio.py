"""Twilio-style media streams (also spoken by others): JSON messages with base64 µ-law over a WebSocket.

The stream belongs to a call that the provider has answered; when we close it, the provider goes on in its own
instructions, which end the call.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any
from uuid import uuid4

from websockets.asyncio.server import ServerConnection

from channels.phone.leg import CallInfo, Digit, Ending
from channels.phone.legs.identity import e164
from channels.phone.legs.stream import KEYS, Message, StreamLeg, WebSocketLine, parsed
from channels.phone.settings import Settings
from speech.audio import Samples, bytes_of
from speech.audio.g711 import decode_ulaw, encode_ulaw


class TwilioLine(WebSocketLine):
    """Calls that a provider streams here."""

    @classmethod
    async def open(cls, settings: Settings) -> TwilioLine:
        """Listen for the provider; TLS is the business of the proxy in front."""
        line = cls(settings)
        await line.listen(settings.twilio_port)
        return line

    async def first(self, connection: ServerConnection) -> StreamLeg:
        message: dict[str, Any] = {}
        while message.get("event") != "start":
            message = parsed(await connection.recv())
        start = message.get("start")
        if not isinstance(start, dict):
            raise ValueError("start without its object")
        stream = str(start.get("streamSid") or message.get("streamSid") or "")
        told = start.get("customParameters")
        parameters = {str(name): str(value) for name, value in told.items()} if isinstance(told, dict) else {}
        dialled = parameters.get("dialled", "")
        info = CallInfo(
            call_id=uuid4().hex,
            direction="in",
            carrier="twilio",
            caller=e164(parameters.get("caller", ""), self.settings.area_code),
            dialled=e164(dialled, self.settings.area_code) or dialled or None,
            headers={"callSid": str(start.get("callSid", ""))},
        )

        def encode(frame: Samples) -> str:
            payload = base64.b64encode(encode_ulaw(frame)).decode()
            return json.dumps({"event": "media", "streamSid": stream, "media": {"payload": payload}})

        return StreamLeg(
            info,
            self.ticker,
            self.settings,
            encode=encode,
            decode=lambda payload: bytes_of(decode_ulaw(payload)),
            flush=json.dumps({"event": "clear", "streamSid": stream}),
        )

    def take(self, leg: StreamLeg, message: Message) -> Ending | None:
        told = parsed(message)
        match told.get("event"), told:
            case "media", {"media": {"payload": str(payload), **rest}} if (
                rest.get("track", "inbound") == "inbound"
            ):
                try:
                    leg.hear(base64.b64decode(payload, validate=True))
                except binascii.Error:
                    return None
            case "dtmf", {"dtmf": {"digit": str(digit)}} if digit in KEYS:
                leg.press(Digit(digit))
            case "stop", _:
                return "caller"
        return None
