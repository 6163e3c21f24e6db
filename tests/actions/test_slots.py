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
