"""Meaning by nearness: random Fourier features stand for a kernel."""

from __future__ import annotations

import numpy as np
from components.encoder import FREQUENCIES, MEANING, by_nearness


def test_the_inner_product_is_about_the_kernel() -> None:
    random = np.random.default_rng(7)
    meanings = random.standard_normal((20, MEANING)).astype(np.float32)
    meanings[10:] = meanings[:10] + 0.02 * random.standard_normal((10, MEANING)).astype(np.float32)
    meanings /= np.linalg.norm(meanings, axis=1, keepdims=True)
    found = by_nearness(meanings, 1.5)
    kernel = np.exp(-1.5 * ((meanings[:, None] - meanings[None]) ** 2).sum(axis=2))
    assert found.shape == (20, 2 * FREQUENCIES)
    assert np.abs(found @ found.T - kernel).max() < 0.12


def test_every_vector_has_length_one_and_the_directions_stay_the_same() -> None:
    meanings = np.eye(MEANING, dtype=np.float32)[:3]
    once, again = by_nearness(meanings, 1.5), by_nearness(meanings, 1.5)
    assert np.allclose(np.linalg.norm(once, axis=1), 1.0, atol=1e-5)
    assert np.array_equal(once, again)
