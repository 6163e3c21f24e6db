"""Days of the Chinese calendar: lunar dates, festivals, solar terms, working days.

Years out of ``lunar_python``'s range and days that do not exist are ``None``, never an error.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

import chinese_calendar
from lunar_python import Lunar, LunarYear, Solar

DAY: Final = timedelta(days=1)

LUNAR_FESTIVALS: Final[dict[str, tuple[int, int]]] = {
    **dict.fromkeys(("春节", "大年初一", "正月初一", "过大年"), (1, 1)),
    **dict.fromkeys(("元宵节", "元宵", "正月十五", "灯节", "上元节"), (1, 15)),
    **dict.fromkeys(("龙抬头", "二月二"), (2, 2)),
    **dict.fromkeys(("上巳节", "三月三"), (3, 3)),
    **dict.fromkeys(("端午节", "端午", "端阳节", "端阳", "五月节", "五月五"), (5, 5)),
    **dict.fromkeys(("七夕节", "七夕", "七月七"), (7, 7)),
    **dict.fromkeys(("中元节", "中元", "七月半", "鬼节"), (7, 15)),
    **dict.fromkeys(("中秋节", "中秋", "八月节", "八月半", "八月十五", "团圆节"), (8, 15)),
    **dict.fromkeys(("重阳节", "重阳", "九月九", "老人节", "敬老节"), (9, 9)),
    **dict.fromkeys(("腊八节", "腊八"), (12, 8)),
    **dict.fromkeys(("小年",), (12, 23)),
}
"""小年 is read as in the north, the 23rd; the south keeps the 24th and says the date."""

SOLAR_FESTIVALS: Final[dict[str, tuple[int, int]]] = {
    **dict.fromkeys(("元旦节", "元旦", "阳历年"), (1, 1)),
    **dict.fromkeys(("情人节",), (2, 14)),
    **dict.fromkeys(("三八妇女节", "三八节", "妇女节"), (3, 8)),
    **dict.fromkeys(("植树节",), (3, 12)),
    **dict.fromkeys(("五一劳动节", "劳动节", "五一节", "五一"), (5, 1)),
    **dict.fromkeys(("五四青年节", "青年节"), (5, 4)),
    **dict.fromkeys(("六一儿童节", "儿童节", "六一节", "六一"), (6, 1)),
    **dict.fromkeys(("七一建党节", "建党节", "党的生日"), (7, 1)),
    **dict.fromkeys(("八一建军节", "建军节"), (8, 1)),
    **dict.fromkeys(("教师节",), (9, 10)),
    **dict.fromkeys(("国庆节", "国庆"), (10, 1)),
    **dict.fromkeys(("双十一",), (11, 11)),
    **dict.fromkeys(("双十二",), (12, 12)),
    **dict.fromkeys(("平安夜",), (12, 24)),
    **dict.fromkeys(("圣诞节", "圣诞"), (12, 25)),
}

EVE: Final = ("大年三十", "年三十", "除夕夜", "除夕", "大年夜", "年夜")
"""The last day of the lunar year, be it the 29th or the 30th."""

WEEKDAY_FESTIVALS: Final[dict[str, tuple[int, int, int]]] = {
    "母亲节": (5, 6, 2),
    "父亲节": (6, 6, 3),
    "感恩节": (11, 3, 4),
}
"""Month, weekday (Monday = 0) and which one of the month."""

SOLAR_TERMS: Final = (
    *("立春", "雨水", "惊蛰", "春分", "清明", "谷雨", "立夏", "小满", "芒种", "夏至", "小暑", "大暑"),
    *("立秋", "处暑", "白露", "秋分", "寒露", "霜降", "立冬", "小雪", "大雪", "冬至", "小寒", "大寒"),
)


NAMES: Final = (*LUNAR_FESTIVALS, *SOLAR_FESTIVALS, *EVE, *WEEKDAY_FESTIVALS, *SOLAR_TERMS)
"""Every day with a name."""


def make(year: int, month: int, day: int) -> date | None:
    """The day, or ``None`` where the calendar has none."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


