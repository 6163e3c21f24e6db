"""The catalogue over HTTP: reading, correcting, closing."""

from __future__ import annotations

import uuid
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.catalog.models import Offering, Place, Provider
from assistant.kit import tokens
from assistant.kit.audit import AuditEntry
from assistant.kit.clock import SettableClock
from assistant.kit.crypto import Keyring
from tests.catalog.conftest import CENTRE

pytestmark = pytest.mark.usefixtures("stored")


async def place(session: AsyncSession, name: str = "岳阳楼春晖老年食堂") -> Place:
    found = await session.scalar(select(Place).where(Place.name == name))
    assert found is not None
    return found


async def offering(session: AsyncSession, name: str = "食堂就餐") -> Offering:
    where = await place(session)
    found = await session.scalar(select(Offering).where(Offering.place_id == where.id, Offering.name == name))
    assert found is not None
    return found


async def get(api: httpx.AsyncClient, path: str, **params: Any) -> Any:
    answer = await api.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_cities_say_only_what_their_document_says(api: httpx.AsyncClient) -> None:
    for name in ("岳阳", "岳阳市", "yueyang"):
        city = await get(api, f"/v1/cities/{name}")
        assert (city["code"], city["hotline"], city["urban_circle_min"], city["rural_circle_min"]) == (
            "yueyang",
            "96580",
            10,
            40,
        )
        assert city["source"] == "岳阳市民政局2019年6月的答复"
    assert [each["code"] for each in await get(api, "/v1/cities")] == ["yueyang"]


async def test_an_unknown_city_is_said_in_words(api: httpx.AsyncClient) -> None:
    answer = await api.get("/v1/cities/北京")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_city")
    assert "转人工" in answer.json()["message"]


async def test_the_search(api: httpx.AsyncClient) -> None:
    found = await get(
        api,
        "/v1/services/search",
        city="岳阳",
        service_type="meal",
        near=CENTRE,
        open_at="2025-06-11T12:00",
        with_capacity=True,
        bookable=True,
        limit=2,
    )
    first = found["results"][0]
    assert {"offering", "place", "provider", "distance_m", "open_at", "hours_text", "free", "why"} <= set(
        first
    )
    assert (first["open_at"], first["bookable"], first["place"]["demo"]) == (True, True, True)


@pytest.mark.parametrize(
    "params",
    [
        {"within_min": 0},
        {"limit": 0},
        {"limit": 51},
        {"open_at": "soon"},
        {"q": "字" * 101},
        {"place_id": "x"},
    ],
)
async def test_a_query_out_of_bounds_is_refused(api: httpx.AsyncClient, params: dict[str, Any]) -> None:
    assert (await api.get("/v1/services/search", params=params)).status_code == 422


async def test_names_and_gazetteer(api: httpx.AsyncClient) -> None:
    found = await get(api, "/v1/places/resolve", q="绣花园", city="岳阳")
    assert (found[0]["name"], found[0]["matched_by"]) == ("秀花园养老山庄", "pinyin")
    assert any(each["name"] == "三眼桥街道" for each in await get(api, "/v1/gazetteer", city="岳阳"))
    assert [each["key"] for each in await get(api, "/v1/services/types")][:2] == ["meal", "bath"]


async def test_a_place_with_its_services(api: httpx.AsyncClient, session: AsyncSession) -> None:
    found = await get(api, f"/v1/places/{(await place(session)).id}")
    assert {each["offering"]["name"] for each in found["offerings"]} == {"食堂就餐", "送餐上门"}
    assert found["place"]["kind_name"] == "老年食堂"


async def test_hours_of_a_day(api: httpx.AsyncClient, session: AsyncSession) -> None:
    rehab = await session.scalar(select(Offering).where(Offering.service_type == "rehab", Offering.demo))
    assert rehab is not None
    today = await get(api, f"/v1/offerings/{rehab.id}/hours")
    assert (today["date"], today["open"], len(today["spans"])) == ("2025-06-11", True, 2)
    holiday = await get(api, f"/v1/offerings/{rehab.id}/hours", date="2025-10-01")
    assert (holiday["open"], holiday["holiday"]) == (False, "国庆节")


@pytest.mark.parametrize("path", ["offerings/{}", "offerings/{}/hours", "places/{}"])
async def test_what_is_not_there(api: httpx.AsyncClient, path: str) -> None:
    assert (await api.get("/v1/" + path.format(uuid.uuid4()))).status_code == 404


async def test_a_place_is_moved_and_found_where_it_is_now(
    api: httpx.AsyncClient, session: AsyncSession
) -> None:
    where = await place(session, "君山桑榆老年食堂")
    answer = await api.patch(
        f"/v1/places/{where.id}", json={"lat": 29.372, "lng": 113.130, "name": "搬来的食堂"}
    )
    assert answer.status_code == 200, answer.text
    found = await get(api, "/v1/services/search", city="岳阳", service_type="meal", near=CENTRE, limit=1)
    assert (found["results"][0]["place"]["name"], found["results"][0]["distance_m"]) == ("搬来的食堂", 0)
    assert (await get(api, "/v1/places/resolve", q="搬来的", city="岳阳"))[0]["id"] == str(where.id)


