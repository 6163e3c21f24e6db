"""The hotline's mouth: sentences become sound clause by clause and go out at the pace of the line."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Executor
from typing import Final

import numpy as np
import numpy.typing as npt

from channels.phone.leg import FRAME, RATE, CallLeg
from speech.audio import Samples
from speech.audio.comfort import listening_tone
from speech.synthesizer import Delivery, Synthesizer

AUDIBLE: Final = 300
"""Amplitude from which sound is heard: what a voice holds before it is silence that a caller would wait through."""
PAUSE_FRAMES: Final = 15
"""300 ms."""
ONSET: Final = RATE // 100
"""Samples kept before the first audible one, 10 ms: no syllable begins with a click."""


class Mouth:
    """Speaks on one leg. ``delivery`` may change between sentences.

    Args:
        leg: the call.
        synthesizer: shared by all calls.
        threads: where sound is made.
    """

    def __init__(
        self,
        leg: CallLeg,
        synthesizer: Synthesizer,
        threads: Executor,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.delivery = Delivery()
        self._leg = leg
        self._synthesizer = synthesizer
        self._threads = threads
        self._clock = clock
        self.first_sound_at: float | None = None
        """When the first frame of the running reply was handed to the line; None before it."""

    def on(self, leg: CallLeg) -> Mouth:
        """The same voice on another leg."""
        return Mouth(leg, self._synthesizer, self._threads, self._clock)

    def now(self) -> float:
        """The mouth's clock, s."""
        return self._clock()

    def begin(self) -> None:
        """A new reply: its first sound is yet to come."""
        self.first_sound_at = None

    async def say(self, text: str) -> None:
        """Speak a text; returns when its last frame is queued. Cancelling it stops it.

        The silence at its end is left out: the caller has the floor as soon as the last word is heard.
        """
        rest = np.zeros(0, np.int16)
        async for sound in self._clauses(text):
            if self.first_sound_at is None:
                sound = without_lead(sound)
            sound = np.concatenate([rest, sound])
            end = audible_end(sound)
            for start in range(0, end, FRAME):
                await self._play(sound[start : start + FRAME])
            rest = sound[end:]
        if audible_at(rest).size:
            await self._play(np.pad(rest[:FRAME], (0, max(0, FRAME - len(rest)))))

    async def pause(self) -> None:
        """Between two sentences of a reply."""
        for _ in range(PAUSE_FRAMES):
            await self._leg.play(np.zeros(FRAME, np.int16))

    async def tone(self) -> None:
        """The sound that says: heard, one moment. It does not count as the first sound of a reply."""
        sound = listening_tone()
        for start in range(0, len(sound) - FRAME + 1, FRAME):
            await self._leg.play(sound[start : start + FRAME])

    async def heard_out(self) -> None:
        """Return when everything said has been sent."""
        await self._leg.played()

    async def stop(self) -> None:
        """Drop what is queued on the line."""
        await self._leg.flush()

    async def _play(self, frame: Samples) -> None:
        if self.first_sound_at is None:
            self.first_sound_at = self._clock()
        await self._leg.play(frame)

    async def _clauses(self, text: str) -> AsyncIterator[Samples]:
        """The next clause is made while one is being heard."""
        loop = asyncio.get_running_loop()
        clauses = self._synthesizer.stream(text, self.delivery, RATE)
        coming = loop.run_in_executor(self._threads, _next, clauses)
        while (sound := await coming) is not None:
            coming = loop.run_in_executor(self._threads, _next, clauses)
            yield sound


def _next(clauses: Iterator[Samples]) -> Samples | None:
    return next(clauses, None)


def audible_end(sound: Samples) -> int:
    """Where the last audible frame ends, in whole frames; the tail after it is a pause, or the start of one."""
    audible = audible_at(sound)
    last = int(audible[-1]) + 1 if audible.size else 0
    return min(len(sound) - len(sound) % FRAME, -(-last // FRAME) * FRAME)


def without_lead(sound: Samples) -> Samples:
    """The sound from just before its first audible sample."""
    audible = audible_at(sound)
    first = int(audible[0]) if audible.size else 0
    return sound[max(0, first - ONSET) :]


def audible_at(sound: Samples) -> npt.NDArray[np.intp]:
    """Where the samples are that one can hear."""
    return np.flatnonzero(np.abs(sound.astype(np.int32)) > AUDIBLE)
