"""Wordings for how long something goes on, and when it does not: 连送两周, 一共六次, 除了周末."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from assistant.kit.text import number
from assistant.kit.when.pieces import Except, Length, Unit
from assistant.kit.when.scan import Rule, rule
from assistant.kit.when.words import COUNT, THE_WEEKEND, WEEK, WEEKDAY_LIST, weekdays_said

LONGEST: Final = 400
_UNITS: Final[dict[str, Unit]] = {
    **{"天": "day", "日": "day", "周": "week", "礼拜": "week", "星期": "week", "月": "month"},
    **{"次": "time", "回": "time", "趟": "time", "顿": "time"},
}


def _length(match: re.Match[str], now: datetime) -> Length | None:
    """连送两周, 先订一个礼拜, 一共六次."""
    if match["count"] == "半":
        return Length(15, "day", daily=_daily(match)) if match["unit"] == "月" else None
    count, unit = number(match["count"]) or 0, _UNITS[match["unit"]]
    if not 0 < count <= LONGEST or (unit == "time" and not _in_all(match)):
        return None
    return Length(count, unit, daily=_daily(match))


def _daily(match: re.Match[str]) -> bool:
    """送十天 means every day, 住十天 does not say so."""
    return bool(re.search("[连送订定]", match["verb"]))


def _in_all(match: re.Match[str]) -> bool:
    """Whether times are counted in all (一共六次; ，送十次) and not for each week (每周来三次)."""
    before = match.string[: match.start()]
    return bool(re.search("[共总统连先订]", match["verb"])) or not before or before[-1] in ",，。、"


def _how_long(match: re.Match[str], now: datetime) -> Length | None:
    """七天天天, 两周每天."""
    count = number(match["count"]) or 0
    return Length(count, _UNITS[match["unit"]], daily=True) if 0 < count <= LONGEST else None


def _except(match: re.Match[str], now: datetime) -> Except:
    """除了周末, 礼拜天以外, 周六不用送."""
    weekend = re.search(THE_WEEKEND, match["days"])
    return Except((5, 6) if weekend else weekdays_said(match["days"]))


_VERB: Final = r"(?:一连|连着|连续|连|送上|送|一共|总共|统共|共|订|定|来|住|持续|先|为期|[就只试](?=吃))[送订来吃住做要]?[上个够满着了]?"
_DAYS: Final = rf"(?P<days>{THE_WEEKEND}|{WEEK}{WEEKDAY_LIST})"
_LEFT_OUT: Final = r"""(?:那[天日])?(?:你们|就|也|都|可以)*
    (?:除外|以外|之外|[不莫甭别](?:[用要必]|[要用]?[送来])(?!太|那么|忘)|休息|免了|歇|停(?![车电水]))"""
_CARED_FOR: Final = r"""(?:那[天日])?(?:[我俺咱]们?|孩子|儿子|闺女|女儿|姑娘)(?:[^，,。]{0,6}自己[^，,。]{0,3}[做弄煮烧]|
    [^，,。]{1,8}[，,](?:那天)?(?:你们|就)*[不莫甭别][用要]?送(?!太|那么))"""
"""The family sees to it then: 周末我自己回去做; 礼拜天我闺女来，不用送."""

RULES: Final[tuple[Rule, ...]] = (
    rule(
        rf"""(?P<verb>(?:{_VERB})+)(?P<count>{COUNT}|半)个?(?P<unit>天|日|周|礼拜|星期|月|次|回|趟|顿)
        (?![一二三四五六七八九十廿日\d]|[以之]?[后前])""",
        _length,
    ),
    rule(rf"(?P<count>{COUNT})个?(?P<unit>天|周|礼拜|星期)(?=[，,]?(?:天天|每天))", _how_long),
    rule(rf"(?:除了|除去|除开|刨去|除){_DAYS}(?:以外|之外|外|不)?", _except),
    rule(rf"{_DAYS}(?:{_LEFT_OUT}|{_CARED_FOR})", _except),
)
