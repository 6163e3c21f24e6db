"""Calls that come as a stream over a socket: what Asterisk's two ways and Twilio's have in common."""

from __future__ import annotations

import asyncio
import hmac
import json
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import suppress
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import structlog
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed, ConnectionClosedError
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from channels.phone.leg import Brief, CallInfo, CannotTransfer, Digit, Ending, NotReached, Sound
from channels.phone.legs.common import Incoming, Leg, PacedCarriage, Ticker
from channels.phone.settings import Settings
from speech.audio import Samples

log = structlog.get_logger()

Message = str | bytes
FIRST_MESSAGE_S: Final = 5.0
"""A connection that has not said which call it is by then is closed."""
_GOODBYE_S: Final = 2.0
"""For the last message to be written."""
_GONE: Final = (ConnectionError, ConnectionClosed, asyncio.IncompleteReadError)
_UNSENT: Final = 100
"""Messages waiting for a peer that does not read; more and the call is lost."""


class Outbox(PacedCarriage):
    """Messages on their way to the peer. Sound in it can still be taken back."""

    def __init__(self, encode: Callable[[Samples], Message], flush: Message | None) -> None:
        super().__init__()
        self._encode = encode
        self._flush = flush
        self._waiting: deque[tuple[Message, bool]] = deque()
        self._come = asyncio.Event()
        self._closed = False

    def send(self, frame: Samples) -> None:
        self.sent()
        self._put(self._encode(frame), sound=True)

    def drop(self) -> None:
        self._waiting = deque(item for item in self._waiting if not item[1])
        if self._flush is not None:
            self.forgotten()
            self.say(self._flush)

    def say(self, message: Message) -> None:
        """A message that is no sound."""
        self._put(message, sound=False)

    @property
    def overflows(self) -> bool:
        """The peer has stopped reading."""
        return len(self._waiting) > _UNSENT

    async def write_to(self, write: Callable[[Message], Awaitable[None]]) -> None:
        """Write what there is, and what comes, until the outbox is closed and empty."""
        while self._waiting or not self._closed:
            if not self._waiting:
                self._come.clear()
                await self._come.wait()
            else:
                await write(self._waiting.popleft()[0])

    def close(self) -> None:
        """Nothing more is put in."""
        self._closed = True
        self._come.set()

    def _put(self, message: Message, *, sound: bool) -> None:
        if not self._closed:
            self._waiting.append((message, sound))
            self._come.set()


class StreamLeg(Leg):
    """One call over a socket. A carrier says how sound, its flush and a goodbye are written."""

    def __init__(
        self,
        info: CallInfo,
        ticker: Ticker,
        settings: Settings,
        *,
        encode: Callable[[Samples], Message],
        decode: Callable[[bytes], bytes],
        flush: Message | None = None,
        accept: Message | None = None,
        goodbye: Message | None = None,
    ) -> None:
        self.outbox = Outbox(encode, flush)
        super().__init__(info, self.outbox, max_call_s=settings.max_call_s)
        self._ticker = ticker
        self._silent_line_s = settings.silent_line_s
        self._decode, self._accept, self._goodbye = decode, accept, goodbye
        self._incoming = Incoming()
        self._received = bytearray()
        self._received_at = self._clock()
        self.closing = asyncio.Event()
        """We want the connection closed."""

    async def answer(self) -> None:
        if self.ended or self._answered_at is not None:
            return
        if self._accept is not None:
            self.outbox.say(self._accept)
        self._received.clear()
        self._received_at = self._clock()
        self.begin()
        self._ticker.add(self.tick)
        self._outgoing.tick()

    async def refuse(self, status: int = 486) -> None:
        """These carriers know no status; the connection is closed."""
        self.why = "refused"
        self._say_goodbye()

    async def hang_up(self) -> None:
        self.why = self.why or "us"
        self._say_goodbye()

    async def transfer(self, target: str, brief: Brief | None = None) -> None:
        """The stream ends at this process; the operator is rung by SIP and the calls are joined here."""
        if not self.ended:
            raise CannotTransfer(f"{self.info.carrier} streams cannot be transferred")

    def hear(self, payload: bytes) -> None:
        """Sound came, as the carrier encodes it."""
        self._received += self._decode(payload)
        self._received_at = self._clock()

    def press(self, digit: Digit) -> None:
        """A key was pressed."""
        self._events.put(digit)

    def tick(self) -> None:
        super().tick()
        for frame in self._incoming.push(bytes(self._received)):
            self._events.put(Sound(frame))
        self._received.clear()
        if self.outbox.overflows or self._clock() - self._received_at > self._silent_line_s:
            self.over("lost")

    def end(self, why: Ending) -> None:
        self._ticker.remove(self.tick)
        super().end(why)

    def _say_goodbye(self) -> None:
        if self.ended or self.closing.is_set():
            return
        self._ticker.remove(self.tick)
        if self._goodbye is not None:
            self.outbox.say(self._goodbye)
        self.closing.set()


