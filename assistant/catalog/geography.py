"""Where things are: coordinates (WGS 84 degrees), Mercator metres for the index, true distances."""

from __future__ import annotations

import math
import re
from typing import Any

from sqlalchemy.types import UserDefinedType

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of the Earth (IUGG)."""
LANE_M = 1e9
"""How far apart service types lie on the x axis of ``Offering.spot``; far wider than the Earth, so that
the nearest rows are always of the type asked for, from one plain GiST index."""

_POINT = re.compile(r"\(?([^,()]+),([^,()]+)\)?")


class Point(UserDefinedType[tuple[float, float]]):
    """The core PostgreSQL type ``point``, as a pair (x, y)."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "POINT"

    def bind_processor(self, dialect: Any) -> Any:
        def process(value: tuple[float, float] | None) -> str | None:
            return None if value is None else f"({value[0]!r},{value[1]!r})"

        return process

    def result_processor(self, dialect: Any, coltype: Any) -> Any:
        def process(value: str | None) -> tuple[float, float] | None:
            if value is None:
                return None
            found = _POINT.fullmatch(value)
            assert found is not None
            return float(found[1]), float(found[2])

        return process


class Box(UserDefinedType[tuple[tuple[float, float], tuple[float, float]]]):
    """The core PostgreSQL type ``box``, as two opposite corners. Only for queries."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "BOX"

    def bind_processor(self, dialect: Any) -> Any:
        def process(value: tuple[tuple[float, float], tuple[float, float]]) -> str:
            (left, low), (right, high) = value
            return f"(({left!r},{low!r}),({right!r},{high!r}))"

        return process


def mercator(lat: float, lng: float) -> tuple[float, float]:
    """Mercator metres. Locally true to shape, so the nearest on the map is the nearest on the ground."""
    x = EARTH_RADIUS_M * math.radians(lng)
    y = EARTH_RADIUS_M * math.log(math.tan(math.pi / 4 + math.radians(lat) / 2))
    return x, y


def mercator_scale(lat: float) -> float:
    """Mercator metres for one metre on the ground at this latitude."""
    return 1 / math.cos(math.radians(lat))


def distance_m(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Great-circle distance in metres between two (lat, lng) pairs (haversine)."""
    lat_a, lng_a, lat_b, lng_b = map(math.radians, (*a, *b))
    h = (
        math.sin((lat_b - lat_a) / 2) ** 2
        + math.cos(lat_a) * math.cos(lat_b) * math.sin((lng_b - lng_a) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(h))
