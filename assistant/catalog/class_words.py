"""The names of the catalogue as callers say them: what a recogniser must know to hear them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from assistant.catalog import repository
from speech.saying import say

_HAN: Final = re.compile(r"[\u4e00-\u9fff]{2,}")
_LEVELS: Final = ("街道", "社区", "镇", "乡", "村", "区", "县", "市")
"""What callers leave out: 三眼桥 for 三眼桥街道."""


async def class_words(session: AsyncSession) -> dict[str, list[str]]:
    """{street, place, city}: names of areas, of places and who runs them, and of cities."""
    streets: set[str] = set()
    places: set[str] = set()
    cities = await repository.cities(session)
    for area in await repository.areas(session, None):
        streets |= _said([area.name, short(area.name)])
    for city in cities:
        for place in await repository.places(session, city.code):
            places |= _said([place.name, *place.aliases])
    places |= _said(provider.name for provider in await repository.providers(session, None))
    return {
        "street": sorted(streets),
        "place": sorted(places),
        "city": sorted(_said(city.name for city in cities)),
    }


def short(name: str) -> str:
    """A name of an area without its level, if at least two characters are left."""
    for level in _LEVELS:
        if name.endswith(level) and len(name) >= len(level) + 2:
            return name.removesuffix(level)
    return name


def _said(names: Iterable[str]) -> set[str]:
    """Names in characters, figures written out; remarks in brackets and names in Latin letters are left out."""
    spoken = (say(re.sub(r"[（(].*?[）)]", "", name)) for name in names)
    return {name for name in spoken if _HAN.fullmatch(name)}
