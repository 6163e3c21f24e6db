"""Voice messages: OGG/Opus to sound to text, with the hotline's own recogniser."""

from __future__ import annotations

import asyncio
import io
from dataclasses import dataclass, field
from typing import Final, Protocol

import av

RATE: Final = 16_000
"""Hz of the sound that is heard; s16 mono. Better than the telephone's, which recognisers make of it."""
LONGEST_S: Final = 60
"""Seconds; a longer message is several matters at once."""


@dataclass(frozen=True)
class Heard:
    """What a recogniser understood."""

    text: str
    confidence: float | None = None
    alternatives: list[str] = field(default_factory=list)
    """Other hearings, best first, without ``text``."""


class Hearing(Protocol):
    """A recogniser of whole messages."""

    async def start(self) -> None:
        """Load what takes a while; before that nothing is heard."""
        ...

    async def transcribe(self, pcm: bytes) -> Heard:
        """Text of s16 mono sound at ``RATE``; empty when nothing was understood."""
        ...

    async def close(self) -> None: ...


class NotSound(Exception):
    """The file cannot be decoded."""


def decode(file: bytes) -> bytes:
    """An audio file (Telegram: OGG/Opus) as s16 mono at ``RATE``. Raises NotSound."""
    try:
        with av.open(io.BytesIO(file), mode="r") as container:
            resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
            frames = [out for frame in container.decode(audio=0) for out in resampler.resample(frame)]
            frames += resampler.resample(None)
    except (av.FFmpegError, IndexError, ValueError) as error:
        raise NotSound(type(error).__name__) from error
    return b"".join(bytes(frame.to_ndarray().tobytes()) for frame in frames)


async def hear(hearing: Hearing, file: bytes) -> Heard:
    """Text of a voice message. Raises NotSound."""
    return await hearing.transcribe(await asyncio.to_thread(decode, file))
