"""TF-IDF over the views of a text."""

from __future__ import annotations

import numpy as np
from components.views import VIEWS, Weights, together, walk

SCALES = {"characters": 5.0, "pinyin": 4.0, "situation": 3.0, "services": 2.0}
TAUGHT = together([walk("我要订餐", None), walk("我要洗澡", None), walk("好", "yes_no")])


def test_a_row_has_in_every_view_the_length_that_the_view_is_given() -> None:
    rows = Weights.learn(TAUGHT).rows(TAUGHT, SCALES)
    assert rows.shape[0] == 3
    assert np.allclose(rows.power(2).sum(axis=1), sum(scale**2 for scale in SCALES.values()), rtol=1e-4)


def test_one_text_has_the_row_that_it_has_among_others() -> None:
    weights = Weights.learn(TAUGHT)
    alone = weights.rows(walk("我要洗澡", None), SCALES)
    assert np.allclose(alone.toarray(), weights.rows(TAUGHT, SCALES)[1].toarray())


def test_terms_that_were_not_taught_count_for_nothing() -> None:
    weights = Weights.learn(TAUGHT)
    unknown, known = weights.rows(walk("晴天", None), SCALES), weights.rows(walk("我要", None), SCALES)
    assert unknown.nnz < known.nnz
    assert np.isfinite(unknown.data).all()


def test_what_few_texts_have_weighs_more() -> None:
    weights = Weights.learn(TAUGHT)
    assert weights.rarity.max() > weights.rarity.min() >= 1.0
    assert len(weights.keys) == len(set(weights.keys.tolist()))


def test_the_same_term_of_two_views_has_two_keys() -> None:
    assert len(set(walk("好", None).keys.tolist())) == walk("好", None).sizes.sum()
    assert walk("好", None).sizes.shape == (1, len(VIEWS))
