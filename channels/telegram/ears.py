"""The hotline's recogniser for whole voice messages: Vosk, heard again by Whisper where it is installed.

Nobody waits on the line here, so the second hearing, which is better and slower, has the last word.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

import structlog

from channels.telegram.hearing import RATE, Heard, Hearing
from speech.hearing import SecondHearing, WeightsMissing
from speech.models import ModelError, ModelStore
from speech.recognizer import Heard as Said
from speech.recognizer import SpeechModel

PATIENCE_S: Final = 20.0
"""Longest wait for the second hearing of a message of a minute."""
SURE: Final = 0.3
"""A second hearing less sure than this is a guess at noise."""

log = structlog.get_logger(__name__)


class Ears:
    """Both hearings of one process.

    Args:
        model: folder of a Vosk model.
        cache: where Whisper's weights are put together.
    """

    def __init__(self, model: Path, cache: Path) -> None:
        self._folder = model
        self._model: SpeechModel | None = None
        self._second: SecondHearing | None = SecondHearing(cache, timeout=PATIENCE_S, busy=lambda: False)

    async def start(self) -> None:
        """Load the models."""
        self._model = await asyncio.to_thread(SpeechModel, self._folder)
        try:
            if self._second is not None:
                await self._second.start()
        except (WeightsMissing, OSError) as error:
            log.info("telegram second hearing not installed", error=type(error).__name__)
            self._second = None

    async def transcribe(self, pcm: bytes) -> Heard:
        """Text of s16 mono sound at ``RATE``."""
        first = await asyncio.to_thread(self._vosk, pcm)
        second = await self._second.hear(pcm, RATE) if self._second else None
        return choose(first, second)

    def _vosk(self, pcm: bytes) -> Said:
        assert self._model is not None
        recognition = self._model.recognition(rate=RATE)
        recognition.push(pcm)
        return recognition.finish()

    async def close(self) -> None:
        """End the second hearing's process."""
        if self._second is not None:
            await self._second.close()


def choose(first: Said, second: Said | None) -> Heard:
    """The second hearing if it is sure enough, the first one's readings as alternatives; else the first."""
    readings = [first.text, *(one.text for one in first.alternatives)]
    best = second if second and second.confidence >= SURE else first
    others = list(dict.fromkeys(text for text in readings if text and text != best.text))
    return Heard(best.text, min(best.confidence, 1.0) if best.text else None, others[:5])


def ears(home: Path) -> Hearing | None:
    """The recogniser with the model in use of the installation at ``home``; None when none is installed."""
    try:
        info = ModelStore(home / "models").current()
    except ModelError as error:
        log.warning("telegram voice messages cannot be heard", error=str(error))
        return None
    return Ears(info.folder, home / "speech") if info.folder else None
