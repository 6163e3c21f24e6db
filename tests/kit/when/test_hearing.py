"""Misheard words of time."""

import pytest

from assistant.kit.text import pinyin_key
from assistant.kit.when.hearing import MISHEARD, mend

PAIRS = [(heard, meant) for meant, spellings in MISHEARD.items() for heard in spellings.split()]


@pytest.mark.parametrize(("heard", "meant"), PAIRS)
def test_every_spelling_sounds_like_what_was_meant(heard: str, meant: str) -> None:
    assert len(heard) == len(meant)
    changed = [(one, other) for one, other in zip(heard, meant, strict=True) if one != other]
    assert 1 <= len(changed) < len(heard) or len(heard) > 2
    alike = all(pinyin_key(one) == pinyin_key(other) for one, other in changed)
    assert alike or pinyin_key(heard) == pinyin_key(meant)


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("名天上舞", "明天上午"),
        ("下午山点半", "下午三点半"),
        ("两点办", "两点半"),
        ("下周武", "下周五"),
        ("礼拜散", "礼拜三"),
        ("中五十二点", "中午十二点"),
        ("碗上七点", "晚上七点"),
        ("五月二时八号", "五月二十八号"),
        ("崇阳节", "重阳节"),
        ("下周而上午", "下周二上午"),
        ("俺姓周 周一民 下周三来", "俺姓# #一民 下周三来"),
    ],
)
def test_mends(heard: str, meant: str) -> None:
    assert mend(heard) == meant


@pytest.mark.parametrize(
    "said",
    [
        "那时候天黑",
        "报名天数",
        "奖金天天发",
        "下五楼",
        "吃完上厕所",
        "洗完澡上床",
        "周武是我邻居",
        "八点钟午饭",
        "两点办手续",
    ],
)
def test_leaves_real_words_alone(said: str) -> None:
    assert mend(said) == said
