"""Which slot a time said belongs to."""

from __future__ import annotations

from datetime import date, time

import pytest

from actions import slots

NOON = {"starts_at": "2025-06-12T11:00:00", "ends_at": "2025-06-12T12:00:00"}
LATE = {"starts_at": "2025-06-12T22:00:00", "ends_at": "2025-06-13T00:00:00"}


@pytest.mark.parametrize(
    ("slot", "at", "covered"),
    [
        (NOON, time(10, 59), False),
        (NOON, time(11), True),
        (NOON, time(11, 59), True),
        (NOON, time(12), False),
        (LATE, time(21, 59), False),
        (LATE, time(22), True),
        (LATE, time(23, 30), True),
        (LATE, time(0), False),
    ],
)
def test_a_slot_holds_its_start_and_not_its_end(slot: slots.Slot, at: time, covered: bool) -> None:
    assert slots.covers(slot, at) is covered


def test_a_slot_is_chosen_by_its_start() -> None:
    option = slots.slot_option(NOON, date(2025, 6, 11))
    assert option.value == NOON["starts_at"] and "明天" in option.title


@pytest.mark.parametrize(
    ("either_half", "like", "first"),
    [
        (False, time(15), time(3)),
        (True, time(15), time(15)),
        (True, time(9), time(3)),
        (True, None, time(3)),
    ],
)
def test_a_bare_hour_lies_in_the_half_of_the_day_that_stands(
    either_half: bool, like: time | None, first: time
) -> None:
    assert slots.readings(time(3), either_half=either_half, like=like)[0] == first


def test_a_bare_hour_may_lie_in_both_halves() -> None:
    assert slots.readings(time(8), either_half=True) == [time(8), time(20)]