async def test_a_correction_is_audited_with_its_actor(api: httpx.AsyncClient, session: AsyncSession) -> None:
    where = await place(session)
    actor = '{"kind": "worker", "channel": "console"}'
    await api.patch(f"/v1/places/{where.id}", json={"phone": "000-0000"}, headers={"x-yinling-actor": actor})
    row = await session.scalar(select(AuditEntry).where(AuditEntry.action == "place.corrected"))
    assert row is not None
    assert (row.subject, row.actor["kind"], row.details) == (
        f"place:{where.id}",
        "worker",
        {"fields": ["phone"]},
    )


@pytest.mark.parametrize(
    "patch", [{"lat": 29.0}, {"lat": None, "lng": 113.0}, {"name": None}, {"name": "一"}, {"demo": False}]
)
async def test_a_wrong_correction_is_refused(
    api: httpx.AsyncClient, session: AsyncSession, patch: dict[str, Any]
) -> None:
    assert (await api.patch(f"/v1/places/{(await place(session)).id}", json=patch)).status_code == 422


async def test_price_and_hours_are_corrected(api: httpx.AsyncClient, session: AsyncSession) -> None:
    meal = await offering(session)
    patch = {"unit_price_fen": 1100, "hours": "周一至周五 11:00-13:00;节假日休息"}
    answer = await api.patch(f"/v1/offerings/{meal.id}", json=patch)
    assert answer.status_code == 200, answer.text
    assert answer.json()["offering"]["unit_price_fen"] == 1100
    assert answer.json()["hours_text"] == "周一至周五 11:00-13:00;公共假日休息"


async def test_hours_that_cannot_be_read_are_refused_in_words(
    api: httpx.AsyncClient, session: AsyncSession
) -> None:
    meal = await offering(session)
    answer = await api.patch(f"/v1/offerings/{meal.id}", json={"hours": "看心情"})
    assert answer.status_code == 422
    assert "看心情" in answer.json()["message"]
    assert (await get(api, f"/v1/offerings/{meal.id}"))["schedules"]


async def test_a_dishonest_provider_can_no_longer_be_booked(
    api: httpx.AsyncClient, session: AsyncSession
) -> None:
    meal = await offering(session)
    assert (await get(api, f"/v1/offerings/{meal.id}"))["bookable"]
    await api.patch(f"/v1/providers/{meal.provider_id}", json={"credit": "dishonest", "credit_note": "测试"})
    now = await get(api, f"/v1/offerings/{meal.id}")
    assert (now["bookable"], "失信" in now["not_bookable_reason"]) == (False, True)
    assert (await session.get_one(Provider, meal.provider_id)).credit_note == "测试"


async def test_wrong_is_noted_until_it_is_verified(api: httpx.AsyncClient, session: AsyncSession) -> None:
    where = await place(session)
    reported = await api.post(f"/v1/places/{where.id}/report-wrong", json={"note": "电话打不通"})
    assert reported.json()["reported_wrong"] is True
    verified = await api.post(f"/v1/places/{where.id}/verify", json={"by": "社区工作人员"})
    assert verified.json()["reported_wrong"] is False
    assert (verified.json()["verified_at"], verified.json()["verified_by"]) == ("2025-06-11", "社区工作人员")


async def test_nobody_verifies_in_the_future(api: httpx.AsyncClient, session: AsyncSession) -> None:
    where = await place(session)
    answer = await api.post(f"/v1/places/{where.id}/verify", json={"by": "社区", "on": "2025-06-12"})
    assert answer.status_code == 422


async def test_a_place_closes_and_opens_again(api: httpx.AsyncClient, session: AsyncSession) -> None:
    meal = await offering(session)
    closed = await api.post(
        f"/v1/places/{meal.place_id}/closures", json={"dates": ["2025-06-12"], "reason": "检修"}
    )
    assert closed.status_code == 204
    assert (await get(api, f"/v1/offerings/{meal.id}/hours", date="2025-06-12"))["open"] is False
    assert (await api.delete(f"/v1/places/{meal.place_id}/closures/2025-06-12")).status_code == 204
    assert (await get(api, f"/v1/offerings/{meal.id}/hours", date="2025-06-12"))["open"] is True


async def test_without_a_token_nothing(app: FastAPI) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://yinling") as stranger:
        assert (await stranger.get("/v1/cities")).status_code == 401


async def test_a_token_for_something_else_is_refused(
    app: FastAPI, keyring: Keyring, clock: SettableClock
) -> None:
    token = tokens.issue(keyring, "channel:web", clock.now())
    headers = {"authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://x", headers=headers
    ) as web:
        assert (await web.get("/v1/cities")).status_code == 403
