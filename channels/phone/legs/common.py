"""What every adapter needs: events out of a call, sound into it at the line's own pace, a concealed stream."""

from __future__ import annotations

import asyncio
import itertools
import math
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from typing import Any, Final, Protocol

import numpy as np
import structlog

from channels.phone.leg import AHEAD_MS, FRAME, FRAME_MS, CallInfo, Ending, HungUp, LegEvent, Sound
from speech.audio import Samples
from speech.audio.comfort import comfort_noise
from speech.audio.concealment import LossConcealer

NOISE_MS: Final = 40
"""Comfort noise kept ahead while nothing is said: survives a late tick, delays the first word little."""
UNREAD_MS: Final = 5000
"""Sound kept for a reader that is behind; older sound is dropped, other events never are."""
log = structlog.get_logger()
_NOISE: Final = tuple(comfort_noise(2000).reshape(-1, FRAME))

Clock = Callable[[], float]
"""Seconds that never jump (``time.monotonic``)."""


class Events:
    """What comes from the other party, kept until it is read."""

    def __init__(self) -> None:
        self._waiting: deque[LegEvent] = deque()
        self._sounds = 0
        self._come = asyncio.Event()
        self.ended = False

    def put(self, event: LegEvent) -> None:
        """Add an event; after ``HungUp`` there are no more."""
        if self.ended:
            return
        if isinstance(event, Sound):
            self._sounds += 1
            if self._sounds > UNREAD_MS // FRAME_MS:
                self._drop_oldest_sound()
        self.ended = isinstance(event, HungUp)
        self._waiting.append(event)
        self._come.set()

    def _drop_oldest_sound(self) -> None:
        oldest = next(index for index, event in enumerate(self._waiting) if isinstance(event, Sound))
        del self._waiting[oldest]
        self._sounds -= 1

    async def read(self) -> AsyncIterator[LegEvent]:
        """In order, ending with ``HungUp``."""
        while True:
            while not self._waiting:
                self._come.clear()
                await self._come.wait()
            event = self._waiting.popleft()
            if isinstance(event, Sound):
                self._sounds -= 1
            yield event
            if isinstance(event, HungUp):
                return


class Carriage(Protocol):
    """The carrier's end of outgoing sound."""

    most_ms: float
    """Sound handed over ahead at most, ms: as long a stall of this process is not heard."""

    def ahead_ms(self) -> float:
        """Sound handed over and not yet sent to the caller, ms; infinite while none can be taken."""

    def send(self, frame: Samples) -> None:
        """Hand over 20 ms."""

    def drop(self) -> None:
        """Forget what was handed over and not yet sent, where the carrier can."""


class PacedCarriage:
    """A carrier without a clock of its own: what was sent is heard at 20 ms a frame from the first one on.

    After a stall a new run begins: what was missed is not sent in a burst.
    """

    most_ms: float = AHEAD_MS

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._heard_until = -math.inf

    def ahead_ms(self) -> float:
        return max(0.0, (self._heard_until - self._clock()) * 1000)

    def sent(self) -> None:
        """A frame has just been handed over."""
        self._heard_until = max(self._heard_until, self._clock()) + FRAME_MS / 1000

    def forgotten(self) -> None:
        """The carrier has dropped what it held."""
        self._heard_until = -math.inf


class Outgoing:
    """Sound on its way to the caller: a little ahead, comfort noise when there is none."""

    def __init__(self, carriage: Carriage) -> None:
        self._carriage = carriage
        self._noise: Iterator[Samples] = itertools.cycle(_NOISE)
        self._handed_ms = 0.0
        self._words_until_ms = -math.inf
        self._changed = asyncio.Event()
        self._speaking = False
        """Somebody waits to hand over more."""
        self.closed = False

    async def play(self, frame: Samples) -> None:
        """Hand over 20 ms of sound as soon as there is room ahead."""
        while not self.closed and self._carriage.ahead_ms() > self._carriage.most_ms - FRAME_MS:
            self._speaking = True
            await self._next_change()
        if self.closed:
            await asyncio.sleep(0)  # whoever plays for ever must not keep others from hearing of the end
            return
        self._hand_over(frame)
        self._words_until_ms = self._handed_ms

    async def played(self) -> None:
        """Return when the last word was sent (comfort noise follows it)."""
        while not self.closed and self._handed_ms - self._carriage.ahead_ms() < self._words_until_ms:
            await self._next_change()

    def flush(self) -> None:
        """Nothing of what was played is still to be heard."""
        self._carriage.drop()
        self._words_until_ms = -math.inf
        self._changed.set()

    def tick(self) -> None:
        """To be called every 20 ms: keeps the line from running dry and wakes the writer."""
        # After a late tick whoever speaks goes on first: noise would tear the word in two.
        while not self._speaking and self._carriage.ahead_ms() < NOISE_MS - FRAME_MS / 2:
            self._hand_over(next(self._noise))
        self._speaking = False
        self._changed.set()

    def close(self) -> None:
        """Let go of whoever waits."""
        self.closed = True
        self._changed.set()

    def _hand_over(self, frame: Samples) -> None:
        self._carriage.send(frame)
        self._handed_ms += FRAME_MS

    async def _next_change(self) -> None:
        self._changed.clear()
        await self._changed.wait()


