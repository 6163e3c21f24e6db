"""Pieces of patterns, and the reading of weekdays, that several wordings share."""

from __future__ import annotations

import re
from typing import Final

NINE: Final = "一二三四五六七八九"
COUNT: Final = rf"(?:[{NINE}两]?十[{NINE}]?|廿[{NINE}]?|[{NINE}两俩仨]|\d{{1,3}})"
"""A small number of things."""
DAY_NUMBER: Final = rf"(?:[二三]?十[{NINE}]?|廿[{NINE}]?|卅一?|[{NINE}]|[0-3]?\d)"
MONTH_NUMBER: Final = rf"(?:十[一二]?|[{NINE}]|1[0-2]|0?[1-9])"
LUNAR_DAY: Final = rf"初[{NINE}十]"
LATER: Final = r"(?:以后|之后|过后|后(?![天儿年]))"
EARLIER: Final = r"(?:以前|之前|前(?!天))"
TURN: Final = r"(?:[次回趟]|换|来|送)"
THE_WEEKEND: Final = r"(?:周末|双休日?|礼拜末|星期末)"
WEEK: Final = r"(?:周|个?星期|个?礼拜|拜)"
STEP: Final = r"(?:再下|[下上]+)"
"""Before a week or month: the next, the one after (下下, 再下), the last."""
WEEK_PERIOD: Final = r"(?:周|礼拜|星期)"

CODES: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
"""Weekdays in recurrence rules, Monday first."""
WEEKDAYS: Final = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6} | {
    str(n + 1): n for n in range(6)
}
_FIRST_WEEKDAY: Final = r"(?:[一二三四五六日天](?![次回趟])|(?<=[周期拜])[1-6](?![\d:.]))"
_BARE_WEEKDAY: Final = r"""
    (?!一大?早(?![上晨饭餐点]))[一二三四五六](?![点时号月十个份刻百半顿次楼分岁:]|天(?![都各上下中早晚]))
    |(?<=[、和跟六])[日天](?!天)
    |(?<=[、,和])[1-6](?![\d点:号月个.])
"""
WEEKDAY_LIST: Final = (
    rf"{_FIRST_WEEKDAY}(?:(?:[、和跟与及,\s]|还有)?(?:{WEEK}[一二三四五六日天]|{_BARE_WEEKDAY}))*"
)
"""三; 二、四; 二四六; 六和礼拜天 – but not the 三 of 周二三点."""


def weekdays_said(text: str) -> tuple[int, ...]:
    """The weekdays in a list, each once and as said, Monday = 0: 六、一和周三 → 5, 0, 2."""
    return tuple(dict.fromkeys(WEEKDAYS[c] for c in re.sub("星期|礼拜", "", text) if c in WEEKDAYS))


def steps(said: str) -> int:
    """How many weeks or months from this one a ``STEP`` leads."""
    return said.count("下") + said.count("再") - said.count("上")


def codes(days: tuple[int, ...]) -> tuple[str, ...]:
    """Weekdays as in a recurrence rule, in order of the week."""
    return tuple(CODES[day] for day in sorted(set(days)))
