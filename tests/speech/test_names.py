"""Known names are found by their sound, and nothing else is taken for one."""

from __future__ import annotations

import pytest

from speech.names import NO_NAMES, Names

NAMES = Names(
    [
        "三眼桥街道",
        "东茅岭街道",
        "三眼桥春柳社区养老服务站",
        "奇家岭",
        "乳山",
        "洛王街道",
        "和风老年食堂",
        "AB养老院",
    ]
)


@pytest.mark.parametrize(
    ("heard", "written"),
    [
        ("我住在三言桥街到五号", "我住在三眼桥街道五号"),
        ("家在东毛领街道", "家在东茅岭街道"),
        ("去三眼桥春流社区养老服务站", "去三眼桥春柳社区养老服务站"),
        ("三眼桥街道", "三眼桥街道"),
        ("送到其家林三栋", "送到奇家岭三栋"),
        ("路王街道2栋301", "洛王街道2栋301"),
        ("我想订个明天的午饭", "我想订个明天的午饭"),
        ("如三点来", "如三点来"),
        ("救命我喘不上气了", "救命我喘不上气了"),
        ("", ""),
    ],
)
def test_names_are_written_as_they_are(heard: str, written: str) -> None:
    assert NAMES.written(heard) == written


def test_short_names_are_looked_for_where_a_place_was_asked_for() -> None:
    assert NAMES.written("我在入山") == "我在入山"
    assert NAMES.written("我在入山", shortest=2) == "我在乳山"


def test_names_that_are_said_in_other_ways_than_written_are_left_out() -> None:
    assert len(NAMES) == 7 and NO_NAMES.find("三眼桥街道") == []
