from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.catalog.geography import LANE_M, distance_m, mercator, mercator_scale

WEIHAI, YUEYANG = (37.513, 122.121), (29.357, 113.129)


def test_a_known_distance() -> None:
    """One degree of latitude is 111.2 km."""
    assert distance_m((30, 113), (31, 113)) == pytest.approx(111_195, abs=5)
    assert distance_m(WEIHAI, YUEYANG) == pytest.approx(1_223_000, rel=0.01)


near = st.floats(-0.05, 0.05)


@given(st.floats(20, 50), st.floats(80, 130), near, near)
def test_mercator_is_true_to_distance_nearby(lat: float, lng: float, north: float, east: float) -> None:
    there = (lat + north, lng + east)
    true = distance_m((lat, lng), there)
    (x, y), (to_x, to_y) = mercator(lat, lng), mercator(*there)
    flat = math.hypot(to_x - x, to_y - y) / mercator_scale(lat)
    assert flat == pytest.approx(true, rel=0.005, abs=1)


def test_lanes_are_wider_than_the_map() -> None:
    assert 10 * abs(mercator(85, 180)[0]) < LANE_M
