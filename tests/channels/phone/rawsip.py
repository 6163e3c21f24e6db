"""A caller made of plain UDP: any header, any source address, lossy RTP, and the time of every packet received."""

from __future__ import annotations

import asyncio
import re
import struct
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Final

import numpy as np

from channels.phone.leg import FRAME
from speech.audio import Samples
from speech.audio.g711 import decode_alaw, encode_alaw

PCMA: Final = "8 101"
_EVENTS: Final = "0123456789*#"


class _Port(asyncio.DatagramProtocol):
    def __init__(self, received: Callable[[bytes], None]) -> None:
        self._received = received

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._received(data)

    def error_received(self, exc: Exception) -> None:
        """A closed port answers with ICMP; the test sees that nothing comes."""


@dataclass
class Packet:
    """An RTP packet as it arrived."""

    at: float
    sequence: int
    timestamp: int
    samples: Samples


@dataclass
class RawCaller:
    """One call attempt by hand. Use ``raw_caller``."""

    source: str
    target: tuple[str, int]
    user: str = "13900001111"
    headers: tuple[str, ...] = ()
    codecs: str = PCMA
    statuses: list[int] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    packets: list[Packet] = field(default_factory=list)
    call_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    dialled: str = "hotline"
    responses: list[str] = field(default_factory=list)
    more_sdp: str = ""
    answers: dict[str, int] = field(default_factory=dict)
    """Status for requests of the other side, by method; 200 if not named."""

    def __post_init__(self) -> None:
        self._tag, self._branch = uuid.uuid4().hex[:8], ""
        self._to = f"<sip:{self.dialled}@{self.target[0]}:{self.target[1]}>"
        self._cseq = 0
        self._remote_rtp: tuple[str, int] | None = None
        self._changed = asyncio.Event()
        self._sequence, self._timestamp, self._marker = 100, 0, True

    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        self.sip, _ = await loop.create_datagram_endpoint(
            lambda: _Port(self._on_sip), local_addr=(self.source, 0)
        )
        self.rtp, _ = await loop.create_datagram_endpoint(
            lambda: _Port(self._on_rtp), local_addr=(self.source, 0)
        )
        self.sip_port = self.sip.get_extra_info("sockname")[1]
        self.rtp_port = self.rtp.get_extra_info("sockname")[1]

    def close(self) -> None:
        self.sip.close()
        self.rtp.close()

    def send(self, data: bytes) -> None:
        """Anything at all to the SIP port."""
        self.sip.sendto(data, self.target)

    def sdp(self, direction: str = "sendrecv") -> str:
        return (
            f"v=0\r\no=- 1 {self._cseq + 1} IN IP4 {self.source}\r\ns=-\r\nc=IN IP4 {self.source}\r\nt=0 0\r\n"
            f"m=audio {self.rtp_port} RTP/AVP {self.codecs}\r\na=rtpmap:101 telephone-event/8000\r\n"
            f"a=fmtp:101 0-15\r\na=ptime:20\r\na={direction}\r\n{self.more_sdp}"
        )

    def request(self, method: str, body: str = "", kind: str = "application/sdp") -> str:
        """A request of this dialogue; ACK keeps the number of what it acknowledges."""
        if method != "ACK":
            self._cseq += 1
        if method != "ACK" or self.statuses[-1] < 300:  # the ACK of a refusal belongs to its INVITE
            self._branch = "z9hG4bK" + uuid.uuid4().hex[:12]
        lines = [
            f"{method} sip:{self.dialled}@{self.target[0]}:{self.target[1]} SIP/2.0",
            f"Via: SIP/2.0/UDP {self.source}:{self.sip_port};branch={self._branch};rport",
            "Max-Forwards: 70",
            f"From: <sip:{self.user}@{self.source}>;tag={self._tag}",
            f"To: {self._to}",
            f"Call-ID: {self.call_id}",
            f"CSeq: {self._cseq} {method}",
            f"Contact: <sip:{self.user}@{self.source}:{self.sip_port}>",
            *self.headers,
            *([f"Content-Type: {kind}"] if body else []),
            f"Content-Length: {len(body.encode())}",
        ]
        return "\r\n".join(lines) + "\r\n\r\n" + body

    async def invite(self, within_s: float = 5, direction: str = "sendrecv") -> int:
        """Ring (or re-invite); the final status, acknowledged. 0 when nothing came."""
        self.statuses.clear()
        self.send(self.request("INVITE", self.sdp(direction)).encode())
        try:
            async with asyncio.timeout(within_s):
                while not (self.statuses and self.statuses[-1] >= 200):
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return 0
        self.send(self.request("ACK").encode())
        return self.statuses[-1]

    async def response(self, method: str, within_s: float = 5) -> str:
        """The last final response to a request, as it came."""
        async with asyncio.timeout(within_s):
            while True:
                for text in reversed(self.responses):
                    if re.search(rf"^CSeq: *\d+ {method}\b", text, re.MULTILINE) and " 1" not in text[7:9]:
                        return text
                self._changed.clear()
                await self._changed.wait()

    async def ended(self, within_s: float = 5) -> None:
        """Until the other side hangs up."""
        async with asyncio.timeout(within_s):
            while "BYE" not in self.requests:
                self._changed.clear()
                await self._changed.wait()

    def bye(self) -> None:
        self.send(self.request("BYE").encode())

    def info_digit(self, key: str) -> None:
        body = f"Signal={key}\r\nDuration=160\r\n"
        self.send(self.request("INFO", body, "application/dtmf-relay").encode())

    async def say(
        self, samples: Samples, *, loss: float = 0.0, jitter_ms: float = 0.0, random: Random | None = None
    ) -> None:
        """Send sound in real time; some packets are lost, the others come up to ``jitter_ms`` late."""
        random, loop = random or Random(1), asyncio.get_running_loop()
        started = loop.time()
        for index, frame in enumerate(samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME)):
            packet = self._packet(8, encode_alaw(frame))
            if random.random() >= loss:
                loop.call_later(random.random() * jitter_ms / 1000, self._send_rtp, packet)
            await asyncio.sleep(max(0.0, started + (index + 1) * 0.02 - loop.time()))

    async def press(self, key: str) -> None:
        """RFC 4733: six packets of one event, the last three say that it is over."""
        for step in range(6):
            payload = struct.pack(
                "!BBH", _EVENTS.index(key), (0x80 if step > 2 else 0) | 10, 160 * (step + 1)
            )
            header = struct.pack(
                "!BBHII", 0x80, 101 | (0x80 if step == 0 else 0), self._sequence, self._timestamp, 7
            )
            self._sequence += 1
            self._send_rtp(header + payload)
            await asyncio.sleep(0.02)
        self._timestamp += 6 * FRAME

    def _packet(self, kind: int, payload: bytes) -> bytes:
        mark = 0x80 if self._marker else 0
        header = struct.pack("!BBHII", 0x80, kind | mark, self._sequence & 0xFFFF, self._timestamp, 7)
        self._sequence, self._timestamp, self._marker = self._sequence + 1, self._timestamp + FRAME, False
        return header + payload

    def _send_rtp(self, packet: bytes) -> None:
        if self._remote_rtp and not self.rtp.is_closing():
            self.rtp.sendto(packet, self._remote_rtp)

    def _on_sip(self, data: bytes) -> None:
        text = data.decode(errors="replace")
        first = text.split("\r\n", 1)[0]
        if first.startswith("SIP/2.0"):
            self.responses.append(text)
            self._on_response(int(first.split()[1]), text)
        else:
            method = first.split()[0]
            self.requests.append(method)
            if method != "ACK":
                self.sip.sendto(_answer(text, self.answers.get(method, 200)).encode(), self.target)
        self._changed.set()

    def _on_response(self, status: int, text: str) -> None:
        if f"CSeq: {self._cseq} INVITE" not in text:
            return
        self.statuses.append(status)
        if to := re.search(r"^To: *(.*)$", text, re.MULTILINE):
            self._to = to.group(1).strip()
        if port := re.search(r"^m=audio (\d+)", text, re.MULTILINE):
            self._remote_rtp = (self.target[0], int(port.group(1)))

    def _on_rtp(self, data: bytes) -> None:
        kind, sequence, timestamp = data[1] & 0x7F, *struct.unpack("!HI", data[2:8])
        if kind == 8:
            self.packets.append(Packet(time.monotonic(), sequence, timestamp, decode_alaw(data[12:])))

    def heard(self) -> Samples:
        """What arrived, in order of arrival."""
        return np.concatenate([np.zeros(0, np.int16), *(packet.samples for packet in self.packets)])


