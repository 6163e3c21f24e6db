from __future__ import annotations

from datetime import date

import pytest

from assistant.catalog.holidays import _statutory, public_holiday


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2025, 1, 28), "春节"),
        (date(2025, 6, 2), "端午节"),
        (date(2025, 10, 8), "国庆节"),
        (date(2025, 9, 28), None),
        (date(2025, 6, 14), None),
    ],
)
def test_announced_years(day: date, name: str | None) -> None:
    """The 28th of September is a Sunday worked for the holiday, the 14th of June a plain Saturday."""
    assert public_holiday(day) == name


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2030, 1, 1), "元旦"),
        (date(2030, 2, 2), "春节"),
        (date(2030, 2, 3), "春节"),
        (date(2030, 5, 2), "劳动节"),
        (date(2030, 10, 4), None),
    ],
)
def test_years_not_announced_have_the_statutory_days(day: date, name: str | None) -> None:
    """The lunar new year of 2030 is the 3rd of February."""
    assert public_holiday(day) == name


@pytest.mark.parametrize("year", [2025, 2026])
def test_statutory_days_are_within_the_announced_ones(year: int) -> None:
    first = date(year, 1, 1).toordinal()
    days = [date.fromordinal(first + offset) for offset in range(365)]
    statutory = [day for day in days if _statutory(day)]
    assert len(statutory) == 13
    assert all(public_holiday(day) for day in statutory)
