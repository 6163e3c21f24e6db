"""Wordings for a day: 大后儿, 下下周五, 三天后, 下个月三号, 腊月二十三, 重阳, 月底."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Final

from assistant.kit.text import number
from assistant.kit.when import almanac
from assistant.kit.when.almanac import DAY, add_months, make, month_end, next_of
from assistant.kit.when.pieces import Day
from assistant.kit.when.scan import Rule, rule

WEEKDAYS: Final = {
    **{c: i for i, c in enumerate("一二三四五六日")},
    **{str(i + 1): i for i in range(6)},
    "天": 6,
}
WEEK: Final = r"(?:周|个?星期|个?礼拜|拜)"
_DAY_NUMBER: Final = (
    r"(?:[二三]?十[一二三四五六七八九]?|廿[一二三四五六七八九]?|卅一?|[一二三四五六七八九]|[0-3]?\d)"
)
_MONTH_NUMBER: Final = r"(?:十[一二]?|[一二三四五六七八九]|1[0-2]|0?[1-9])"
COUNT: Final = r"(?:[一二三四五六七八九两]?十[一二三四五六七八九]?|廿[一二三四五六七八九]?|[一二三四五六七八九两俩仨]|\d{1,3})"
_ABOUT: Final = r"(?P<about>[一二两三四五六七八九](?=[二三四五六七八九十][个天日周礼星]))?"
"""The lower figure of 三四天: 三天 counts, so that nobody waits too long."""

_RELATIVE: Final = {"今": 0, "明": 1, "后": 2, "昨": -1, "前": -2}


def _relative(match: re.Match[str], now: datetime) -> Day:
    """今天, 明儿个, 大大后天, 大前天."""
    step = _RELATIVE[match["day"]]
    step += len(match["big"]) * (1 if step > 0 else -1)
    return Day(now.date() + DAY * step, past=step < 0)


def _tomorrow_or_after(match: re.Match[str], now: datetime) -> Day:
    """明后天: the first of the two."""
    return Day(now.date() + DAY * _RELATIVE[match[0][0]])


_PERIODS: Final = {"天": 1, "日": 1, "周": 7, "礼拜": 7, "星期": 7, "月": 30, "年": 365}


def _later(match: re.Match[str], now: datetime) -> Day | None:
    """三天后, 过两天, 一个礼拜以后, 半个月后, 一个半月后."""
    days = _ahead(now.date(), match)
    return Day(days) if days else None


def _ahead(today: date, match: re.Match[str], sign: int = 1) -> date | None:
    unit = match["unit"]
    if match["count"] == "半":
        return today + sign * DAY * 15 if unit == "月" else None
    count = (number(match["about"] or match["count"]) or 0) * sign
    if not count or abs(count) * _PERIODS[unit] > 3660:
        return None
    if unit in "月年":
        moved = add_months(today, count * (12 if unit == "年" else 1))
        return moved + DAY * 15 * sign if match["half"] else moved
    return today + DAY * count * _PERIODS[unit]


def _earlier(match: re.Match[str], now: datetime) -> Day | None:
    """三天前, 两个礼拜以前."""
    day = _ahead(now.date(), match, -1)
    return Day(day, past=True) if day else None


def _monday(today: date, shift: str | None) -> date:
    weeks = (shift or "").count("下") - (shift or "").count("上")
    return today - DAY * today.weekday() + DAY * 7 * weeks


def weekdays(text: str) -> tuple[int, ...]:
    """The weekdays in a list, in order of the week: 二、四和周六 → 1, 3, 5."""
    return tuple(sorted({WEEKDAYS[c] for c in re.sub("星期|礼拜", "", text) if c in WEEKDAYS}))


def _weekday(match: re.Match[str], now: datetime) -> Day:
    """周三, 下礼拜三, 这个星期天, 下周二、四: without a week the next one, today's only until its hour is over."""
    today, days = now.date(), weekdays(match["days"])
    first = WEEKDAYS[next(c for c in re.sub("星期|礼拜", "", match["days"]) if c in WEEKDAYS)]
    if match["week"]:
        day = _monday(today, match["week"]) + DAY * first
        return Day(day, past=day < today, weekdays=days, week_named=True)
    day = today + DAY * ((first - today.weekday()) % 7)
    return Day(day, otherwise=day + DAY * 7, weekdays=days)


def _weekend(match: re.Match[str], now: datetime) -> Day:
    """周末, 下周末: its Saturday, or today within this one."""
    today = now.date()
    saturday = _monday(today, match["week"]) + DAY * 5
    if saturday < today:
        saturday = today if match["week"] and "上" not in match["week"] else saturday + DAY * 7
    if match["week"] and "上" in match["week"]:
        saturday = _monday(today, match["week"]) + DAY * 5
    return Day(saturday, past=saturday < today, week_named=True)


