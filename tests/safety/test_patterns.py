"""The language of the danger rules."""

import pytest

from assistant.safety.patterns import compile_pattern, heard
from assistant.safety.sounds import fold, sound

WORDS = {"chest": ["胸口", "心口"], "pain": ["疼", "痛"]}


def found(pattern: str, text: str) -> str | None:
    first, *others = compile_pattern(pattern, WORDS)
    utterance = heard(text)
    span = first.search(utterance)
    if span is None or not all(other.search(utterance) for other in others):
        return None
    return text[span[0] : span[1]]


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("<chest> * <pain>", "我胸口有点疼", "胸口有点疼"),
        ("<chest> * <pain>", "我胸口不疼", None),
        ("<chest> * <pain>", "胸口，今天疼", None),
        ("<chest> ** <pain>", "胸口，今天疼", "胸口，今天疼"),
        ("<chest> ** <pain>", "胸口今天没觉得疼", None),
        ("=摔 了? =疼", "摔疼", "摔疼"),
        ("=摔 =了|=着| =疼", "摔疼", "摔疼"),
        ("=摔 !过|伤", "去年摔过", None),
        ("^!没|没有 =摔", "没有摔", None),
        ("=吃了[两三]片", "吃了三片", "吃了三片"),
        ("^ =救$", "救", "救"),
        ("=来人$", "来人，快", "来人"),
        ("=来人$", "来人打扫", None),
        ("=头 & =血", "血从头上流", "头"),
        ("=头 & =血", "头疼", None),
    ],
)
def test_pattern(pattern: str, text: str, expected: str | None) -> None:
    assert found(pattern, text) == expected


def test_long_words_are_also_heard_by_sound_unless_marked() -> None:
    assert found("喘不上气", "穿不上汽") == "穿不上汽"
    assert found("=喘不上气", "穿不上汽") is None
    assert found("摔倒", "帅倒") is None
    assert found("~摔倒", "帅倒") == "帅倒"


@pytest.mark.parametrize("pattern", ["<nobody>", "", "|"])
def test_bad_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"unknown|empty"):
        compile_pattern(pattern, WORDS)


@pytest.mark.parametrize(
    ("one", "other"),
    [("zhuang", "zuan"), ("nan", "lan"), ("shi", "si"), ("fan", "huan"), ("feng", "hun"), ("fei", "hui")],
)
def test_sounds_that_dialects_merge_are_one_class(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_other_sounds_stay_apart() -> None:
    assert len({sound(char) for char in "妈打他你喝吃小"}) == 7
