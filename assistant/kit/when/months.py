"""Wordings for a day of a month: 二十五号, 下个月三号, 月底, 十一月二十八, 腊月二十三, 年后初八."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Final

from assistant.kit.text import number
from assistant.kit.when import almanac
from assistant.kit.when.almanac import DAY, add_months, make, month_end, next_of
from assistant.kit.when.pieces import Day
from assistant.kit.when.scan import Rule, rule
from assistant.kit.when.words import (
    COUNT,
    DAY_NUMBER,
    LATER,
    LUNAR_DAY,
    MONTH_NUMBER,
    NINE,
    STEP,
    WEEK,
    WEEKDAYS,
    steps,
)

YEARS: Final = {"今年": 0, "明年": 1, "来年": 1, "转年": 1, "后年": 2, "去年": -1, "前年": -2}
_LUNAR_MONTHS: Final = {"正": 1, "冬": 11, "腊": 12}
_NEW_YEARS_MONTH: Final = {"元": 1}
_LUNAR_CALENDARS: Final = ("农历", "阴历", "旧历", "老历")
_FIXED: Final = {"初": 1, "头": 1, "上旬": 1, "中": 15, "中旬": 15, "下旬": 21}


def year_said(said: str | None, today: date) -> int | None:
    """明年, 2026年, 二零二六年 as a year."""
    if not said:
        return None
    if said in YEARS:
        return today.year + YEARS[said]
    year = number(said.removesuffix("年"))
    return year if year and 1900 <= year <= 2100 else None


def _day(day: date | None, today: date) -> Day | None:
    return Day(day, past=day < today) if day else None


def _yearly(yearly: Callable[[int], date | None], today: date) -> Day | None:
    """The next such day; with the last one, where that lies nearer and may be meant."""
    day, gone = almanac.next_and_missed(yearly, today)
    return Day(day, missed=gone) if day else None


def _of_month(first: date, what: str) -> date | None:
    """A day of the month that begins on ``first``: 底, 初, 中旬, 三号, 初五."""
    if what in ("底", "末", "尾"):
        return month_end(first)
    day = _FIXED.get(what) or number(re.sub("[初来号日]", "", what))
    return make(first.year, first.month, day) if day else None


def _shifted(today: date, shift: str) -> date:
    """The first of this month (这), the next (下), the one after (下下, 再下), the last (上)."""
    return add_months(today.replace(day=1), steps(shift))


def _month(match: re.Match[str], now: datetime) -> Day | None:
    """下个月三号, 这个月底. 下月初五 is the 5th: people say 初 for 号, and a lunar month has a name."""
    first = _shifted(now.date(), match["shift"])
    if match["what"]:
        return _day(_of_month(first, match["what"]), now.date())
    if "上" in match["shift"]:
        return Day(None, past=True)
    return Day(None, vague=True, starts=max(first, now.date()))


def _same_day(match: re.Match[str], now: datetime) -> Day:
    """下个月的今天."""
    return Day(add_months(now.date(), match["shift"].count("下")))


def _months_ahead(match: re.Match[str], now: datetime) -> Day | None:
    """两个月以后的十号."""
    first = add_months(now.date().replace(day=1), min(number(match["count"]) or 0, 120))
    return _day(_of_month(first, match["day"]), now.date())


def _nth(match: re.Match[str], now: datetime) -> Day | None:
    """下个月第一个星期一, 这个月最后一个周五, 本月最后一天."""
    month = number(match["month"] or "")
    first = _shifted(now.date(), match["shift"] or "")
    if month:
        first = next_of(lambda year: date(year, month, 1), now.date().replace(day=1)) or first
    last = match["nth"] in ("最后", "最末")
    nth = {"头": 1}.get(match["nth"]) or number(match["nth"]) or 1
    if match["weekday"] is None:
        return _day(month_end(first) if last else first + DAY * (nth - 1), now.date())
    weekday = WEEKDAYS[match["weekday"]]
    end = month_end(first)
    day = (
        end - DAY * ((end.weekday() - weekday) % 7)
        if last
        else almanac.nth_weekday(first.year, first.month, weekday, nth)
    )
    return _day(day, now.date())


def _part_of_month(match: re.Match[str], now: datetime) -> Day | None:
    """七月初, 十月中旬."""
    month = number(match["month"]) or 1
    return _yearly(lambda year: _of_month(date(year, month, 1), match["what"]), now.date())


def _part_of_this_month(match: re.Match[str], now: datetime) -> Day | None:
    """月底; 月初 of the next month once this one has begun."""
    today = now.date()
    days = (_of_month(add_months(today.replace(day=1), ahead), match["what"]) for ahead in range(2))
    return _day(next((day for day in days if day and day >= today), None), today)


def _end_of_year(match: re.Match[str], now: datetime) -> Day | None:
    """年底, 明年年底."""
    year = year_said(match["year"], now.date()) or now.year
    return _day(make(year, 12, 31), now.date())


def _date(match: re.Match[str], now: datetime) -> Day | None:
    """十一月二十八, 6月12日, 明年一月五号, 腊月二十三, 农历八月初三.

    Lunar where the calendar, the month (正, 冬, 腊) or the day (初五, 廿三) says so; 号 and 日 make it solar.
    """
    today = now.date()
    day = number(match["day"].removeprefix("初"))
    month = (_LUNAR_MONTHS | _NEW_YEARS_MONTH).get(match["month"]) or number(match["month"])
    if not day or not month:
        return None
    year = year_said(match["year"], today)
    if _is_lunar(match):
        lunar = _lunar_date(-month if match["leap"] else month, day)
        return _day(lunar(year), today) if year else _yearly(lunar, today)
    return _day(make(year, month, day), today) if year else _yearly(lambda y: make(y, month, day), today)


def _solar(match: re.Match[str], now: datetime) -> Day | None:
    """八月十五，我说的是阳历: the calendar told behind the day."""
    month, day = number(match["month"]) or 0, number(match["day"]) or 0
    return _yearly(lambda year: make(year, month, day), now.date())


def _is_lunar(match: re.Match[str]) -> bool:
    if match["sign"] or (match["calendar"] and match["calendar"] not in _LUNAR_CALENDARS):
        return match["month"] in _LUNAR_MONTHS
    return bool(
        match["calendar"] or match["leap"] or match["month"] in _LUNAR_MONTHS or match["day"][0] in "初廿"
    )


def _lunar_date(month: int, day: int) -> Callable[[int], date | None]:
    """The day of the lunar calendar in each year; 腊月三十 is the last of it, though the month may be short."""
    if (month, day) == (12, 30):
        return almanac.new_years_eve
    return lambda year: almanac.lunar(year, month, day)


def _figures(match: re.Match[str], now: datetime) -> Day | None:
    """2025-07-01, 12/6 (the month stands first)."""
    month, day = int(match["month"]), int(match["day"])
    year = match.groupdict().get("year")
    if year:
        return _day(make(int(year), month, day), now.date())
    return _yearly(lambda y: make(y, month, day), now.date())


def _day_of_month(match: re.Match[str], now: datetime) -> Day | None:
    """二十五号: the next one, and today's only until its hour is over."""
    today, day = now.date(), number(match["day"]) or 0
    found = almanac.next_month_day(day, today)
    return (
        Day(
            found,
            otherwise=almanac.next_month_day(day, today + DAY) if found == today else None,
            of_month=True,
        )
        if found
        else None
    )


