"""The catalogue's names as callers say them."""

from sqlalchemy.ext.asyncio import AsyncSession

from assistant.catalog import repository
from assistant.catalog.class_words import _said, class_words, short


def test_the_level_of_an_area_may_be_left_out() -> None:
    assert short("三眼桥街道") == "三眼桥"
    assert short("楼区") == "楼区"
    assert short("柳林") == "柳林"


def test_names_are_written_as_they_are_said() -> None:
    assert _said(["第3食堂（演示）", "A座", "夕阳红"]) == {"第三食堂", "夕阳红"}


async def test_a_city_brings_its_streets_and_places(seeded: AsyncSession) -> None:
    words = await class_words(seeded)
    assert "岳阳" in words["city"]
    area = (await repository.areas(seeded, "yueyang"))[0]
    assert {area.name, short(area.name)} <= set(words["street"])
    assert words["place"] == sorted(set(words["place"]))
    assert words["place"]