def _week(match: re.Match[str], now: datetime) -> Day | None:
    """下周, without a day: asked back, unless something starts then."""
    monday = _monday(now.date(), match["week"])
    if "上" in match["week"]:
        return Day(None, past=True)
    return Day(None, vague="week", starts=max(monday, now.date())) if "下" in match["week"] else None


def _of_month(first: date, what: str) -> date | None:
    """A day of a month: 底, 初, 中旬, 三号, 初五."""
    if what in ("底", "末", "尾"):
        return month_end(first)
    fixed = {"初": 1, "上旬": 1, "头": 1, "中": 15, "中旬": 15, "下旬": 21}.get(what)
    day = fixed or number(re.sub("[初号日]", "", what))
    return make(first.year, first.month, day) if day else None


def _shifted_month(match: re.Match[str], now: datetime) -> Day | None:
    """下个月三号, 这个月底, 下下月初, 上个月. 下月初五 is the 5th: only a lunar month's name makes it lunar."""
    today = now.date()
    shift = match["shift"].count("下") - match["shift"].count("上")
    first = add_months(today.replace(day=1), shift)
    if not match["what"]:
        if shift < 0:
            return Day(None, past=True)
        return Day(None, vague="month", starts=first) if shift else None
    day = _of_month(first, match["what"])
    return Day(day, past=day < today) if day else None


def _month_part(match: re.Match[str], now: datetime) -> Day | None:
    """月底, 七月初, 十月中旬."""
    today = now.date()
    if not match["month"]:
        days = (_of_month(add_months(today.replace(day=1), ahead), match["what"]) for ahead in range(2))
        found = next((day for day in days if day and day >= today), None)
    else:
        month = number(match["month"]) or 1
        found = next_of(lambda year: _of_month(date(year, month, 1), match["what"]), today)
    return Day(found) if found else None


_LUNAR_MONTHS: Final = {"正": 1, "冬": 11, "腊": 12}
_LUNAR_WORDS: Final = ("农历", "阴历", "旧历", "老历")
_YEARS: Final = {"今年": 0, "明年": 1, "后年": 2, "去年": -1, "前年": -2, "来年": 1, "转年": 1}


def _year(said: str | None, today: date) -> int | None:
    if not said:
        return None
    if said in _YEARS:
        return today.year + _YEARS[said]
    year = number(said.removesuffix("年"))
    return year if year and 1900 <= year <= 2100 else None


def _date(match: re.Match[str], now: datetime) -> Day | None:
    """十一月二十八, 6月12日, 明年一月五号, 腊月二十三, 农历八月初三."""
    today = now.date()
    month_word, day_word = match["month"], match["day"]
    day = number(day_word.removeprefix("初"))
    month = _LUNAR_MONTHS.get(month_word) or number(month_word)
    if not day or not month:
        return None
    solar = match["calendar"] and match["calendar"] not in _LUNAR_WORDS
    lunar_wording = day_word[0] in "初廿" or month_word in _LUNAR_MONTHS or match["calendar"] in _LUNAR_WORDS
    year = _year(match["year"], today)
    if lunar_wording and not solar and not match["number_sign"]:
        found = _lunar_date(month * (-1 if match["leap"] else 1), day, year, today)
    elif year:
        found = make(year, month, day)
    else:
        found = next_of(lambda y: make(y, month, day), today)
    return Day(found, past=found < today) if found else None


def _lunar_date(month: int, day: int, year: int | None, today: date) -> date | None:
    if month < 0:
        return next_of(
            lambda y: almanac.lunar(y, month, day) if almanac.leap_month(y) == -month else None, today
        )
    if (abs(month), day) == (12, 30):
        return almanac.new_years_eve(year) if year else next_of(almanac.new_years_eve, today)
    return almanac.lunar(year, month, day) if year else next_of(lambda y: almanac.lunar(y, month, day), today)


def _figures(match: re.Match[str], now: datetime) -> Day | None:
    """2025-07-01, 12/6 (month first, as everywhere in China)."""
    today, month, day = now.date(), int(match["month"]), int(match["day"])
    found = (
        make(int(match["year"]), month, day)
        if match["year"]
        else next_of(lambda y: make(y, month, day), today)
    )
    return Day(found, past=found < today) if found else None


