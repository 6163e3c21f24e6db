"""The window in which somebody will ring back."""

from __future__ import annotations

from datetime import time

import pytest

from assistant.kit.clock import china
from assistant.tickets.callbacks import Hours, window
from tests.world import at

HOURS = Hours.parse("08:00-18:00")


@pytest.mark.parametrize(
    ("hour", "minute", "first", "last"),
    [
        (10, 0, "11 10:00", "11 12:00"),
        (16, 0, "11 16:00", "11 18:00"),
        (16, 1, "12 08:00", "12 10:00"),
        (23, 0, "12 08:00", "12 10:00"),
        (5, 0, "11 08:00", "11 10:00"),
    ],
)
def test_the_window_lies_in_hours(hour: int, minute: int, first: str, last: str) -> None:
    promised = window(at(11, hour, minute), HOURS)
    assert china(promised.first).strftime("%d %H:%M") == first
    assert china(promised.last).strftime("%d %H:%M") == last


def test_hours_are_read_from_settings() -> None:
    assert Hours.parse("08:30 - 17:00") == Hours(time(8, 30), time(17))
    assert HOURS.open_at(at(11, 8)) and not HOURS.open_at(at(11, 18))
    with pytest.raises(ValueError, match="end lies before"):
        Hours.parse("18:00-08:00")
