"""Kaldi's MFCC of telephone sound, in numpy: what the bundled model was taught with and hears with."""

from typing import Final

import numpy as np
import numpy.typing as npt

from speech.audio import TELEPHONE_RATE as RATE

BINS: Final = 40
LOW, HIGH = 40, 3_800
"""Hz: the mel bins' edges."""
_WINDOW, _SHIFT, _FFT = 200, 80, 256
_PREEMPHASIS: Final = 0.97
_TAPER: Final = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_WINDOW) / (_WINDOW - 1))) ** 0.85
"""Kaldi's "povey" window."""
Floats = npt.NDArray[np.float32]


def mfcc(samples: Floats) -> Floats:
    """[frames, 40] of samples in the int16 range, one frame each 10 ms: Kaldi's, with what conf/mfcc.conf says."""
    count = 1 + (len(samples) - _WINDOW) // _SHIFT
    if count < 1:
        return np.zeros((0, BINS), np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(samples.astype(np.float64), _WINDOW)[::_SHIFT][:count]
    frames = frames - frames.mean(1, keepdims=True)
    frames = frames - _PREEMPHASIS * np.concatenate([frames[:, :1], frames[:, :-1]], 1)
    spectrum = np.abs(np.fft.rfft(frames * _TAPER, _FFT)) ** 2
    energies = np.log(np.maximum(spectrum[:, :-1] @ _FILTERS, np.finfo(np.float32).eps))
    return np.asarray(energies @ _CEPSTRA, np.float32)


def mel(hertz: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """HTK's mel scale."""
    return np.asarray(1127 * np.log(1 + np.asarray(hertz, float) / 700))


def _filters() -> npt.NDArray[np.float64]:
    """[FFT bins, mel bins]: triangles, equally wide in mel, each from its neighbour's top to the next."""
    edges = np.linspace(mel(LOW), mel(HIGH), BINS + 2)
    at = mel(np.arange(_FFT // 2) * RATE / _FFT)[:, None]
    rising = (at - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - at) / (edges[2:] - edges[1:-1])
    return np.asarray(np.maximum(0, np.minimum(rising, falling)))


def cepstra(bins: int = BINS, lifter: int = 22) -> npt.NDArray[np.float64]:
    """What makes MFCC of log mel energies as Kaldi does: an orthonormal DCT-II and a lifter."""
    order = np.arange(bins)
    cosines = np.sqrt(2 / bins) * np.cos(np.pi / bins * (order[:, None] + 0.5) * order)
    cosines[:, 0] = np.sqrt(1 / bins)
    return np.asarray(cosines * (1 + lifter / 2 * np.sin(np.pi * order / lifter)))


_FILTERS: Final = _filters()
_CEPSTRA: Final = cepstra()
