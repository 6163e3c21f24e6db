"""The other ends of media streams: what Asterisk and Twilio send, over real sockets."""

from __future__ import annotations

import asyncio
import base64
import json
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, Final, Protocol

import numpy as np
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from channels.phone.leg import FRAME
from channels.phone.legs.audiosocket import key_of
from speech.audio import Samples, bytes_of, samples_of
from speech.audio.g711 import decode_alaw, decode_ulaw, encode_alaw, encode_ulaw

TOKEN: Final = "a-shared-secret-of-this-test"  # noqa: S105


class StreamCaller(Protocol):
    """A caller behind some carrier."""

    heard: list[Samples]
    at: list[float]
    flushed: int
    closed: asyncio.Event

    async def send(self, frame: Samples) -> None: ...

    async def press(self, key: str) -> None: ...

    async def hang_up(self) -> None: ...


async def say(caller: StreamCaller, samples: Samples) -> None:
    """In real time."""
    loop = asyncio.get_running_loop()
    started = loop.time()
    for index, frame in enumerate(samples.reshape(-1, FRAME)):
        await caller.send(frame)
        await asyncio.sleep(max(0.0, started + (index + 1) * 0.02 - loop.time()))


def all_heard(caller: StreamCaller) -> Samples:
    return np.concatenate([np.zeros(0, np.int16), *caller.heard])


class _Heard:
    def __init__(self) -> None:
        self.heard: list[Samples] = []
        self.at: list[float] = []
        self.flushed = 0
        self.closed = asyncio.Event()
        self.commands: list[str] = []

    def hear(self, samples: Samples) -> None:
        self.heard.append(samples)
        self.at.append(asyncio.get_running_loop().time())


class AsteriskCaller(_Heard):
    """chan_websocket: binary sound, JSON events and commands."""

    def __init__(self, socket: ClientConnection) -> None:
        super().__init__()
        self._socket = socket

    async def start(self, codec: str = "alaw") -> None:
        await self._socket.send(
            json.dumps(
                {
                    "event": "MEDIA_START",
                    "connection_id": "yinling",
                    "channel": "WebSocket/yinling/0x1",
                    "channel_id": "1700000000.1",
                    "format": codec,
                    "optimal_frame_size": 160,
                    "ptime": 20,
                    "channel_variables": {},
                }
            )
        )

    async def send(self, frame: Samples) -> None:
        with suppress(ConnectionClosed):
            await self._socket.send(encode_alaw(frame))

    async def press(self, key: str) -> None:
        await self._socket.send(json.dumps({"event": "DTMF_END", "channel_id": "1700000000.1", "digit": key}))

    async def hang_up(self) -> None:
        await self._socket.close()

    async def read(self) -> None:
        async for message in self._socket:
            if isinstance(message, bytes):
                self.hear(decode_alaw(message))
            else:
                assert len(message) <= 128, "Asterisk takes no longer commands"
                command = json.loads(message)["command"]
                self.commands.append(command)
                self.flushed += command == "FLUSH_MEDIA"
        self.closed.set()


class TwilioCaller(_Heard):
    """Media stream: everything is JSON."""

    def __init__(self, socket: ClientConnection) -> None:
        super().__init__()
        self._socket = socket

    async def _say(self, event: str, **more: Any) -> None:
        with suppress(ConnectionClosed):
            await self._socket.send(json.dumps({"event": event, "streamSid": "MZ1", **more}))

    async def start(self) -> None:
        await self._socket.send(json.dumps({"event": "connected", "protocol": "Call", "version": "1.0.0"}))
        told = {"streamSid": "MZ1", "callSid": "CA1", "tracks": ["inbound"]}
        parameters = {"caller": "+8613900001111", "dialled": "055112345"}
        media = {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}
        await self._say("start", start={**told, "customParameters": parameters, "mediaFormat": media})

    async def send(self, frame: Samples) -> None:
        payload = base64.b64encode(encode_ulaw(frame)).decode()
        await self._say(
            "media", media={"track": "inbound", "chunk": "1", "timestamp": "5", "payload": payload}
        )

    async def press(self, key: str) -> None:
        await self._say("dtmf", dtmf={"track": "inbound_track", "digit": key})

    async def hang_up(self) -> None:
        await self._say("stop", stop={"callSid": "CA1"})

    async def read(self) -> None:
        async for message in self._socket:
            told = json.loads(message)
            assert told["streamSid"] == "MZ1"
            if told["event"] == "media":
                self.hear(decode_ulaw(base64.b64decode(told["media"]["payload"])))
            self.flushed += told["event"] == "clear"
        self.closed.set()


class AudioSocketCaller(_Heard):
    """AudioSocket frames over TCP."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        super().__init__()
        self._reader, self._writer = reader, writer
        self.flushed = 1
        """This carrier has no flush."""

    def frame(self, kind: int, payload: bytes = b"") -> None:
        self._writer.write(struct.pack("!BH", kind, len(payload)) + payload)

    async def start(self, number: str = "13900001111", key: str | None = None) -> None:
        self.frame(0x01, bytes.fromhex((key or key_of(TOKEN)) + number.rjust(12, "f")))

    async def send(self, frame: Samples) -> None:
        self.frame(0x10, bytes_of(frame))

    async def press(self, key: str) -> None:
        self.frame(0x03, key.encode())

    async def hang_up(self) -> None:
        self.frame(0x00)

    async def read(self) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                kind, length = struct.unpack("!BH", await self._reader.readexactly(3))
                payload = await self._reader.readexactly(length)
                if kind == 0x10:
                    self.hear(samples_of(payload))
        self.closed.set()


@asynccontextmanager
async def asterisk(
    port: int, *, path: str = f"/{TOKEN}?caller=13900001111&dialled=055112345"
) -> AsyncIterator[AsteriskCaller]:
    async with connect(f"ws://127.0.0.1:{port}{path}", subprotocols=["media"]) as socket:  # type: ignore[list-item]
        caller = AsteriskCaller(socket)
        reading = asyncio.create_task(caller.read())
        try:
            yield caller
        finally:
            reading.cancel()


@asynccontextmanager
async def twilio(port: int, *, path: str = f"/{TOKEN}") -> AsyncIterator[TwilioCaller]:
    async with connect(f"ws://127.0.0.1:{port}{path}") as socket:
        caller = TwilioCaller(socket)
        reading = asyncio.create_task(caller.read())
        try:
            yield caller
        finally:
            reading.cancel()


@asynccontextmanager
async def audiosocket(port: int) -> AsyncIterator[AudioSocketCaller]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    caller = AudioSocketCaller(reader, writer)
    reading = asyncio.create_task(caller.read())
    try:
        yield caller
    finally:
        reading.cancel()
        writer.close()
