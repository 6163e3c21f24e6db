"""A clear yes or no, and nothing that only sounds like one: consent hangs on it."""

from __future__ import annotations

import pytest

from assistant.desk.plain import agrees, false_alarm, refuses, wants_person


@pytest.mark.parametrize(
    "said",
    [
        "好",
        "好的",
        "好的。",
        "嗯",
        "嗯嗯，好的",
        "行啊",
        "可以",
        "可以的，谢谢",
        "同意",
        "是的",
        "是我",
        "对，是本人",
        "没问题",
        "愿意",
        "接着办",
        "中",
        "好，让她看",
    ],
)
def test_a_yes(said: str) -> None:
    assert agrees(said) and not refuses(said)


@pytest.mark.parametrize(
    "said",
    [
        "不",
        "不用",
        "不用了",
        "不行",
        "不要",
        "不同意",
        "不可以",
        "不是",
        "不是本人",
        "别",
        "算了",
        "没有",
        "不了，谢谢",
        "不想给她看",
        "先不要",
    ],
)
def test_a_no(said: str) -> None:
    assert refuses(said) and not agrees(said)


@pytest.mark.parametrize(
    "said",
    [
        "是谁啊",
        "好不好",
        "行不行啊",
        "可以是可以，可是我不放心",
        "我不知道",
        "你说什么",
        "对了，我想订饭",
        "好像不认识",
        "是不是骗人的",
        "不好说",
        "不是不行",
        "我要订明天的午饭",
        "",
        "别的事呢",
        "没有听清",
    ],
)
def test_neither(said: str) -> None:
    assert not agrees(said) and not refuses(said)


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("找个人来跟我说", True),
        ("叫个人来。", True),
        ("让人接电话", True),
        ("找个人来给我擦擦玻璃", False),
        ("叫个人来说说话", False),
        ("你让人来跟我说", True),
        ("叫个人来听电话", True),
        ("叫人来", True),
        ("我弄不明白，让你们那边的人下午给我打个电话", True),
        ("让你们的人来打扫", False),
        ("我想让人来给我理个发", False),
        ("想让人来陪我说说话", False),
        ("找人来打扫卫生", False),
    ],
)
def test_a_person_to_talk_to_is_not_one_who_does_something(said: str, wanted: bool) -> None:
    assert wants_person(said) is wanted


@pytest.mark.parametrize(
    ("said", "taken_back"),
    [
        ("哎呀不是的，是我细孙伢子拿手机乱喊，屋里冇得事", True),
        ("都好好的，莫派人来哒", True),
        ("按错了，没着火，烧饭呢", True),
        ("没事，就是还在流血", False),
        ("孩子乱喊，可他摔了", False),
        ("他没反应了，不用来了", False),
        ("别过来别过来", False),
        ("他有没有事我不知道", False),
    ],
)
def test_an_alarm_is_taken_back_only_where_no_danger_is_told_beside_it(said: str, taken_back: bool) -> None:
    assert false_alarm(said) is taken_back
