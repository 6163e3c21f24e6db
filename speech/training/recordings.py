"""Real people's recordings: a folder with transcripts.tsv (a header: file, transcript, perhaps speaker) and sound files.

They are aligned by a network trained on the synthetic voices, then training goes on with both. This is what makes a
model fit for real callers. Only recordings whose speakers agreed to this use may be given; see the README beside.
Aligning needs no PyTorch: the network is read from the model it was written to.
"""

import csv
import pickle
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from speech.acoustics import Acoustics
from speech.audio import Samples
from speech.audio.files import read_sound
from speech.audio.resampling import resample
from speech.phones import PHONE_ID, phones_said
from speech.training.voices import RATE, Spoken

STEP_SECONDS: Final = 0.03
_LEAST_SCORE: Final = -4.5
"""Mean log score a frame below which transcript and sound are taken not to belong together."""


def align_recordings(
    folder: Path,
    acoustic_model: Path,
    target: Path,
    report: Callable[[str], None],
    held_out: Collection[str] = (),
) -> None:
    """Align every recording of a folder but those of speakers held out; write those that fit as a shard of `Spoken`.

    `acoustic_model` is the final.mdl of the network at hand.
    """
    if target.exists():
        return
    aligner = Aligner(acoustic_model)
    spoken, refused = [], 0
    for transcript, samples in read_recordings(folder, held_out):
        aligned = aligner.align(transcript, samples)
        if aligned is None:
            refused += 1
        else:
            spoken.append(aligned)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(pickle.dumps(spoken))
    report(f"{len(spoken)} recordings aligned, {refused} do not fit their transcript")


def read_recordings(folder: Path, held_out: Collection[str] = ()) -> Iterator[tuple[str, Samples]]:
    """Transcripts and 8 kHz samples, all as loud, of all speakers but those held out."""
    with (folder / "transcripts.tsv").open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE):
            if row.get("speaker") in held_out:
                continue
            sound, rate = read_sound(folder / row["file"])
            telephone = resample(sound, rate, RATE).astype(np.float32)
            loud = telephone / max(1.0, float(np.abs(telephone).max())) * 23_000
            yield row["transcript"], loud.astype(np.int16)


class Aligner:
    """Viterbi alignment of phones, with silence allowed at both ends, to 30 ms frames."""

    def __init__(self, acoustic_model: Path) -> None:
        self._acoustics = Acoustics.read(acoustic_model)

    def align(self, transcript: str, samples: Samples) -> Spoken | None:
        """Phones with times, or None where sound and transcript do not fit."""
        phones = ("SIL", *phones_said(transcript), "SIL")
        scores = self._acoustics.scores(samples)
        if len(phones) < 3 or len(scores) < len(phones):
            return None
        path, score = _best_path(scores[:, [PHONE_ID[phone] - 1 for phone in phones]].astype(np.float64))
        if score < _LEAST_SCORE:
            return None
        times = [
            (phones[p], STEP_SECONDS * int(np.argmax(path == p)), STEP_SECONDS * int((path <= p).sum()))
            for p in sorted(set(path))
        ]
        return Spoken(transcript, samples, times)


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
