# mypy: disable-error-code="import-not-found,import-untyped"
"""Real people's recordings: a folder with transcripts.tsv (a header, then file<TAB>transcript…) and sound files.

They are aligned by a network trained on the synthetic voices, then training goes on with both. This is what makes a
model fit for real callers. Only recordings whose speakers agreed to this use may be given; see the README beside.
"""

import pickle
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import soundfile
import soxr
import torch

from speech.saying import pronounce, say
from speech.training.features import mfcc
from speech.training.network import CONTEXT, Tdnn
from speech.training.phones import PHONE_ID, PHONES, phones_of
from speech.training.voices import RATE, Spoken

STEP_SECONDS: Final = 0.03
_LEAST_SCORE: Final = -4.5
"""Mean log score a frame below which transcript and sound are taken not to belong together."""


def make_recording_shard(folder: Path, network: Path, target: Path, report: Callable[[str], None]) -> None:
    """Align every recording of a folder; write those that fit their transcript as a shard of `Spoken`."""
    if target.exists():
        return
    aligner = Aligner(network)
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


def read_recordings(folder: Path) -> Iterator[tuple[str, npt.NDArray[np.int16]]]:
    """Transcripts and 8 kHz samples."""
    for line in (folder / "transcripts.tsv").read_text("utf-8").splitlines()[1:]:
        name, transcript, *_ = line.split("\t")
        sound, rate = soundfile.read(folder / name, dtype="float32")
        sound = sound.mean(1) if sound.ndim > 1 else sound
        sound = sound / max(1e-3, float(np.abs(sound).max())) * 0.7
        yield transcript, (np.clip(soxr.resample(sound, rate, RATE), -1, 1) * 32767).astype(np.int16)


class Aligner:
    """Viterbi alignment of phones, with silence allowed at both ends, to 30 ms frames."""

    def __init__(self, trained: Path) -> None:
        saved: dict[str, Any] = torch.load(trained, weights_only=False)
        self._network = Tdnn(saved["hidden"], len(PHONES))
        self._network.load_state_dict(saved["state"])
        self._network.eval()
        self._log_priors = np.log(np.maximum(saved["priors"], 1e-4))

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
        outputs = (len(frames) - 1) // 3 * 3
        seen = np.clip(np.arange(-CONTEXT, outputs + 1 + CONTEXT), 0, len(frames) - 1)
        with torch.no_grad():
            log_posterior = torch.log_softmax(
                self._network(torch.from_numpy(frames[seen])[None])[0].T, 1
            ).numpy()
        return np.asarray(log_posterior - 0.6 * self._log_priors)


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
