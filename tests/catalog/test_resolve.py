"""Names to places, areas and providers."""

from __future__ import annotations

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.catalog import resolve


@pytest.mark.parametrize(
    ("asked", "kind", "name", "how"),
    [
        ("秀花园养老山庄", "place", "秀花园养老山庄", "exact"),
        ("二福利院", "place", "岳阳市第二社会福利院", "exact"),
        ("绣花园", "place", "秀花园养老山庄", "pinyin"),
        ("三眼桥", "area", "三眼桥街道", "part"),
        ("快乐一加", "provider", "岳阳快乐一家服务部", "pinyin"),
    ],
)
async def test_the_best_candidate(seeded: AsyncSession, asked: str, kind: str, name: str, how: str) -> None:
    best = (await resolve.resolve(seeded, asked, "yueyang"))[0]
    assert (best.type, best.name, best.matched_by) == (kind, name, how)


async def test_two_of_a_name_stand_apart_by_their_area(seeded: AsyncSession) -> None:
    found = await resolve.resolve(seeded, "老年食堂", "yueyang", 20)
    canteens = [each for each in found if each.kind == "canteen"]
    assert len(canteens) >= 4
    assert len({each.area for each in canteens}) > 1


@pytest.mark.parametrize("asked", ["", "我", "天边的月亮湾", "🙂🙂🙂", "a' OR 1=1 --"])
async def test_what_names_nothing(seeded: AsyncSession, asked: str) -> None:
    assert await resolve.resolve(seeded, asked, "yueyang") == []


async def test_another_citys_names_are_not_meant(seeded: AsyncSession) -> None:
    assert await resolve.resolve(seeded, "秀花园养老山庄", "weihai") == []
    assert (await resolve.resolve(seeded, "秀花园养老山庄", None))[0].name == "秀花园养老山庄"


async def test_the_gazetteer_holds_every_kind_of_name(seeded: AsyncSession) -> None:
    entries = await resolve.gazetteer(seeded, "yueyang")
    assert {each.type for each in entries} == {"city", "area", "place", "provider"}
    assert any("二福利院" in each.aliases for each in entries)