def _month_day(match: re.Match[str], now: datetime) -> Day | None:
    """二十五号: the next one."""
    today, day = now.date(), number(match["day"])
    found = almanac.next_month_day(day, today) if day else None
    later = almanac.next_month_day(day, today + DAY) if day else None
    return Day(found, otherwise=later if found == today else None) if found else None


def _lunar_month_day(match: re.Match[str], now: datetime) -> Day | None:
    """初五, 农历十五: of the lunar month that runs, or the next; 年后初八 of the first month."""
    day = number(match["day"])
    if not day or day > 30:
        return None
    today = now.date()
    new_year = match["new_year"]
    found = _lunar_date(1, day, None, today) if new_year else almanac.next_lunar_day(day, today)
    return Day(found) if found else None


_NAMED: Final = (
    *almanac.LUNAR_FESTIVALS,
    *almanac.SOLAR_FESTIVALS,
    *almanac.EVE,
    *almanac.WEEKDAY_FESTIVALS,
    *(term for term in almanac.SOLAR_TERMS if term != "雨水"),
)
_NAMES: Final = "|".join(sorted(_NAMED, key=len, reverse=True))
_SPOKEN_NAMES: Final = {
    "十一": "国庆",
    "过年": "春节",
    "三八": "妇女节",
    "七一": "建党节",
    "八一": "建军节",
    "雨水": "雨水",
}
_ASIDE: Final = {"前一天": -1, "头一天": -1, "头天": -1, "前两天": -2, "后一天": 1, "第二天": 1, "转天": 1}


def _festival(match: re.Match[str], now: datetime) -> Day | None:
    """重阳, 明年清明, 中秋前一天, 十一假期."""
    name, today = match["name"], now.date()
    name = _SPOKEN_NAMES.get(name, name)
    year = _year(match["year"], today)
    aside = _ASIDE.get(match["aside"] or "", 0)
    found = almanac.festival(name, year) if year else _next_festival(name, today - DAY * aside)
    if not found:
        return None
    day = found + DAY * aside
    return Day(day, past=day < today)


def _next_festival(name: str, today: date) -> date | None:
    return next_of(lambda year: almanac.festival(name, year), today)


def _working_day(match: re.Match[str], now: datetime) -> Day:
    """下个工作日, by the published holidays."""
    return Day(almanac.next_working_day(now.date()))


def _today(match: re.Match[str], now: datetime) -> Day:
    return Day(now.date())


def _past(match: re.Match[str], now: datetime) -> Day:
    """前几天, 前阵子: gone by, no day."""
    return Day(None, past=True)


def _some_day(match: re.Match[str], now: datetime) -> Day:
    """赶明儿: tomorrow, or some day; asked back."""
    return Day(now.date() + timedelta(days=1), unsure=True)


_SPOKEN_WEEKDAY: Final = r"(?:[一二三四五六日天]|(?<=[周期拜])[1-6](?![\d:.]))"
_MORE_WEEKDAYS: Final = (
    rf"(?:(?:[、和跟与及,]|还有)?{WEEK}[一二三四五六日天]|[、和跟与及,]?[一二三四五六](?![点时号月十个份刻百半顿次楼分岁:]|天(?![都各上下中早晚]))"
    rf"|(?:[、和跟]|(?<=六))[日天](?!天))*"
)
WEEKDAY_LIST: Final = rf"{_SPOKEN_WEEKDAY}{_MORE_WEEKDAYS}"
_NO_DATE_AFTER: Final = r"(?![楼院线门房栋铺店桌窗车机码床室户单厅床座馆球文志])"

