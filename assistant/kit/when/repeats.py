"""Wordings for what comes again: 天天, 每周二四六, 隔天, 每月十五号, 每月最后一个周五."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from assistant.kit.text import number
from assistant.kit.when.pieces import Freq, Repeat
from assistant.kit.when.scan import Rule, rule
from assistant.kit.when.words import (
    CODES,
    COUNT,
    DAY_NUMBER,
    LUNAR_DAY,
    MONTH_NUMBER,
    NINE,
    THE_WEEKEND,
    TURN,
    WEEK,
    WEEK_PERIOD,
    WEEKDAY_LIST,
    WEEKDAYS,
    codes,
    weekdays_said,
)

WORKING_DAYS: Final = CODES[:5]
WEEKEND: Final = CODES[5:]
_LONGEST: Final[dict[Freq, int]] = {"HOURLY": 48, "DAILY": 366, "WEEKLY": 52, "MONTHLY": 24, "YEARLY": 1}


def _every(freq: Freq, match: re.Match[str]) -> Repeat | None:
    """The frequency with its interval: 每两天 and 两天一次 are 2, 每隔两天 is 3."""
    said = match.groupdict()
    gap = number(said.get("gap") or "")
    interval = gap + 1 if gap else number(said.get("each") or "一") or 0
    return Repeat(freq, interval) if 0 < interval <= _LONGEST[freq] else None


def _days(match: re.Match[str], now: datetime) -> Repeat | None:
    return _every("DAILY", match)


def _hours(match: re.Match[str], now: datetime) -> Repeat | None:
    return _every("HOURLY", match)


def _weeks(match: re.Match[str], now: datetime) -> Repeat | None:
    """每周二四六, 每两周, 每隔一周周三, 每个礼拜."""
    every = _every("WEEKLY", match)
    days = weekdays_said(match.groupdict().get("days") or "")
    return Repeat("WEEKLY", every.interval, codes(days)) if every else None


def _other_weeks(match: re.Match[str], now: datetime) -> Repeat:
    """隔周周三, 双周."""
    return Repeat("WEEKLY", 2, codes(weekdays_said(match["days"] or "")))


def _months(match: re.Match[str], now: datetime) -> Repeat | None:
    """每月十五号, 每月5号、20号, 每三个月. Of the lunar 初一、十五 no rule exists: the solar days, asked back."""
    every = _every("MONTHLY", match)
    said = match.groupdict().get("days") or ""
    days = {number(day.strip("初号日")) or 0 for day in re.findall(_MONTH_DAY, said)}
    if not every or any(not 1 <= day <= 31 for day in days):
        return None
    return Repeat("MONTHLY", every.interval, bymonthday=tuple(sorted(days)), unsure="初" in said)


def _day_of_year(match: re.Match[str], now: datetime) -> Repeat | None:
    """每年九月十号."""
    month, day = number(match["month"]) or 0, number(match["day"]) or 0
    return Repeat("YEARLY", bymonth=(month,), bymonthday=(day,)) if 1 <= day <= 31 else None


def _edge_of_month(match: re.Match[str], now: datetime) -> Repeat:
    """每个月底, 每月初, 每月中."""
    return Repeat("MONTHLY", bymonthday=({"底": -1, "末": -1, "中": 15}.get(match["edge"], 1),))


def _nth_weekday(match: re.Match[str], now: datetime) -> Repeat:
    """每月头一个礼拜一, 每个月最后一个周五."""
    nth = {"头": 1, "最后": -1, "最末": -1}.get(match["nth"]) or number(match["nth"]) or 1
    return Repeat("MONTHLY", byday=(f"{nth}{CODES[WEEKDAYS[match['day']]]}",))


def _weekday_range(match: re.Match[str], now: datetime) -> Repeat | None:
    """周一到周五."""
    first, last = WEEKDAYS[match["first"]], WEEKDAYS[match["last"]]
    return Repeat("WEEKLY", byday=CODES[first : last + 1]) if first < last else None


def _bare_weekdays(match: re.Match[str], now: datetime) -> Repeat:
    """一三五, 逢二四六."""
    return Repeat("WEEKLY", byday=codes(weekdays_said(match["days"])))


def _once_in(match: re.Match[str], now: datetime) -> Repeat | None:
    """一周一次, 两个礼拜一回, 一个月一次."""
    return _every("MONTHLY" if match["unit"] == "月" else "WEEKLY", match)


_MONTH_DAY: Final = (
    rf"(?:{LUNAR_DAY}|[二三]?十[{NINE}]?|廿[{NINE}]?|[{NINE}]|[0-3]?\d)(?![次回趟个顿块元千百万])[号日]?"
)
_BARE_LIST: Final = r"(?P<days>一三五日?|二四六日?|一二三四五六?|三五|二四|一四|一三|三六|二五)"
_IN_IT: Final = rf"(?:的?{WEEK}(?P<days>{WEEKDAY_LIST}))?"
_MAYBE_IN_IT: Final = rf"(?:的?{WEEK}?(?P<days>{WEEKDAY_LIST}))?"
_ONCE: Final = rf"[^\s,，。后]{{0,5}}一{TURN}"
_SOON: Final = r"(?=上午|下午|早|晚|中午|来|送|的|都|各|[,，。]|$)"

RULES: Final[tuple[Rule, ...]] = (
    rule(
        r"(?:(?<![今明后昨前聊白半冬夏春秋晴阴])|(?<=[以今之往]后))天天儿?|日日|每一?天|每日|见天",
        Repeat("DAILY"),
    ),
    rule(r"(?:每|逢|天天|见天)个?(?=早|晚|中午|晌午|上午|下午|傍晚|夜里)", Repeat("DAILY")),
    rule(r"一[天日](?:[一两二三四]?[顿次回趟餐](?!\S{0,2}药)|早中晚|早晚|一早一晚)", Repeat("DAILY")),
    rule(r"(?:每天|天天)(?:早中晚|早晚|一早一晚)", Repeat("DAILY")),
    rule(rf"每隔(?P<gap>{COUNT})[天日]", _days),
    rule(rf"隔(?P<gap>{COUNT})[天日](?={TURN}|一|[^\s,，。]一{TURN}|$|[,，。])", _days),
    rule(rf"每(?P<each>{COUNT})[天日]", _days),
    rule(rf"(?P<each>{COUNT})天{_ONCE}", _days),
    rule(r"每?隔[天日]", Repeat("DAILY", 2)),
    rule(rf"(?:每一?|逢|每逢)个?{WEEK}{_MAYBE_IN_IT}", _weeks),
    rule(rf"每隔?(?P<each>[两二三四])个?{WEEK}{_IN_IT}", _weeks),
    rule(rf"每?隔(?P<gap>[一两二三])个?{WEEK}{_IN_IT}(?!以?后)", _weeks),
    rule(rf"(?:每?隔|双)个?{WEEK}{_MAYBE_IN_IT}", _other_weeks),
    rule(rf"(?:每逢|每|逢)个?{THE_WEEKEND}|双休日", Repeat("WEEKLY", byday=WEEKEND)),
    rule(r"(?:每个?)?(?:工作日|平日里?|平时|上班日|上班的日子)", Repeat("WEEKLY", byday=WORKING_DAYS)),
    rule(
        rf"每?个?{WEEK}(?P<first>[一二三四五六])(?:到|至|~|-|—+){WEEK}?(?P<last>[二三四五六日天])",
        _weekday_range,
    ),
    rule(rf"逢?(?<![周期拜第十百月]){_BARE_LIST}{_SOON}", _bare_weekdays),
    rule(rf"每个?月的?(?P<days>{_MONTH_DAY}(?:[、,，和跟]?(?:每月)?{_MONTH_DAY})*)", _months),
    rule(rf"每隔?(?P<each>[两二三四六])个月(?:的?(?P<days>{_MONTH_DAY}))?", _months),
    rule(r"(?:每?逢|每个?月)?的?(?:农历)?(?P<days>初一[、和跟，,]?(?:每?月?)十五)", _months),
    rule(r"每个?月的?最[后末]一天", Repeat("MONTHLY", bymonthday=(-1,))),
    rule(r"一日三餐|三[餐顿](?=都|全)", Repeat("DAILY")),
    rule(rf"每个?月的?月?(?P<edge>底|末|初(?![{NINE}十])|头(?!一)|中)", _edge_of_month),
    rule(
        rf"每个?月的?第?(?P<nth>头|最[后末]|[一二三四五])一?个?{WEEK}(?P<day>[一二三四五六日天])",
        _nth_weekday,
    ),
    rule(r"每个?月(?!初|底|退休|工资|养老金|补[贴助]|\S{0,5}[块元钱])|月月", Repeat("MONTHLY")),
    rule(r"每隔一个?月|隔月", Repeat("MONTHLY", 2)),
    rule(r"每个?季度", Repeat("MONTHLY", 3)),
    rule(rf"每半个?月|半个月{_ONCE}", Repeat("WEEKLY", 2)),
    rule(r"每年(?![我俺咱他她都也这])", Repeat("YEARLY")),
    rule(rf"每年的?(?P<month>{MONTH_NUMBER})月份?(?P<day>{DAY_NUMBER})[号日]", _day_of_year),
    rule(rf"每隔?(?P<each>{COUNT})?个?(?:小时|钟头)", _hours),
    rule(rf"(?P<each>[一两二三四六])个?(?P<unit>{WEEK_PERIOD}|月){_ONCE}", _once_in),
)
