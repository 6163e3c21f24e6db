# mypy: disable-error-code="import-not-found,import-untyped"
"""Sound to training frames: augmentation (room, noise, line, level, lost packets), MFCC, one phone a frame."""

import pickle
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.signal import butter, fftconvolve, sosfilt

from speech.audio.g711 import decode_alaw, decode_ulaw, encode_alaw, encode_ulaw
from speech.audio.mfcc import Floats, mfcc
from speech.phones import PHONE_ID
from speech.training.voices import RATE, Spoken

_BANDS: Final = [
    butter(4, edges, btype="band", fs=RATE, output="sos")
    for edges in ((300, 3400), (250, 3500), (400, 3200), (150, 3700))
]


def augment(samples: Floats, rng: np.random.Generator) -> Floats:
    """One telephone line drawn at random for clean samples in −1..1."""
    out = samples
    if rng.random() < 0.25:
        out = _in_a_room(out, rng)
    if rng.random() < 0.65:
        out = out + _noise(out, rng, snr=rng.uniform(5, 30))
    if rng.random() < 0.5:
        out = sosfilt(_BANDS[rng.integers(len(_BANDS))], out)
    peak = 10 ** (rng.uniform(-24, 3) / 20)  # above 0 dB it clips, as loud callers do
    out = np.clip(out / (np.abs(out).max() + 1e-6) * peak, -1, 1).astype(np.float32)
    if rng.random() < 0.1:
        out = _packets_lost(out, rng)
    if rng.random() < 0.5:
        out = through_g711(out, alaw=bool(rng.random() < 0.6))
    return out


def through_g711(samples: Floats, *, alaw: bool = True) -> Floats:
    """As a carrier passes it on."""
    pcm = (np.clip(samples, -1, 1) * 32767).astype(np.int16)
    back = decode_alaw(encode_alaw(pcm)) if alaw else decode_ulaw(encode_ulaw(pcm))
    return (back / 32768).astype(np.float32)


def _in_a_room(samples: Floats, rng: np.random.Generator) -> Floats:
    length = int(rng.uniform(0.12, 0.6) * RATE)
    echo = rng.standard_normal(length) * np.exp(-6.9 * np.arange(length) / length)
    echo *= rng.uniform(0.1, 0.5) / np.sqrt((echo**2).sum())
    echo[0] = 1.0
    heard: Floats = fftconvolve(samples, echo)[: len(samples)].astype(np.float32)
    return heard


def _noise(samples: Floats, rng: np.random.Generator, *, snr: float) -> Floats:
    """Noise between white and brown at `snr` dB, sometimes swelling."""
    count = len(samples)
    spectrum = np.fft.rfft(rng.standard_normal(count))
    noise = np.fft.irfft(spectrum / np.arange(1, len(spectrum) + 1) ** (rng.uniform(0, 1.6) / 2), count)
    if rng.random() < 0.3:
        noise *= 1 + 0.8 * np.sin(
            2 * np.pi * np.arange(count) / RATE * rng.uniform(0.5, 5) + rng.uniform(0, 6)
        )
    power = float((samples**2).mean()) + 1e-9
    scaled: Floats = (noise * np.sqrt(power / 10 ** (snr / 10) / ((noise**2).mean() + 1e-12))).astype(
        np.float32
    )
    return scaled


def _packets_lost(samples: Floats, rng: np.random.Generator) -> Floats:
    out = samples.copy()
    for start in range(0, len(out) - 160, 160):
        if rng.random() < 0.02:
            out[start : start + 160] = 0
    return out


def labels(spoken: Spoken, frames: int) -> npt.NDArray[np.uint8]:
    """The pdf (phone id − 1) under the middle of each frame of 25 ms."""
    centres = np.arange(frames) * 0.01 + 0.0125
    out = np.zeros(frames, np.uint8)
    for phone, start, end in spoken.phones:
        out[(centres >= start) & (centres < end)] = PHONE_ID.get(phone, 1) - 1
    return out


def make_features(shard: Path, target: Path, *, versions: int, seed: int) -> None:
    """Write (features float16, labels uint8) pairs of a shard's sentences, each through `versions` lines."""
    if target.exists():
        return
    rng = np.random.default_rng(seed)
    out = []
    for spoken in pickle.loads(shard.read_bytes()):
        clean = spoken.samples.astype(np.float32) / 32768
        for _ in range(versions):
            features = mfcc(augment(clean, rng) * 32767)
            out.append((features.astype(np.float16), labels(spoken, len(features))))
    draft = target.with_suffix(".part")
    draft.write_bytes(pickle.dumps(out))
    draft.replace(target)
