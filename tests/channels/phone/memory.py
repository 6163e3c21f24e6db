"""A line in memory, a voice of beeps and a desk by script: the logic of a call without a network.

Time on this line passes a frame at a time, whenever the call has read one, many times faster than on a clock.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import numpy as np

from assistant.calls.schemas import CallIn, EndedBy, EntryIn
from assistant.desk.schemas import Message, Reply, TurnIn
from channels.phone.leg import (
    FRAME,
    RATE,
    Brief,
    CallInfo,
    CannotTransfer,
    Digit,
    Ending,
    Held,
    HungUp,
    LegEvent,
    Sound,
)
from speech.audio import Samples
from speech.audio.comfort import comfort_noise
from speech.synthesizer import Delivery

AHEAD = 4
"""Frames that lie unplayed at most, as on a real leg."""
FRAME_S = 0.001
"""Real time a frame takes here: a twentieth."""
LOUD = 2500
"""Amplitude of what a caller can hear."""


class MemoryLeg:
    """The other party is played by the test: ``say``, ``press``, ``hold``, ``hang_up_there``."""

    def __init__(self, caller: str | None = "13900000001", direction: Any = "in") -> None:
        self.info = CallInfo("memory-1", direction, "sip", caller)
        self.heard: list[Samples] = []
        """What the caller heard, frame by frame."""
        self.answered = False
        self.transferred_to: str | None = None
        self.can_transfer = True
        self._theirs: deque[LegEvent] = deque()
        self._ours: deque[Samples] = deque()
        self._noise = deque(comfort_noise(2000, -55).reshape(-1, FRAME))
        self.over: Ending | None = None
        self._tick = asyncio.Condition()

    # --- the call's side ----------------------------------------------------------------------

    async def answer(self) -> None:
        self.answered = True

    async def refuse(self, status: int = 486) -> None:
        self.over = "refused"

    async def events(self) -> AsyncIterator[LegEvent]:
        while self.over is None:
            while self._theirs and not isinstance(self._theirs[0], Sound):
                yield self._theirs.popleft()
            self._noise.rotate()
            frame = self._theirs.popleft() if self._theirs else Sound(self._noise[0])
            self.heard.append(self._ours.popleft() if self._ours else np.zeros(FRAME, np.int16))
            async with self._tick:
                self._tick.notify_all()
            yield frame
            await asyncio.sleep(FRAME_S)
        yield HungUp(self.over)

    async def play(self, frame: Samples) -> None:
        assert len(frame) == FRAME
        async with self._tick:
            await self._tick.wait_for(lambda: len(self._ours) < AHEAD or self.over is not None)
        self._ours.append(frame)

    async def played(self) -> None:
        async with self._tick:
            await self._tick.wait_for(lambda: not self._ours or self.over is not None)

    async def flush(self) -> None:
        self._ours.clear()

    async def transfer(self, target: str, brief: Brief | None = None) -> None:
        if not self.can_transfer:
            raise CannotTransfer
        if brief is not None:
            person = MemoryLeg()
            listening = asyncio.create_task(_listen(person))
            await brief(person)
            listening.cancel()
        self.transferred_to = target
        self.over = "transferred"

    async def hang_up(self) -> None:
        self.over = self.over or "us"

    # --- the caller's side --------------------------------------------------------------------

    def say(self, samples: Samples) -> None:
        whole = samples[: len(samples) - len(samples) % FRAME].reshape(-1, FRAME)
        self._theirs.extend(Sound(frame) for frame in whole)

    def press(self, keys: str) -> None:
        self._theirs.extend(Digit(key) for key in keys)

    def hold(self, on: bool) -> None:
        self._theirs.append(Held(on))

    def hang_up_there(self, why: Ending = "caller") -> None:
        self.over = why

    async def pass_ms(self, ms: int) -> None:
        """Let time pass on the line."""
        until = len(self.heard) + ms // 20
        async with self._tick:
            await self._tick.wait_for(lambda: len(self.heard) >= until or self.over is not None)

    async def until(self, what: Callable[[], bool]) -> None:
        """Wait for something to be true, at most three minutes on the line."""
        last = len(self.heard) + 9000
        async with self._tick:
            await self._tick.wait_for(lambda: what() or len(self.heard) > last or self.over is not None)
        assert what(), "it never happened"

    def speaks(self) -> bool:
        """Whether the hotline is to be heard now."""
        return bool(self.heard) and int(np.abs(self.heard[-1]).max()) > LOUD

    async def hears_out(self) -> None:
        """Until the hotline has spoken and been quiet for half a second."""
        await self.until(self.speaks)
        await self.until(lambda: all(int(np.abs(frame).max()) <= LOUD for frame in self.heard[-25:]))


async def _listen(person: MemoryLeg) -> None:
    async for _ in person.events():
        pass


class Beeps:
    """A voice that says each character as 60 ms of tone, and remembers what it said."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.deliveries: list[Delivery] = []

    def stream(self, text: str, delivery: Delivery = Delivery(), rate: int = RATE) -> Iterator[Samples]:
        self.said.append(text)
        self.deliveries.append(delivery)
        time = np.arange(rate * 60 * len(text) // 1000) / rate
        yield (8000 * np.sin(2 * np.pi * 400 * time)).astype(np.int16)

    def prepare(self, texts: list[str], delivery: Delivery = Delivery(), rate: int = RATE) -> None:
        pass


class ScriptedDesk:
    """Answers by a function and keeps the turns."""

    def __init__(self, answer: Callable[[TurnIn], Reply] | None = None) -> None:
        self.turns: list[TurnIn] = []
        self.answer = answer or (
            lambda turn: reply("您好，我是智能语音助手。您要什么？" if turn.event else "好的。")
        )

    async def turn(self, turn: TurnIn) -> Reply:
        self.turns.append(turn)
        return self.answer(turn)

    @property
    def texts(self) -> list[str]:
        return [turn.text for turn in self.turns if turn.text]

    @property
    def events(self) -> list[str]:
        return [turn.event for turn in self.turns if turn.event]


class Notebook:
    """Call records in memory."""

    def __init__(self) -> None:
        self.calls: list[CallIn] = []
        self.entries: list[EntryIn] = []
        self.ended: list[EndedBy] = []

    async def begin_call(self, call: CallIn) -> None:
        self.calls.append(call)

    async def add_entry(self, conversation: str, entry: EntryIn) -> None:
        self.entries.append(entry)

    async def end_call(self, conversation: str, ended_by: EndedBy, **more: Any) -> None:
        self.ended.append(ended_by)


def reply(text: str, *, protected: bool = False, **more: Any) -> Reply:
    """A reply of one sentence."""
    choices = more.pop("choices", [])
    return Reply(messages=[Message(text=text, speech=text, protected=protected, choices=choices)], **more)
