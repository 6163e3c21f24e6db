"""Telephone audio: G.711, resampling, level, comfort noise, concealment of lost packets, pacing.

Samples are int16 mono arrays (`Samples`) unless a name says otherwise; a frame is 20 ms, 160 samples at 8 kHz.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.int16]

TELEPHONE_RATE: Final = 8_000
FRAME_MS: Final = 20
FRAME_SAMPLES: Final = TELEPHONE_RATE * FRAME_MS // 1000


def samples_of(pcm: bytes) -> Samples:
    """s16le bytes as an array (no copy)."""
    return np.frombuffer(pcm, "<i2")


def bytes_of(samples: Samples) -> bytes:
    """An array as s16le bytes."""
    return samples.astype("<i2", copy=False).tobytes()
