"""When a phrase is believed, and two hearings as one."""

import pytest

from speech.beliefs import ONE_OF_THEM, Alternative, picked, ranked, together


def beliefs(**shares: float) -> tuple[Alternative, ...]:
    return ranked(shares)


def test_a_phrase_is_picked_where_it_is_likely_and_ahead() -> None:
    assert picked(()) is None
    assert picked(beliefs(对=0.35, 不对=0.05)) is None
    assert picked(beliefs(对=0.5, 不对=0.4)) is None
    choice = picked(beliefs(不对=0.2, 对=0.6))
    assert choice is not None and choice.text == "对"


def test_two_hearings_that_doubt_alike_are_surer_together() -> None:
    first, second = beliefs(理发=0.45, 洗澡=0.40), beliefs(洗澡=0.2, 理发=0.5)
    assert picked(first) is None
    both = together(first, second)
    assert [belief.text for belief in both] == ["理发", "洗澡"]
    assert both[0].share == pytest.approx(0.225 / (0.225 + 0.08 + 0.15 * 0.3 / ONE_OF_THEM))


def test_none_of_them_is_an_answer_too() -> None:
    unlikely = beliefs(对=0.05)
    assert together(unlikely, unlikely)[0].share < 0.05
    assert together(beliefs(对=1.0), unlikely)[0].share == pytest.approx(1, abs=1e-6)


def test_a_hearing_without_beliefs_is_left_out() -> None:
    alone = beliefs(对=0.7)
    assert together(alone, ()) == together((), alone) == alone
    assert together((), ()) == ()
