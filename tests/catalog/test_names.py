"""Likeness of names by writing and by sound."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.catalog.names import ENOUGH, distinctive, keys, likeness

NAMES = [
    "荣成万福苑",
    "沐浴阳光智能居家养老服务中心",
    "芋头田社区金福照护站",
    "一键帮社区居家养老服务中心",
    "国泰阳光颐养院",
    "秀花园养老山庄",
    "平江县社会福利中心",
]


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("荣城万福院", "荣成万福苑"),
        ("沐玉阳光", "沐浴阳光智能居家养老服务中心"),
        ("一件帮", "一键帮社区居家养老服务中心"),
        ("国太阳光", "国泰阳光颐养院"),
        ("绣花园", "秀花园养老山庄"),
        ("芋头田", "芋头田社区金福照护站"),
        ("平江福利中心", "平江县社会福利中心"),
    ],
)
def test_what_is_heard_wrongly_still_finds_the_place(asked: str, meant: str) -> None:
    best = max(NAMES, key=lambda name: likeness(asked, [name])[0])
    assert best == meant
    assert likeness(asked, [best])[0] >= ENOUGH


def test_writing_comes_before_sound() -> None:
    assert likeness("国泰阳光颐养院", NAMES[4:5]) == (1.0, "exact")
    assert likeness("国泰阳光", NAMES[4:5])[1] in ("part", "pinyin")
    assert likeness("国太阳光", NAMES[4:5])[1] == "pinyin"


def test_an_alias_names_it_too() -> None:
    assert likeness("二福利院", ["岳阳市第二社会福利院", "二福利院"]) == (1.0, "exact")


@pytest.mark.parametrize("asked", ["春晓里", "北京大学", "吃饭", "。", ""])
def test_what_is_no_name_finds_nothing(asked: str) -> None:
    assert max(likeness(asked, [name])[0] for name in NAMES) < ENOUGH


def test_generic_words_do_not_count() -> None:
    assert distinctive("三眼桥街道综合养老服务中心") == "三眼桥"
    assert distinctive("养老服务中心") == "养老服务中心"


def test_keys_of_what_sounds_alike_meet() -> None:
    assert set(keys(["一件帮"])) & set(keys(["一键帮社区居家养老服务中心"]))
    assert "综合" not in keys(["三眼桥街道综合养老服务中心"])


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_two_texts_have_a_score(a: str, b: str) -> None:
    score, _ = likeness(a, [b])
    assert 0 <= score <= 1
