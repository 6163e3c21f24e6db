"""In which of the cities named something is wanted."""

from __future__ import annotations

import pytest

from tests.actions.test_words import turn


@pytest.mark.parametrize(
    ("text", "city", "kind", "wanted"),
    [
        ("俺儿在青岛上班，一年回来两趟", "青岛", "senior", False),
        ("我闺女在青岛呢", "青岛", "senior", False),
        ("孩子都在青岛，没人跟着，你那里能不能找个人陪俺去", "青岛", "senior", False),
        ("俺老伴上青岛给闺女看孩子去了，天天晌午给俺送个饭", "青岛", "senior", False),
        ("我刚从青岛回来，想找人打扫", "青岛", "senior", False),
        ("青岛的孙子要来，打扫一下", "青岛", "senior", False),
        ("我下礼拜去青岛看孙子", "青岛", "senior", False),
        ("我是青岛人，明天想打扫", "青岛", "senior", False),
        ("住在青岛路15号", "青岛", "senior", False),
        ("我搬到青岛了，想订饭", "青岛", "senior", True),
        ("我在北京工作，给我妈订饭", "北京", "relative", False),
        ("我姐在长沙，给她订饭", "长沙", "relative", True),
        ("我妈在长沙住，你们能给她送饭吗", "长沙", "relative", True),
        ("推轮椅带俺上海滨公园转转", "上海", "senior", False),
        ("陪我上海边走走", "上海", "senior", False),
        ("帮我把东西安排好", "西安", "senior", False),
        ("我在上海，要订饭", "上海", "senior", True),
        ("长沙有没有助浴的", "长沙", "relative", True),
    ],
)
def test_a_city_that_is_only_told_of(text: str, city: str, kind: str, wanted: bool) -> None:
    start = text.index(city)
    entity = {"entity": "city", "value": city, "start": start, "end": start + len(city)}
    assert (turn(text, entities=[entity], kind=kind).city is not None) is wanted
