"""Packet loss: the last pitch period goes on, ever softer, and the next packet is faded in (after G.711 appendix I)."""

from typing import Final

import numpy as np

from speech.audio import FRAME_SAMPLES, TELEPHONE_RATE, Samples

_SHORTEST: Final = TELEPHONE_RATE // 400
_LONGEST: Final = TELEPHONE_RATE // 66
_HISTORY: Final = 4 * _LONGEST
_FADE: Final = TELEPHONE_RATE // 200
"""5 ms of overlap at a seam."""
_SILENT_AFTER: Final = 3
"""Lost frames in a row (60 ms) after which only silence is honest."""


class LossConcealer:
    """Frames in, frames out: `push(None)` stands for a packet that did not come."""

    def __init__(self) -> None:
        self._history = np.zeros(_HISTORY, np.float64)
        self._lost = 0
        self._period = _LONGEST
        self._phase = 0

    def push(self, frame: Samples | None) -> Samples:
        """The frame, or what stands in for it."""
        out = self._received(frame) if frame is not None else self._invented()
        self._history = np.concatenate([self._history, out])[-_HISTORY:]
        return np.clip(out, -32768, 32767).astype(np.int16)

    def _received(self, frame: Samples) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        out = frame.astype(np.float64)
        if self._lost:
            fade = np.linspace(0, 1, _FADE)
            out[:_FADE] = out[:_FADE] * fade + self._continued(_FADE) * (1 - fade)
            self._lost = 0
        return out

    def _invented(self) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        if self._lost == 0:
            self._period, self._phase = self._pitch(), 0
        softer = np.linspace(1 - self._lost / _SILENT_AFTER, 1 - (self._lost + 1) / _SILENT_AFTER, FRAME_SAMPLES)
        out = self._continued(FRAME_SAMPLES) * np.clip(softer, 0, 1)
        self._lost += 1
        return out

    def _continued(self, count: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """The next samples of the last period, had it gone on; its own decay is not decayed again."""
        if self._lost >= _SILENT_AFTER:
            return np.zeros(count)
        if self._lost == 0 or self._phase == 0:
            self._cycle = self._history[-self._period :].copy()
        index = (self._phase + np.arange(count)) % self._period
        self._phase += count
        gain = 1.0 if self._lost else 1.0
        return self._cycle[index] * gain

    def _pitch(self) -> int:
        """The lag with the highest normalised correlation over the last 30 ms."""
        recent = self._history[-2 * _LONGEST :]
        template = recent[-_LONGEST:]
        best, period = -1.0, _LONGEST
        for lag in range(_SHORTEST, _LONGEST + 1):
            earlier = recent[-_LONGEST - lag : -lag]
            likeness = float(template @ earlier) / (np.sqrt(float(earlier @ earlier) * float(template @ template)) + 1e-9)
            if likeness > best:
                best, period = likeness, lag
        return period
