"""Wordings for a day of a week: 周三, 下下礼拜五, 这周末, 下周."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Final

from assistant.kit.when.almanac import DAY
from assistant.kit.when.pieces import Day
from assistant.kit.when.scan import Rule, rule
from assistant.kit.when.words import STEP, THE_WEEKEND, WEEK, WEEKDAY_LIST, WEEKDAYS, steps, weekdays_said

_SATURDAY: Final = 5


def _monday(today: date, week: str) -> date:
    """The Monday of this week (这), the next (下), the one after (下下, 再下), the last (上)."""
    return today - DAY * today.weekday() + DAY * 7 * steps(week)


def _weekday(match: re.Match[str], now: datetime) -> Day:
    """Without a week the next such day, and today's only until its hour is over."""
    today, said = now.date(), weekdays_said(match["days"])
    if match["week"]:
        day = _monday(today, match["week"]) + DAY * said[0]
        return Day(day, past=day < today, weekdays=said, week_named=True)
    day = today + DAY * ((said[0] - today.weekday()) % 7)
    return Day(day, otherwise=day + DAY * 7, weekdays=said)


def _range(match: re.Match[str], now: datetime) -> Day | None:
    """下周一到周五: each of these days."""
    first, last = WEEKDAYS[match["first"]], WEEKDAYS[match["last"]]
    monday = _monday(now.date(), match["week"])
    day = max(monday + DAY * first, now.date())
    return Day(day, through=monday + DAY * last, week_named=True) if monday + DAY * last > day else None


def _weekend(match: re.Match[str], now: datetime) -> Day:
    """Its Saturday; 这周末 said on Sunday is that Sunday."""
    today, week = now.date(), match["week"] or ""
    saturday = _monday(today, week) + DAY * _SATURDAY
    if saturday < today and "上" not in week:
        saturday = today if week else saturday + DAY * 7
    return Day(saturday, past=saturday < today, weekend=True, week_named=True)


def _week(match: re.Match[str], now: datetime) -> Day:
    """下周 names no day, but something may start then."""
    if "上" in match["week"]:
        return Day(None, past=True)
    return Day(None, vague=True, starts=max(_monday(now.date(), match["week"]), now.date()))


RULES: Final[tuple[Rule, ...]] = (
    rule(
        rf"(?P<week>再下|下+|这|本)个?{WEEK}(?P<first>[一二三四五六])(?:到|至|~|-|—+)(?:这个?|本)?{WEEK}?(?P<last>[二三四五六日天])(?![点号])",
        _range,
    ),
    rule(
        rf"(?P<week>{STEP}|这|本)?个?(?<!每)(?:{WEEK}(?:的|,|，)?)?{WEEK}(?P<days>{WEEKDAY_LIST})",
        _weekday,
    ),
    rule(rf"(?P<week>{STEP}个?|这个?|本)?{THE_WEEKEND}", _weekend),
    rule(rf"(?P<week>{STEP}|这|本)个?{WEEK}(?!末)", _week),
)
