"""The search over a seeded city."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.catalog import search as module
from assistant.catalog.models import Area, Closure, Offering, Place, Provider, SearchMiss
from assistant.catalog.schemas import Found, SearchQuery, SearchResult
from assistant.catalog.search import search, spoken_distance
from assistant.catalog.service import UnknownPlace
from assistant.kit.clock import china, from_china
from assistant.kit.errors import Invalid
from assistant.orders.models import Slot
from tests.catalog.conftest import CENTRE, NOW


async def look(session: AsyncSession, **query: object) -> SearchResult:
    return await search(session, NOW, SearchQuery.model_validate(query))


def at(hour: int, minute: int = 0, day: int = 11) -> datetime:
    return datetime(2025, 6, day, hour, minute)


async def test_nearest_first_and_the_order_is_explained(seeded: AsyncSession) -> None:
    found = await look(seeded, city="岳阳", service_type="meal", near=CENTRE, limit=20)
    distances = [each.distance_m for each in found.results]
    assert distances == sorted(distances, key=lambda metres: metres or 0)
    assert all(each.offering and each.offering.service_type == "meal" for each in found.results)
    assert "按离您的远近排" in found.explained


async def test_the_index_finds_the_same_as_looking_at_everything(seeded: AsyncSession) -> None:
    everything = await look(seeded, city="岳阳", service_type="haircut", limit=50)
    near = await look(seeded, city="岳阳", service_type="haircut", near=CENTRE, limit=50)
    located = {
        each.offering.id for each in everything.results if each.offering and each.place.lat is not None
    }
    assert {each.offering.id for each in near.results if each.offering} == located


async def test_without_a_point_documented_places_come_first_then_the_cheapest(seeded: AsyncSession) -> None:
    found = await look(seeded, city="岳阳", service_type="meal", limit=50)
    assert found.results[0].place.name == "一键帮社区居家养老服务中心"
    assert found.results[0].place.source == "岳阳市民政局2019年6月的答复"
    prices = [each.offering.unit_price_fen for each in found.results[1:] if each.offering]
    assert prices == sorted(prices, key=lambda fen: fen or 0)


async def test_minutes_are_metres_on_foot(seeded: AsyncSession) -> None:
    found = await look(seeded, city="岳阳", service_type="meal", near=CENTRE, within_min=15, limit=50)
    everything = await look(seeded, city="岳阳", service_type="meal", near=CENTRE, limit=50)
    within = [each for each in everything.results if each.distance_m is not None and each.distance_m <= 1000]
    assert [each.place.id for each in found.results] == [each.place.id for each in within]
    assert found.results
    assert "1公里以内" in found.explained


async def test_the_circle_is_wider_in_the_country(seeded: AsyncSession) -> None:
    """10 minutes in town, 40 in the country: a place 1.5 km away counts only when it is rural."""
    town = await look(seeded, city="岳阳", service_type="haircut", near=CENTRE, circle=True, limit=50)
    assert all(
        each.distance_m is not None and each.distance_m <= 10 * module.METRES_A_MINUTE
        for each in town.results
    )
    await seeded.execute(update(Area).values(urban=False))
    country = await look(seeded, city="岳阳", service_type="haircut", near=CENTRE, circle=True, limit=50)
    assert len(country.results) > len(town.results)


async def test_open_then_leaves_out_what_is_closed(seeded: AsyncSession) -> None:
    open_now = await look(seeded, city="岳阳", service_type="legal_aid", near=CENTRE, open_at=at(9), limit=3)
    assert {each.open_at for each in open_now.results} == {True}
    assert open_now.results[0].next_opening is None


async def test_when_all_are_closed_it_says_when_they_open(seeded: AsyncSession) -> None:
    found = await look(seeded, city="岳阳", service_type="meal", near=CENTRE, open_at=at(15), limit=3)
    assert {each.open_at for each in found.results} == {False}
    assert {each.next_opening for each in found.results} == {china(from_china(at(17)))}
    assert "没营业" in found.explained
    assert "6月11日17:00" in found.results[0].why


async def test_a_closed_day_counts(seeded: AsyncSession) -> None:
    first = (
        await look(seeded, city="岳阳", service_type="legal_aid", near=CENTRE, open_at=at(9), limit=1)
    ).results[0]
    seeded.add(Closure(place_id=first.place.id, date=at(9).date(), reason="检修"))
    await seeded.flush()
    again = (
        await look(seeded, city="岳阳", service_type="legal_aid", near=CENTRE, open_at=at(9), limit=1)
    ).results[0]
    assert again.place.id != first.place.id


async def fill(session: AsyncSession, found: Found, starts: datetime, booked: int) -> None:
    assert found.offering is not None
    session.add(
        Slot(
            offering_id=found.offering.id,
            starts_at=from_china(starts),
            ends_at=from_china(starts) + timedelta(minutes=found.offering.slot_minutes),
            capacity=found.offering.capacity_per_slot,
            booked=booked,
        )
    )
    await session.flush()


async def test_free_is_what_the_slot_has_left(seeded: AsyncSession) -> None:
    query = {"city": "岳阳", "service_type": "legal_aid", "near": CENTRE, "open_at": at(9, 30), "limit": 1}
    first = (await look(seeded, **query)).results[0]
    assert first.free == 4
    await fill(seeded, first, at(9, 30), 3)
    assert (await look(seeded, **query)).results[0].free == 1


async def test_a_full_slot_is_left_out_when_capacity_is_asked_for(seeded: AsyncSession) -> None:
    query = {"city": "岳阳", "service_type": "legal_aid", "near": CENTRE, "open_at": at(9, 30), "limit": 1}
    first = (await look(seeded, **query)).results[0]
    await fill(seeded, first, at(9, 30), 4)
    assert (await look(seeded, **query)).results[0].free == 0
    other = (await look(seeded, **query, with_capacity=True)).results[0]
    assert other.place.id != first.place.id
    assert other.free == 4


async def test_a_slot_of_another_time_takes_nothing(seeded: AsyncSession) -> None:
    query = {"city": "岳阳", "service_type": "legal_aid", "near": CENTRE, "open_at": at(9, 30), "limit": 1}
    first = (await look(seeded, **query)).results[0]
    await fill(seeded, first, at(10, 30), 4)
    await fill(seeded, first, at(8, 30), 4)
    assert (await look(seeded, **query)).results[0].free == 4


async def test_many_full_ones_are_passed_over(seeded: AsyncSession) -> None:
    """More full offerings than one batch of candidates holds."""
    query = {"city": "岳阳", "service_type": "haircut", "near": CENTRE, "open_at": at(9), "limit": 50}
    everything = (await look(seeded, **query)).results
    for each in everything[:-1]:
        await fill(seeded, each, at(9), each.free or 0)
    left = await look(seeded, **{**query, "limit": 1}, with_capacity=True)
    assert [each.place.id for each in left.results] == [everything[-1].place.id]


async def test_price_has_a_ceiling_and_unknown_prices_are_above_it(seeded: AsyncSession) -> None:
    found = await look(seeded, city="岳阳", service_type="meal", max_price_fen=1000, limit=50)
    assert found.results
    assert all(each.offering and (each.offering.unit_price_fen or 9999) <= 1000 for each in found.results)


async def test_bookable_means_hours_places_and_honesty(seeded: AsyncSession) -> None:
    found = await look(seeded, city="岳阳", service_type="meal", bookable=True, limit=50)
    assert found.results
    assert all(each.bookable and each.place.demo for each in found.results)


async def test_demonstration_data_says_so(seeded: AsyncSession) -> None:
    found = (await look(seeded, city="岳阳", service_type="meal", bookable=True)).results[0]
    assert (found.place.demo, found.place.source) == (True, "演示数据")
    assert "这是演示数据" in found.why


async def test_the_dishonest_are_seen_only_by_name_and_never_booked(seeded: AsyncSession) -> None:
    plain = await look(seeded, city="岳阳", service_type="cleaning", near=CENTRE, limit=50)
    assert all(each.provider is None or each.provider.credit != "dishonest" for each in plain.results)
    within = await look(seeded, city="岳阳", service_type="cleaning", q="岳阳楼区", limit=50)
    assert all(each.provider is None or each.provider.credit != "dishonest" for each in within.results)
    named = await look(seeded, city="岳阳", service_type="cleaning", q="快乐一家")
    assert [each.provider.credit for each in named.results if each.provider] == ["dishonest"]
    assert not named.results[0].bookable
    assert "失信" in (named.results[0].not_bookable_reason or "")


async def test_a_name_heard_wrongly(seeded: AsyncSession) -> None:
    found = await look(seeded, city="岳阳", q="一件帮", limit=20)
    assert {each.place.name for each in found.results} == {"一键帮社区居家养老服务中心"}


async def test_an_area_means_everything_in_it(seeded: AsyncSession) -> None:
    found = await look(seeded, city="岳阳", service_type="meal", q="岳阳楼区", limit=50)
    names = {each.place.name for each in found.results}
    assert "三眼桥春柳社区养老服务站" in names
    assert not any(name.startswith("君山") for name in names)


async def test_a_place_without_services_is_told_all_the_same(seeded: AsyncSession) -> None:
    found = (await look(seeded, city="岳阳", q="金福居家养老中心")).results[0]
    assert (found.place.name, found.offering, found.bookable) == ("金福居家养老中心", None, False)
    assert "25个社区" in found.why


async def test_a_service_word_is_a_service_type(seeded: AsyncSession) -> None:
    found = await look(seeded, city="岳阳", q="理发")
    assert {each.offering.service_type for each in found.results if each.offering} == {"haircut"}
    assert (await look(seeded, city="岳阳", service_type="剪头")).results


async def test_near_may_be_a_name(seeded: AsyncSession) -> None:
    found = await look(seeded, city="岳阳", service_type="meal", near="三眼桥街道", limit=1)
    assert found.results[0].place.name == "三眼桥春柳社区养老服务站"
    assert "按离三眼桥街道的远近排" in found.explained


async def test_near_a_place(seeded: AsyncSession) -> None:
    place = await seeded.scalar(select(Place).where(Place.name == "云溪和风老年食堂"))
    assert place is not None
    found = await look(seeded, city="岳阳", service_type="meal", place_id=place.id, limit=1)
    assert (found.results[0].place.id, found.results[0].distance_m) == (place.id, 0)


async def test_a_point_that_nobody_knows_is_said(seeded: AsyncSession) -> None:
    found = await look(seeded, city="岳阳", service_type="meal", near="天边的月亮湾")
    assert found.results
    assert "没有坐标" in found.explained


async def test_what_comes_home_comes_only_so_far(seeded: AsyncSession) -> None:
    found = await look(seeded, city="岳阳", service_type="meal", near=CENTRE, bookable=True, limit=50)
    assert any(each.offering and each.offering.circle_m == 8000 for each in found.results)
    far = [
        each
        for each in found.results
        if each.offering and each.offering.circle_m and (each.distance_m or 0) > 8000
    ]
    assert far == []


async def test_an_unknown_city_offers_a_person_and_is_noted(seeded: AsyncSession) -> None:
    found = await look(seeded, city="北京", service_type="meal")
    assert (found.results, found.known_city) == ([], False)
    assert "转人工" in found.explained
    miss = (await seeded.scalars(select(SearchMiss))).one()
    assert (miss.city, miss.service_type, miss.at) == ("北京", "meal", NOW)


async def test_where_there_is_nothing_the_cities_that_have_something_are_named(seeded: AsyncSession) -> None:
    assert "岳阳" in (await look(seeded, city="北京", service_type="meal")).elsewhere
    await seeded.execute(update(Offering).where(Offering.city_code == "yueyang").values(active=False))
    found = await look(seeded, city="岳阳", service_type="meal")
    assert found.elsewhere and "岳阳" not in found.elsewhere
    assert (await look(seeded, city="威海", service_type="meal", max_price_fen=0)).elsewhere == []


async def test_an_unmet_need_is_noted_without_what_was_said(seeded: AsyncSession) -> None:
    found = await look(seeded, city="岳阳", service_type="meal", q="周桂英家楼下", max_price_fen=0)
    assert found.results == []
    miss = (await seeded.scalars(select(SearchMiss))).one()
    assert (miss.city, miss.service_type, miss.area) == ("yueyang", "meal", None)


@pytest.mark.parametrize("near", ["91,113", "29,181", "nan,113", "inf,1"])
async def test_coordinates_that_are_none_are_refused(seeded: AsyncSession, near: str) -> None:
    with pytest.raises(Invalid, match="位置"):
        await look(seeded, city="岳阳", service_type="meal", near=near)


async def test_an_unknown_service_type_is_refused(seeded: AsyncSession) -> None:
    with pytest.raises(Invalid, match="没有这一类"):
        await look(seeded, city="岳阳", service_type="rocket")


async def test_an_unknown_place_is_refused(seeded: AsyncSession) -> None:
    with pytest.raises(UnknownPlace):
        await look(seeded, city="岳阳", place_id=uuid.uuid4())


async def test_what_was_stopped_is_not_found(seeded: AsyncSession) -> None:
    await seeded.execute(update(Offering).where(Offering.service_type == "haircut").values(active=False))
    assert (await look(seeded, city="岳阳", service_type="haircut")).results == []


async def test_a_provider_that_turns_dishonest_disappears(seeded: AsyncSession) -> None:
    await seeded.execute(update(Provider).values(credit="dishonest"))
    found = await look(seeded, city="岳阳", service_type="meal", limit=50)
    assert [each.place.name for each in found.results] == ["一键帮社区居家养老服务中心"]


@pytest.mark.parametrize(
    ("metres", "words"), [(0, "100米"), (340, "300米"), (940, "900米"), (960, "1公里"), (1240, "1.2公里")]
)
def test_distances_for_the_ear(metres: float, words: str) -> None:
    assert spoken_distance(metres) == words
