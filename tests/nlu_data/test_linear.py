from pathlib import Path

import numpy as np
import pytest
from components import linear
from components.linear import LinearModel, Rows, best_temperature, held_out_scores, membership, softmax, solve
from scipy.sparse import csr_matrix


def rows() -> Rows:
    sparse = csr_matrix(np.array([[3, 0], [2, 0], [0, 3], [0, 2]], dtype=np.float32))
    return Rows(sparse, np.array([[1], [1], [-1], [-1]], dtype=np.float32))


def model() -> LinearModel:
    classes, targets = membership([["a"], ["a"], ["b"], ["b"]])
    return LinearModel.fit(rows(), classes, targets, ridge=0.1, importance=np.ones(4, dtype=np.float32))


def test_fits_what_can_be_told_apart() -> None:
    assert model().scores(rows()).argmax(axis=1).tolist() == [0, 0, 1, 1]
    assert np.allclose(model().probabilities(rows()).sum(axis=1), 1, atol=1e-5)


def test_two_classes_may_hold_at_once() -> None:
    classes, targets = membership([["b", "a"], ["a"], ["b"], []])
    assert classes == ["a", "b"]
    assert targets.tolist() == [[1, 1], [1, 0], [0, 1], [0, 0]]


def test_survives_storage(tmp_path: Path) -> None:
    model().save(tmp_path / "model.npz")
    loaded = LinearModel.load(tmp_path / "model.npz")
    assert loaded.classes == ("a", "b")
    assert np.allclose(loaded.scores(rows()), model().scores(rows()), atol=1e-2)


def test_held_out_rows_do_not_teach() -> None:
    _, targets = membership([["a"], ["a"], ["b"], ["a"]])  # the last one is a slip
    held = np.array([False, False, False, True])
    ones = np.ones(4, dtype=np.float32)
    assert held_out_scores(rows(), targets, 0.1, ones, held).argmax(axis=1).tolist() == [1]


def test_temperature_of_scores_that_boast() -> None:
    scores = np.array([[4.0, 0.0]] * 10, dtype=np.float32)
    truth = np.array([0] * 7 + [1] * 3)
    cooled = softmax(scores / best_temperature(scores, truth))[0, 0]
    assert cooled < 0.9


def test_the_solution_is_that_of_the_normal_equations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linear, "TOLERANCE", 1e-3)
    random = np.random.default_rng(3)
    common = random.random((60, 9)).astype(np.float32)
    many = Rows(
        csr_matrix(np.hstack([common, np.eye(60, dtype=np.float32)])),  # with a term of its own for every row
        random.random((60, 5)).astype(np.float32),
    )
    _, targets = membership([["abc"[index % 3]] for index in range(60)])
    importance = random.uniform(0.3, 4, 60).astype(np.float32)
    wide = np.hstack([many.sparse.toarray(), many.dense, np.ones((60, 1), dtype=np.float32)])
    exact = np.linalg.solve(wide @ wide.T + np.diag(2.0 / importance), targets)
    assert np.allclose(solve(many, targets, 2.0, importance), exact, atol=1e-3)
