"""Dates and times of day as people say them."""

import re
from collections.abc import Callable
from typing import Final

from speech.saying.numbers import cardinal, digits

Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]

_PARTS: Final = "凌晨|清晨|早晨|早上|上午|中午|下午|傍晚|晚上|夜里|半夜|今晚|明早|明晚|今早"
_DASH: Final = r"\s*[-—–~～－至到]+\s*"
_TIME: Final = r"(?P<{0}h>[01]?\d|2[0-4])[:：](?P<{0}m>[0-5]\d)(?:[:：][0-5]\d)?"


def part_of_day(hour: int) -> str:
    """The word for an hour of the 24-hour clock: 14 → 下午."""
    for end, word in ((5, "凌晨"), (9, "早上"), (12, "上午"), (13, "中午"), (18, "下午"), (24, "晚上")):
        if hour < end:
            return word
    return "夜里"


def time_of_day(hour: int, minute: int, *, part: str | None = None) -> str:
    """Say a time: 14, 30 → 下午两点半. `part` replaces the word for the part of the day ("" leaves it out)."""
    spoken = part_of_day(hour) if part is None else part
    hour = hour - 12 if hour > 12 else hour
    if hour == 0 and part is None:
        return spoken + "零点" + _minutes(minute)
    return spoken + ("两" if hour == 2 else cardinal(hour)) + "点" + _minutes(minute)


def _minutes(minute: int) -> str:
    if minute in (0, 15, 30, 45):
        return {0: "", 15: "一刻", 30: "半", 45: "三刻"}[minute]
    return ("零" if minute < 10 else "") + cardinal(minute) + "分"


def year(number: str) -> str:
    """A calendar year is read digit by digit: 2025 → 二零二五."""
    return digits(number)


def _date(match: re.Match[str]) -> str:
    groups = match.groupdict()
    spoken = f"{year(groups['y'])}年" if groups.get("y") else ""
    return f"{spoken}{cardinal(int(groups['m']))}月{cardinal(int(groups['d']))}日"


def _time(match: re.Match[str]) -> str:
    part = match["part"]
    hour = int(match["ah"])
    return (
        time_of_day(hour, int(match["am"]), part=part or None)
        if part or hour
        else time_of_day(0, int(match["am"]))
    )


def _time_range(match: re.Match[str]) -> str:
    first, last = int(match["ah"]), int(match["bh"])
    start = time_of_day(first, int(match["am"]), part=match["part"] or None)
    same = part_of_day(first) == part_of_day(last)
    return f"{start}到{time_of_day(last, int(match['bm']), part='' if same or match['part'] else None)}"


def _hour(match: re.Match[str]) -> str:
    """14点30分, 14时, 2点: a bare small hour keeps no part of day, for nobody said which."""
    hour, minute, part = int(match["h"]), int(match["m"] or 0), match["part"]
    if match["half"]:
        minute = 30
    said = part if part else (None if hour > 12 else "")
    return time_of_day(hour, minute, part=said)


def clock_rules() -> list[Rule]:
    """Patterns and what they become, dates before times."""
    time_a, time_b = _TIME.format("a"), _TIME.format("b")
    weekday = r"(?P<gap>\s*)[（(]\s*(?P<w>(?:周|星期|礼拜)[一二三四五六日天])\s*[）)]"
    date = r"(?P<m>1[0-2]|0?[1-9])"
    day = r"(?P<d>3[01]|[12]\d|0?[1-9])"
    return [
        (re.compile(rf"(?<!\d)(?P<y>[12]\d{{3}})[-/.]{date}[-/.]{day}(?!\d)T?"), _date),
        (re.compile(rf"(?<!\d)(?P<y>[12]\d{{3}})年{date}月{day}[日号]"), _date),
        (re.compile(rf"(?<!\d){date}月{day}[日](?!\d)"), _date),
        (
            re.compile(rf"(?<!\d){date}月{day}号(?!\d)"),
            lambda m: f"{cardinal(int(m['m']))}月{cardinal(int(m['d']))}号",
        ),
        (re.compile(r"(?<=[日号])" + weekday), lambda m: m["w"]),
        (re.compile(r"(?<!\d)([12]\d{3})(?=年)(?!年[前内多间])"), lambda m: year(m[1])),
        (
            re.compile(r"(?<!\d)([12]\d{3})(?=\s*[-—–~～至到]+\s*[二一][零一二三四五六七八九]{3}年)"),
            lambda m: year(m[1]),
        ),
        (
            re.compile(r"(?<=[零一二三四五六七八九]{4})" + _DASH + r"(?=[一二][零一二三四五六七八九]{3}年)"),
            lambda m: "到",
        ),
        (re.compile(r"(?<=[日号])" + _DASH + r"(?=[一二三四五六七八九十\d])"), lambda m: "到"),
        (re.compile(r"(?<!\d)(1[0-2]|0?[1-9])月(?!\d)"), lambda m: f"{cardinal(int(m[1]))}月"),
        (re.compile(r"(?<!\d)(3[01]|[12]\d|0?[1-9])(?=日(?!子|元))"), lambda m: cardinal(int(m[1]))),
        (re.compile(rf"(?P<part>{_PARTS})?\s*(?<!\d){time_a}{_DASH}{time_b}(?!\d)"), _time_range),
        (re.compile(rf"(?P<part>{_PARTS})?\s*(?<!\d){time_a}(?!\d)"), _time),
        (
            re.compile(
                rf"(?P<part>{_PARTS})?\s*(?<![\d.])(?P<h>2[0-4]|1\d|0?\d)(?:点(?!\d*[\d.]*[%％])|时(?!间))"
                r"(?:(?P<half>半)|(?P<m>[0-5]?\d)分)?(?:整)?"
            ),
            _hour,
        ),
    ]