def _lunar_day(match: re.Match[str], now: datetime) -> Day | None:
    """初五, 农历十五: of the lunar month that runs, or the next; 年后初八, 大年初三: of the first."""
    day = number(match["day"].removeprefix("初")) or 0
    new_year = match.groupdict().get("new_year")
    if new_year:
        return _yearly(_lunar_date(1, day), now.date())
    found = almanac.next_lunar_day(day, now.date())
    return Day(found) if found else None


_EDGE: Final = rf"(?:底|末|尾|中旬|上旬|下旬|初(?![{NINE}十])|中(?!午))"
_NOT_A_NUMBER: Final = rf"(?:(?<=[周期拜][一二三四五六])|(?<![\d第路街巷弄道村口屯坊组楼栋幢座月零{NINE}十]))"
_NOT_A_PLACE: Final = r"(?![楼院线门房栋铺店桌窗车机码床室户单厅座馆球文志])"
_CALENDAR: Final = r"(?P<calendar>农历|阴历|旧历|老历|公历|阳历|新历)"
_LUNAR: Final = rf"(?:{'|'.join(_LUNAR_CALENDARS)})"

RULES: Final[tuple[Rule, ...]] = (
    rule(
        rf"(?P<shift>{STEP}|这|本|当)个?月份?的?(?:月(?=[底末尾初]))?(?P<what>{_EDGE}|头(?!一)|初?{DAY_NUMBER}来?[号日]|{LUNAR_DAY}|[二三]?十[{NINE}]?(?![{NINE}点天个块份分来]))?",
        _month,
    ),
    rule(r"(?P<shift>下+)个?月的?今[天日儿]", _same_day),
    rule(rf"(?P<count>{COUNT})个月{LATER}的?(?P<day>{DAY_NUMBER})[号日]", _months_ahead),
    rule(
        rf"(?:(?P<shift>{STEP}|这|本|当)个?|(?P<month>{MONTH_NUMBER}))月份?的?第?"
        rf"(?P<nth>头|最[后末]|[一二三四五])一?(?:个{WEEK}(?P<weekday>[一二三四五六日天])|天)",
        _nth,
    ),
    rule(rf"(?P<month>{MONTH_NUMBER})月份?(?P<what>{_EDGE})", _part_of_month),
    rule(rf"月(?P<what>{_EDGE})", _part_of_this_month),
    rule(r"(?P<year>[今明去来]年)?年[底末]", _end_of_year),
    rule(
        rf"""(?P<year>[今明后去前来转]年|\d{{4}}年?|[一二][零〇{NINE}]{{3}}年)?的?{_CALENDAR}?的?
        (?P<leap>闰)?(?P<month>{MONTH_NUMBER}|[正冬腊元])月份?(?P<day>{LUNAR_DAY}|{DAY_NUMBER})(?![天点个])(?P<sign>号|日)?""",
        _date,
    ),
    rule(
        rf"(?P<month>{MONTH_NUMBER})月份?(?P<day>{DAY_NUMBER})[号日]?[,，]?[我说的是按照算指]*(?:公历|阳历|新历)",
        _solar,
    ),
    rule(r"(?P<year>(?:19|20)\d\d)[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)", _figures),
    rule(r"(?<![\d/])(?P<month>1[0-2]|0?[1-9])/(?P<day>[0-3]?\d)(?![\d/])", _figures),
    rule(r"(?<![\d.])(?P<month>1[0-2]|0?[1-9])[.-](?P<day>[0-3]?\d)[号日]", _figures),
    rule(r"(?<![\d.])(?P<month>1[0-2]|0?[1-9])\.(?P<day>[0-3]?\d)(?=[上下中]午|早|晚)", _figures),
    rule(rf"{_NOT_A_NUMBER}(?P<day>{DAY_NUMBER})来?号{_NOT_A_PLACE}", _day_of_month),
    rule(rf"{_NOT_A_NUMBER}(?P<day>[一二三四五六七八])[二三四五六七八九]号{_NOT_A_PLACE}", _day_of_month),
    rule(r"(?<![\d第])(?P<day>[0-3]?\d)日(?![间内游])", _day_of_month),
    rule(
        rf"(?P<new_year>年后|过完年|过了年|大年|春节)?{_LUNAR}?的?(?P<day>{LUNAR_DAY})(?!中(?!午)|[年班学级])",
        _lunar_day,
    ),
    rule(rf"{_LUNAR}的?(?P<day>{DAY_NUMBER})(?![点月])", _lunar_day),
)
