"""Sample rates: whole sounds at once, a stream chunk by chunk without seams."""

import numpy as np
import soxr

from speech.audio import Samples


def resample(samples: Samples, rate: int, to: int) -> Samples:
    """A whole sound at another rate (Hz)."""
    if rate == to:
        return samples
    out: Samples = soxr.resample(samples, rate, to).astype(np.int16)
    return out


class StreamResampler:
    """A running stream at another rate; `push` returns what is ready, `finish` the rest."""

    def __init__(self, rate: int, to: int) -> None:
        self._stream = soxr.ResampleStream(rate, to, 1, dtype="int16", quality="HQ") if rate != to else None

    def push(self, samples: Samples) -> Samples:
        """The next chunk."""
        return samples if self._stream is None else self._stream.resample_chunk(samples)

    def finish(self) -> Samples:
        """The tail the filter still holds."""
        empty = np.zeros(0, np.int16)
        return empty if self._stream is None else self._stream.resample_chunk(empty, last=True)
