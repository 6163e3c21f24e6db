"""Wordings for what comes again: 每周二四六, 隔天, 每月十五号, 除了周末, 连送两周."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from assistant.kit.text import number
from assistant.kit.when.days import COUNT, WEEK, WEEKDAY_LIST, WEEKDAYS, weekdays
from assistant.kit.when.pieces import Except, Length, Repeat, Unit
from assistant.kit.when.scan import Rule, rule

CODES: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
WORKING: Final = (0, 1, 2, 3, 4)
_TURN: Final = r"(?:[次回趟]|换|来|送)"


def codes(days: tuple[int, ...]) -> tuple[str, ...]:
    return tuple(CODES[day] for day in days)


def _every_day(match: re.Match[str], now: datetime) -> Repeat:
    return Repeat("DAILY")


def _every_other(match: re.Match[str], now: datetime) -> Repeat | None:
    """隔天, 每隔两天 (every third day), 两天一次 (every second)."""
    groups = match.groupdict()
    apart = (number(groups["gap"]) or 0) + 1 if groups.get("gap") else number(groups.get("each") or "二")
    return Repeat("DAILY", apart) if apart and apart <= 366 else None


def _every_week(match: re.Match[str], now: datetime) -> Repeat | None:
    """每周二四六, 每两周, 隔周周三, 每个礼拜."""
    groups = match.groupdict()
    interval = (number(groups["gap"]) or 0) + 1 if groups.get("gap") else number(groups.get("each") or "一")
    if groups.get("other"):
        interval = 2
    days = codes(weekdays(groups["days"])) if groups.get("days") else ()
    return Repeat("WEEKLY", interval, days) if interval and interval <= 52 else None


def _weekday_range(match: re.Match[str], now: datetime) -> Repeat | None:
    """周一到周五."""
    first, last = WEEKDAYS[match["first"]], WEEKDAYS[match["last"]]
    return (
        Repeat("WEEKLY", byday=codes(tuple(range(first, last + 1))), implied=True) if first < last else None
    )


def _bare_weekdays(match: re.Match[str], now: datetime) -> Repeat:
    """一三五, 二四六."""
    return Repeat("WEEKLY", byday=codes(weekdays(match[0].removeprefix("逢"))), implied=True)


def _working_days(match: re.Match[str], now: datetime) -> Repeat:
    return Repeat("WEEKLY", byday=codes(WORKING))


def _weekends(match: re.Match[str], now: datetime) -> Repeat:
    return Repeat("WEEKLY", byday=codes((5, 6)))


def _every_month(match: re.Match[str], now: datetime) -> Repeat | None:
    """每月十五号, 每月初一、十五, 每个月底, 每三个月."""
    groups = match.groupdict()
    interval = (number(groups["gap"]) or 0) + 1 if groups.get("gap") else number(groups.get("each") or "一")
    if not interval or interval > 24:
        return None
    edge = groups.get("edge")
    if edge:
        return Repeat(
            "MONTHLY", interval, bymonthday=(1 if edge in "初头" else -1 if edge in "底末" else 15,)
        )
    said = [number(d) or 0 for d in re.findall(r"[一二三四五六七八九十廿\d]+", groups.get("days") or "")]
    if any(not 1 <= day <= 31 for day in said):
        return None
    return Repeat(
        "MONTHLY", interval, bymonthday=tuple(sorted(set(said))), unsure="初" in (groups.get("days") or "")
    )


def _nth_weekday(match: re.Match[str], now: datetime) -> Repeat:
    """每月头一个礼拜一, 每个月最后一个周五."""
    nth = {"头": 1, "最后": -1}.get(match["nth"]) or number(match["nth"]) or 1
    return Repeat("MONTHLY", byday=(f"{nth}{CODES[WEEKDAYS[match['day']]]}",))


def _every_year(match: re.Match[str], now: datetime) -> Repeat:
    return Repeat("YEARLY")


def _every_hours(match: re.Match[str], now: datetime) -> Repeat | None:
    interval = number(match["each"] or "一")
    return Repeat("HOURLY", interval) if interval and interval <= 48 else None


def _once_in(match: re.Match[str], now: datetime) -> Repeat | None:
    """一周一次, 两个礼拜一回, 一个月一次."""
    interval = number(match["each"])
    freq = "MONTHLY" if match["unit"] == "月" else "WEEKLY"
    return Repeat(freq, interval) if interval and interval <= 52 else None  # type: ignore[arg-type]


def _fortnight(match: re.Match[str], now: datetime) -> Repeat:
    """每半个月: every second week."""
    return Repeat("WEEKLY", 2)


_UNITS: Final[dict[str, Unit]] = {
    **{"天": "day", "日": "day", "周": "week", "礼拜": "week", "星期": "week", "月": "month"},
    **{"次": "time", "回": "time", "趟": "time", "顿": "time"},
}


def _length(match: re.Match[str], now: datetime) -> Length | None:
    """连送两周, 一共六次, 送十天."""
    count = number(match["count"])
    daily = bool(re.search("[连送订定]", match["verb"]))
    unit = _UNITS[match["unit"]]
    if not count or count > 400 or (unit == "time" and not re.search("[共总统连先订]", match["verb"])):
        return None
    return Length(count, unit, daily)


def _long(match: re.Match[str], now: datetime) -> Length | None:
    """七天天天, 两周每天: how long stands before how often."""
    count = number(match["count"])
    return Length(count, _UNITS[match["unit"].removeprefix("个")], True) if count and count <= 400 else None


def _except(match: re.Match[str], now: datetime) -> Except:
    said = match["days"]
    if re.search("周末|双休|礼拜末", said):
        return Except((5, 6))
    return Except(weekdays(said))


_MONTH_DAY: Final = r"(?:初[一二三四五六七八九十]|[二三]?十[一二三四五六七八九]?|廿[一二三四五六七八九]?|[一二三四五六七八九]|[0-3]?\d)[号日]?"
_BARE_LIST: Final = r"(?:一三五日?|二四六日?|一二三四五六?|三五|二四|一四|一三|三六|二五)"

RULES: Final[tuple[Rule, ...]] = (
    rule(r"(?<![今明后昨前聊白半冬夏春秋晴阴])天天|日日|每一?天|每日|成天价?|见天|(?<![今明后昨前])天天儿", _every_day),
    rule(r"(?:每|逢|天天|见天)个?(?=早上|早|晚上|晚|中午|晌午|上午|下午|傍晚|夜里)", _every_day),
    rule(r"一天[一两二三四]?[顿次回趟餐](?!\S{0,2}药)", _every_day),
    rule(rf"每?隔(?P<gap>{COUNT})(?:天|日)(?={_TURN}|一|$|[,，。])", _every_other),
    rule(rf"每隔(?P<gap>{COUNT})(?:天|日)", _every_other),
    rule(rf"每(?P<each>{COUNT})(?:天|日)", _every_other),
    rule(rf"(?P<each>{COUNT})天(?:一|来一|送一|换一|洗一){_TURN}", _every_other),
    rule(r"每?隔[天日]", _every_other),
    rule(rf"(?:每一?|逢|每逢)个?{WEEK}(?:的?{WEEK}?(?P<days>{WEEKDAY_LIST}))?", _every_week),
    rule(rf"每隔?(?P<each>[两二三四])个?{WEEK}(?:的?{WEEK}(?P<days>{WEEKDAY_LIST}))?", _every_week),
    rule(rf"每?隔(?P<gap>[一两二三])个?{WEEK}(?:的?{WEEK}(?P<days>{WEEKDAY_LIST}))?(?!以?后)", _every_week),
    rule(rf"(?P<other>每?隔|双)个?{WEEK}(?:的?{WEEK}?(?P<days>{WEEKDAY_LIST}))?", _every_week),
    rule(r"(?:每|逢)个?(?:周末|双休日?|礼拜末)|双休日", _weekends),
    rule(rf"每?个?{WEEK}(?P<first>[一二三四五六])(?:到|至|~|-|—+){WEEK}?(?P<last>[二三四五六日天])", _weekday_range),
    rule(rf"逢?(?<![周期拜第十百月]){_BARE_LIST}(?=上午|下午|早|晚|中午|来|送|的|都|各|[,，。]|$)", _bare_weekdays),
    rule(r"(?:每个?)?(?:工作日|平日里?|上班日|上班的日子)", _working_days),
    rule(rf"每个?月的?(?P<days>{_MONTH_DAY}(?:[、,，和跟]?(?:每月)?{_MONTH_DAY})*)", _every_month),
    rule(r"每个?月的?月?(?P<edge>底|末|初(?![一二三四五六七八九十])|头|中)", _every_month),
    rule(rf"每隔?(?P<each>[两二三四六])个月(?:的?(?P<days>{_MONTH_DAY}))?", _every_month),
    rule(r"每个?月(?!初|底)|月月", _every_month),
    rule(r"每隔一个?月|隔月", lambda match, now: Repeat("MONTHLY", 2)),
    rule(r"每个?季度", lambda match, now: Repeat("MONTHLY", 3)),
    rule(rf"每个?月的?第?(?P<nth>头|最后|[一二三四五])一?个?(?:{WEEK})(?P<day>[一二三四五六日天])", _nth_weekday),
    rule(r"每半个?月", _fortnight),
    rule(r"每年", _every_year),
    rule(rf"每隔?(?P<each>{COUNT})?个?(?:小时|钟头)", _every_hours),
    rule(rf"(?P<each>[一两二三四六])个?(?P<unit>周|礼拜|星期|月)(?:来|送|洗|做)?一{_TURN}", _once_in),
    rule(
        rf"(?P<verb>(?:(?:一连|连着|连续|连|送上|送|一共|总共|统共|共|订|定|来|住|持续|先|为期)[送订来吃住做要]?[上个够满着了]?)+)"
        rf"(?P<count>{COUNT})个?(?P<unit>天|日|周|礼拜|星期|月|次|回|趟|顿)(?![一二三四五六日]|[以之]?[后前]|[饭])",
        _length,
    ),
    rule(rf"(?P<count>{COUNT})(?P<unit>天|周|个礼拜|个星期)(?=天天|每天|，每天|,每天)", _long),
    rule(rf"(?:除了|除去|除开|刨去|除)(?P<days>周末|双休日?|礼拜末|{WEEK}{WEEKDAY_LIST})(?:以外|之外|外|不)?", _except),
    rule(rf"(?P<days>周末|双休日?|礼拜末|{WEEK}{WEEKDAY_LIST})(?:除外|以外|就?不用|就?不要|就?不送|不来|就?休息|就免了|别送|别来)", _except),
)  # fmt: skip
