"""Reading and correcting single things of the catalogue: cities, places, offerings, their hours."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime, time

from sqlalchemy.ext.asyncio import AsyncSession

from assistant.catalog import hours, names, repository
from assistant.catalog.documents import source_of
from assistant.catalog.geography import mercator
from assistant.catalog.hours import Hours
from assistant.catalog.models import City, Offering, Place, Provider, Schedule
from assistant.catalog.schemas import (
    CityView,
    OfferingDetail,
    OfferingPatch,
    OfferingView,
    PlaceDetail,
    PlacePatch,
    PlaceView,
    ProviderPatch,
    ProviderView,
    ScheduleView,
)
from assistant.catalog.vocabulary import PLACE_KINDS, SERVICE_TYPES
from assistant.kit import audit
from assistant.kit.actor import Actor
from assistant.kit.clock import china
from assistant.kit.errors import Invalid, NotFound


class UnknownCity(NotFound):
    code = "unknown_city"
    message = "这个城市的养老服务我还没有资料，可以帮您转人工。"


class UnknownPlace(NotFound):
    code = "unknown_place"
    message = "没有找到这个地方。"


class UnknownOffering(NotFound):
    code = "unknown_offering"
    message = "没有找到这项服务。"


class UnknownProvider(NotFound):
    code = "unknown_provider"
    message = "没有找到这家服务商。"


async def city(session: AsyncSession, name: str) -> City:
    """A city by code or name. Raises UnknownCity."""
    found = await repository.city(session, name)
    if found is None:
        raise UnknownCity(city=name)
    return found


def city_view(found: City) -> CityView:
    view = CityView.model_validate(found)
    view.source = source_of(found.source_document, demo=False)
    return view


async def offering(session: AsyncSession, offering_id: uuid.UUID) -> OfferingDetail:
    """An offering with its place, provider and hours. Raises UnknownOffering."""
    found = await repository.offering(session, offering_id)
    if found is None:
        raise UnknownOffering()
    schedules = await repository.schedules_of(session, [offering_id])
    return detail(*found, schedules[offering_id])


async def place(session: AsyncSession, place_id: uuid.UUID) -> PlaceDetail:
    """A place with its offerings. Raises UnknownPlace."""
    found = await _place(session, place_id)
    runs = await session.get(Provider, found.provider_id) if found.provider_id else None
    offerings = [
        await offering(session, each.id) for each in await repository.offerings_of(session, place_id)
    ]
    return PlaceDetail(
        place=place_view(found),
        provider=ProviderView.model_validate(runs) if runs else None,
        offerings=offerings,
    )


async def hours_of(
    session: AsyncSession, offerings: Sequence[Offering], since: date
) -> dict[uuid.UUID, Hours]:
    """The opening hours of offerings, good for days from ``since`` on."""
    schedules = await repository.schedules_of(session, [each.id for each in offerings])
    closures = await repository.closures_of(session, {each.place_id for each in offerings}, since)
    return {
        each.id: Hours(schedules[each.id], closures[each.place_id], each.open_on_holidays)
        for each in offerings
    }


async def opening_hours(session: AsyncSession, offering: Offering, day: date) -> list[tuple[time, time]]:
    """When an offering is open on one day of China; empty when closed or when nobody has told."""
    found = await hours_of(session, [offering], day)
    return found[offering.id].on(day)


def why_not_bookable(offering: Offering, provider: Provider | None, has_hours: bool) -> str | None:
    """The reason why an offering cannot be booked here, or None."""
    if provider is not None and provider.credit == "dishonest":
        return "这家服务商在失信名单上，不能预约。"
    if not offering.active:
        return "这项服务已经停了。"
    if not offering.online_booking or not has_hours or offering.capacity_per_slot == 0:
        return "这里不能直接预约，可以帮您转人工问一问。"
    return None


# --- corrections ---


async def correct_place(
    session: AsyncSession, now: datetime, actor: Actor, place_id: uuid.UUID, patch: PlacePatch
) -> PlaceView:
    """Change a place and its entries in the search indexes. Raises UnknownPlace."""
    found = await _place(session, place_id)
    changed = patch.model_dump(exclude_unset=True)
    if changed.get("name", "") is None:
        raise Invalid("名称不能空着。")
    for field, value in changed.items():
        setattr(found, field, value if field != "aliases" else value or [])
    index_place(found)
    if "lat" in changed:
        await repository.relocate(session, place_id, found.lat, found.lng)
    audit.record(session, now, actor, "place.corrected", f"place:{place_id}", fields=sorted(changed))
    return place_view(found)


async def correct_offering(
    session: AsyncSession, now: datetime, actor: Actor, offering_id: uuid.UUID, patch: OfferingPatch
) -> OfferingDetail:
    """Change an offering, and its hours when given. Raises UnknownOffering, Invalid."""
    found = await session.get(Offering, offering_id)
    if found is None:
        raise UnknownOffering()
    changed = patch.model_dump(exclude_unset=True)
    told = changed.pop("hours", None)
    nullable = {"description", "unit_price_fen", "circle_m"}
    for field, value in changed.items():
        if value is not None or field in nullable:
            setattr(found, field, value)
    if told is not None:
        try:
            rules, found.open_on_holidays = hours.parse(told)
        except ValueError as error:
            raise Invalid(f"服务时间填得不对：{error}") from error
        for old in (await repository.schedules_of(session, [offering_id]))[offering_id]:
            await session.delete(old)
        session.add_all(
            Schedule(offering_id=offering_id, rrule=rule.rrule, opens=rule.opens, closes=rule.closes)
            for rule in rules
        )
    fields = sorted(changed) + (["hours"] if told is not None else [])
    audit.record(session, now, actor, "offering.corrected", f"offering:{offering_id}", fields=fields)
    await session.flush()
    return await offering(session, offering_id)


async def correct_provider(
    session: AsyncSession, now: datetime, actor: Actor, provider_id: uuid.UUID, patch: ProviderPatch
) -> ProviderView:
    """Set the credit of a provider. Raises UnknownProvider."""
    found = await session.get(Provider, provider_id)
    if found is None:
        raise UnknownProvider()
    if patch.credit is not None:
        found.credit = patch.credit
    if "credit_note" in patch.model_fields_set:
        found.credit_note = patch.credit_note
    audit.record(session, now, actor, "provider.corrected", f"provider:{provider_id}", credit=found.credit)
    return ProviderView.model_validate(found)


async def verify(
    session: AsyncSession, now: datetime, actor: Actor, place_id: uuid.UUID, by: str, on: date | None
) -> PlaceView:
    """Note that somebody checked a place; reports of a fault are settled. Raises UnknownPlace, Invalid."""
    found = await _place(session, place_id)
    today = china(now).date()
    if on is not None and on > today:
        raise Invalid("核实日期不能晚于今天。")
    found.verified_at, found.verified_by = on or today, by
    found.reported_wrong_at = found.reported_wrong_note = None
    audit.record(session, now, actor, "place.verified", f"place:{place_id}")
    return place_view(found)


async def report_wrong(
    session: AsyncSession, now: datetime, actor: Actor, place_id: uuid.UUID, note: str
) -> PlaceView:
    """Note that something about a place is wrong, until it is verified again. Raises UnknownPlace."""
    found = await _place(session, place_id)
    found.reported_wrong_at, found.reported_wrong_note = now, note
    audit.record(session, now, actor, "place.reported_wrong", f"place:{place_id}")
    return place_view(found)


async def close(
    session: AsyncSession,
    now: datetime,
    actor: Actor,
    place_id: uuid.UUID,
    days: Sequence[date],
    reason: str | None,
) -> None:
    """Close a place on some days. Raises UnknownPlace."""
    await _place(session, place_id)
    await repository.close(session, place_id, set(days), reason)
    audit.record(session, now, actor, "place.closed", f"place:{place_id}", days=[str(day) for day in days])


async def reopen(session: AsyncSession, now: datetime, actor: Actor, place_id: uuid.UUID, day: date) -> None:
    """Take a closed day back. Raises UnknownPlace."""
    await _place(session, place_id)
    await repository.reopen(session, place_id, day)
    audit.record(session, now, actor, "place.reopened", f"place:{place_id}", day=str(day))


async def _place(session: AsyncSession, place_id: uuid.UUID) -> Place:
    found = await session.get(Place, place_id)
    if found is None:
        raise UnknownPlace()
    return found


def index_place(found: Place) -> None:
    """Derive the columns that the search reads from name, aliases and coordinates."""
    found.pinyin = names.pinyin(found.name)
    found.keys = names.keys([found.name, *(found.aliases or [])])
    found.spot = None if found.lat is None or found.lng is None else mercator(found.lat, found.lng)


# --- views ---


def place_view(found: Place) -> PlaceView:
    view = PlaceView.model_validate(found)
    view.kind_name = PLACE_KINDS[view.kind]
    view.reported_wrong = found.reported_wrong_at is not None
    view.source = source_of(found.source_document, found.demo)
    return view


def offering_view(found: Offering) -> OfferingView:
    view = OfferingView.model_validate(found)
    view.service_name = SERVICE_TYPES[found.service_type].name
    return view


def detail(
    found: Offering, where: Place, provider: Provider | None, schedules: Sequence[Schedule]
) -> OfferingDetail:
    reason = why_not_bookable(found, provider, bool(schedules))
    return OfferingDetail(
        offering=offering_view(found),
        place=place_view(where),
        provider=ProviderView.model_validate(provider) if provider else None,
        schedules=[ScheduleView.model_validate(each) for each in schedules],
        hours_text=Hours(schedules, open_on_holidays=found.open_on_holidays).text(),
        bookable=reason is None,
        not_bookable_reason=reason,
    )
