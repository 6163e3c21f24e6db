"""The learned voice of triage: how much an utterance resembles danger, by the characters and sounds in it.

A linear model over hashed n-grams. `teaching` fits it to the project's own examples and writes `voice.npz`;
at run time it is a few hundred look-ups and needs neither Rasa nor a network.
"""

import math
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.safety.sounds import syllable

FILE = Path(__file__).with_name("voice.npz")
BUCKETS = 1 << 21
"""Terms are hashed into so many buckets: four times those in use, so that few unknown terms fall on one of them."""

LENGTHS = (1.3, 0.5, 1.0)
"""Lengths of the views of `views` within a vector, chosen on the lines of authors of whom nothing was taught."""

_WIDEST = 21  # characters from the first to the second of a pair
_LONGEST = 400  # characters that are read: who says more has said it by then
_WEIGHT_STEP, _RARITY_STEP = 0.01, 0.125  # what is kept on disk: finer changes no decision

Floats = NDArray[np.float32]


def views(text: str) -> tuple[list[int], ...]:
    """The hashed terms of normalised `text`: characters (1–4), sounds (1–3) and pairs of characters apart."""
    marked = ["^", *text[:_LONGEST], "$"]
    sounds = [syllable(char) for char in marked]
    terms = (_runs("c", marked, 4), _runs("s", sounds, 3), _pairs(marked[1:-1]))
    return tuple([zlib.crc32(term.encode()) % BUCKETS for term in view] for view in terms)


def _runs(name: str, units: Sequence[str], longest: int) -> Iterator[str]:
    for size in range(1, longest + 1):
        for start in range(len(units) - size + 1):
            yield name + " ".join(units[start : start + size])


def _pairs(chars: Sequence[str]) -> Iterator[str]:
    for at, first in enumerate(chars):
        for second in chars[at + 2 : at + 1 + _WIDEST]:
            yield f"p{first}_{second}"


def vector(text: str, rarity: Floats) -> tuple[list[int], list[float]]:
    """Buckets and values of `text`: TF-IDF, the views of `LENGTHS`.

    Args:
        rarity: the IDF of each bucket; 0 for the terms of one example only, which are left out.
    """
    buckets: list[int] = []
    values: list[float] = []
    for view, wanted in zip(views(text), LENGTHS, strict=True):
        counted = Counter(view)
        known = rarity[np.fromiter(counted, dtype=np.int64)].tolist()
        weighed = {
            bucket: (1 + math.log(n)) * idf
            for (bucket, n), idf in zip(counted.items(), known, strict=True)
            if idf
        }
        length = math.sqrt(math.fsum(value * value for value in weighed.values())) or 1.0
        buckets += weighed
        values += [wanted * value / length for value in weighed.values()]
    return buckets, values


@dataclass(frozen=True)
class Voice:
    """A fitted model: `weights` and `rarity` by bucket, and how to read its score beside the rules' verdict."""

    weights: Floats
    rarity: Floats
    calibration: dict[str, float]
    """Coefficients of the log odds: `score`, `none`, `guarded`, `ask`, `danger` (what the rules say)."""
    taught_by: str
    """Digest of the examples, rules and code that it was fitted with (`teaching.digest`)."""

    def score(self, text: str) -> float:
        """How much normalised `text` resembles danger: about -1 for none, about 1 for danger."""
        buckets, values = vector(text, self.rarity)
        return float(np.dot(self.weights[buckets], np.asarray(values, dtype=np.float32))) if buckets else -1.0

    def probability(self, text: str, rules_say: str) -> float:
        """Probability of danger given the text and what the rules make of it (a key of `calibration`)."""
        odds = self.calibration["score"] * self.score(text) + self.calibration[rules_say]
        return 1 / (1 + math.exp(-odds))

    def save(self, file: Path = FILE) -> None:
        """Write one plain numpy archive (nothing in it is code)."""
        used = self.rarity > 0
        named: dict[str, Any] = {
            "used": np.packbits(used),
            "weights": np.rint(self.weights[used] / _WEIGHT_STEP).astype(np.int16),
            "rarity": np.rint(self.rarity[used] / _RARITY_STEP).astype(np.uint8),
            "names": np.array(list(self.calibration)),
            "coefficients": np.array(list(self.calibration.values())),
            "taught_by": np.array(self.taught_by),
        }
        np.savez_compressed(file, **named)


def _spread(values: NDArray[np.float64], used: NDArray[np.bool_]) -> Floats:
    table = np.zeros(used.size, dtype=np.float32)
    table[used] = values
    return table


@cache
def voice() -> Voice:
    """Load the fitted model, once."""
    with np.load(FILE, allow_pickle=False) as stored:
        used = np.unpackbits(stored["used"]).astype(bool)
        return Voice(
            weights=_spread(stored["weights"] * _WEIGHT_STEP, used),
            rarity=_spread(stored["rarity"] * _RARITY_STEP, used),
            calibration=dict(zip(map(str, stored["names"]), map(float, stored["coefficients"]), strict=True)),
            taught_by=str(stored["taught_by"]),
        )
