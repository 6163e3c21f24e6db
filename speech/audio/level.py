"""Loudness: measuring it in dBFS, setting it, and a slow automatic gain for callers near and far from the receiver."""

from typing import Final

import numpy as np

from speech.audio import Samples

SILENCE_DBFS: Final = -96.0


def dbfs(samples: Samples) -> float:
    """Root-mean-square level relative to full scale, −96 for digital silence."""
    if samples.size == 0:
        return SILENCE_DBFS
    power = float(np.mean(samples.astype(np.float64) ** 2)) / 32768.0**2
    return max(SILENCE_DBFS, 10 * np.log10(power)) if power > 0 else SILENCE_DBFS


def amplified(samples: Samples, gain_db: float) -> Samples:
    """Louder or softer; peaks are rounded off (tanh above −3 dBFS) rather than cut, for speech turned up by request."""
    if gain_db == 0:
        return samples
    scaled = samples.astype(np.float64) * 10 ** (gain_db / 20) / 32768
    knee = 0.7
    over = np.abs(scaled) > knee
    scaled[over] = np.sign(scaled[over]) * (
        knee + (1 - knee) * np.tanh((np.abs(scaled[over]) - knee) / (1 - knee))
    )
    return (np.clip(scaled, -1, 32767 / 32768) * 32768).astype(np.int16)


class AutomaticGain:
    """Brings speech to a target level; silence keeps the gain, so that noise is not pumped up between words."""

    def __init__(
        self, target_dbfs: float = -20.0, max_gain_db: float = 20.0, gate_dbfs: float = -50.0
    ) -> None:
        self._target = target_dbfs
        self._max = max_gain_db
        self._gate = gate_dbfs
        self._gain = 0.0

    def push(self, frame: Samples) -> Samples:
        """The next 20 ms. Gain falls within 60 ms and rises over about a second."""
        level = dbfs(frame)
        if level > self._gate:
            wanted = float(np.clip(self._target - level, -self._max, self._max))
            self._gain += (wanted - self._gain) * (0.3 if wanted < self._gain else 0.02)
        return amplified(frame, self._gain)
