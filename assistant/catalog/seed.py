"""What every installation starts with: five cities as their documents tell, and marked demonstration data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.catalog import hours, store
from assistant.catalog.documents import DATA
from assistant.catalog.drafts import (
    AreaDraft,
    CatalogDraft,
    OfferingDraft,
    PlaceDraft,
    ProviderDraft,
    ScheduleDraft,
)
from assistant.catalog.models import City
from assistant.catalog.vocabulary import SERVICE_TYPES

CITIES = ("weihai", "zhuzhou", "tieling", "yuxi", "yueyang")


async def load_seed(session: AsyncSession, cities: Sequence[str] = CITIES) -> None:
    """Put cities in, by default all five; a second time changes nothing."""
    for code in cities:
        raw = _read(DATA / f"{code}.yaml")
        await session.merge(City(**raw["city"]))
        await session.flush()
        await store.put(session, code, draft(raw))


def draft(raw: dict[str, Any]) -> CatalogDraft:
    """The catalogue of one data file: documented places as they are, demonstration places with terms."""
    document = raw["city"]["source_document"]
    providers = [ProviderDraft(**each, source_document=document) for each in raw["providers"]]
    providers += [ProviderDraft(**each, demo=True) for each in raw["demo_providers"]]
    places = [_documented(each, raw["areas"], document) for each in raw["places"]]
    places += [_demonstration(each, raw["areas"]) for each in raw["demo_places"]]
    return CatalogDraft(providers=providers, places=places)


def _documented(raw: dict[str, Any], areas: dict[str, Any], document: str) -> PlaceDraft:
    """A place that a document names: no price, no hours, not bookable, for the document gives none."""
    raw = dict(raw)
    services = [SERVICE_TYPES[key] for key in raw.pop("services", [])]
    return PlaceDraft(
        external_id=f"document:{raw['name']}",
        source_document=document,
        areas=_path(raw.pop("areas", []), areas),
        offerings=[
            OfferingDraft(
                service_type=each.key,
                name=each.name,
                unit=each.unit,
                at_home=each.at_home,
                online_booking=False,
                capacity_per_slot=0,
            )
            for each in services
        ],
        **raw,
    )


def _demonstration(raw: dict[str, Any], areas: dict[str, Any]) -> PlaceDraft:
    raw = dict(raw)
    percent = raw.pop("price_percent", 100)
    return PlaceDraft(
        external_id=f"demo:{raw['name']}",
        demo=True,
        address=f"{raw['areas'][-1]}（演示地址）",
        areas=_path(raw.pop("areas"), areas),
        offerings=list(_terms(raw["kind"], percent)),
        **raw,
    )


def _terms(kind: str, percent: int) -> Iterator[OfferingDraft]:
    """The demonstration services of a kind of place, at a price some percent of the usual one."""
    data = _read(DATA / "services.yaml")
    for key in data["kinds"][kind]:
        for terms in data["terms"][key]:
            terms = dict(terms)
            rules, open_on_holidays = hours.parse(terms.pop("hours"))
            price = round(terms.pop("unit_price_fen") * percent / 5000) * 50
            yield OfferingDraft(
                service_type=key,
                unit=SERVICE_TYPES[key].unit,
                unit_price_fen=price,
                demo=True,
                open_on_holidays=open_on_holidays,
                schedules=[ScheduleDraft.model_validate(rule) for rule in rules],
                **terms,
            )


def _path(names: list[str], areas: dict[str, Any]) -> list[AreaDraft]:
    return [AreaDraft(name=name, **areas[name]) for name in names]


@lru_cache
def _read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))
