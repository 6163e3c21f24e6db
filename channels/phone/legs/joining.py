"""A person for carriers that cannot transfer: the person is rung, and the two calls are joined in this process.

Many trunks refuse REFER and media streams know nothing like it. To the call logic it is the same: the call ends as
transferred, whoever carries it on.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, Final, Protocol

import numpy as np

from channels.phone.leg import (
    FRAME,
    RATE,
    CallInfo,
    CallLeg,
    CannotTransfer,
    HungUp,
    LegEvent,
    Line,
    NotReached,
)
from channels.phone.legs.bridge import bridge
from channels.phone.legs.common import Events
from speech.audio import Samples
from speech.audio.comfort import tone

RING_S: Final = 30.0
_RINGBACK: Final = np.concatenate([tone(450, 1000, -24), np.zeros(4 * RATE, np.int16)]).reshape(-1, FRAME)
"""What a caller in China hears while it rings: 450 Hz, 1 s of 5 (ITU-T E.180)."""


class Dial(Protocol):
    """``Line.dial``."""

    def __call__(self, number: str, *, ring_s: float = 30) -> Coroutine[Any, Any, CallLeg]: ...


class JoinableLeg:
    """A ``CallLeg`` whose ``transfer`` works in any case, as long as somebody can be rung."""

    def __init__(
        self, leg: CallLeg, dial: Dial, spawn: Callable[[Coroutine[Any, Any, object]], asyncio.Task[Any]]
    ) -> None:
        self._leg = leg
        self._dial = dial
        self._spawn = spawn
        self._events = self._to = Events()
        spawn(self._read())

    @property
    def info(self) -> CallInfo:
        return self._leg.info

    async def answer(self) -> None:
        await self._leg.answer()

    async def refuse(self, status: int = 486) -> None:
        await self._leg.refuse(status)

    def events(self) -> AsyncIterator[LegEvent]:
        return self._events.read()

    async def play(self, frame: Samples) -> None:
        if not self._events.ended:
            await self._leg.play(frame)

    async def played(self) -> None:
        if not self._events.ended:
            await self._leg.played()

    async def flush(self) -> None:
        if not self._events.ended:
            await self._leg.flush()

    async def hang_up(self) -> None:
        if not self._events.ended:
            await self._leg.hang_up()

    async def transfer(self, target: str) -> None:
        if self._events.ended:
            return
        try:
            await self._leg.transfer(target)
        except CannotTransfer:
            await self._join(target)

    async def _join(self, target: str) -> None:
        ringing = self._spawn(self._ring_back())
        try:
            person = await self._dial(target, ring_s=RING_S)
        except NotReached as error:
            raise CannotTransfer(f"not reached: {error.why}") from error
        finally:
            ringing.cancel()
        if self._events.ended:
            await person.hang_up()
            return
        await self._leg.flush()
        self._to = Events()
        self._events.put(HungUp("transferred"))
        self._spawn(bridge(self._leg, self._to.read(), person, person.events()))

    async def _read(self) -> None:
        async for event in self._leg.events():
            self._to.put(event)

    async def _ring_back(self) -> None:
        for frame in itertools.cycle(_RINGBACK):
            if self._to.ended:
                return
            await self._leg.play(frame)


class JoinableLine:
    """A ``Line`` of joinable legs; ``dial`` rings people through the line that can."""

    def __init__(self, line: Line, dial: Dial) -> None:
        self.line = line
        self._dial = dial
        self._tasks: set[asyncio.Task[Any]] = set()

    async def calls(self) -> AsyncIterator[CallLeg]:
        async for leg in self.line.calls():
            yield self._joinable(leg)

    async def dial(self, number: str, *, ring_s: float = 30) -> CallLeg:
        return self._joinable(await self.line.dial(number, ring_s=ring_s))

    async def close(self) -> None:
        """End all calls, the joined ones too."""
        await self.line.close()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=5)

    def _joinable(self, leg: CallLeg) -> CallLeg:
        return JoinableLeg(leg, self._dial, self._spawn)

    def _spawn(self, work: Coroutine[Any, Any, object]) -> asyncio.Task[Any]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
