"""The search: from a need to offerings that meet it, in an order that can be explained."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from assistant.catalog import names, repository, resolve, service
from assistant.catalog.geography import distance_m
from assistant.catalog.hours import Hours
from assistant.catalog.models import Area, City, Offering, Place, Provider, SearchMiss
from assistant.catalog.repository import Candidate, Filters, Named
from assistant.catalog.schemas import Found, ProviderView, SearchQuery, SearchResult
from assistant.catalog.vocabulary import SERVICE_TYPES, service_type_of
from assistant.kit.clock import china, from_china
from assistant.kit.errors import Invalid
from assistant.kit.text import yuan

METRES_A_MINUTE: Final = 1000 / 15
"""How far one gets in a minute: GB 50180-2018 sets the 15-minute circle at 800 to 1,000 m on foot. Rural
documents give minutes without saying by what means, so the same pace holds there."""
ROUNDS: Final = 6
"""How many batches of candidates are looked through before the search gives what it has."""


@dataclass(frozen=True)
class Need:
    """A search query understood."""

    filters: Filters
    at: datetime
    """China time for which open and free are told."""
    city: City | None
    must_be_open: bool
    with_capacity: bool
    circle: bool
    limit: int
    near_name: str | None = None
    """What ``near`` resolved to, if it was a name."""
    near_missing: bool = False
    """A point was asked for and could not be placed."""


async def search(session: AsyncSession, now: datetime, query: SearchQuery) -> SearchResult:
    """What meets a need at ``now``; a need that nothing meets is noted as ``SearchMiss``.

    Raises:
        Invalid: an unknown service type, or coordinates that are none.
        UnknownPlace: ``place_id`` is nobody's.
    """
    city = await repository.city(session, query.city) if query.city else None
    if query.city and city is None:
        session.add(SearchMiss(at=now, city=query.city[:20], service_type=_service_type(query)))
        return SearchResult(
            results=[],
            explained=f"{query.city[:20]}的养老服务我还没有资料，可以帮您转人工。",
            known_city=False,
            elsewhere=await repository.served_cities(session),
        )
    need = await _understand(session, now, query, city)
    candidates = await _look(session, need)
    results = [_found(need, each) for each in candidates[: need.limit]]
    if need.filters.named and not need.filters.service_type and not query.bookable:
        results = [*await _without_services(session, need, need.filters.named), *results][: need.limit]
    if not results:
        session.add(
            SearchMiss(
                at=now,
                city=city.code if city else None,
                service_type=need.filters.service_type,
                area=need.near_name,
            )
        )
    served = await repository.served_cities(session) if city and not results else []
    elsewhere = [] if city and city.name in served else served
    return SearchResult(results=results, explained=_explain(need, results), elsewhere=elsewhere)


# --- understanding ---


def _service_type(query: SearchQuery) -> str | None:
    """The service type asked for, by key or word. Raises Invalid for one that does not exist."""
    if query.service_type:
        found = service_type_of(query.service_type)
        if found is None:
            raise Invalid("没有这一类服务。", service_type=query.service_type[:40], known=list(SERVICE_TYPES))
        return found.key
    found = service_type_of(names.tidy(query.q)) if query.q else None
    return found.key if found else None


async def _understand(session: AsyncSession, now: datetime, query: SearchQuery, city: City | None) -> Need:
    code = city.code if city else None
    near, near_name = await _where(session, query, code)
    service_type = _service_type(query)
    named = None
    if query.q and service_type_of(names.tidy(query.q)) is None:
        named, _ = await resolve.meant(session, query.q, code)
    reach = query.within_min * METRES_A_MINUTE if query.within_min else query.within_m
    if query.circle and city and reach is None:
        minutes = max(city.urban_circle_min or 0, city.rural_circle_min or 0)
        reach = minutes * METRES_A_MINUTE or None
    filters = Filters(
        code, service_type, near, reach if near else None, query.max_price_fen, query.bookable, named
    )
    return Need(
        filters=filters,
        at=china(from_china(query.open_at) if query.open_at else now),
        city=city,
        must_be_open=query.open_at is not None,
        with_capacity=query.with_capacity,
        circle=query.circle,
        limit=query.limit,
        near_name=near_name,
        near_missing=near is None
        and bool(query.near or query.place_id or query.within_min or query.within_m),
    )


async def _where(
    session: AsyncSession, query: SearchQuery, city_code: str | None
) -> tuple[tuple[float, float] | None, str | None]:
    """The point (lat, lng) to search from and its name, if it has one."""
    if query.place_id:
        place = (await service.place(session, query.place_id)).place
        return (None if place.lat is None or place.lng is None else (place.lat, place.lng)), place.name
    if not query.near:
        return None, None
    if (point := _coordinates(query.near)) is not None:
        return point, None
    for candidate in await resolve.resolve(session, query.near, city_code):
        point = await _middle(session, candidate.type, candidate.id, candidate.city_code)
        if point is not None and candidate.score >= names.SURE:
            return point, candidate.name
    return None, None


def _coordinates(text: str) -> tuple[float, float] | None:
    """Degrees from "lat,lng"; None for a name. Raises Invalid for numbers that are no coordinates."""
    try:
        lat, lng = (float(part) for part in text.split(","))
    except ValueError:
        return None
    if not (-85 <= lat <= 85 and -180 <= lng <= 180):
        raise Invalid("位置不对，请重新定位。")
    return lat, lng


async def _middle(
    session: AsyncSession, kind: str, found: uuid.UUID, city_code: str
) -> tuple[float, float] | None:
    if kind == "place":
        place = await session.get(Place, found)
        return None if place is None or place.lat is None or place.lng is None else (place.lat, place.lng)
    if kind == "area":
        within = resolve.subtree(await repository.areas(session, city_code), [found])
        return await repository.middle(session, areas=within)
    return None


# --- looking ---


@dataclass(frozen=True)
class Looked:
    """A candidate with what its hours and slots say at the time asked for."""

    offering: Offering
    place: Place
    provider: Provider | None
    distance: float | None
    hours: Hours
    open: bool | None
    next_opening: datetime | None
    free: int | None


async def _look(session: AsyncSession, need: Need) -> list[Looked]:
    """Candidates in order, batch by batch, until enough pass what only hours, slots and distance tell."""
    passed: list[Looked] = []
    closed: list[Looked] = []
    size = max(2 * need.limit, 10)
    for offset in range(0, ROUNDS * size, size):
        batch = await repository.search(session, need.filters, size, offset)
        for looked in await _look_at(session, need, batch):
            (closed if need.must_be_open and looked.open is False else passed).append(looked)
        if len(passed) >= need.limit or len(batch) < size:
            break
    # Nothing open: better to say when it opens than that there is nothing.
    return passed or closed


async def _look_at(session: AsyncSession, need: Need, batch: Sequence[Candidate]) -> list[Looked]:
    batch = [each for each in batch if _in_reach(need, *each)]
    if need.circle and need.city:
        batch = await _in_circle(session, need, need.city, batch)
    hours = await service.hours_of(session, [offering for offering, _, _ in batch], need.at.date())
    looked = [_at(need, hours[each[0].id], *each) for each in batch]
    moments = {each.offering.id: moment for each in looked if (moment := _moment(need, each))}
    booked = await repository.booked(session, moments)
    looked = [
        replace(each, free=max(0, each.offering.capacity_per_slot - booked.get(each.offering.id, 0)))
        if each.offering.id in moments
        else each
        for each in looked
    ]
    return [each for each in looked if each.free or not need.with_capacity]


def _at(need: Need, hours: Hours, offering: Offering, place: Place, provider: Provider | None) -> Looked:
    is_open = hours.open_at(need.at)
    upcoming = hours.next_opening(need.at) if hours.known and not is_open else None
    return Looked(offering, place, provider, _distance(need, place), hours, is_open, upcoming, None)


def _moment(need: Need, looked: Looked) -> datetime | None:
    """The moment whose slot tells how much is free."""
    return need.at if looked.open else looked.next_opening


def _distance(need: Need, place: Place) -> float | None:
    if need.filters.near is None or place.lat is None or place.lng is None:
        return None
    return distance_m(need.filters.near, (place.lat, place.lng))


def _in_reach(need: Need, offering: Offering, place: Place, provider: Provider | None) -> bool:
    """Near enough, and for what comes to the home, within the area that it serves."""
    away = _distance(need, place)
    if away is None:
        return need.filters.within_m is None
    if need.filters.within_m is not None and away > need.filters.within_m:
        return False
    return not (offering.at_home and offering.circle_m is not None and away > offering.circle_m)


async def _in_circle(
    session: AsyncSession, need: Need, city: City, batch: Sequence[Candidate]
) -> list[Candidate]:
    """Those within the minutes that the city's document sets for their kind of area."""
    areas = await repository.areas_by_id(session, {place.area_id for _, place, _ in batch if place.area_id})

    def within(place: Place) -> bool:
        away = _distance(need, place)
        area: Area | None = areas.get(place.area_id) if place.area_id else None
        minutes = city.urban_circle_min if area is None or area.urban else city.rural_circle_min
        return away is None or minutes is None or away <= minutes * METRES_A_MINUTE

    return [each for each in batch if within(each[1])]


