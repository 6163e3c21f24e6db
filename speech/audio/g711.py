"""ITU-T G.711: A-law and µ-law, by tables of 65,536 and 256 entries."""

from typing import Final

import numpy as np
import numpy.typing as npt

from speech.audio import Samples

Bytes = npt.NDArray[np.uint8]

SILENCE_ALAW: Final = 0xD5
SILENCE_ULAW: Final = 0xFF
_BIAS: Final = 33
_CLIP: Final = 8158


def _decode_alaw_table() -> Samples:
    code = np.arange(256, dtype=np.int32) ^ 0x55
    exponent, mantissa = (code >> 4) & 7, code & 15
    magnitude = np.where(
        exponent == 0, (mantissa << 4) + 8, ((mantissa << 4) + 264) << np.maximum(exponent - 1, 0)
    )
    return np.asarray(np.where(code & 0x80, magnitude, -magnitude), np.int16)


def _decode_ulaw_table() -> Samples:
    code = ~np.arange(256, dtype=np.int32) & 0xFF
    exponent, mantissa = (code >> 4) & 7, code & 15
    magnitude = ((((mantissa << 1) + _BIAS) << exponent) - _BIAS) << 2
    return np.asarray(np.where(code & 0x80, -magnitude, magnitude), np.int16)


def _segment(magnitude: npt.NDArray[np.int32], first: int) -> npt.NDArray[np.int32]:
    """The segment number: how many of the doubling bounds first, 2·first, 4·first… a magnitude passes."""
    bounds = first * 2 ** np.arange(7)
    return np.searchsorted(bounds, magnitude, side="right").astype(np.int32)


def _encode_alaw_table() -> Bytes:
    """12-bit magnitudes (G.711 table 1): ones' complement below zero, even bits inverted."""
    linear = np.arange(-32768, 32768, dtype=np.int32) >> 3
    magnitude = np.where(linear >= 0, linear, -linear - 1)
    segment = _segment(magnitude, 32)
    shift = np.where(segment < 2, 1, segment)
    code = (segment << 4) | ((magnitude >> shift) & 15)
    return np.asarray(np.where(linear >= 0, code ^ 0xD5, code ^ 0x55), np.uint8)


def _encode_ulaw_table() -> Bytes:
    """13-bit magnitudes with a bias of 33 (G.711 table 2), all bits inverted."""
    linear = np.arange(-32768, 32768, dtype=np.int32) >> 2
    magnitude = np.minimum(np.abs(linear), _CLIP) + _BIAS
    segment = _segment(magnitude, 64)
    code = (segment << 4) | ((magnitude >> (segment + 1)) & 15)
    return np.asarray(np.where(linear >= 0, code ^ 0xFF, code ^ 0x7F), np.uint8)


_FROM_ALAW: Final = _decode_alaw_table()
_FROM_ULAW: Final = _decode_ulaw_table()
_TO_ALAW: Final = _encode_alaw_table()
_TO_ULAW: Final = _encode_ulaw_table()


def encode_alaw(samples: Samples) -> bytes:
    """One byte a sample."""
    return _TO_ALAW[samples.astype(np.int32) + 32768].tobytes()


def decode_alaw(payload: bytes) -> Samples:
    """One sample a byte."""
    return _FROM_ALAW[np.frombuffer(payload, np.uint8)]


def encode_ulaw(samples: Samples) -> bytes:
    """One byte a sample."""
    return _TO_ULAW[samples.astype(np.int32) + 32768].tobytes()


def decode_ulaw(payload: bytes) -> Samples:
    """One sample a byte."""
    return _FROM_ULAW[np.frombuffer(payload, np.uint8)]
