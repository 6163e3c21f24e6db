"""Voice messages of the tests, and a recogniser that always hears the same."""

from __future__ import annotations

import io

import av
import numpy as np

from channels.telegram.hearing import Heard


class Ears:
    """A recogniser that always hears the same."""

    def __init__(self, heard: Heard) -> None:
        self.heard = heard
        self.pcm = b""

    async def start(self) -> None: ...

    async def transcribe(self, pcm: bytes) -> Heard:
        self.pcm = pcm
        return self.heard

    async def close(self) -> None: ...


def opus(seconds: float) -> bytes:
    """A tone as an OGG/Opus file, as Telegram's voice messages are."""
    file = io.BytesIO()
    with av.open(file, "w", format="ogg") as container:
        stream = container.add_stream("libopus", rate=48_000, layout="mono")
        count = int(48_000 * seconds)
        tone = (8_000 * np.sin(2 * np.pi * 440 * np.arange(count) / 48_000)).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(tone[None, :], format="s16", layout="mono")
        frame.sample_rate = 48_000
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)
    return file.getvalue()
