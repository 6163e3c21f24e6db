"""Booking: slots, quotes, what is refused and how."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select, text, update

from assistant.benefits.models import Benefit
from assistant.catalog.models import Closure, Offering, Provider
from assistant.kit.clock import SettableClock
from assistant.kit.db import Database
from assistant.kit.outbox import OutboxMessage
from assistant.orders.models import Slot
from tests.world import (
    STRANGER,
    WORKER,
    ZHOU,
    World,
    at,
    build,
    lunch,
    post,
    senior_actor,
    who,
)


async def _slot(database: Database, world: World) -> Slot:
    async with database.session() as session:
        return (await session.scalars(select(Slot).where(Slot.offering_id == world.meal))).one()


async def test_lunch_tomorrow_is_booked(api: httpx.AsyncClient, database: Database) -> None:
    world = await build(database)
    answer = await post(api, "/v1/orders", lunch(world, remarks="少盐"), senior_actor(world.senior))
    assert answer.status_code == 201
    order = answer.json()
    assert order["number"].startswith("YL") and len(order["number"]) == 10
    assert order["starts_at"] == "2025-06-12T03:00:00Z"
    assert (order["part"], order["quantity"], order["status"]) == ("noon", 1, "requested")
    assert (order["total_fen"], order["payable_fen"], order["payer"]) == (1200, 1200, "self")
    assert order["senior"]["form_of_address"] == "周阿姨"
    assert (order["place"], order["demo"], order["remarks"]) == ("春晓食堂", True, "少盐")
    assert order["contact_phone"] == "+8613900001111"
    assert order["address"] is None
    assert (await _slot(database, world)).booked == 1


async def test_a_clock_time_inside_a_slot_is_kept(api: httpx.AsyncClient, database: Database) -> None:
    world = await build(database)
    body = lunch(world, part=None, time="11:30")
    order = (await post(api, "/v1/orders", body)).json()
    assert order["starts_at"] == "2025-06-12T03:30:00Z"
    assert (await _slot(database, world)).starts_at == at(12, 11)
    by_moment = lunch(world, "k-2", part=None, date=None, starts_at="2025-06-12T12:15:00+08:00")
    assert (await post(api, "/v1/orders", by_moment)).json()["starts_at"] == "2025-06-12T04:15:00Z"


async def test_a_day_alone_takes_the_first_free_slot(api: httpx.AsyncClient, database: Database) -> None:
    world = await build(database, meal_capacity=1)
    first = (await post(api, "/v1/orders", lunch(world, part=None))).json()
    second = (await post(api, "/v1/orders", lunch(world, "k-2", part=None))).json()
    assert [first["starts_at"][11:16], second["starts_at"][11:16]] == ["03:00", "04:00"]


async def test_home_service_goes_to_the_address_on_record_or_the_one_said(
    api: httpx.AsyncClient, database: Database
) -> None:
    world = await build(database)
    bath = lunch(world, offering_id=world.bath, part="afternoon")
    assert (await post(api, "/v1/orders", bath)).json()["address"] == ZHOU["address"]
    said = bath | {"address": "女儿家3栋", "idempotency_key": "k-2"}
    assert (await post(api, "/v1/orders", said)).json()["address"] == "女儿家3栋"
    nowhere = (await post(api, "/v1/people", {"name": "孙平", "city_code": "yueyang"})).json()["id"]
    homeless = bath | {"senior_id": nowhere, "idempotency_key": "k-3"}
    assert (await post(api, "/v1/orders", homeless)).json()["code"] == "address_needed"


async def test_the_same_request_twice_is_one_order(api: httpx.AsyncClient, database: Database) -> None:
    world = await build(database)
    first = await post(api, "/v1/orders", lunch(world))
    again = await post(api, "/v1/orders", lunch(world))
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["id"] == first.json()["id"]
    assert (await _slot(database, world)).booked == 1
    other = await post(api, "/v1/orders", lunch(world, quantity=2))
    assert other.status_code == 409
    assert other.json()["code"] == "key_reused"


async def test_the_key_may_stand_in_the_header_but_must_stand_somewhere(
    api: httpx.AsyncClient, database: Database
) -> None:
    world = await build(database)
    body = lunch(world)
    del body["idempotency_key"]
    assert (await post(api, "/v1/orders", body)).status_code == 422
    header = who(WORKER) | {"idempotency-key": "h-1"}
    first = await api.post("/v1/orders", json=body, headers=header)
    again = await api.post("/v1/orders", json=body, headers=header)
    assert first.status_code == 201
    assert again.json()["id"] == first.json()["id"]


async def test_a_full_slot_offers_other_times_days_and_places(
    api: httpx.AsyncClient, database: Database
) -> None:
    world = await build(database, meal_capacity=2)
    body = lunch(world, part=None, time="11:00", quantity=2)
    assert (await post(api, "/v1/orders", body)).status_code == 201
    refused = await post(api, "/v1/orders", body | {"quantity": 1, "idempotency_key": "k-2"})
    assert refused.status_code == 409
    error = refused.json()
    assert error["code"] == "slot_full"
    assert "约满" in error["message"]
    found = error["details"]["alternatives"]
    assert [one["starts_at"] for one in found["same_day"]] == ["2025-06-12T04:00:00Z"]
    assert [one["starts_at"][8:10] for one in found["other_days"]] == ["13", "14", "15"]
    elsewhere = found["other_places"][0]
    assert (elsewhere["place"], elsewhere["unit_price_fen"]) == ("秋实食堂", 1500)
    assert 900 < elsewhere["distance_m"] < 1100
    chosen = body | {
        "offering_id": elsewhere["offering_id"],
        "date": None,
        "time": None,
        "starts_at": elsewhere["starts_at"],
        "idempotency_key": "k-3",
    }
    assert (await post(api, "/v1/orders", chosen)).status_code == 201


@pytest.mark.parametrize(
    ("more", "code", "words"),
    [
        ({"date": "2025-06-10"}, "in_the_past", "已经过去"),
        ({"date": "2025-06-11", "part": None, "time": "09:00"}, "in_the_past", "已经过去"),
        ({"date": "2025-09-01"}, "too_far_ahead", "60天"),
        ({"part": "evening"}, "closed", "不营业"),
        ({"part": None, "time": "13:00"}, "closed", "不营业"),
        ({"date": "2025-06-11", "part": None, "time": "10:30"}, "closed", "不营业"),
        ({"quantity": 11}, "quantity", "10份"),
        ({"quantity": 0}, "invalid", "不完整"),
        ({"offering_id": str(uuid.UUID(int=1))}, "offering_not_found", "没有找到"),
        ({"senior_id": str(uuid.UUID(int=1))}, "person_not_found", "没有找到"),
        ({"contact_phone": "1390000111"}, "phone_invalid", "10位"),
        ({"date": None, "part": None}, "invalid", "不完整"),
    ],
)
async def test_what_cannot_be_is_refused_in_words(
    api: httpx.AsyncClient, database: Database, more: dict[str, Any], code: str, words: str
) -> None:
    world = await build(database)
    refused = await post(api, "/v1/orders", lunch(world, **more))
    assert refused.status_code >= 400
    assert refused.json()["code"] == code
    assert words in refused.json()["message"]
    async with database.session() as session:
        assert await session.scalar(text("SELECT count(*) FROM orders")) == 0


async def test_too_late_for_today_offers_what_is_left(
    api: httpx.AsyncClient, database: Database, clock: SettableClock
) -> None:
    world = await build(database)
    clock.advance(timedelta(minutes=30))
    body = lunch(world, date="2025-06-11", part=None, time="11:00")
    refused = (await post(api, "/v1/orders", body)).json()
    assert refused["code"] == "too_late"
    assert "提前1小时" in refused["message"]
    assert [one["starts_at"] for one in refused["details"]["alternatives"]["same_day"]] == [
        "2025-06-11T04:00:00Z"
    ]


async def test_today_at_noon_skips_the_slot_that_is_too_late(
    api: httpx.AsyncClient, database: Database, clock: SettableClock
) -> None:
    world = await build(database)
    clock.advance(timedelta(minutes=30))
    order = (await post(api, "/v1/orders", lunch(world, date="2025-06-11"))).json()
    assert order["starts_at"] == "2025-06-11T04:00:00Z"


async def test_a_dishonest_provider_is_never_booked(api: httpx.AsyncClient, database: Database) -> None:
    world = await build(database)
    async with database.session() as session:
        await session.execute(update(Provider).values(credit="dishonest"))
    refused = (await post(api, "/v1/orders", lunch(world))).json()
    assert refused["code"] == "provider_barred"
    slots = await api.get(f"/v1/offerings/{world.meal}/slots", params={"date": "2025-06-12"})
    assert not any(slot["bookable"] for slot in slots.json())


async def test_what_is_not_bookable_online_offers_a_person(
    api: httpx.AsyncClient, database: Database
) -> None:
    world = await build(database)
    async with database.session() as session:
        await session.execute(update(Offering).values(online_booking=False))
    refused = (await post(api, "/v1/orders", lunch(world))).json()
    assert refused["code"] == "not_bookable"
    assert refused["details"]["person"] is True


async def test_a_closed_day_is_closed(api: httpx.AsyncClient, database: Database) -> None:
    from datetime import date

    world = await build(database)
    async with database.session() as session:
        offering = await session.get_one(Offering, world.meal)
        session.add(Closure(place_id=offering.place_id, date=date(2025, 6, 12), reason="检修"))
    refused = (await post(api, "/v1/orders", lunch(world))).json()
    assert refused["code"] == "closed"
    assert refused["details"]["alternatives"]["other_days"][0]["starts_at"].startswith("2025-06-13")
    weekend = lunch(world, offering_id=world.bath, date="2025-06-14", part="morning")
    assert (await post(api, "/v1/orders", weekend)).json()["code"] == "closed"


async def test_a_quote_says_what_is_known(api: httpx.AsyncClient, database: Database) -> None:
    world = await build(database)
    meal = (await post(api, "/v1/quotes", {"offering_id": world.meal, "quantity": 3})).json()
    assert (meal["total_fen"], meal["covered_fen"], meal["payable_fen"]) == (3600, 0, 3600)
    assert "36元" in meal["notes"][0]
    assert any("演示" in note for note in meal["notes"])
    bath = (await post(api, "/v1/quotes", {"offering_id": world.bath})).json()
    assert (bath["total_fen"], bath["payable_fen"], bath["payer"]) == (None, None, "unknown")
    assert "没有登记" in bath["notes"][0]


async def test_a_quote_names_the_document_that_promises_public_payment(
    api: httpx.AsyncClient, database: Database
) -> None:
    world = await build(database)
    async with database.session() as session:
        session.add(
            Benefit(
                city_code="yueyang",
                key="x",
                position=1,
                who="senior",
                kind="service",
                title="t",
                what_text="w",
                service_types=["bath"],
                next_step_text="n",
                document_id="d",
                document_title="d",
                issuer="i",
                year=2019,
                source_text="某局2019年的答复",
            )
        )
    bath = (await post(api, "/v1/quotes", {"offering_id": world.bath})).json()
    assert any("某局2019年的答复" in note and "评估" in note for note in bath["notes"])
    assert bath["covered_fen"] == 0
    meal = (await post(api, "/v1/quotes", {"offering_id": world.meal})).json()
    assert not any("评估" in note for note in meal["notes"])


async def test_slots_of_a_day(api: httpx.AsyncClient, database: Database) -> None:
    world = await build(database)
    await post(api, "/v1/orders", lunch(world, quantity=4))
    slots = (await api.get(f"/v1/offerings/{world.meal}/slots", params={"date": "2025-06-12"})).json()
    assert [(slot["starts_at"][11:16], slot["free"], slot["bookable"]) for slot in slots] == [
        ("03:00", 6, True),
        ("04:00", 10, True),
    ]


async def test_a_delegate_books_only_with_consent(api: httpx.AsyncClient, database: Database) -> None:
    world = await build(database)
    daughter = senior_actor(world.daughter, kind="relative")
    body = lunch(world, for_whom="other")
    refused = await post(api, "/v1/orders", body, daughter)
    assert (refused.status_code, refused.json()["code"]) == (403, "consent_needed")
    given = {"delegate_id": world.daughter, "scopes": ["book", "notify"], "relation": "女儿"}
    consent = (await post(api, f"/v1/people/{world.senior}/consents", given)).json()["id"]
    order = await post(api, "/v1/orders", body, daughter)
    assert order.status_code == 201
    seen = await api.get(f"/v1/orders/{order.json()['id']}", headers=who(daughter))
    assert seen.status_code == 403
    await api.delete(f"/v1/people/{world.senior}/consents/{consent}", headers=who(WORKER))
    again = await post(api, "/v1/orders", body | {"idempotency_key": "k-2"}, daughter)
    assert again.json()["code"] == "consent_needed"


async def test_a_stranger_books_for_whom_they_have_just_recorded(
    api: httpx.AsyncClient, database: Database
) -> None:
    world = await build(database)
    assert (await post(api, "/v1/orders", lunch(world), STRANGER)).status_code == 403
    mother = {"name": "孙平", "city_code": "yueyang", "phone": "13900006666"}
    recorded = (await post(api, "/v1/people", mother, STRANGER)).json()["id"]
    order = await post(api, "/v1/orders", lunch(world, senior_id=recorded), STRANGER)
    assert order.status_code == 201
    assert order.json()["contact_phone"] is None
    other_call = STRANGER.model_copy(update={"conversation": "call-2"})
    later = await post(api, "/v1/orders", lunch(world, "k-2", senior_id=recorded), other_call)
    assert later.status_code == 403


async def test_a_batch_books_what_it_can(api: httpx.AsyncClient, database: Database) -> None:
    world = await build(database, meal_capacity=2)
    rows = [
        lunch(world, f"b-{index}", part=None, time="11:00") | {"quantity": quantity}
        for index, quantity in enumerate((1, 2, 1))
    ]
    done = (await post(api, "/v1/orders/batch", {"orders": rows})).json()
    assert (done["booked"], done["refused"]) == (2, 1)
    assert [row["order"] is not None for row in done["rows"]] == [True, False, True]
    assert done["rows"][1]["error"]["code"] == "slot_full"
    assert (await _slot(database, world)).booked == 2


async def test_notices_of_a_booking(api: httpx.AsyncClient, database: Database) -> None:
    world = await build(database)
    given = {"delegate_id": world.daughter, "scopes": ["notify"], "relation": "女儿"}
    await post(api, f"/v1/people/{world.senior}/consents", given)
    order = (await post(api, "/v1/orders", lunch(world, remarks="少盐"))).json()
    async with database.session() as session:
        rows = {row.recipient: row for row in await session.scalars(select(OutboxMessage))}
    assert set(rows) == {
        f"person:{world.senior}",
        f"person:{world.daughter}",
        f"provider:{world.provider}",
    }
    told = rows[f"person:{world.daughter}"]
    assert (told.event, told.data["number"]) == ("order.booked", order["number"])
    assert "remarks" not in told.data
    assert rows[f"provider:{world.provider}"].data["remarks"] == "少盐"


async def test_nothing_personal_lies_open(api: httpx.AsyncClient, database: Database) -> None:
    world = await build(database)
    bath = lunch(world, offering_id=world.bath, part="afternoon", remarks="家里有狗")
    order = (await post(api, "/v1/orders", bath)).json()
    change = {"remarks": "狗送走了", "address": "女儿家3栋"}
    await post(api, f"/v1/orders/{order['id']}/change", change)
    async with database.session() as session:
        for table in ("orders", "order_events", "outbox", "audit_entries"):
            rows = (await session.execute(text(f"SELECT {table}::text FROM {table}"))).scalars().all()
            assert rows
            for secret in ("周桂英", "13900001111", "春晓里", "家里有狗", "狗送走了", "女儿家"):
                assert secret not in "\n".join(rows)


async def test_the_database_itself_forbids_overbooking(api: httpx.AsyncClient, database: Database) -> None:
    from sqlalchemy.exc import IntegrityError

    world = await build(database)
    await post(api, "/v1/orders", lunch(world))
    with pytest.raises(IntegrityError):
        async with database.session() as session:
            await session.execute(update(Slot).values(booked=Slot.capacity + 1))
    with pytest.raises(IntegrityError):
        async with database.session() as session:
            await session.execute(update(Slot).values(booked=-1))
