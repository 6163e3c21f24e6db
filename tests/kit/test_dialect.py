"""Dialect words in common ones, in place."""

from __future__ import annotations

import pytest

from assistant.kit.dialect import common


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("那算哒，不订哒", "那算了，不订了"),
        ("到她屋里呷饭", "到她屋里吃饭"),
        ("就是咯样", "就是这样"),
        ("咯里冇得人", "这里没得人"),
        ("我要克医院", "我要去医院"),
        ("给我搞条围巾咯", "给我搞条围巾咯"),
        ("他克服不了", "他克服不了"),
        ("买块巧克力", "买块巧克力"),
    ],
)
def test_words_of_one_meaning_are_put_into_common_ones(said: str, plain: str) -> None:
    assert common(said) == plain
    assert len(plain) == len(said)
