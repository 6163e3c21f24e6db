"""Wordings for a time on the clock, or reckoned in hours: 两点一刻, 差五分三点, 14:30, 一个半小时后."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

from assistant.kit.text import number
from assistant.kit.when.pieces import Clock, Moment
from assistant.kit.when.scan import Rule, rule
from assistant.kit.when.words import COUNT, NINE, TURN

LONGEST: Final = timedelta(days=7)
"""Beyond a week nobody counts in hours."""


def _clock(match: re.Match[str], now: datetime) -> Clock | None:
    """两点一刻, 三点三刻, 八点来钟, 14:30."""
    hour, minute = number(match["hour"]), _minute(match.groupdict())
    return Clock(hour, minute) if hour is not None and hour <= 24 and minute < 60 else None


def _half_of_day(match: re.Match[str], now: datetime) -> Clock:
    """8pm, 3:30 pm, 12 a.m."""
    return Clock(int(match["hour"]) % 12 + (12 if match["half"] in "pP" else 0), int(match["minute"] or 0))


def _either_hour(match: re.Match[str], now: datetime) -> Clock:
    """四五点钟, 十一二点: the first of the two."""
    return Clock((10 if match["ten"] else 0) + (number(match["first"]) or 1))


def _minute(said: dict[str, str | None]) -> int:
    if said.get("half"):
        return 30
    if quarters := said.get("quarters"):
        return 15 * (number(quarters) or 0)
    minute = (said.get("minute") or said.get("digit") or "").lstrip("过零〇")
    return number(minute) or 0


def _before_the_hour(match: re.Match[str], now: datetime) -> Clock | None:
    """差五分三点, 三点差一刻."""
    hour = number(match["hour"]) or 0
    left = 15 if match["quarter"] else number(match["left"]) or 0
    return Clock(hour - 1 or 12, 60 - left) if 0 < hour <= 12 and 0 < left < 60 else None


def _later(match: re.Match[str], now: datetime) -> Moment | None:
    """一个半小时后, 隔一个小时, 半个钟头以后, 一刻钟后, 一小时二十分钟后."""
    span = _span(match)
    return Moment(now + span) if span else None


def _earlier(match: re.Match[str], now: datetime) -> Moment | None:
    span = _span(match)
    return Moment(now - span, past=True) if span else None


MINUTES: Final = {"小时": 60, "钟头": 60, "刻钟": 15, "分钟": 1, "分": 1}
"""Minutes of a unit."""


def _span(match: re.Match[str]) -> timedelta | None:
    count = 0.5 if match["count"] == "半" else float(number(match["count"]) or 0)
    count += 0.5 if match["half_before"] or match["half_behind"] else 0
    minutes = round(count * MINUTES[match["unit"]]) + (number(match["minutes"] or "零") or 0)
    return timedelta(minutes=minutes) if 0 < minutes <= LONGEST / timedelta(minutes=1) else None


_HOUR: Final = rf"(?P<hour>二十[一二三四]?|十[{NINE}]?|[零〇{NINE}两]|2[0-4]|[01]?\d)"
_TWELVE: Final = rf"(?P<hour>十[一二]?|[{NINE}两]|1[0-2]|[1-9])"
_TENS: Final = rf"(?:[二三四五]?十[{NINE}]?|[0-5]\d)"
_THINGS: Final = "份个块元号人天斤顿只条粒片袋盒"
_MINUTE: Final = rf"""(?:
    (?P<half>半)|(?P<quarters>[一二三123])刻
    |(?P<minute>[过零〇]?{_TENS}|[过零〇][{NINE}])(?![{_THINGS}])分?
    |(?P<digit>[{NINE}])分)"""
_NO_CLOCK: Final = rf"""(?!
    [儿餐菜单歌名评滴赞]|意见|建议|要求|原因|理由|问题|事|东西|心意|钱
    |[{NINE}\d](?:度|块|元|公里|斤|米|万|毫|兆|$|[,，。]))"""
_A_LITTLE: Final = r"""(?:
    一点(?:点|儿|也|都|没|不|小|事|钱|菜|东西|吃的|水|饭|热|忙|意思|药|心|用|力|头绪|办法)
    |(?<![一二三四五六日天号午上里])一点(?:[,，。?？!！了吧]|$)
    |(?<=[快慢早晚大小多少好便宜轻重有差高低近远长短这那软硬甜咸淡烂辣凉稀稠细清嫩])一点)"""
"""Where 一点 is no hour."""
_LEFT: Final = rf"(?:(?P<quarter>一?刻钟?)|(?P<left>{_TENS}|[{NINE}两]|\d)分?钟?)"
_SPAN: Final = rf"""
    (?P<count>半(?=拉?)|{COUNT})拉?个?(?P<half_before>半)?
    (?P<unit>小时|钟头|分钟|刻钟|分(?=[以之]?后))(?P<half_behind>半)?
    (?:零?(?P<minutes>{COUNT})分钟?)?"""

RULES: Final[tuple[Rule, ...]] = (
    rule(rf"(?!{_A_LITTLE}){_HOUR}点{_NO_CLOCK}(?:钟|整)?{_MINUTE}?(?:来钟|多钟|钟|整|多|左右)?", _clock),
    rule(
        rf"(?P<ten>十)?(?P<first>[一二两三四五六七八])(?<!十[二两三四五六七八])[二两三四五六七八九]点{_NO_CLOCK}钟?",
        _either_hour,
    ),
    rule(r"(?<![\d:])(?P<hour>2[0-4]|[01]?\d):(?P<minute>[0-5]\d)(?::\d\d)?", _clock),
    rule(
        r"(?<![\d:])(?P<hour>1[0-2]|0?[1-9])(?::(?P<minute>[0-5]\d))?\s?(?P<half>[aApP])\.?[mM](?![a-zA-Z])\.?",
        _half_of_day,
    ),
    rule(
        rf"(?<![小平])(?P<hour>2[0-4]|[01]?\d|十[{NINE}]?|二十[一二三]?)时(?![候常间段不]){_MINUTE}?整?",
        _clock,
    ),
    rule(rf"(?<=[午上晨晚早])(?P<hour>[{NINE}两])时(?![候常间段不]){_MINUTE}?整?", _clock),
    rule(rf"差{_LEFT}(?:就|不到|到)?{_TWELVE}点钟?", _before_the_hour),
    rule(rf"{_TWELVE}点钟?还?差{_LEFT}", _before_the_hour),
    rule(r"午夜(?!场)|零时", Clock(24)),
    rule(rf"(?:再?过|再[等有]|隔|等){_SPAN}(?:以后|之后|过后|后)?(?!一{TURN})", _later),
    rule(rf"{_SPAN}(?:以后|之后|过后|后)", _later),
    rule(rf"{_SPAN}(?:以前|之前|前)", _earlier),
    rule(rf"(?:(?<=[,，、]不[,，])|(?<=不[对是][,，])){_SPAN}(?=[吧啊呀。,，!！]|$)", _later),
)
