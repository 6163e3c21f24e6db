"""Sounds that tell a caller the line is alive: comfort noise and a soft listening tone."""

import numpy as np

from speech.audio import TELEPHONE_RATE, Samples


def comfort_noise(milliseconds: int, level_dbfs: float = -60.0, seed: int = 0) -> Samples:
    """Quiet low-passed noise at 8 kHz, as in RFC 3389: silence on a telephone sounds like a dropped call."""
    count = TELEPHONE_RATE * milliseconds // 1000
    white = np.random.default_rng(seed).standard_normal(count + 2)
    soft = (white[:-2] + 2 * white[1:-1] + white[2:]) / 4
    soft *= 32768 * 10 ** (level_dbfs / 20) / (np.sqrt(np.mean(soft**2)) + 1e-12)
    return np.clip(soft, -32768, 32767).astype(np.int16)


def tone(frequency: float, milliseconds: int, level_dbfs: float = -24.0) -> Samples:
    """A sine of `frequency` Hz at 8 kHz, faded over 10 ms at both ends so that it does not click."""
    count = TELEPHONE_RATE * milliseconds // 1000
    time = np.arange(count) / TELEPHONE_RATE
    fade = np.minimum(1, np.minimum(np.arange(count), np.arange(count)[::-1]) / (TELEPHONE_RATE * 0.01))
    wave = np.sqrt(2) * 10 ** (level_dbfs / 20) * np.sin(2 * np.pi * frequency * time) * fade
    return np.asarray(wave * 32767, np.int16)


def listening_tone() -> Samples:
    """Two soft rising notes: the machine has heard and is thinking."""
    gap = np.zeros(TELEPHONE_RATE * 30 // 1000, np.int16)
    return np.concatenate([tone(660, 90, -30), gap, tone(880, 90, -30)])
