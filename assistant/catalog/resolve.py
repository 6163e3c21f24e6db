"""From a name as somebody said it to the places, areas and providers that it may mean."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from assistant.catalog import names, repository
from assistant.catalog.models import Area, Place, Provider
from assistant.catalog.names import ENOUGH
from assistant.catalog.repository import Named
from assistant.catalog.schemas import GazetteerEntry, NameCandidate

CLOSE = 0.12
"""Candidates whose score is at most so much below the best are meant by the text as well."""


async def resolve(
    session: AsyncSession, text: str, city_code: str | None, limit: int = 5
) -> list[NameCandidate]:
    """What a name may mean, best first; likeness of writing before likeness of sound."""
    asked = names.tidy(text)
    if len(asked) < 2:
        return []
    areas = {area.id: area for area in await repository.areas(session, city_code)}
    found = [
        *_like_places(asked, await repository.places_like(session, names.keys([asked]), city_code), areas),
        *_like_areas(asked, areas),
        *_like_providers(asked, await repository.providers(session, city_code)),
    ]
    return sorted(found, key=lambda each: (-each.score, each.demo, each.name))[:limit]


def _like_places(
    asked: str, places: Iterable[Place], areas: Mapping[uuid.UUID, Area]
) -> Iterable[NameCandidate]:
    for place in places:
        score, how = names.likeness(asked, [place.name, *place.aliases])
        if score >= ENOUGH:
            area = areas.get(place.area_id) if place.area_id else None
            yield NameCandidate(
                type="place",
                id=place.id,
                name=place.name,
                kind=place.kind,
                city_code=place.city_code,
                area=area.name if area else None,
                demo=place.demo,
                score=round(score, 3),
                matched_by=how,
            )


def _like_areas(asked: str, areas: Mapping[uuid.UUID, Area]) -> Iterable[NameCandidate]:
    wanted = names.keys_of(asked)
    for area in areas.values():
        if wanted.isdisjoint(names.keys_of(area.name)):
            continue
        score, how = names.likeness(asked, [area.name])
        if score >= ENOUGH:
            parent = areas.get(area.parent_id) if area.parent_id else None
            yield NameCandidate(
                type="area",
                id=area.id,
                name=area.name,
                kind=area.level,
                city_code=area.city_code,
                area=parent.name if parent else None,
                score=round(score, 3),
                matched_by=how,
            )


def _like_providers(asked: str, providers: Iterable[Provider]) -> Iterable[NameCandidate]:
    wanted = names.keys_of(asked)
    for provider in providers:
        if wanted.isdisjoint(names.keys_of(provider.name)):
            continue
        score, how = names.likeness(asked, [provider.name])
        if score >= ENOUGH:
            yield NameCandidate(
                type="provider",
                id=provider.id,
                name=provider.name,
                kind="provider",
                city_code=provider.city_code,
                demo=provider.demo,
                score=round(score, 3),
                matched_by=how,
            )


async def meant(session: AsyncSession, text: str, city_code: str | None) -> tuple[Named, list[NameCandidate]]:
    """The things that a text means: the best candidates and, for areas, all areas within them."""
    candidates = await resolve(session, text, city_code, limit=20)
    best = [each for each in candidates if each.score >= candidates[0].score - CLOSE]
    ids = {kind: [each.id for each in best if each.type == kind] for kind in ("place", "area", "provider")}
    within = subtree(await repository.areas(session, city_code), ids["area"])
    return Named(ids["place"], within, ids["provider"]), best


def subtree(areas: Sequence[Area], roots: Sequence[uuid.UUID]) -> list[uuid.UUID]:
    """The roots and every area below them."""
    children: dict[uuid.UUID | None, list[uuid.UUID]] = {}
    for area in areas:
        children.setdefault(area.parent_id, []).append(area.id)
    found, open_ = [], list(roots)
    while open_:
        area_id = open_.pop()
        found.append(area_id)
        open_ += children.get(area_id, [])
    return found


async def gazetteer(session: AsyncSession, city_code: str | None) -> list[GazetteerEntry]:
    """Every name of the catalogue of a city (or of all): cities, areas, places with aliases, providers."""
    cities = [each for each in await repository.cities(session) if city_code in (None, each.code)]
    entries = [GazetteerEntry(name=each.name, type="city", city_code=each.code) for each in cities]
    for city in cities:
        entries += [
            GazetteerEntry(name=area.name, type="area", city_code=city.code)
            for area in await repository.areas(session, city.code)
        ]
        entries += [
            GazetteerEntry(name=place.name, aliases=place.aliases, type="place", city_code=city.code)
            for place in await repository.places(session, city.code)
        ]
        entries += [
            GazetteerEntry(name=provider.name, type="provider", city_code=city.code)
            for provider in await repository.providers(session, city.code)
        ]
    return entries
