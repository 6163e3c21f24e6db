"""Opening hours: rules, holidays, words."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.catalog.hours import DAYS, Hours, Told, check_rrule, describe, parse
from assistant.kit.clock import CHINA

WEEKDAYS = Told("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", time(8, 30), time(11, 30))
AFTERNOON = Told("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", time(14), time(17))
WEDNESDAY = date(2025, 6, 11)
NATIONAL_DAY = date(2025, 10, 1)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=CHINA)


def test_a_weekday_has_its_hours_and_a_sunday_none() -> None:
    hours = Hours([AFTERNOON, WEEKDAYS])
    assert hours.on(WEDNESDAY) == [(time(8, 30), time(11, 30)), (time(14), time(17))]
    assert hours.on(date(2025, 6, 15)) == []


def test_a_public_holiday_is_closed_unless_told_otherwise() -> None:
    assert Hours([WEEKDAYS]).on(NATIONAL_DAY) == []
    assert Hours([WEEKDAYS], open_on_holidays=True).on(NATIONAL_DAY) == [(time(8, 30), time(11, 30))]


def test_a_closed_day_is_closed_even_for_those_open_on_holidays() -> None:
    assert Hours([WEEKDAYS], {WEDNESDAY}, open_on_holidays=True).on(WEDNESDAY) == []


def test_touching_spans_are_one() -> None:
    late = Told("FREQ=DAILY", time(11, 30), time(12))
    assert Hours([WEEKDAYS, late]).on(WEDNESDAY) == [(time(8, 30), time(12))]


def test_a_rule_holds_only_while_it_is_valid() -> None:
    summer = Told("FREQ=DAILY", time(8), time(9), date(2025, 7, 1), date(2025, 8, 31))
    hours = Hours([summer])
    assert [bool(hours.on(day)) for day in (date(2025, 6, 30), date(2025, 7, 1), date(2025, 9, 1))] == [
        False,
        True,
        False,
    ]


def test_every_other_week_counts_from_the_first_day() -> None:
    rule = Told("FREQ=WEEKLY;INTERVAL=2;BYDAY=WE", time(9), time(10), date(2025, 6, 4))
    hours = Hours([rule])
    assert hours.on(date(2025, 6, 4))
    assert not hours.on(date(2025, 6, 11))
    assert hours.on(date(2025, 6, 18))


def test_monthly_rules() -> None:
    hours = Hours([Told("FREQ=MONTHLY;BYMONTHDAY=15", time(9), time(10))])
    assert hours.on(date(2025, 7, 15))
    assert not hours.on(date(2025, 7, 16))


def test_open_at_is_unknown_when_nobody_told() -> None:
    assert Hours([]).open_at(at(WEDNESDAY, 10)) is None
    assert Hours([]).next_opening(at(WEDNESDAY, 10)) is None


@pytest.mark.parametrize(
    ("hour", "minute", "is_open"), [(8, 29, False), (8, 30, True), (11, 29, True), (11, 30, False)]
)
def test_open_from_the_first_minute_to_before_the_last(hour: int, minute: int, is_open: bool) -> None:
    assert Hours([WEEKDAYS]).open_at(at(WEDNESDAY, hour, minute)) is is_open


def test_next_opening_skips_the_weekend_and_the_holiday() -> None:
    hours = Hours([WEEKDAYS])
    assert hours.next_opening(at(date(2025, 6, 13), 12)) == at(date(2025, 6, 16), 8, 30)
    assert hours.next_opening(at(date(2025, 9, 30), 12)) == at(date(2025, 10, 9), 8, 30)


@pytest.mark.parametrize(
    ("text", "words", "on_holidays"),
    [
        ("周一至周五 08:30-11:30,14:00-17:00", "周一至周五 08:30-11:30,14:00-17:00", False),
        (
            "周一到周五 8:30—11:30、14:00—17:00；周六 9点-12点，节假日休息",
            "周一至周五 08:30-11:30,14:00-17:00;周六 09:00-12:00",
            False,
        ),
        ("每天8:00-20:00 节假日不休", "每天 08:00-20:00", True),
        ("工作日 ９：００～１７：００", "周一至周五 09:00-17:00", False),
        ("周一、三、五 9:00-11:00", "周一、周三、周五 09:00-11:00", False),
        ("星期天 9:00-11:00", "周日 09:00-11:00", False),
        ("08:00-18:00", "每天 08:00-18:00", False),
        ("每月1日、15日 9:00-11:00", "每月1日、15日 09:00-11:00", False),
        ("每天 0:00-24:00", "每天 00:00-23:59", False),
    ],
)
def test_a_bureaus_words_are_read(text: str, words: str, on_holidays: bool) -> None:
    rules, open_on_holidays = parse(text)
    assert describe(rules) == words
    assert open_on_holidays is on_holidays


@pytest.mark.parametrize(
    "text",
    ["", "随便", "周五至周一 9:00-11:00", "周一 25:00-26:00", "周一 11:00-9:00", "周一 上午", "节假日休息"],
)
def test_what_cannot_be_read_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(ValueError, match=r"[\u4e00-\u9fff]"):
        parse(text)


spans = st.tuples(st.integers(0, 22), st.integers(0, 59)).map(
    lambda t: (time(t[0], t[1]), time(t[0] + 1, t[1]))
)


@given(st.lists(st.tuples(st.sets(st.sampled_from(DAYS), min_size=1), spans), min_size=1, max_size=4))
def test_words_and_rules_say_the_same(parts: list[tuple[set[str], tuple[time, time]]]) -> None:
    rules = [
        Told("FREQ=WEEKLY;BYDAY=" + ",".join(day for day in DAYS if day in days), opens, closes)
        for days, (opens, closes) in parts
    ]
    read, _ = parse(describe(rules))
    for offset in range(7):
        day = date(2025, 6, 9 + offset)
        assert Hours(read).on(day) == Hours(rules).on(day)


@pytest.mark.parametrize(
    "rule", ["FREQ=HOURLY", "nonsense", "FREQ=DAILY;BYHOUR=3", "FREQ=WEEKLY;BYDAY=XX", ""]
)
def test_a_rule_that_is_none_is_refused(rule: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        check_rrule(rule)


def test_a_rule_is_tidied() -> None:
    assert check_rrule(" rrule:freq=daily; ".upper()) == "FREQ=DAILY"
