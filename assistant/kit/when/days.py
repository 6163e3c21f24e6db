"""Wordings for a day reckoned from today: 大后儿, 三天后, 一个礼拜以后, 往后推两天."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Final

from assistant.kit.text import number
from assistant.kit.when.almanac import DAY, add_months, next_working_day
from assistant.kit.when.pieces import Day, Shift
from assistant.kit.when.scan import Rule, rule
from assistant.kit.when.words import COUNT, EARLIER, LATER, TURN

FURTHEST: Final = 3660
"""Days: nothing is booked ten years ahead."""

_FROM_TODAY: Final = {"今": 0, "明": 1, "后": 2, "外后": 3, "昨": -1, "前": -2}
PERIODS: Final = {"天": 1, "日": 1, "周": 7, "礼拜": 7, "星期": 7, "月": 30, "年": 365}
"""Days of a unit."""


def _from_today(match: re.Match[str], now: datetime) -> Day:
    """今天, 明儿个, 大大后天, 大前天."""
    step = _FROM_TODAY[match["day"]]
    step += len(match.groupdict().get("big") or "") * (1 if step > 0 else -1)
    return Day(now.date() + DAY * step, past=step < 0)


def _first_of_two(match: re.Match[str], now: datetime) -> Day:
    """明后天 is either, 今明两天 both."""
    first, second = (now.date() + DAY * _FROM_TODAY[day] for day in match[0][:2])
    return Day(first, also=second if "两" in match[0] else None)


def _some_day(match: re.Match[str], now: datetime) -> Day:
    """赶明儿: tomorrow, or some day."""
    return Day(now.date() + DAY, unsure=True)


def _later(match: re.Match[str], now: datetime) -> Day | None:
    day = _away(match, now.date(), 1)
    return Day(day, unsure=bool(match.groupdict().get("skipping"))) if day else None


def _earlier(match: re.Match[str], now: datetime) -> Day | None:
    day = _away(match, now.date(), -1)
    return Day(day, past=True) if day else None


def _away(match: re.Match[str], today: date, direction: int) -> date | None:
    """三天后, 半个月后, 一个半月后, 两年后; 隔一天 skips one; of 三四天 the lower, so that nobody waits too long."""
    unit = match["unit"]
    if match["count"] == "半":
        return {"月": today + DAY * 15 * direction, "年": add_months(today, 6 * direction)}.get(unit)
    count = number(match["or"] or match["count"]) or 0
    if unit == "月" and "个" not in match[0]:
        return None  # 过九月九: the ninth month
    if match.groupdict().get("skipping") and unit in "天日":
        count += 1
    if not 0 < count * PERIODS[unit] <= FURTHEST:
        return None
    if unit not in "月年":
        return today + DAY * count * PERIODS[unit] * direction
    moved = add_months(today, count * (12 if unit == "年" else 1) * direction)
    return moved + DAY * 15 * direction if match["half"] else moved


def _shift(match: re.Match[str], now: datetime) -> Shift | None:
    """往后推两天, 推迟一天, 提前一天."""
    days = (number(match["count"]) or 0) * PERIODS[match["unit"]]
    return Shift(-days if match["sooner"] else days) if 0 < days <= FURTHEST else None


def _working_day(match: re.Match[str], now: datetime) -> Day:
    return Day(next_working_day(now.date()))


def _today(match: re.Match[str], now: datetime) -> Day:
    return Day(now.date())


_PERIOD: Final = rf"""
    (?P<or>[一二两三四五六七八九](?=[二三四五六七八九][个天日周礼星]))?
    (?P<count>{COUNT}|半)[来几]?个?(?P<half>半)?(?P<unit>天|日|礼拜|星期|周|月|年)
"""

RULES: Final[tuple[Rule, ...]] = (
    rule(
        r"(?P<big>大*)(?<![以之然今往])(?P<day>外后|[今明后昨前])(?:天(?!性)|日(?:子(?=[上下早晚中头晌夜半]|[,，。]|$)|(?!子))|儿个?|个儿|个(?=[晌早晚上下])|朝)",
        _from_today,
    ),
    rule(r"(?P<day>[今明昨])(?=[早晚夜晌晨]|[上下中]午|下晚|[头后]晌)", _from_today),
    rule(r"(?<![以之饭前])(?P<day>后)(?=早|晚上|晚[一二三四五六七八九])", _from_today),
    rule(r"(?P<day>明)后[天日两儿]天?|今明[两天]天?", _first_of_two),
    rule(r"赶明儿个?", _some_day),
    rule(r"次日", lambda match, now: Day(now.date() + DAY)),
    rule(
        rf"(?:再?过个?|再等|(?P<skipping>隔)|等){_PERIOD}(?<!天半)(?!半|一{TURN})(?:{LATER}(?:的今天)?)?",
        _later,
    ),
    rule(rf"{_PERIOD}{LATER}(?:的今天)?", _later),
    rule(rf"{_PERIOD}{EARLIER}", _earlier),
    rule(r"前[几两些][天日](?![以之]?[前后])|前阵子|前一阵|前些日子", Day(None, past=True)),
    rule(
        rf"(?:(?P<sooner>提前|提早|往前[提挪推])|往后[推挪延]迟?|[推延][迟后]|顺延|晚|推)了?"
        rf"(?P<count>{COUNT})个?(?P<unit>天|日|周|礼拜|星期)(?!前)",
        _shift,
    ),
    rule(r"(?<=[,，])(?:你们)?(?:就?在?)?(?:头|前)一天", Shift(-1)),
    rule(r"下一?个?(?:工作日|上班日)", _working_day),
    rule(
        r"(?:现在|马上|立刻|立马|这会儿)(?=就|来|过来|送|要|派|能|$)|(?<![号日节天一二三四五六])当天", _today
    ),
)
