"""Sending audio in real time: absolute deadlines, so that delays never add up to gaps."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

from speech.audio import FRAME_MS

LEAD_MS: Final = 60
"""How far ahead of real time frames go out: enough for one late wake-up, little enough to be flushed at a barge-in."""


class Pacer:
    """Says when the next frame is due. Frame n of a run leaves at start + n × 20 ms, whatever happened before."""

    def __init__(
        self,
        *,
        frame_ms: int = FRAME_MS,
        lead_ms: int = LEAD_MS,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._frame = frame_ms / 1000
        self._lead = lead_ms / 1000
        self._clock = clock
        self._sleep = sleep
        self._start: float | None = None
        self._sent = 0
        self.late = 0
        """Frames that left after they should have been heard: each is an audible gap."""

    async def wait(self) -> None:
        """Until the next frame is due. After a gap longer than the lead a new run begins."""
        now = self._clock()
        if self._start is None:
            self._start, self._sent = now, 0
        due = self._start + self._sent * self._frame
        if now > due + self._frame:
            self.late += 1
            self._start, self._sent, due = now, 0, now
        elif due - self._lead > now:
            await self._sleep(due - self._lead - now)
        self._sent += 1

    def reset(self) -> None:
        """Between two utterances: silence in between is no gap."""
        self._start = None


async def paced(frames: AsyncIterator[bytes], pacer: Pacer) -> AsyncIterator[bytes]:
    """Frames at the speed they are heard."""
    async for frame in frames:
        await pacer.wait()
        yield frame