class StreamLine:
    """The half of ``Line`` that is the same for all streams."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.ticker = Ticker()
        self._ringing: asyncio.Queue[StreamLeg | None] = asyncio.Queue()
        self._legs: set[StreamLeg] = set()
        self._carrying: set[asyncio.Task[Any]] = set()
        self._closed = False

    @property
    def active(self) -> int:
        """Calls that have not ended."""
        return len(self._legs)

    @property
    def full(self) -> bool:
        """No more calls are taken."""
        return self._closed or self.active >= self.settings.hard_calls

    async def calls(self) -> AsyncIterator[StreamLeg]:
        while (leg := await self._ringing.get()) is not None:
            yield leg

    async def dial(self, number: str, *, ring_s: float = 30) -> StreamLeg:
        """Streams only come in; calls go out by SIP."""
        raise NotReached("failed")

    async def carry(
        self,
        leg: StreamLeg,
        read: Callable[[], Coroutine[Any, Any, Ending]],
        write: Callable[[Message], Awaitable[None]],
    ) -> None:
        """Ring, and move messages until either side ends the call; ``read`` returns why the peer did."""
        self._legs.add(leg)
        self._ringing.put_nowait(leg)
        if (carrying := asyncio.current_task()) is not None:
            self._carrying.add(carrying)
            carrying.add_done_callback(self._carrying.discard)
        writing = asyncio.create_task(leg.outbox.write_to(write))
        theirs = asyncio.create_task(read())
        ours = asyncio.create_task(leg.closing.wait())
        why: Ending = "lost"
        try:
            await asyncio.wait({ours, theirs, writing}, return_when=asyncio.FIRST_COMPLETED)
            if theirs.done():
                with suppress(*_GONE):
                    why = theirs.result()
            elif ours.done():
                leg.outbox.close()
                await asyncio.wait({writing}, timeout=_GOODBYE_S)
        finally:
            leg.outbox.close()
            for task in (ours, theirs, writing):
                task.cancel()
            await asyncio.gather(ours, theirs, writing, return_exceptions=True)
            self._legs.discard(leg)
            leg.end(why)

    async def close(self) -> None:
        """End all calls."""
        self._closed = True
        await asyncio.gather(*(leg.hang_up() for leg in tuple(self._legs)))
        if self._carrying:
            await asyncio.wait(self._carrying, timeout=2 * _GOODBYE_S)
        await self.stop_listening()
        await self.ticker.close()
        self._ringing.put_nowait(None)

    async def stop_listening(self) -> None:
        raise NotImplementedError


class WebSocketLine(StreamLine):
    """Streams that come as WebSockets to ``/<token>``."""

    _server: Server

    async def listen(self, port: int, subprotocol: str | None = None) -> None:
        """Raises OSError when the port is taken."""

        def chosen(connection: ServerConnection, offered: object) -> Subprotocol | None:
            names = [str(name) for name in offered] if isinstance(offered, list | tuple) else []
            return Subprotocol(subprotocol) if subprotocol in names else None

        self._server = await serve(
            self._serve,
            self.settings.stream_host,
            port,
            process_request=self._admit,
            select_subprotocol=chosen,
            max_size=65536,
            compression=None,
            close_timeout=2,
        )

    async def stop_listening(self) -> None:
        self._server.close()
        await self._server.wait_closed()

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        """Only who knows the token, and only while there is room."""
        token = urlsplit(request.path).path.strip("/")
        if not known(token, self.settings):
            log.warning("phone.stream_stranger")
            return connection.respond(HTTPStatus.FORBIDDEN, "")
        if self.full:
            return connection.respond(HTTPStatus.SERVICE_UNAVAILABLE, "")
        return None

    async def _serve(self, connection: ServerConnection) -> None:
        try:
            async with asyncio.timeout(FIRST_MESSAGE_S):
                leg = await self.first(connection)
        except (TimeoutError, ConnectionClosed, ValueError):
            log.warning("phone.stream_without_start")
            return

        async def read() -> Ending:
            try:
                async for message in connection:
                    if (why := self.take(leg, message)) is not None:
                        return why
            except ConnectionClosedError:
                return "lost"
            return "caller"

        await self.carry(leg, read, connection.send)

    async def first(self, connection: ServerConnection) -> StreamLeg:
        """The call, from the first messages. Raises ValueError when they are none of this protocol's."""
        raise NotImplementedError

    def take(self, leg: StreamLeg, message: Message) -> Ending | None:
        """A message of the call; why the peer ended it, if it did."""
        raise NotImplementedError


def known(token: str, settings: Settings) -> bool:
    """It is our shared secret."""
    return hmac.compare_digest(token.encode(), settings.stream_token.get_secret_value().encode())


def parsed(message: Message) -> dict[str, Any]:
    """A JSON object, or an empty one: what a peer sends wrongly ends nothing."""
    try:
        found = json.loads(message)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def asked(connection: ServerConnection) -> dict[str, str]:
    """The parameters behind the path the peer asked for."""
    path = connection.request.path if connection.request is not None else ""
    return {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}


KEYS: Final = frozenset("0123456789*#")
