"""Packet loss: the last pitch period goes on, ever softer, and the next packet is faded in (after G.711 appendix I)."""

from typing import Final

import numpy as np
import numpy.typing as npt

from speech.audio import FRAME_SAMPLES, TELEPHONE_RATE, Samples

_SHORTEST: Final = TELEPHONE_RATE // 400
_LONGEST: Final = TELEPHONE_RATE // 66
_HISTORY: Final = 4 * _LONGEST
_FADE: Final = TELEPHONE_RATE // 200
"""5 ms of overlap at a seam."""
_SILENT_AFTER: Final = 3
"""Lost frames in a row (60 ms) after which only silence is honest."""
Floats = npt.NDArray[np.float64]


class LossConcealer:
    """Frames of 20 ms in, frames out: `push(None)` stands for a packet that did not come."""

    def __init__(self) -> None:
        self._history: Floats = np.zeros(_HISTORY)
        self._cycle: Floats = np.zeros(_LONGEST)
        self._phase = 0
        self._lost = 0

    def push(self, frame: Samples | None) -> Samples:
        """The frame, or what stands in for it."""
        out = self._invented() if frame is None else self._received(frame)
        self._history = np.concatenate([self._history, out])[-_HISTORY:]
        return np.clip(out, -32768, 32767).astype(np.int16)

    def _received(self, frame: Samples) -> Floats:
        out = frame.astype(np.float64)
        if self._lost:
            fade = np.linspace(0, 1, _FADE)
            out[:_FADE] = out[:_FADE] * fade + self._continued(_FADE) * self._loudness(0) * (1 - fade)
            self._lost = 0
        return out

    def _invented(self) -> Floats:
        if self._lost == 0:
            self._cycle, self._phase = self._history[-_pitch_period(self._history) :].copy(), 0
        softer = np.linspace(self._loudness(0), self._loudness(1), FRAME_SAMPLES)
        self._lost += 1
        return self._continued(FRAME_SAMPLES) * softer

    def _continued(self, count: int) -> Floats:
        """The next samples of the last period, had it gone on."""
        index = (self._phase + np.arange(count)) % len(self._cycle)
        self._phase += count
        return self._cycle[index]

    def _loudness(self, frames_on: int) -> float:
        return max(0.0, 1 - (self._lost + frames_on) / _SILENT_AFTER)


def _pitch_period(history: Floats) -> int:
    """The lag of 2.5–15 ms at which the last 15 ms are most like what came before."""
    template = history[-_LONGEST:]
    energy = float(template @ template)

    def likeness(lag: int) -> float:
        earlier = history[-_LONGEST - lag : -lag]
        return float(template @ earlier) / float(np.sqrt(float(earlier @ earlier) * energy) + 1e-9)

    return max(range(_SHORTEST, _LONGEST + 1), key=likeness)
