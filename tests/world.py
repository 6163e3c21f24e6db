"""A small world for tests: a city, a canteen, a bath service, people. All made up."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

import httpx

from assistant.catalog.models import City, Offering, Place, Provider, Schedule
from assistant.kit.actor import Actor
from assistant.kit.clock import from_china
from assistant.kit.db import Database
from assistant.people import service as people
from assistant.people.schemas import PersonIn

NOW = from_china(datetime(2025, 6, 11, 10, 0))
WORKER = Actor(kind="worker", channel="console", person_id=uuid.UUID(int=7), conversation="w-1")
STRANGER = Actor(kind="unknown", channel="phone", conversation="call-1")


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of June 2025, China time, as UTC."""
    return from_china(datetime(2025, 6, day, hour, minute))


def who(actor: Actor) -> dict[str, str]:
    """The header that names an actor."""
    return {"x-yinling-actor": actor.model_dump_json(exclude_none=True)}


def senior_actor(person_id: uuid.UUID, **more: Any) -> Actor:
    return Actor(
        **{"kind": "senior", "channel": "phone", "person_id": person_id, "conversation": "c-1"} | more
    )


@dataclass
class World:
    """What ``build`` made."""

    senior: uuid.UUID
    daughter: uuid.UUID
    provider: uuid.UUID
    meal: uuid.UUID
    """A canteen's lunch: 11:00 to 13:00 every day, two slots of 60 minutes with 10 places, 12 yuan."""
    bath: uuid.UUID
    """Bath at home on weekdays from 09:00 to 17:00, slots of 120 minutes, price unknown."""
    other_meal: uuid.UUID
    """A second canteen, a kilometre away."""


async def build(database: Database, *, meal_capacity: int = 10) -> World:
    """Fill an empty database."""
    async with database.session() as session:
        session.add(City(code="yueyang", name="岳阳", province="湖南", lat=29.36, lng=113.13))
        await session.flush()
        provider = Provider(id=uuid.uuid4(), city_code="yueyang", name="春晓服务队", demo=True)
        session.add(provider)
        near = _place("春晓食堂", 29.36, 113.13, provider.id)
        far = _place("秋实食堂", 29.369, 113.13, provider.id)
        session.add_all([near, far])
        await session.flush()
        meal = _offering(near, "meal", "午餐", "份", 1200, meal_capacity, 60, at_home=False)
        bath = _offering(near, "bath", "上门助浴", "次", None, 2, 120, at_home=True)
        other = _offering(far, "meal", "午餐", "份", 1500, 10, 60, at_home=False)
        session.add_all([meal, bath, other])
        await session.flush()
        for offering in (meal, other):
            session.add(_hours(offering, "FREQ=DAILY", time(11), time(13)))
        session.add(_hours(bath, "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", time(9), time(17)))
        senior, _ = await people.create(session, NOW, WORKER, PersonIn(**ZHOU))
        daughter, _ = await people.create(session, NOW, WORKER, PersonIn(**DAUGHTER))
        return World(senior.id, daughter.id, provider.id, meal.id, bath.id, other.id)


ZHOU: dict[str, Any] = {
    "kind": "senior",
    "name": "周桂英",
    "gender": "female",
    "birth_year": 1950,
    "city_code": "yueyang",
    "street": "三眼桥街道",
    "address": "三眼桥街道春晓里2栋301",
    "phone": "13900001111",
    "ability": "self_care",
    "income": "dibao",
}
DAUGHTER: dict[str, Any] = {
    "kind": "relative",
    "name": "李小红",
    "gender": "female",
    "city_code": "yueyang",
    "phone": "13900002222",
}


def _place(name: str, lat: float, lng: float, provider: uuid.UUID) -> Place:
    from assistant.catalog.geography import mercator

    return Place(
        id=uuid.uuid4(),
        city_code="yueyang",
        provider_id=provider,
        external_id=name,
        kind="canteen",
        name=name,
        lat=lat,
        lng=lng,
        spot=mercator(lat, lng),
        demo=True,
    )


def _offering(
    place: Place,
    service_type: str,
    name: str,
    unit: str,
    price: int | None,
    capacity: int,
    minutes: int,
    *,
    at_home: bool,
) -> Offering:
    assert place.lat is not None and place.lng is not None
    from assistant.catalog.repository import spot

    return Offering(
        id=uuid.uuid4(),
        place_id=place.id,
        provider_id=place.provider_id,
        city_code="yueyang",
        spot=spot(place.lat, place.lng, service_type),
        service_type=service_type,
        name=name,
        unit=unit,
        unit_price_fen=price,
        at_home=at_home,
        capacity_per_slot=capacity,
        slot_minutes=minutes,
        lead_minutes=60,
        change_deadline_minutes=120,
        open_on_holidays=True,
        demo=True,
    )


def _hours(offering: Offering, rule: str, opens: time, closes: time) -> Schedule:
    return Schedule(offering_id=offering.id, rrule=rule, opens=opens, closes=closes)


def lunch(world: World, key: str = "k-1", **more: Any) -> dict[str, Any]:
    """The body of a booking of tomorrow's lunch."""
    body: dict[str, Any] = {
        "senior_id": str(world.senior),
        "offering_id": str(world.meal),
        "date": "2025-06-12",
        "part": "noon",
        "quantity": 1,
        "idempotency_key": key,
    }
    return body | more


async def post(api: httpx.AsyncClient, path: str, body: Any, actor: Actor = WORKER) -> httpx.Response:
    return await api.post(path, json=json.loads(json.dumps(body, default=str)), headers=who(actor))
