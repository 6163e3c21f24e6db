"""The other end of a call: rings the hotline over SIP, speaks, presses keys, records what it hears and when.

For ``yinling call``, the benchmark and the tests; one ``Exchange`` a process, since the SIP stack keeps its state.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

import numpy as np

from channels.phone.leg import FRAME, FRAME_MS, Sound
from channels.phone.legs.sip import SipLine
from channels.phone.legs.sip_leg import SipLeg
from channels.phone.settings import Settings, own_address
from speech.audio import Samples

AUDIBLE: Final = 400
"""Amplitude above the line's comfort noise: somebody speaks, or a tone sounds."""
JITTER_MS: Final = (40, 200)
"""As telephones do."""
OVER_MS: Final = 1_200
"""Quiet after which the hotline has ended its turn; its pauses between clauses are shorter."""


class Ringing:
    """A call of ours to the hotline. Use ``Exchange.ring``."""

    def __init__(self, leg: SipLeg) -> None:
        self.leg = leg
        self.frames: list[Samples] = []
        """All that was heard."""
        self.loud: list[bool] = []
        """Whether each frame was audible."""
        self.came: list[float] = []
        """When each frame came, s (``time.monotonic``)."""
        self.why: str | None = None
        """Why the call ended; None while it goes on."""
        self._turn_from = 0
        self._last_loud = -1
        self._change = asyncio.Condition()
        self._reading = asyncio.create_task(self._read())

    async def say(self, samples: Samples) -> float:
        """Speak; returns when its last audible sample was sent, s."""
        sound = without_ends(samples)
        padded = np.pad(sound, (0, -len(sound) % FRAME))
        for start in range(0, len(padded), FRAME):
            await self.leg.play(padded[start : start + FRAME])
        await self.leg.played()
        self._turn_from = len(self.frames)
        return time.monotonic()

    async def press(self, keys: str) -> None:
        """Press keys (RFC 4733)."""
        self._turn_from = len(self.frames)
        await self.leg.send_keys(keys)

    async def answer_begins(self, after: float, *, least_ms: int = 140, limit_s: float = 12) -> float:
        """When the first word of an answer came, s: sound of ``least_ms``, longer than a note of the listening tone.

        Raises TimeoutError.
        """
        at, run = self._turn_from, 0
        async with asyncio.timeout(limit_s), self._change:
            while True:
                while at < len(self.frames):
                    run = run + FRAME_MS if self.came[at] > after and self.loud[at] else 0
                    if run >= least_ms:
                        return self.came[at] - (run - FRAME_MS) / 1000
                    at += 1
                await self._next()

    async def hears_out(self, *, over_ms: int = OVER_MS, limit_s: float = 40) -> Samples:
        """What the hotline said since our last turn, once it has been quiet for ``over_ms`` or has hung up."""
        async with asyncio.timeout(limit_s), self._change:
            while self.why is None and not self._over(over_ms):
                await self._next()
        said, self._turn_from = self.frames[self._turn_from :], len(self.frames)
        return np.concatenate([np.zeros(0, np.int16), *said])

    async def ended(self, limit_s: float = 60) -> str:
        """Why the call ended, once it has."""
        async with asyncio.timeout(limit_s), self._change:
            while self.why is None:
                await self._next()
        return self.why

    async def hang_up(self) -> None:
        await self.leg.hang_up()
        await asyncio.wait([self._reading], timeout=5)

    @property
    def recording(self) -> Samples:
        """All that was heard, as one sound."""
        return np.concatenate([np.zeros(0, np.int16), *self.frames])

    def _over(self, over_ms: int) -> bool:
        """Whether something has been heard in this turn, and then nothing for ``over_ms``."""
        quiet = len(self.frames) - 1 - self._last_loud
        return self._last_loud >= self._turn_from and quiet * FRAME_MS >= over_ms

    async def _next(self) -> None:
        await self._change.wait()

    def _take(self, frame: Samples) -> None:
        if audible(frame):
            self._last_loud = len(self.frames)
        self.loud.append(self._last_loud == len(self.frames))
        self.frames.append(frame)
        self.came.append(time.monotonic())

    async def _read(self) -> None:
        async for event in self.leg.events():
            if isinstance(event, Sound):
                self._take(event.samples)
            async with self._change:
                self._change.notify_all()
        async with self._change:
            self.why = self.leg.why or "other side"
            self._change.notify_all()


class Exchange:
    """Where calls to the hotline come from.

    Args:
        address: of the hotline, ``sip:hotline@127.0.0.1:5060``.
        line: ours.
    """

    def __init__(self, address: str, line: SipLine) -> None:
        self.address = address
        self._line = line

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        address: str,
        *,
        number: str,
        port: int,
        rtp_ports: tuple[int, int],
        jitter_ms: tuple[int, int] = JITTER_MS,
    ) -> AsyncIterator[Exchange]:
        """Calls from ``number``; what comes is held back by ``jitter_ms``. Raises LineUnavailable when ``port`` is
        taken."""
        host = own_address(address.partition("@")[2].partition(":")[0])
        ours = {
            "sip_user": number,
            "sip_host": host,
            "sip_port": port,
            "rtp_ports": rtp_ports,
            "jitter_ms": jitter_ms,
        }
        settings = Settings().model_copy(update={**ours, "sip_domain": None, "tls_certificate": None})
        line = await SipLine.open(settings)
        try:
            yield cls(address, line)
        finally:
            await line.close()

    @asynccontextmanager
    async def ring(self, user: str | None = None) -> AsyncIterator[Ringing]:
        """A call that the hotline has taken; ``user``: another number than that of the address is rung.

        Raises NotReached.
        """
        host = self.address.rpartition("@")[2]
        leg = await self._line.dial(f"sip:{user}@{host}" if user else self.address, ring_s=15)
        ringing = Ringing(leg)
        try:
            yield ringing
        finally:
            with suppress(TimeoutError):
                await ringing.hang_up()


def audible(frame: Samples) -> bool:
    """Whether there is more in a frame than the noise of the line."""
    return int(np.abs(frame.astype(np.int32)).max(initial=0)) > AUDIBLE


def without_ends(samples: Samples) -> Samples:
    """A sentence without the silence before and after it; noise stays."""
    frames = samples[: len(samples) - len(samples) % FRAME].reshape(-1, FRAME).astype(np.float64)
    level = np.sqrt((frames**2).mean(axis=1))
    loud = np.flatnonzero(level > max(0.06 * level.max(initial=0.0), 1.0))
    return samples[loud[0] * FRAME : (loud[-1] + 1) * FRAME] if loud.size else samples
