"""The services of a city that can be booked, as choices of a form and by their names in a sheet."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.catalog.models import Offering, Place, Provider
from assistant.catalog.vocabulary import SERVICE_TYPES, service_type_of
from assistant.console.access import Visit
from assistant.kit.errors import Invalid, NotFound

MOST: Final = 300
"""Choices of a form; a city with more is narrowed down by the kind of service."""


@dataclass(frozen=True)
class Offer:
    """One service at one place."""

    id: uuid.UUID
    service_type: str
    name: str
    place: str
    unit: str
    unit_price_fen: int | None
    at_home: bool
    demo: bool

    @property
    def title(self) -> str:
        kind = SERVICE_TYPES[self.service_type].name
        service = self.name if self.name == kind else f"{kind}·{self.name}"
        return f"{service}　{self.place}" + ("（演示）" if self.demo else "")


async def listed(
    session: AsyncSession,
    city: str,
    *,
    service_type: str | None = None,
    place: str | None = None,
    only: uuid.UUID | None = None,
) -> Sequence[Offer]:
    """What can be booked in a city, by kind and place."""
    query = (
        select(
            Offering.id,
            Offering.service_type,
            Offering.name,
            Place.name,
            Offering.unit,
            Offering.unit_price_fen,
            Offering.at_home,
            Offering.demo,
        )
        .join(Place, Place.id == Offering.place_id)
        .outerjoin(Provider, Provider.id == Offering.provider_id)
        .where(
            Offering.city_code == city,
            Offering.active,
            Offering.online_booking,
            func.coalesce(Provider.credit, "ok") != "dishonest",
        )
        .order_by(Offering.service_type, Place.name, Offering.name)
        .limit(MOST)
    )
    if service_type is not None:
        query = query.where(Offering.service_type == service_type)
    if place is not None:
        query = query.where(Place.name == place)
    if only is not None:
        query = query.where(Offering.id == only)
    return [Offer(*row) for row in (await session.execute(query))]


async def one(visit: Visit, offering_id: uuid.UUID) -> Offer:
    """A service of the account's city. Raises NotFound."""
    found = await listed(visit.session, visit.account.city_code, only=offering_id)
    if not found:
        raise NotFound("没有找到这项服务，或者它不能预约。")
    return found[0]


async def named(session: AsyncSession, city: str, service: str, place: str) -> Offer:
    """The one service that a row of a sheet names. Raises Invalid with what to write instead."""
    kind = service_type_of(service)
    if kind is None:
        raise Invalid(f"没有“{service}”这个服务项目，请照模板里的项目名填写。")
    found = await listed(session, city, service_type=kind.key, place=place)
    if not found:
        raise Invalid(f"“{place}”没有可以预约的{kind.name}，请核对地点名称。")
    if len(found) > 1:
        raise Invalid(f"“{place}”有{len(found)}种{kind.name}，请改用表单预约。")
    return found[0]