async def _without_services(session: AsyncSession, need: Need, named: Named) -> list[Found]:
    """Places asked for by name that have no services on record: what is known of them is told all the same."""
    bare = await repository.places_without_offerings(session, named.places)
    return [
        Found(
            offering=None,
            place=service.place_view(place),
            provider=ProviderView.model_validate(provider) if provider else None,
            distance_m=None if (away := _distance(need, place)) is None else round(away),
            open_at=None,
            hours_text=Hours([]).text(),
            next_opening=None,
            free=None,
            bookable=False,
            not_bookable_reason="这里有哪些服务没有登记，可以帮您转人工问一问。",
            why=(place.description or "").rstrip("。") + "。" if place.description else "",
        )
        for place, provider in bare
    ]


# --- telling ---


def _found(need: Need, looked: Looked) -> Found:
    reason = service.why_not_bookable(looked.offering, looked.provider, looked.hours.known)
    return Found(
        offering=service.offering_view(looked.offering),
        place=service.place_view(looked.place),
        provider=ProviderView.model_validate(looked.provider) if looked.provider else None,
        distance_m=None if looked.distance is None else round(looked.distance),
        open_at=looked.open,
        hours_text=looked.hours.text(),
        next_opening=looked.next_opening,
        free=looked.free,
        bookable=reason is None,
        not_bookable_reason=reason,
        why=_why(looked, reason),
    )


