"""Written to spoken Mandarin, against pairs written down by hand."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech.saying import say
from speech.saying.numbers import cardinal

PAIRS = [
    tuple(line.replace("\\n", "\n").split("\t"))
    for line in (Path(__file__).parent / "pairs.tsv").read_text("utf-8").splitlines()
    if not line.startswith("#")
]


def test_there_are_two_hundred_pairs() -> None:
    assert len(PAIRS) >= 200


@pytest.mark.parametrize(("written", "spoken"), PAIRS)
def test_pair(written: str, spoken: str) -> None:
    assert say(written) == spoken


@pytest.mark.parametrize(("written", "spoken"), PAIRS)
def test_spoken_text_stays_as_it_is(written: str, spoken: str) -> None:
    assert say(spoken) == spoken


@given(st.text(alphabet="0123456789.,:/-~元岁号楼月日年点分%℃¥AB今天一二（）， \n", max_size=30))
def test_nothing_is_left_that_cannot_be_said(text: str) -> None:
    assert not any(c.isdigit() or c in "%℃¥/~()（）" for c in say(text))


@given(st.integers(min_value=0, max_value=10**12))
def test_cardinals_read_back(value: int) -> None:
    assert _value(cardinal(value)) == value


def _value(spoken: str) -> int:
    """The value of a spoken cardinal, worked out another way."""
    digits = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"两": 2}
    total = section = digit = 0
    for character in spoken:
        if character in digits:
            digit = digits[character]
        elif character in "十百千":
            section += (digit or 1) * {"十": 10, "百": 100, "千": 1000}[character]
            digit = 0
        elif character == "万":
            section, digit = (section + digit) * 10_000, 0
            total += section
            section = 0
        elif character == "亿":
            total, section, digit = (total + section + digit) * 10**8, 0, 0
    return total + section + digit
