"""The sound of a call in a file, where the operator has switched it on and the caller was told: left the caller,
right the hotline."""

from __future__ import annotations

import wave
from collections import deque
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np

from channels.phone.leg import FRAME, RATE, Brief, CallInfo, CallLeg, LegEvent, Sound
from speech.audio import Samples

SILENCE = np.zeros(FRAME, np.int16)


class Recorder:
    """Writes one file. ``listen`` gives a leg that is written down as it is used."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        self.path = path
        self._file = wave.open(str(path), "wb")  # noqa: SIM115 - closed by ``close``
        self._file.setnchannels(2)
        self._file.setsampwidth(2)
        self._file.setframerate(RATE)
        self._ours: deque[Samples] = deque()

    def listen(self, leg: CallLeg) -> CallLeg:
        """The leg, recorded."""
        return _RecordedLeg(leg, self)

    def said(self, frame: Samples) -> None:
        """A frame of ours, heard beside the next one of the caller."""
        self._ours.append(frame)

    def flushed(self) -> None:
        """What was not heard is not written."""
        self._ours.clear()

    def heard(self, frame: Samples) -> None:
        """A frame of the caller; time passes by it."""
        ours = self._ours.popleft() if self._ours else SILENCE
        self._file.writeframes(np.stack([frame, ours], axis=1).astype("<i2").tobytes())

    def close(self) -> str:
        """The file is whole; returns its name below the recordings."""
        self._file.close()
        return f"{self.path.parent.name}/{self.path.name}"


class _RecordedLeg:
    def __init__(self, leg: CallLeg, recorder: Recorder) -> None:
        self._leg = leg
        self._recorder = recorder

    @property
    def info(self) -> CallInfo:
        return self._leg.info

    async def answer(self) -> None:
        await self._leg.answer()

    async def refuse(self, status: int = 486) -> None:
        await self._leg.refuse(status)

    async def events(self) -> AsyncIterator[LegEvent]:
        async for event in self._leg.events():
            if isinstance(event, Sound):
                self._recorder.heard(event.samples)
            yield event

    async def play(self, frame: Samples) -> None:
        await self._leg.play(frame)
        self._recorder.said(frame)

    async def played(self) -> None:
        await self._leg.played()

    async def flush(self) -> None:
        await self._leg.flush()
        self._recorder.flushed()

    async def transfer(self, target: str, brief: Brief | None = None) -> None:
        await self._leg.transfer(target, brief)

    async def hang_up(self) -> None:
        await self._leg.hang_up()
