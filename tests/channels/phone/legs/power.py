"""Tones played into a call and found again in what was heard."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from channels.phone.leg import FRAME, RATE, CallLeg
from speech.audio import Samples, comfort

_STEP = 80
"""Samples (10 ms) judged at once."""


def tone(frequency: float, seconds: float) -> Samples:
    """Loud enough to be told from noise."""
    return comfort.tone(frequency, int(seconds * 1000), -12)


async def play(leg: CallLeg, samples: Samples) -> None:
    """All of it, at the pace of the line."""
    for frame in samples.reshape(-1, FRAME):
        await leg.play(frame)


def loud(heard: Samples, frequency: float) -> npt.NDArray[np.bool_]:
    """Whether a tone was heard, each 10 ms."""
    steps = heard[: len(heard) // _STEP * _STEP].reshape(-1, _STEP).astype(np.float64)
    wave = np.exp(-2j * np.pi * frequency * np.arange(_STEP) / RATE)
    return np.asarray(np.abs(steps @ wave) * 2 / _STEP > 1000)


def loud_ms(heard: Samples, frequency: float) -> int:
    """For how long a tone was heard, to 10 ms."""
    return int(loud(heard, frequency).sum()) * 10