@lru_cache(maxsize=256)
def lunar_months(year: int) -> tuple[tuple[int, date, int], ...]:
    """The months of a lunar year: number (negative for a leap month), first day, length in days."""
    if not 1900 <= year <= 2100:
        return ()
    months = (month for month in LunarYear.fromYear(year).getMonths() if month.getYear() == year)
    return tuple((m.getMonth(), _from_julian(m.getFirstJulianDay()), m.getDayCount()) for m in months)


def _from_julian(day: float) -> date:
    solar = Solar.fromJulianDay(day)
    return date(solar.getYear(), solar.getMonth(), solar.getDay())


def lunar(year: int, month: int, day: int) -> date | None:
    """A day of a lunar year (leap months as negative numbers); the 30th of a short month is its 29th."""
    for number, first, length in lunar_months(year):
        if number == month and 1 <= day <= 30:
            return first + DAY * (min(day, length) - 1)
    return None


def new_years_eve(year: int) -> date | None:
    """The last day of a lunar year."""
    months = lunar_months(year)
    return months[-1][1] + DAY * (months[-1][2] - 1) if months else None


@lru_cache(maxsize=256)
def _solar_terms(year: int) -> dict[str, date]:
    """The 24 solar terms of a solar year, by name."""
    if not 1900 <= year <= 2100:
        return {}
    found: dict[str, date] = {}
    for lunar_year in (year, year + 1):
        for name, julian in zip(
            Lunar.JIE_QI_IN_USE, LunarYear.fromYear(lunar_year).getJieQiJulianDays(), strict=False
        ):
            day = _from_julian(julian)
            if day.year == year and name in SOLAR_TERMS:
                found.setdefault(name, day)
    return found


def solar_term(year: int, name: str) -> date | None:
    """A solar term within a solar year."""
    return _solar_terms(year).get(name)


def nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    """The nth weekday of a month."""
    first = date(year, month, 1)
    return first + DAY * ((weekday - first.weekday()) % 7 + 7 * (nth - 1))


def festival(name: str, year: int) -> date | None:
    """A festival, by its name, of a year: the lunar year for lunar ones."""
    if name in LUNAR_FESTIVALS:
        return lunar(year, *LUNAR_FESTIVALS[name])
    if name in SOLAR_FESTIVALS:
        return date(year, *SOLAR_FESTIVALS[name])
    if name in WEEKDAY_FESTIVALS:
        return nth_weekday(year, *WEEKDAY_FESTIVALS[name])
    return new_years_eve(year) if name in EVE else solar_term(year, name)


def next_of(yearly: Callable[[int], date | None], today: date) -> date | None:
    """The first day, today or later, of something that comes once a year."""
    days = (yearly(year) for year in range(today.year - 1, today.year + 3))
    return next((day for day in days if day and day >= today), None)


def next_and_missed(yearly: Callable[[int], date | None], today: date) -> tuple[date | None, date | None]:
    """The next day of something that comes once a year, and the last before today, where that lies nearer."""
    gone = max(
        (day for year in range(today.year - 2, today.year + 1) if (day := yearly(year)) and day < today),
        default=None,
    )
    coming = next_of(yearly, today)
    return coming, gone if gone and (coming is None or today - gone < coming - today) else None


def next_lunar_day(day_of_month: int, today: date) -> date | None:
    """The next time the lunar month has this day: 初五."""
    months = (month for year in (today.year - 1, today.year, today.year + 1) for month in lunar_months(year))
    days = (first + DAY * (day_of_month - 1) for _, first, length in months if day_of_month <= length)
    return next((day for day in days if day >= today), None)


def next_month_day(day_of_month: int, today: date) -> date | None:
    """The next 25th: of this month, else of the next that has one."""
    for ahead in range(12):
        month = add_months(today.replace(day=1), ahead)
        found = make(month.year, month.month, day_of_month)
        if found and found >= today:
            return found
    return None


def add_months(day: date, months: int) -> date:
    """The same day some months later, or the month's last where it is shorter."""
    years, month = divmod(day.month - 1 + months, 12)
    year = min(max(day.year + years, 1), 9998)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def month_end(day: date) -> date:
    """The last day of the month."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def next_working_day(today: date) -> date:
    """The first working day after today, by the published holidays; by weekday where none are published yet."""
    day = today + DAY
    while not _works(day):
        day += DAY
    return day


def _works(day: date) -> bool:
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5
