"""Asterisk's AudioSocket, for versions without chan_websocket: frames over TCP, Asterisk connects to us.

A frame is a type (u8), a length (u16, big-endian) and so many bytes. The first one is a UUID, which the dialplan
chooses; that is all a call tells of itself, so it carries a key and the caller's number (see docs/telephone.md):
20 hexadecimal digits of the key, then the number's last 12 digits, filled with ``f`` from the left.
There is no flush, so little is sent ahead.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import struct
from contextlib import suppress
from typing import Final
from uuid import uuid4

import structlog

from channels.phone.leg import CallInfo, Digit, Ending
from channels.phone.legs.identity import e164
from channels.phone.legs.stream import FIRST_MESSAGE_S, KEYS, Message, StreamLeg, StreamLine
from channels.phone.settings import Settings
from speech.audio import Samples, bytes_of

log = structlog.get_logger()

_HANG_UP, _UUID, _DTMF, _AUDIO, _ERROR = 0x00, 0x01, 0x03, 0x10, 0xFF
_KEY_DIGITS: Final = 20


def key_of(token: str) -> str:
    """The part of the UUID that proves the caller is our Asterisk: 80 bits of the token's SHA-256, hexadecimal."""
    return hashlib.sha256(token.encode()).hexdigest()[:_KEY_DIGITS]


class AudioSocketLine(StreamLine):
    """Calls that Asterisk's AudioSocket application sends here."""

    _server: asyncio.Server

    @classmethod
    async def open(cls, settings: Settings) -> AudioSocketLine:
        """Listen for Asterisk."""
        line = cls(settings)
        line._server = await asyncio.start_server(
            line._serve, settings.stream_host, settings.audiosocket_port
        )
        return line

    async def stop_listening(self) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(FIRST_MESSAGE_S):
                kind, payload = await _frame(reader)
            number = self._caller(kind, payload)
            if number is None or self.full:
                log.warning("phone.stream_stranger" if number is None else "phone.full")
            else:
                await self._call(number, reader, writer)
        except (TimeoutError, ConnectionError, asyncio.IncompleteReadError):
            log.warning("phone.stream_without_start")
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    def _caller(self, kind: int, payload: bytes) -> str | None:
        """The caller's number (empty: withheld) out of the first frame; None for a stranger."""
        told = payload.hex()
        key = key_of(self.settings.stream_token.get_secret_value())
        if kind != _UUID or len(payload) != 16 or not hmac.compare_digest(told[:_KEY_DIGITS], key):
            return None
        return told[_KEY_DIGITS:].lstrip("f")

    async def _call(self, number: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        info = CallInfo(
            call_id=uuid4().hex,
            direction="in",
            carrier="audiosocket",
            caller=e164(number, self.settings.area_code),
        )
        leg = StreamLeg(
            info,
            self.ticker,
            self.settings,
            encode=_audio,
            decode=bytes,
            goodbye=struct.pack("!BH", _HANG_UP, 0),
        )

        async def read() -> Ending:
            while True:
                try:
                    kind, payload = await _frame(reader)
                except asyncio.IncompleteReadError:
                    return "caller"
                if kind == _AUDIO:
                    leg.hear(payload[: len(payload) // 2 * 2])
                elif kind == _DTMF and payload.decode("ascii", "replace") in KEYS:
                    leg.press(Digit(payload.decode("ascii")))
                elif kind in (_HANG_UP, _ERROR):
                    return "caller" if kind == _HANG_UP else "lost"

        async def write(message: Message) -> None:
            assert isinstance(message, bytes)
            writer.write(message)
            await writer.drain()

        await self.carry(leg, read, write)


async def _frame(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    kind, length = struct.unpack("!BH", await reader.readexactly(3))
    return kind, await reader.readexactly(length)


def _audio(frame: Samples) -> bytes:
    payload = bytes_of(frame)
    return struct.pack("!BH", _AUDIO, len(payload)) + payload
