"""Wordings for the time of day: 两点一刻, 差五分三点, 晌午, 擦黑, 一个半小时后."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final, Literal

from assistant.kit.text import number
from assistant.kit.when.days import COUNT
from assistant.kit.when.model import PartOfDay
from assistant.kit.when.pieces import Clock, Moment, Part
from assistant.kit.when.scan import Rule, rule

_HOUR: Final = (
    r"(?:(?:[一二两三四五六七八](?=[二三四五六七八九]点)|十(?=一二点))(?P<or_hour>[二三四五六七八九]|一二)"
    r"|(?P<hour>二十[一二三四]?|十[一二三四五六七八九]?|[零〇一二两三四五六七八九]|2[0-4]|[01]?\d))"
)
_TENS: Final = r"(?:[二三四五]?十[一二三四五六七八九]?|[0-5]\d)"
_NOT_A_MINUTE: Final = r"(?![份个块元号人天斤顿只条粒片袋盒])"
_MINUTE: Final = (
    rf"(?:(?P<half>半)|(?P<quarters>[一二三123])刻|(?P<minute>(?:[过零〇0]?{_TENS}|[过零〇][一二三四五六七八九]|0\d)(?=分|{_NOT_A_MINUTE[3:-1]}|))"
    rf"{_NOT_A_MINUTE}分?|(?P<unit_minute>[一二三四五六七八九])分)"
)
_LEFT: Final = rf"(?:(?P<quarter_left>一?刻钟?)|(?P<left>{_TENS}|[一二两三四五六七八九]|\d)分?钟?)"
_NO_CLOCK: Final = r"(?![儿餐菜单歌名评滴赞]|意见|建议|要求|原因|理由|问题|事|东西|心意|钱|[一二三四五六七八九\d](?:度|块|元|公里|斤|米|万|毫|兆|$|[,，。]))"
_ONE: Final = r"(?!一点(?:点|儿|也|都|没|不|小|事|钱|菜|东西|吃的|水|饭|热|忙|意思|药|心|用|力|头绪|办法|[,，。?？!！了吧]|$))(?<![快慢早晚大小多少好便宜轻重有差高低近远长短这那]一)"
_ABOUT: Final = r"(?:钟|整|来钟|多钟|多|左右|来)?"


def _minutes(match: re.Match[str]) -> int:
    groups = match.groupdict()
    if groups.get("half"):
        return 30
    if groups.get("quarters"):
        return 15 * (number(match["quarters"]) or 0)
    said = groups.get("minute") or groups.get("unit_minute")
    return number(said.lstrip("过零〇") or "零") or 0 if said else 0


def _clock(match: re.Match[str], now: datetime) -> Clock | None:
    """两点一刻, 三点三刻, 八点来钟, 14:30; of 四五点钟 the first."""
    pair = match.groupdict().get("or_hour")
    hour = (11 if pair == "一二" else (number(pair) or 1) - 1) if pair else number(match["hour"])
    minute = _minutes(match)
    return Clock(hour, minute) if hour is not None and hour <= 24 and minute < 60 else None


def _before_the_hour(match: re.Match[str], now: datetime) -> Clock | None:
    """差五分三点, 三点差一刻."""
    hour = number(match["hour"]) if match["hour"] else None
    left = 15 if match["quarter_left"] else number(match["left"])
    if not hour or not left or left >= 60 or hour > 24:
        return None
    return Clock(hour - 1 or 12, 60 - left)


def _midnight(match: re.Match[str], now: datetime) -> Clock:
    return Clock(24)


def _part(
    name: PartOfDay, kind: Literal["plain", "night", "dawn", "dusk"] = "plain", words: str = ""
) -> Rule:
    part = Part(name, kind)
    return rule(words, lambda match, now: part)


def _meal(name: PartOfDay, words: str) -> Rule:
    part = Part(name, meal=True)
    return rule(words, lambda match, now: part)


def _moment(match: re.Match[str], now: datetime) -> Moment | None:
    """一个半小时后, 隔一个小时, 半个钟头以后, 一刻钟后, 一小时二十分钟后."""
    span = _span(match)
    return Moment(now + span) if span else None


def _moment_ago(match: re.Match[str], now: datetime) -> Moment | None:
    span = _span(match)
    return Moment(now - span, past=True) if span else None


def _span(match: re.Match[str]) -> timedelta | None:
    size = {"小时": 60, "钟头": 60, "分钟": 1, "分": 1, "刻钟": 15}[match["unit"]]
    count = 0.5 if match["count"] == "半" else float(number(match["count"]) or 0)
    minutes = round((count + (0.5 if match["half"] or match["half_behind"] else 0)) * size)
    minutes += number(match["minutes"]) or 0 if match["minutes"] else 0
    return timedelta(minutes=minutes) if 0 < minutes <= 10_000 else None


_SPAN: Final = (
    rf"(?P<count>半|{COUNT})个?(?P<half>半)?(?P<unit>小时|钟头|分钟|刻钟|分(?=[以之]?后))(?P<half_behind>半)?"
    rf"(?:零?(?P<minutes>{COUNT})分钟?)?"
)

RULES: Final[tuple[Rule, ...]] = (
    rule(rf"{_ONE}{_HOUR}点{_NO_CLOCK}(?:钟|整)?{_MINUTE}?{_ABOUT}", _clock),
    rule(r"(?P<hour>2[0-4]|[01]?\d):(?P<minute>[0-5]\d)(?::\d\d)?", _clock),
    rule(rf"(?<![小平])(?P<hour>2[0-4]|[01]?\d|十[一二三四五六七八九]?|二十[一二三]?)时(?![候常间段不])(?:{_MINUTE})?整?", _clock),
    rule(rf"差{_LEFT}(?:就|不到|到)?(?P<hour>十[一二]?|[一二两三四五六七八九]|1[0-2]|[1-9])点钟?", _before_the_hour),
    rule(rf"(?P<hour>十[一二]?|[一二两三四五六七八九]|1[0-2]|[1-9])点(?:钟)?(?:还)?差{_LEFT}", _before_the_hour),
    rule(r"午夜(?!场)|零时", _midnight),
    rule(rf"(?:再?过|再等|隔|等){_SPAN}(?:以后|之后|过后|后)?(?!一[次回趟])", _moment),
    rule(rf"{_SPAN}(?:以后|之后|过后|后)", _moment),
    rule(rf"{_SPAN}(?:以前|之前|前)", _moment_ago),
    _part("morning", words=r"上午|早[上晨起]|清[早晨]|大?清早|大早上?|一?大早|一早|[头前上]晌午?|早间|早半[天晌]|天[刚一]?亮|麻麻亮|晨间|午前"),
    _part("morning", "dawn", r"凌晨|后半夜|下半夜|天不亮|五更"),
    _part("morning", words=r"(?<=[今明后昨每天])早(?![点些日])|早(?=[五六七八九]点)"),
    _part("noon", words=r"中午头?|晌午头?|正午|午间|晌里|大晌午|晌天"),
    _part("afternoon", words=r"下午|[后下过]晌午?|午后|晌后|下半[天晌]|后半[天晌]|过午"),
    _part("evening", "dusk", r"傍晚|[傍擦]黑[儿天]?|天[擦快一]?黑|黄昏|掌灯|晚半晌|傍晌"),
    _part("evening", words=r"晚[上间]|晚晌|黑[夜天]里?|晚夕|今宵"),
    _part("evening", "night", r"[半大]?夜里?头?|半夜|大半夜|深夜|三更半夜|夜间|当夜"),
    _part("evening", words=r"(?<=[今明后昨每天当])晚(?![点些])上?|晚(?=[六七八九十]点)"),
    _part("afternoon", words=r"(?:吃[完过了]+|吃)?(?:午饭|中饭|晌午饭|晌饭|中午饭|午餐)(?:以后|之后|过后|后)|(?:睡[完醒]+)?(?:午觉|午睡)(?:以后|之后|醒了|后)"),
    _part("morning", words=r"(?:吃[完过了]+|吃)?(?:早饭|早餐|早点)(?:以后|之后|过后|后)|起[了来]?床(?:以后|之后|后)?"),
    _part("evening", words=r"(?:吃[完过了]+|吃)?(?:晚饭|晚餐|夜饭)(?:以后|之后|过后|后)|睡觉?(?:以前|之前|前)"),
    _meal("morning", r"早饭|早餐"),
    _meal("noon", r"午饭|中饭|晌午饭|晌饭|中午饭|午餐|中餐|饭点"),
    _meal("evening", r"晚饭|晚餐|夜饭"),
)  # fmt: skip