def _answer(request: str, status: int) -> str:
    """A response that echoes what must be echoed."""
    kept = [line for line in request.split("\r\n") if re.match(r"(?i)(via|from|to|call-id|cseq)\s*:", line)]
    return "\r\n".join([f"SIP/2.0 {status} Test", *kept, "Content-Length: 0", "", ""])


@asynccontextmanager
async def raw_caller(
    port: int,
    *,
    source: str = "127.0.0.1",
    user: str = "13900001111",
    headers: Iterable[str] = (),
    codecs: str = PCMA,
    dialled: str = "hotline",
    host: str = "127.0.0.1",
) -> AsyncIterator[RawCaller]:
    """A caller towards ``host``:``port``."""
    caller = RawCaller(source, (host, port), user, tuple(headers), codecs, dialled=dialled)
    await caller.open()
    try:
        yield caller
    finally:
        caller.close()


@asynccontextmanager
async def refusing_peer(status: int) -> AsyncIterator[int]:
    """A SIP peer that answers every INVITE with ``status``; its port. 0 means it never answers."""
    transport: asyncio.DatagramTransport

    class Peer(asyncio.DatagramProtocol):
        def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
            text = data.decode(errors="replace")
            if status and text.startswith("INVITE"):
                transport.sendto(_answer(text, status).replace("\r\nTo: ", "\r\nTo: ").encode(), addr)

    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        Peer, local_addr=("127.0.0.1", 0)
    )
    try:
        yield int(transport.get_extra_info("sockname")[1])
    finally:
        transport.close()
