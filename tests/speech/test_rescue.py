"""What was meant, by its sound."""

import pytest

from speech.rescue import matches, meant

SERVICES = ["上门护理", "上门理发", "助餐", "助浴", "助洁", "代购代办"]


@pytest.mark.parametrize(
    ("heard", "wanted"),
    [
        ("上门护里", "上门护理"),
        ("商们里发", "上门理发"),
        ("祝参", "助餐"),
        ("租浴", "助浴"),
        ("代够代办啊", "代购代办"),
    ],
)
def test_homophones_and_near_sounds_are_understood(heard: str, wanted: str) -> None:
    best = meant([(heard, 1.0)], SERVICES)
    assert best is not None
    assert best.phrase == wanted


@pytest.mark.parametrize("heard", ["今天天气很好", "嗯", "救命啊"])
def test_what_is_something_else_matches_nothing(heard: str) -> None:
    assert meant([(heard, 1.0)], SERVICES) is None


def test_alternatives_vote_by_belief() -> None:
    assert matches([("助洁", 0.4), ("助浴", 0.6)], SERVICES)[0].phrase == "助浴"


def test_figures_match_their_words() -> None:
    assert matches([("下午两点半", 1.0)], ["14:30", "15:30"])[0].phrase == "14:30"


def test_nothing_heard_is_like_nothing() -> None:
    assert matches([], SERVICES)[0].likeness == 0
