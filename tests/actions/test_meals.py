"""Several meals of a day are several bookings, and one of them can be called off."""

from __future__ import annotations

from typing import Any

import pytest

from actions.booking import Booking
from actions.booking.meals import drop_meals, mealtime, several_meals
from tests.actions.test_several import said


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("中饭晚饭都要", ["noon", "evening"]),
        ("中晚两餐", ["noon", "evening"]),
        ("早中晚三顿都送", ["morning", "noon", "evening"]),
        ("订个午饭", []),
        ("不要晚饭，就中饭", []),
        ("中饭还是晚饭呢", []),
    ],
)
def test_each_meal_that_is_wanted_is_a_booking(text: str, parts: list[str]) -> None:
    wishes = several_meals(Booking(service_type="meal"), said(text))
    assert [each["part"] for each in wishes] == parts
    assert several_meals(Booking(service_type="bath"), said(text)) == []


def test_each_meal_has_the_number_told_behind_it() -> None:
    wishes = several_meals(Booking(service_type="meal"), said("午饭1份，晚饭2份"))
    assert [(each["part"], each.get("quantity")) for each in wishes] == [("noon", 1), ("evening", 2)]


@pytest.mark.parametrize(
    ("text", "changed", "part", "others"),
    [
        ("晚饭不要了", True, "noon", []),
        ("只要中饭", True, "noon", []),
        ("中饭不要了", True, "evening", []),
        ("中饭不要了，晚饭不要了", False, "noon", ["evening"]),
        ("对", False, "noon", ["evening"]),
    ],
)
def test_a_meal_is_called_off(text: str, changed: bool, part: str, others: list[str]) -> None:
    more: list[dict[str, Any]] = [{"service_type": "meal", "part": "evening"}]
    frame = Booking(service_type="meal", part="noon", more=more)
    assert drop_meals(frame, said(text)) is changed
    assert (frame.part, [each["part"] for each in frame.more]) == (part, others)


def test_a_meal_called_off_names_no_part_of_the_day() -> None:
    assert mealtime(said("晚饭不要了")) is None
    assert mealtime(said("还是晚饭吧")) == "evening"