def _why(looked: Looked, not_bookable: str | None) -> str:
    offering = looked.offering
    parts = []
    if looked.distance is not None:
        parts.append(f"离您约{spoken_distance(looked.distance)}")
    if looked.open:
        parts.append("那时营业")
    elif looked.next_opening:
        parts.append(f"下次营业{looked.next_opening:%-m月%-d日%H:%M}")
    if looked.free is not None:
        parts.append(f"还有{looked.free}个名额" if looked.free else "名额满了")
    if offering.unit_price_fen is None:
        parts.append("价格没有登记")
    else:
        parts.append(
            "免费" if offering.unit_price_fen == 0 else f"{yuan(offering.unit_price_fen)}一{offering.unit}"
        )
    if offering.demo or looked.place.demo:
        parts.append("这是演示数据")
    return "，".join(parts) + "。" + (not_bookable or "")


def spoken_distance(metres: float) -> str:
    """A distance for the ear: 340 → 300米, 1240 → 1.2公里."""
    if metres < 950:
        return f"{max(100, round(metres / 100) * 100)}米"
    return f"{metres / 1000:.1f}".removesuffix(".0") + "公里"


def _explain(need: Need, results: Sequence[Found]) -> str:
    """How the results were chosen and ordered, or what to do when there are none."""
    word = SERVICE_TYPES[need.filters.service_type].name if need.filters.service_type else "服务"
    where = f"在{need.city.name}" if need.city else ""
    if not results:
        return f"{where}没有找到合您要求的{word}，可以放宽条件再找，或者帮您转人工。"
    parts = []
    if need.filters.near:
        parts.append(f"按离{need.near_name or '您'}的远近排，近的在前")
    else:
        parts.append("有文件依据的在前，再按价格从低到高排")
    if need.near_missing:
        parts.append("您说的位置我没有坐标，没法按远近找")
    if need.filters.within_m:
        parts.append(f"只找{spoken_distance(need.filters.within_m)}以内的")
    if need.must_be_open:
        parts.append(
            "那时营业的" if results[0].open_at is not False else "那时都没营业，下面是下次营业的时间"
        )
    if need.with_capacity:
        parts.append("只列还有名额的")
    return "；".join(parts) + "。"
