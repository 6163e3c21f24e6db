"""The Chinese calendar, against published dates."""

from datetime import date

from assistant.kit.when import almanac


def test_lunar_days() -> None:
    assert almanac.lunar(2026, 1, 1) == date(2026, 2, 17)
    assert almanac.lunar(2025, -6, 1) == date(2025, 7, 25)
    assert almanac.lunar(2026, -6, 1) is None
    assert almanac.lunar(3000, 1, 1) is None


def test_the_lunar_year_ends_on_the_29th_or_the_30th() -> None:
    assert almanac.new_years_eve(2025) == date(2026, 2, 16) == almanac.lunar(2025, 12, 29)
    assert almanac.new_years_eve(2026) == date(2027, 2, 5)


def test_solar_terms() -> None:
    assert almanac.solar_term(2026, "清明") == date(2026, 4, 5)
    assert almanac.solar_term(2026, "冬至") == date(2026, 12, 22)
    assert len(almanac.SOLAR_TERMS) == sum(
        almanac.solar_term(2027, term) is not None for term in almanac.SOLAR_TERMS
    )


def test_next_of_passes_over_what_is_gone() -> None:
    assert almanac.next_of(lambda year: date(year, 1, 1), date(2026, 1, 1)) == date(2026, 1, 1)
    assert almanac.next_of(lambda year: date(year, 1, 1), date(2026, 1, 2)) == date(2027, 1, 1)


def test_next_month_day_skips_short_months() -> None:
    assert almanac.next_month_day(31, date(2026, 2, 1)) == date(2026, 3, 31)
    assert almanac.next_month_day(32, date(2026, 2, 1)) is None


def test_add_months_stays_in_the_month() -> None:
    assert almanac.add_months(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert almanac.add_months(date(2026, 1, 31), -2) == date(2025, 11, 30)


def test_next_working_day_knows_holidays_and_working_weekends() -> None:
    assert almanac.next_working_day(date(2025, 9, 30)) == date(2025, 10, 9)
    assert almanac.next_working_day(date(2025, 9, 27)) == date(2025, 9, 28)
    assert almanac.next_working_day(date(2040, 1, 6)) == date(2040, 1, 9)
