"""What an installation starts with."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.catalog.documents import documents
from assistant.catalog.models import City, Offering, Place, Provider, Schedule
from assistant.catalog.seed import CITIES, load_seed
from assistant.catalog.vocabulary import SERVICE_NUMBERS, SERVICE_TYPES

NAMED = {
    "weihai": {
        "荣成万福苑",
        "文登瑞云祥",
        "乳山老年人养护中心",
        "临港区观澜国际",
        "沐浴阳光智能居家养老服务中心",
    },
    "tieling": {"开原沁春园养老服务中心"},
    "yueyang": {
        "平江县社会福利中心",
        "秀花园养老山庄",
        "芋头田社区金福照护站",
        "金福居家养老中心",
        "一键帮社区居家养老服务中心",
        "国泰阳光颐养院",
        "岳阳老年呵护中心",
        "岳阳市老年病医院",
        "岳阳市社会福利院爱心护理院",
        "岳阳市第二社会福利院",
    },
}


async def test_five_cities_with_what_their_documents_name(seeded: AsyncSession) -> None:
    cities = {city.code: city for city in await seeded.scalars(select(City))}
    assert set(cities) == set(CITIES)
    assert {code: city.hotline for code, city in cities.items() if city.hotline} == {
        "weihai": "12349",
        "yueyang": "96580",
    }
    assert {code: city.urban_circle_min for code, city in cities.items()} == {
        "weihai": 15,
        "zhuzhou": 15,
        "tieling": None,
        "yuxi": 15,
        "yueyang": 10,
    }
    for code, names in NAMED.items():
        query = select(Place.name).where(Place.city_code == code, Place.demo.is_(False))
        assert names <= set(await seeded.scalars(query))


async def test_what_no_document_gives_is_empty_or_marked(seeded: AsyncSession) -> None:
    for place in await seeded.scalars(select(Place)):
        if place.demo:
            assert place.source_document is None
            assert place.phone is None
            assert "演示" in (place.address or "")
        else:
            assert place.source_document in documents()
            assert (place.address, place.lat) == (None, None)
            assert place.phone in (None, "96580")
    rows = await seeded.execute(select(Offering, Place).join(Place, Place.id == Offering.place_id))
    for offering, place in rows:
        assert offering.demo == place.demo
        if not offering.demo:
            assert (offering.unit_price_fen, offering.online_booking) == (None, False)


async def test_every_service_can_be_booked_in_every_city(seeded: AsyncSession) -> None:
    rows = await seeded.execute(
        select(Offering.city_code, Offering.service_type, Place.area_id)
        .join(Place, Place.id == Offering.place_id)
        .where(Offering.online_booking, Offering.capacity_per_slot > 0)
        .where(
            Offering.spot.is_not(None),
            select(Schedule.id).where(Schedule.offering_id == Offering.id).exists(),
        )
        .distinct()
    )
    spread = Counter((city, kind) for city, kind, _ in rows)
    assert all(spread[city, kind] >= 3 for city in CITIES for kind in SERVICE_TYPES)


async def test_a_second_time_changes_nothing(session: AsyncSession) -> None:
    await load_seed(session, ["yueyang"])
    first = {row.id for row in await session.scalars(select(Offering))}
    await load_seed(session, ["yueyang"])
    assert {row.id for row in await session.scalars(select(Offering))} == first
    assert await session.scalar(select(func.count()).select_from(Schedule)) == await session.scalar(
        select(func.count(func.distinct(Schedule.offering_id, Schedule.rrule, Schedule.opens))).select_from(
            Schedule
        )
    )


async def test_one_demonstration_provider_is_on_the_list(seeded: AsyncSession) -> None:
    found = (await seeded.scalars(select(Provider).where(Provider.credit == "dishonest"))).all()
    assert [(each.city_code, each.demo) for each in found] == [("yueyang", True)]


def test_the_numbers_of_the_lanes_never_change() -> None:
    """They are stored: a new type goes to the end."""
    assert list(SERVICE_NUMBERS.values()) == list(range(len(SERVICE_NUMBERS)))
    assert [SERVICE_NUMBERS[key] for key in ("meal", "bath", "nursing", "checkup", "hospice")] == [
        0,
        1,
        7,
        18,
        23,
    ]
