"""A person rung by us, told who is there and what it is about, and joined with the caller in this process.

So that nobody takes a call over unprepared, and for carriers that cannot transfer: many trunks refuse REFER and media
streams know nothing like it. To the call logic it is the same: the call ends as transferred, whoever carries it on.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, Final, Protocol

import numpy as np
import structlog

from channels.phone.leg import (
    FRAME,
    RATE,
    Brief,
    CallInfo,
    CallLeg,
    CannotTransfer,
    Digit,
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
log = structlog.get_logger()
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

    async def transfer(self, target: str, brief: Brief | None = None) -> None:
        """Joined here when somebody is to be briefed; else handed over, and joined here where that is refused."""
        if self._events.ended:
            return
        if brief is not None:
            return await self._join(target, brief)
        try:
            await self._leg.transfer(target)
        except CannotTransfer:
            await self._join(target, None)

    async def _join(self, target: str, brief: Brief | None) -> None:
        ringing = self._spawn(self._ring_back())
        try:
            person = await self._dial(target, ring_s=RING_S)
            heard = Events()
            self._spawn(_relay(person, heard))
            if brief is not None:
                await _briefed(person, heard, brief, ringing)
        except NotReached as error:
            raise CannotTransfer(f"not reached: {error.why}") from error
        finally:
            ringing.cancel()
        if self._events.ended:
            await person.hang_up()
            return
        if heard.ended:
            raise CannotTransfer("hung up before the calls were joined")
        await self._leg.flush()
        self._to = Events()
        self._events.put(HungUp("transferred"))
        self._spawn(bridge(self._leg, self._to.read(), person, heard.read()))

    async def _read(self) -> None:
        async for event in self._leg.events():
            self._to.put(event)

    async def _ring_back(self) -> None:
        """What the caller hears meanwhile; over when they are gone."""
        for frame in itertools.cycle(_RINGBACK):
            if self._to.ended:
                return
            await self._leg.play(frame)


async def _relay(person: CallLeg, heard: Events) -> None:
    async for event in person.events():
        heard.put(event)


async def _briefed(person: CallLeg, heard: Events, brief: Brief, caller: asyncio.Task[Any]) -> None:
    """Speak to the person until all is said, a key is pressed, or either side is gone (``caller`` is done)."""
    speaking = asyncio.ensure_future(brief(person))
    listening = asyncio.create_task(_key_or_end(heard))
    await asyncio.wait({speaking, listening, caller}, return_when=asyncio.FIRST_COMPLETED)
    if not speaking.done():
        await person.flush()
    speaking.cancel()
    listening.cancel()
    told, _ = await asyncio.gather(speaking, listening, return_exceptions=True)
    if isinstance(told, Exception):
        log.error("phone.not_briefed", error=type(told).__name__)


async def _key_or_end(heard: Events) -> None:
    async for event in heard.read():
        if isinstance(event, Digit | HungUp):
            return


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
