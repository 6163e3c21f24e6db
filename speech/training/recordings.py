"""Real people's recordings: a folder with transcripts.tsv (a header, then file<TAB>transcript…) and sound files.

They are aligned by a network trained on the synthetic voices, then training goes on with both. This is what makes a
model fit for real callers. Only recordings whose speakers agreed to this use may be given; see the README beside.
Aligning needs no PyTorch: the network is read from the model it was written to.
"""

import pickle
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from speech.audio import Samples
from speech.audio.files import read_sound
from speech.audio.resampling import resample
from speech.saying import pronounce, say
from speech.training.features import mfcc
from speech.training.kaldi_format import read_layers
from speech.training.phones import PHONE_ID, phones_of
from speech.training.voices import RATE, Spoken

STEP_SECONDS: Final = 0.03
_LEAST_SCORE: Final = -4.5
"""Mean log score a frame below which transcript and sound are taken not to belong together."""


def align_recordings(folder: Path, acoustic_model: Path, target: Path, report: Callable[[str], None]) -> None:
    """Align every recording of a folder; write those that fit their transcript as a shard of `Spoken`.

    `acoustic_model` is the final.mdl of the network at hand.
    """
    if target.exists():
        return
    aligner = Aligner(acoustic_model)
    spoken, refused = [], 0
    for transcript, samples in read_recordings(folder):
        aligned = aligner.align(transcript, samples)
        if aligned is None:
            refused += 1
        else:
            spoken.append(aligned)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(pickle.dumps(spoken))
    report(f"{len(spoken)} recordings aligned, {refused} do not fit their transcript")


def read_recordings(folder: Path) -> Iterator[tuple[str, Samples]]:
    """Transcripts and 8 kHz samples, all as loud."""
    for line in (folder / "transcripts.tsv").read_text("utf-8").splitlines()[1:]:
        name, transcript, *_ = line.split("\t")
        sound, rate = read_sound(folder / name)
        telephone = resample(sound, rate, RATE).astype(np.float32)
        yield transcript, (telephone / max(1.0, float(np.abs(telephone).max())) * 23_000).astype(np.int16)


class Aligner:
    """Viterbi alignment of phones, with silence allowed at both ends, to 30 ms frames."""

    def __init__(self, acoustic_model: Path) -> None:
        self._layers = read_layers(acoustic_model.read_bytes())

    def align(self, transcript: str, samples: npt.NDArray[np.int16]) -> Spoken | None:
        """Phones with times, or None where sound and transcript do not fit."""
        phones = ("SIL", *phones_of(pronounce(say(transcript))), "SIL")
        frames = mfcc(samples.astype(np.float32))
        if len(phones) < 3 or len(frames) < 3 * len(phones):
            return None
        scores = self._scores(frames)
        path, score = _best_path(scores[:, [PHONE_ID[phone] - 1 for phone in phones]])
        if score < _LEAST_SCORE:
            return None
        times = [
            (phones[p], STEP_SECONDS * int(np.argmax(path == p)), STEP_SECONDS * int((path <= p).sum()))
            for p in sorted(set(path))
        ]
        return Spoken(transcript, samples, times)

    def _scores(self, frames: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        """log P(phone | sound) less its share of the prior, [outputs, phones]; the sound is held at both ends."""
        context = sum(max(layer.offsets) for layer in self._layers)
        x = np.pad(frames, ((context, context), (0, 0)), "edge")
        for number, layer in enumerate(self._layers):
            # From the third layer on only every third frame is asked for.
            offsets = layer.offsets if number < 2 else tuple(offset // 3 for offset in layer.offsets)
            x = x[::3] if number == 2 else x
            count = len(x) - 2 * offsets[-1]
            spliced = np.concatenate([x[offsets[-1] + o : offsets[-1] + o + count] for o in offsets], 1)
            x = spliced @ layer.weight.T + layer.bias
            x = x if layer is self._layers[-1] else np.maximum(x, 0)
        outputs = x.astype(np.float64)
        outputs -= outputs.max(1, keepdims=True)
        return np.asarray(outputs - np.log(np.exp(outputs).sum(1, keepdims=True)))


def _best_path(scores: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.int64], float]:
    """Left to right without skips but for the silences at both ends; the position at each frame, the mean score."""
    count, positions = scores.shape
    best = np.full(positions, -1e9)
    best[0], best[1] = scores[0, 0], scores[0, 1]
    advanced = np.zeros((count, positions), bool)
    for t in range(1, count):
        previous = np.concatenate([[-1e9], best[:-1]])
        advanced[t] = previous > best
        best = np.where(advanced[t], previous, best) + scores[t]
    at = positions - 1 if best[-1] >= best[-2] else positions - 2
    score = float(best[at]) / count
    path = np.zeros(count, np.int64)
    for t in range(count - 1, -1, -1):
        path[t] = at
        at -= int(advanced[t, at])
    return path, score
