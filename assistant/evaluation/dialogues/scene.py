"""The world of one dialogue: its city, places, prices, free slots, people and orders."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.catalog import repository as catalog
from assistant.catalog import store
from assistant.catalog.drafts import (
    AreaDraft,
    CatalogDraft,
    OfferingDraft,
    PlaceDraft,
    ProviderDraft,
    ScheduleDraft,
)
from assistant.catalog.models import Area, City, Offering, Place, Provider
from assistant.catalog.vocabulary import SERVICE_TYPES, service_type_of
from assistant.kit.actor import SYSTEM
from assistant.kit.clock import china, from_china
from assistant.kit.when import WINDOWS, PartOfDay, read
from assistant.orders import service as orders
from assistant.orders.models import Order, Slot
from assistant.orders.openings import openings
from assistant.orders.schemas import OrderIn
from assistant.people import consents, service
from assistant.people.schemas import ConsentIn, PersonIn

DEFAULT_NOW = datetime(2025, 6, 11, 10, 0)
DEFAULT_CITY = "岳阳"
OPENS, CLOSES = time(7), time(19)
"""A place of a scene is open every day, public holidays too, unless the scene says otherwise."""
CAPACITY = 20
SCENE = "scene:"
"""Prefix of the external id of places that a scene made."""
EMPTIED = (
    "outbox, audit_entries, alarms, order_events, orders, order_series, slots, ticket_events, tickets, turns, "
    "conversations, person_events, consents, person_phones, persons"
)
ABILITIES = {"自理": "self_care", "半失能": "semi_disabled", "失能": "disabled"}
INCOMES = {"低保": "dibao", "特困": "tekun", "低收入": "low_income", "普通": "ordinary"}


@dataclass
class Scene:
    """What the driver must know of a scene that was set."""

    now: datetime
    city: str
    operator_hours: str
    direction: str
    channel: str
    caller_phone: str | None = None
    person_id: uuid.UUID | None = None
    """The authenticated person of a written channel."""
    worker_id: uuid.UUID | None = None
    people: dict[str, uuid.UUID] = field(default_factory=dict)
    orders: list[uuid.UUID] = field(default_factory=list)


async def clear(session: AsyncSession) -> None:
    """Take away what the last scene left; the five cities stay."""
    await session.execute(text(f"TRUNCATE {EMPTIED} CASCADE"))
    await session.execute(delete(Place).where(Place.external_id.startswith(SCENE)))
    await session.execute(update(Offering).values(active=True))


async def set_scene(session: AsyncSession, item: dict[str, Any]) -> Scene:
    """Put the world of ``item`` into the database."""
    setup = item.get("setup") or {}
    now = _moment(setup.get("now")) or DEFAULT_NOW
    city = await _city(session, str(setup.get("city") or DEFAULT_CITY))
    scene = Scene(
        now=now,
        city=city,
        operator_hours=str(setup.get("operator_hours") or "08:00-18:00"),
        direction="out" if str(setup.get("direction") or "in").startswith("out") else "in",
        channel=str(item.get("channel") or "phone"),
    )
    await _cover(session, setup)
    await _places(session, city, setup)
    await _people(session, scene, item, setup)
    for order in setup.get("orders") or []:
        await _order(session, scene, order)
    await _slots(session, scene, setup)
    return scene


def _moment(value: Any) -> datetime | None:
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    return datetime.fromisoformat(str(value)).replace(tzinfo=None)


async def _city(session: AsyncSession, name: str) -> str:
    found = await catalog.city(session, name)
    if found is not None:
        return found.code
    # A city without data: known by name only, so that the desk can say so.
    code = f"scene{abs(hash(name)) % 10**8}"
    session.add(City(code=code, name=name, province="", lat=30.0, lng=110.0))
    await session.flush()
    return code


async def _cover(session: AsyncSession, setup: dict[str, Any]) -> None:
    """Cities outside ``covered_cities`` have nothing to offer."""
    covered = setup.get("covered_cities")
    if not covered:
        return
    codes = [found.code for name in covered if (found := await catalog.city(session, str(name)))]
    await session.execute(update(Offering).where(Offering.city_code.not_in(codes)).values(active=False))


# --- places ------------------------------------------------------------------------------------------


async def _places(session: AsyncSession, city: str, setup: dict[str, Any]) -> None:
    facilities = [each for each in setup.get("facilities") or [] if isinstance(each, dict | str)]
    prices = _prices(setup.get("prices"))
    for service_type, fen in prices.items():
        await session.execute(
            update(Offering)
            .where(Offering.city_code == city, Offering.service_type == service_type)
            .values(unit_price_fen=fen)
        )
    there: dict[str, list[dict[str, Any]]] = {}
    for raw in facilities:
        facility = {"name": raw} if isinstance(raw, str) else raw
        own = await _city(session, str(facility["city"])) if facility.get("city") else city
        there.setdefault(own, []).append(facility)
    for own, given in there.items():
        await _put(session, own, given, prices)


async def _put(
    session: AsyncSession, city: str, facilities: list[dict[str, Any]], prices: dict[str, int]
) -> None:
    """The scene's places of one city, in place of the catalogue's own."""
    areas = {area.id: area for area in await catalog.areas(session, city)}
    drafts, providers = [], []
    for index, facility in enumerate(facilities):
        draft, provider = _facility(facility, index, prices, areas)
        drafts.append(draft)
        if provider:
            providers.append(provider)
    # Of what has a price but no place in the scene the catalogue's own places stay.
    given = {offering.service_type for draft in drafts for offering in draft.offerings}
    elsewhere = prices.keys() - given
    await session.execute(
        update(Offering)
        .where(Offering.city_code == city, Offering.service_type.not_in(elsewhere))
        .values(active=False)
    )
    await store.put(session, city, CatalogDraft(providers=providers, places=drafts))


def _area_path(address: str, areas: Mapping[uuid.UUID, Area]) -> list[AreaDraft]:
    """The known area that an address names, from the top down; the deepest of several."""
    named = (store.path_to(area, areas) for area in areas.values() if area.name in address)
    return max(named, key=len, default=[])


def _prices(raw: Any) -> dict[str, int]:
    """Prices by service type in fen, from ``{meal: 12}``, ``{助餐: 12元/份}`` or a list of such rows."""
    if isinstance(raw, list):
        raw = {row.get("service_type") or row.get("service"): row.get("price") for row in raw}
    found = {}
    for name, value in (raw or {}).items():
        kind = service_type_of(str(name))
        match = re.search(r"\d+(?:\.\d+)?", str(value.get("price") if isinstance(value, dict) else value))
        if kind and match:
            found[kind.key] = round(float(match[0]) * 100)
    return found


def _facility(
    raw: dict[str, Any], index: int, prices: dict[str, int], areas: Mapping[uuid.UUID, Area]
) -> tuple[PlaceDraft, ProviderDraft | None]:
    name = str(raw.get("name") or f"服务点{index + 1}")
    services = (
        raw.get("services") or raw.get("service_types") or raw.get("service_type") or raw.get("service")
    )
    if isinstance(services, str):
        services = [services]
    if isinstance(services, dict):
        prices = prices | _prices(services)
        services = list(services)
    names = [
        each if isinstance(each, str) else str(each.get("type") or each.get("service_type"))
        for each in services or list(SERVICE_TYPES)
    ]
    own = (
        prices
        | _prices(raw.get("prices"))
        | {
            str(each.get("type") or each.get("service_type")): _prices({"meal": each["price"]}).get("meal", 0)
            for each in services or []
            if isinstance(each, dict) and each.get("price") is not None
        }
    )
    if raw.get("price") is not None:
        own |= dict.fromkeys(
            (kind.key for each in names if (kind := service_type_of(each))),
            _prices({"meal": raw["price"]}).get("meal", 0),
        )
    dishonest = str(raw.get("credit") or "") in ("dishonest", "失信", "bad") or bool(
        raw.get("dishonest") or raw.get("blacklisted")
    )
    provider = ProviderDraft(name=f"{name}服务商", credit="dishonest") if dishonest else None
    return (
        PlaceDraft(
            external_id=f"{SCENE}{index}:{name}",
            kind="community_station",
            name=name,
            aliases=[str(each) for each in raw.get("aliases") or []],
            areas=_area_path(raw.get("address") or "", areas),
            address=raw.get("address"),
            phone=str(raw["phone"]) if raw.get("phone") else None,
            lat=raw.get("lat"),
            lng=raw.get("lng") or raw.get("lon"),
            provider=provider.name if provider else None,
            offerings=[_offering(each, own, raw) for each in dict.fromkeys(names) if service_type_of(each)],
        ),
        provider,
    )


def _offering(name: str, prices: dict[str, int], raw: dict[str, Any]) -> OfferingDraft:
    kind = service_type_of(name)
    assert kind
    opens, closes = _hours(raw.get("hours") or raw.get("open") or raw.get("opening_hours"))
    return OfferingDraft(
        service_type=kind.key,
        name=kind.name,
        unit=kind.unit,
        unit_price_fen=prices.get(kind.key),
        at_home=kind.at_home or kind.key == "meal",
        online_booking=True,
        capacity_per_slot=int(raw.get("capacity") or CAPACITY),
        slot_minutes=60 if kind.key != "meal" else 30,
        lead_minutes=0,
        change_deadline_minutes=0,
        open_on_holidays=True,
        schedules=[ScheduleDraft(rrule="FREQ=DAILY", opens=opens, closes=closes)],
    )


def _hours(raw: Any) -> tuple[time, time]:
    match = re.search(r"(\d{1,2})[:：](\d{2})\s*[-–—~至到]\s*(\d{1,2})[:：](\d{2})", str(raw or ""))
    if not match:
        return OPENS, CLOSES
    first, second, third, fourth = map(int, match.groups())
    return time(first, second), time(min(third, 23), fourth if third < 24 else 59)


# --- people ------------------------------------------------------------------------------------------


async def _people(session: AsyncSession, scene: Scene, item: dict[str, Any], setup: dict[str, Any]) -> None:
    caller = setup.get("caller") or {}
    persona = str(item.get("persona") or "senior_phone")
    elders = [each for each in setup.get("elders") or [] if isinstance(each, dict)]
    for elder in elders:
        scene.people[str(elder.get("name"))] = await _person(session, scene, elder, "senior")
    if persona.startswith("worker"):
        scene.worker_id = await _person(session, scene, {"name": "工作人员", **caller}, "worker")
        return
    if persona.startswith("family") and elders:
        # Whose elders stand in the scene acts for them, named or not.
        caller = {"name": "家人", **caller}
    scene.caller_phone = str(caller["phone"]) if caller.get("phone") else None
    if not caller.get("name"):
        return
    if persona.startswith("family") and (elders or caller.get("relation") or not caller.get("address")):
        scene.person_id = await _person(session, scene, caller, "relative")
        scene.people[str(caller["name"])] = scene.person_id
        for elder in elders:
            given = ConsentIn(
                delegate_id=scene.person_id,
                scopes=["see_orders", "book", "notify", "emergency_contact", "profile"],
                relation=str(caller.get("relation") or "家人")[:20],
            )
            senior = scene.people[str(elder.get("name"))]
            await consents.give(session, from_china(scene.now), SYSTEM, senior, given)
        return
    known = scene.people.get(str(caller["name"]))
    scene.person_id = known or await _person(session, scene, caller, "senior")
    scene.people[str(caller["name"])] = scene.person_id


async def _person(session: AsyncSession, scene: Scene, raw: dict[str, Any], kind: str) -> uuid.UUID:
    age = raw.get("age")
    income = str(raw.get("income") or "")
    ability = str(raw.get("ability") or "")
    person, _ = await service.create(
        session,
        from_china(scene.now),
        SYSTEM,
        PersonIn.model_validate(
            {
                "kind": kind,
                "name": str(raw.get("name") or "无名"),
                "city_code": scene.city,
                "phone": str(raw["phone"]) if raw.get("phone") else None,
                "address": raw.get("address") or _joined(raw),
                "community": raw.get("community"),
                "street": raw.get("street"),
                "birth_year": scene.now.year - int(age) if age else None,
                "ability": ABILITIES.get(ability, ability if ability in ABILITIES.values() else None),
                "income": INCOMES.get(income, income if income in INCOMES.values() else None),
                "lives_alone": raw.get("lives_alone"),
            }
        ),
    )
    return person.id


def _joined(raw: dict[str, Any]) -> str | None:
    parts = [str(raw[key]) for key in ("street", "community", "building", "room") if raw.get(key)]
    return "".join(parts) or None


# --- orders and slots --------------------------------------------------------------------------------


async def _order(session: AsyncSession, scene: Scene, raw: dict[str, Any]) -> None:
    """An order that stands when the dialogue begins."""
    kind = service_type_of(str(raw.get("service_type") or raw.get("service") or "meal"))
    senior = scene.people.get(str(raw.get("name") or raw.get("for") or raw.get("elder"))) or scene.person_id
    senior = senior or next(iter(scene.people.values()), None)
    if kind is None:
        return
    # A worker's scene may have orders and no elders: "集体用餐20份".
    senior = senior or await _person(session, scene, {"name": raw.get("name")}, "senior")
    offering = await session.scalar(
        select(Offering)
        .join(Place, Place.id == Offering.place_id)
        .outerjoin(Provider, Provider.id == func.coalesce(Offering.provider_id, Place.provider_id))
        .where(
            Offering.city_code == scene.city,
            Offering.service_type == kind.key,
            Offering.active,
            Offering.online_booking,
            func.coalesce(Provider.credit, "ok") != "dishonest",
        )
        .order_by(Offering.name, Offering.id)
        .limit(1)
    )
    if offering is None:
        return
    day, at, part = _when(raw, scene.now)
    # Booked the day before, so that it may lie in the past of the dialogue.
    booked_at = min(scene.now, datetime.combine(day, time(7))) - timedelta(days=1)
    placed, _ = await orders.book(
        session,
        from_china(booked_at),
        SYSTEM,
        OrderIn.model_validate(
            {
                "senior_id": senior,
                "offering_id": offering.id,
                "date": day,
                "time": at,
                "part": None if at else part,
                "quantity": int(raw.get("quantity") or 1),
                "address": raw.get("address") or "登记住址",
                "idempotency_key": f"scene:{len(scene.orders)}",
            }
        ),
    )
    values: dict[str, Any] = {}
    if number := raw.get("number") or raw.get("order_no") or raw.get("id"):
        values["number"] = str(orders.reference(str(number)))[:12]
    if raw.get("status") in ("accepted", "on_the_way", "done", "cancelled"):
        values["status"] = raw["status"]
    if values:
        await session.execute(update(Order).where(Order.id == placed.id).values(**values))
    scene.orders.append(placed.id)


def _when(raw: dict[str, Any], now: datetime) -> tuple[date, time | None, PartOfDay | None]:
    """Day, time and part of a row: ``date: 2025-06-12`` (or ``{abs: …}``), ``time: noon`` or ``11:30``."""
    said = raw.get("date")
    said = said.get("abs") if isinstance(said, dict) else said
    spoken = read(str(said), now) if said else None
    if isinstance(said, date):
        day = said
    else:
        try:
            day = date.fromisoformat(str(said)[:10])
        except ValueError:
            day = (spoken.date if spoken and spoken.date else None) or now.date() + timedelta(days=1)
    value = str(raw.get("time") or "")
    if value in WINDOWS:
        return day, None, value
    match = re.match(r"(\d{1,2}):(\d{2})", value)
    if match:
        return day, time(int(match[1]), int(match[2])), None
    part = read(value, now).part_of_day if value else None
    return day, None, part or "morning"


async def _slots(session: AsyncSession, scene: Scene, setup: dict[str, Any]) -> None:
    """Slots that are full, or have few places left."""
    raw = setup.get("slots") or []
    rows = (
        raw
        if isinstance(raw, list)
        else [
            {"service_type": name, **(value if isinstance(value, dict) else {"free": value})}
            for name, value in raw.items()
        ]
    )
    for row in rows:
        if isinstance(row, dict):
            await _slot(session, scene, row)


async def _slot(session: AsyncSession, scene: Scene, row: dict[str, Any]) -> None:
    kind = service_type_of(str(row.get("service_type") or row.get("service") or ""))
    free = 0 if row.get("full") else int(row.get("free", row.get("left", row.get("capacity", 1))) or 0)
    day, at, part = _when(row, scene.now)
    where = [Offering.city_code == scene.city, Offering.active, Offering.online_booking]
    if kind:
        where.append(Offering.service_type == kind.key)
    if row.get("facility") or row.get("place"):
        where.append(Place.name == str(row.get("facility") or row.get("place")))
    found = await session.scalars(select(Offering).join(Place, Place.id == Offering.place_id).where(*where))
    for offering in found:
        for opening in openings(await orders.offered(session, offering.id), day):
            if at and not opening.holds(from_china(datetime.combine(day, at))):
                continue
            if not at and row.get("time") and not _in_part(opening.starts_at, part):
                continue
            session.add(
                Slot(
                    offering_id=offering.id,
                    starts_at=opening.starts_at,
                    ends_at=opening.ends_at,
                    capacity=max(offering.capacity_per_slot, free),
                    booked=max(offering.capacity_per_slot - free, 0),
                )
            )
    await session.flush()


def _in_part(start: datetime, part: PartOfDay | None) -> bool:
    if part is None:
        return True
    first, last = WINDOWS[part]
    return first <= china(start).time() <= last