RULES: Final[tuple[Rule, ...]] = (
    rule(
        r"(?P<big>大*)(?<!以)(?<!之)(?<!然)(?P<day>[今明后昨前])(?:天(?!天)|日(?!子)|儿个?|个儿|朝)",
        _relative,
    ),
    rule(r"(?P<big>)(?<!以)(?<!之)(?P<day>[今明后昨前])(?=天天)天", _relative),
    rule(r"(?P<big>)(?P<day>[今明昨])(?=[早晚夜]|上午|下午|中午|晌|后晌|头晌|晨)", _relative),
    rule(r"(?P<big>)(?<!以)(?<!之)(?<!饭)(?<!前)(?P<day>后)(?=早|晚上|晚[一二三四五六七八九])", _relative),
    rule(r"[今明]后[天日两儿](?:天)?|今明[两天](?:天)?", _tomorrow_or_after),
    rule(r"赶明儿个?", _some_day),
    rule(
        rf"(?:再?过个?|再等|隔|等){_ABOUT}(?P<count>{COUNT}|半)(?:来|几)?个?(?P<half>半)?(?P<unit>天(?!半)|日|礼拜|星期|周|月|年)"
        rf"(?!一[次回趟换])(?:以后|之后|过后|后)?",
        _later,
    ),
    rule(
        rf"{_ABOUT}(?P<count>{COUNT}|半)(?:来|几)?个?(?P<half>半)?(?P<unit>天|日|礼拜|星期|周|月|年)(?:以后|之后|过后|后(?![天儿年]))",
        _later,
    ),
    rule(
        rf"{_ABOUT}(?P<count>{COUNT}|半)(?:来|几)?个?(?P<half>半)?(?P<unit>天|日|礼拜|星期|周|月|年)(?:以前|之前|前(?!天))",
        _earlier,
    ),
    rule(r"前[几两些](?:天|日)(?![以之]?[前后])|前阵子|前一阵|前些日子|刚才|刚刚|昨夜", _past),
    rule(
        rf"(?P<week>[下上]+|这|本|那)?个?(?<!每)(?:{WEEK}(?:的|,|，)?)?{WEEK}(?P<days>{WEEKDAY_LIST})",
        _weekday,
    ),
    rule(r"(?P<week>[下上]+个?|这个?|本)?(?:周末|双休日?|礼拜末|星期末)", _weekend),
    rule(rf"(?P<week>[下上]+|这|本)个?{WEEK}(?!末)", _week),
    rule(
        rf"(?P<shift>[下上]+|这|本|当)个?月份?的?(?P<what>底|末|尾|头|中旬|上旬|下旬|初(?![一二三四五六七八九十])|中|初?{_DAY_NUMBER}(?:号|日)|初[一二三四五六七八九十])?",
        _shifted_month,
    ),
    rule(
        rf"(?:(?P<month>{_MONTH_NUMBER})月份?)(?P<what>底|末|尾|中旬|上旬|下旬|初(?![一二三四五六七八九十])|中)",
        _month_part,
    ),
    rule(r"(?P<month>)月(?P<what>底|末|尾|中旬|初(?![一二三四五六七八九十])|中)", _month_part),
    rule(
        rf"(?P<year>[今明后去前来]年)?的?(?P<month>)(?:二十[三四]过)?(?<![下场有])(?P<name>{_NAMES})(?![路街村社公镇广粽树])(?:节|假期|放假|长假)?(?:的?(?P<aside>前一天|头一天|头天|前两天|后一天|第二天|转天))?",
        _festival,
    ),
    rule(
        rf"(?P<year>[今明后去前来转]年|\d{{4}}年?|[一二][零〇一二三四五六七八九]{{3}}年)?(?:的)?(?P<calendar>农历|阴历|旧历|老历|公历|阳历|新历)?的?"
        rf"(?P<leap>闰)?(?P<month>{_MONTH_NUMBER}|[正冬腊])月份?(?P<day>初[一二三四五六七八九十]|{_DAY_NUMBER})(?!天|[点个])(?P<number_sign>号|日)?",
        _date,
    ),
    rule(r"(?P<year>(?:19|20)\d\d)[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)", _figures),
    rule(r"(?<![\d/])(?P<year>)(?P<month>1[0-2]|0?[1-9])/(?P<day>[0-3]?\d)(?![\d/])", _figures),
    rule(r"(?<![\d.])(?P<year>)(?P<month>1[0-2]|0?[1-9])[.-](?P<day>[0-3]?\d)[号日]", _figures),
    rule(
        rf"(?<![\d第路街巷弄道村组楼栋幢座零一二三四五六七八九十])(?P<day>{_DAY_NUMBER})号{_NO_DATE_AFTER}",
        _month_day,
    ),
    rule(r"(?<![\d第])(?P<day>[0-3]?\d)日(?![间内游])", _month_day),
    rule(
        r"(?P<new_year>年后|过完年|过了年|大年|春节)?(?:农历|阴历|旧历)?的?初(?P<day>[一二三四五六七八九十])(?![中年班学级])",
        _lunar_month_day,
    ),
    rule(rf"(?P<new_year>)(?:农历|阴历|旧历)的?(?P<day>{_DAY_NUMBER})(?![点月])", _lunar_month_day),
    rule(
        r"(?P<year>[今明后去前来]年)?的?(?P<name>十一|过年|三八|七一|八一|雨水)(?=那天|假期|放假|长假|黄金周|期间|节|当天|前一天|的时候)(?:假期|放假|长假|黄金周|节)?(?P<aside>前一天)?",
        _festival,
    ),
    rule(r"下一?个?(?:工作日|上班日)", _working_day),
    rule(r"(?:现在|马上|立刻|立马|这会儿|当天)(?=就|来|过来|送|要|派|能|$)|当天", _today),
)