class Incoming:
    """The caller's samples cut into frames; what the clock says is missing is concealed.

    Frames pass on at once. Carriers that cut lost packets out of the stream (and those that send nothing in
    silence) fall behind real time: by then a frame is owed.
    """

    LATE: Final = 2
    """Frames the stream may be late by before one is invented: what jitter there is, and the first losses, use it up."""
    EARLY: Final = 3
    """Frames it may be early by: more is the peer's faster clock, not something to save up."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._concealer = LossConcealer()
        self._rest = b""
        self._begun: float | None = None
        self._passed = 0

    def push(self, pcm: bytes) -> Iterator[Samples]:
        """What to pass on now, given the s16le bytes that came since the last call (every 20 ms)."""
        now = self._clock()
        if self._begun is None:
            if not pcm:
                return
            self._begun = now
        data = self._rest + pcm
        whole = len(data) // (2 * FRAME) * (2 * FRAME)
        self._rest = data[whole:]
        for frame in np.frombuffer(data[:whole], "<i2").reshape(-1, FRAME):
            self._passed += 1
            yield self._concealer.push(frame)
        due = 1 + int((now - self._begun) * 1000 / FRAME_MS + 0.01)
        self._passed = min(self._passed, due + self.EARLY)
        while self._passed < due - self.LATE:
            self._passed += 1
            yield self._concealer.push(None)

    def pause(self) -> None:
        """The stream stops on purpose (hold); it begins anew with the next samples."""
        self._begun, self._passed, self._rest = None, 0, b""


class Ticker:
    """Calls everybody every 20 ms at absolute deadlines; what a stall made it miss is left out, not made up."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._called: set[Callable[[], None]] = set()
        self._task: asyncio.Task[None] | None = None

    def add(self, call: Callable[[], None]) -> None:
        """Call it from now on."""
        self._called.add(call)
        if self._task is None:
            self._task = asyncio.create_task(self._run())

    def remove(self, call: Callable[[], None]) -> None:
        """Call it no more; not having been added is fine."""
        self._called.discard(call)

    async def close(self) -> None:
        """Stop."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        due = self._clock()
        while True:
            for call in tuple(self._called):
                try:
                    call()
                except Exception:  # one call's trouble is not the others'
                    log.exception("phone.tick_failed")
                    self._called.discard(call)
            due = max(due + FRAME_MS / 1000, self._clock() - FRAME_MS / 1000)
            await asyncio.sleep(max(0.0, due - self._clock()))


class Leg:
    """The half of ``CallLeg`` that is the same for all: events, sound, the longest call."""

    def __init__(
        self, info: CallInfo, carriage: Carriage, *, max_call_s: float, clock: Clock = time.monotonic
    ) -> None:
        self._info = info
        self._clock = clock
        self._max_call_s = max_call_s
        self._answered_at: float | None = None
        self._events = Events()
        self._outgoing = Outgoing(carriage)
        self._tasks: set[asyncio.Task[None]] = set()
        self.why: Ending | None = None
        """Why we are ending the call, when it is we."""

    @property
    def info(self) -> CallInfo:
        return self._info

    @property
    def ended(self) -> bool:
        """The call is over."""
        return self._events.ended

    def events(self) -> AsyncIterator[LegEvent]:
        return self._events.read()

    async def play(self, frame: Samples) -> None:
        await self._outgoing.play(frame)

    async def played(self) -> None:
        await self._outgoing.played()

    async def flush(self) -> None:
        if not self.ended:
            self._outgoing.flush()

    async def hang_up(self) -> None:
        raise NotImplementedError

    def begin(self) -> None:
        """Sound flows: the length of the call counts from here."""
        self._answered_at = self._clock()

    def tick(self) -> None:
        """Every 20 ms of an answered call."""
        self._outgoing.tick()
        if self._answered_at is not None and self._clock() - self._answered_at > self._max_call_s:
            self._answered_at = None
            self.over("too_long")

    def over(self, why: Ending) -> None:
        """We end the call for ``why``."""
        if not self.ended:
            self.why = why
            self.spawn(self.hang_up())

    def end(self, why: Ending) -> None:
        """The call is over: the last event."""
        self._events.put(HungUp(self.why or why))
        self._outgoing.close()

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Do it beside the call."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
