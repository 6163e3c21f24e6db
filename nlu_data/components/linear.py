"""Multinomial logistic regression over all features of a message: fit, calibrate, store, score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix, hstack, vstack
from sklearn.linear_model import LogisticRegression

Floats = NDArray[np.float32]


def features(messages: Sequence[Message]) -> csr_matrix:
    """One row a message: its sparse sentence features, then its dense ones."""
    return vstack([_row(message) for message in messages], format="csr", dtype=np.float32)


def _row(message: Message) -> csr_matrix:
    _, sparse = message.get_sparse_features(TEXT)
    _, dense = message.get_dense_features(TEXT)
    parts = [part.features for part in (sparse, dense) if part is not None]
    return hstack([csr_matrix(part) for part in parts], format="csr")


@dataclass(frozen=True)
class LinearModel:
    """`weights` (classes × features), `bias` (classes), and the temperature that calibrates them."""

    classes: tuple[str, ...]
    weights: Floats
    bias: Floats
    temperature: float = 1.0

    @classmethod
    def fit(cls, rows: csr_matrix, labels: Sequence[str], strength: float, iterations: int) -> LinearModel:
        """`strength` is the inverse of regularisation (C)."""
        model = LogisticRegression(
            C=strength, max_iter=iterations, class_weight=None, solver="lbfgs", tol=1e-3
        ).fit(rows, list(labels))
        weights, bias = model.coef_, model.intercept_
        if len(model.classes_) == 2:
            weights, bias = np.vstack([-weights, weights]) / 2, np.concatenate([-bias, bias]) / 2
        return cls(tuple(model.classes_), weights.astype(np.float32), bias.astype(np.float32))

    def logits(self, rows: csr_matrix) -> Floats:
        """Scores of every class, one row a message."""
        return np.asarray(rows @ self.weights.T + self.bias, dtype=np.float32)

    def probabilities(self, rows: csr_matrix) -> Floats:
        """Calibrated probabilities of every class, one row a message."""
        return softmax(self.logits(rows) / self.temperature)

    def save(self, folder: Path) -> None:
        """Write the model as one plain numpy archive (nothing in it is code)."""
        np.savez_compressed(
            folder / "model.npz",
            classes=np.array(self.classes),
            weights=self.weights,
            bias=self.bias,
            temperature=np.float32(self.temperature),
        )

    @classmethod
    def load(cls, folder: Path) -> LinearModel:
        """Read what `save` wrote."""
        with np.load(folder / "model.npz", allow_pickle=False) as stored:
            classes = tuple(str(name) for name in stored["classes"])
            return cls(classes, stored["weights"], stored["bias"], float(stored["temperature"]))


def softmax(logits: Floats) -> Floats:
    """Rows of scores to rows of probabilities."""
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True), dtype=np.float32)


def best_temperature(logits: Floats, truth: NDArray[np.int64]) -> float:
    """The temperature under which held-out scores are most likely (Guo et al., 2017)."""

    def loss(temperature: float) -> float:
        right = softmax(logits / temperature)[np.arange(len(truth)), truth]
        return float(-np.log(np.maximum(right, 1e-9)).mean())

    return float(minimize_scalar(loss, bounds=(0.2, 5.0), method="bounded").x)
