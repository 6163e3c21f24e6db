"""What the classifiers see of a message: its sparse views and its meaning, as one row of numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from components.encoder import by_nearness, meanings
from components.forked import forked
from components.linear import Floats, Rows
from components.views import Walked, Weights, together, walk

Said = tuple[str, str | None]
"""A text as it was probably said, and what had been asked."""
SHARE = 250
"""Texts that a process takes at a time."""


@dataclass(frozen=True)
class Featurizer:
    """Rows of texts. `scales`: the length of a text's vector in every view and in `meaning`."""

    weights: Weights
    scales: Mapping[str, float]
    sharpness: float

    @classmethod
    def learn(
        cls, said: Sequence[Said], written: NDArray[np.bool_], scales: Mapping[str, float], sharpness: float
    ) -> tuple[Featurizer, Rows]:
        """From training examples, with their rows. Terms are learned from texts as `written`; misheard ones use them."""
        shares = forked(_read, said, SHARE)
        walked = [text for texts, _ in shares for text in texts]
        learned = Weights.learn(
            together([t for t, as_written in zip(walked, written, strict=True) if as_written])
        )
        featurizer = cls(learned, scales, sharpness)
        return featurizer, featurizer._rows(together(walked), np.concatenate([each for _, each in shares]))

    def rows(self, said: Sequence[Said]) -> Rows:
        """One row a text."""
        walked, meaning = _read(said)
        return self._rows(together(walked), meaning)

    def _rows(self, walked: Walked, meaning: Floats) -> Rows:
        dense = by_nearness(meaning, self.sharpness) * np.float32(self.scales["meaning"])
        return Rows(self.weights.rows(walked, self.scales), dense)

    def save(self, file: Path) -> None:
        """Write what was learned."""
        np.savez_compressed(file, keys=self.weights.keys, rarity=self.weights.rarity)

    @classmethod
    def load(cls, file: Path, scales: Mapping[str, float], sharpness: float) -> Featurizer:
        """Read what `save` wrote."""
        with np.load(file, allow_pickle=False) as stored:
            return cls(Weights(stored["keys"], stored["rarity"]), scales, sharpness)


def _read(said: Sequence[Said]) -> tuple[list[Walked], Floats]:
    return [walk(text, asked) for text, asked in said], meanings([text for text, _ in said])
