"""Opening hours: from RRULEs and holidays to "open now?", to a sentence, and from a bureau's sheet."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Final, Protocol

from dateutil.rrule import rrulestr

from assistant.catalog.holidays import public_holiday
from assistant.kit.text import half_width

DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
WORDS: Final = "一二三四五六日"
LOOKAHEAD_DAYS: Final = 15
"""How far ahead the next opening is looked for; longer than the longest public holiday."""
EVERY_DAY: Final = "FREQ=DAILY"


class Rule(Protocol):
    """What is read of a ``Schedule``."""

    @property
    def rrule(self) -> str: ...
    @property
    def opens(self) -> time: ...
    @property
    def closes(self) -> time: ...
    @property
    def valid_from(self) -> date | None: ...
    @property
    def valid_until(self) -> date | None: ...


@dataclass(frozen=True)
class Hours:
    """When one offering is open. No rules at all means that nobody has told."""

    rules: Sequence[Rule]
    closures: Collection[date] = ()
    open_on_holidays: bool = False

    @property
    def known(self) -> bool:
        return bool(self.rules)

    def on(self, day: date) -> list[tuple[time, time]]:
        """Opening hours of one day of China, in order, touching or overlapping ones joined."""
        if day in self.closures or (not self.open_on_holidays and public_holiday(day)):
            return []
        return _joined((rule.opens, rule.closes) for rule in self.rules if _falls_on(rule, day))

    def open_at(self, moment: datetime) -> bool | None:
        """Whether it is open at a local (China) moment; None when nobody has told."""
        if not self.known:
            return None
        clock = moment.timetz().replace(tzinfo=None)
        return any(opens <= clock < closes for opens, closes in self.on(moment.date()))

    def next_opening(self, moment: datetime) -> datetime | None:
        """The first start of opening hours after a local moment, within ``LOOKAHEAD_DAYS``."""
        for ahead in range(LOOKAHEAD_DAYS):
            day = moment.date() + timedelta(days=ahead)
            for opens, _ in self.on(day):
                start = datetime.combine(day, opens, moment.tzinfo)
                if start > moment:
                    return start
        return None

    def text(self) -> str:
        """The hours as one reads them out: 周一至周五 08:30-11:30,14:00-17:00;公共假日休息."""
        if not self.known:
            return "开放时间没有登记"
        return describe(self.rules) + ("" if self.open_on_holidays else ";公共假日休息")


def _falls_on(rule: Rule, day: date) -> bool:
    if (rule.valid_from and day < rule.valid_from) or (rule.valid_until and day > rule.valid_until):
        return False
    weekdays = _plain_weekdays(rule.rrule)
    if weekdays is not None:
        return day.weekday() in weekdays
    return _occurs(rule.rrule, rule.valid_from or day, day)


@lru_cache(maxsize=4096)
def _plain_weekdays(rule: str) -> frozenset[int] | None:
    """The weekdays of a rule that says nothing but weekdays (0 = Monday); None for any other rule."""
    parts = dict(part.split("=", 1) for part in rule.split(";"))
    frequency = parts.pop("FREQ")
    days = parts.pop("BYDAY", None)
    if parts or frequency not in ("DAILY", "WEEKLY") or (frequency == "WEEKLY" and days is None):
        return None
    if days is None:
        return frozenset(range(7))
    names = days.split(",")
    return frozenset(map(DAYS.index, names)) if set(names) <= set(DAYS) else None


@lru_cache(maxsize=16384)
def _occurs(rule: str, start: date, day: date) -> bool:
    first = datetime.combine(start, time())
    moment = datetime.combine(day, time())
    return bool(rrulestr(rule, dtstart=first).between(moment, moment, inc=True))


def check_rrule(rule: str) -> str:
    """The rule, tidied. Raises ValueError for anything that is no daily, weekly or monthly RRULE."""
    tidy = rule.strip().upper().removeprefix("RRULE:").rstrip(";")
    parts = dict(part.partition("=")[::2] for part in tidy.split(";"))
    if parts.get("FREQ") not in ("DAILY", "WEEKLY", "MONTHLY"):
        raise ValueError("only daily, weekly and monthly rules")
    if any(name.startswith(("BYHOUR", "BYMINUTE", "BYSECOND")) for name in parts):
        raise ValueError("times belong into opens and closes")
    rrulestr(tidy, dtstart=datetime(2025, 1, 1))
    return tidy


def _joined(spans: Iterable[tuple[time, time]]) -> list[tuple[time, time]]:
    joined: list[tuple[time, time]] = []
    for opens, closes in sorted(spans):
        if joined and opens <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(closes, joined[-1][1]))
        else:
            joined.append((opens, closes))
    return joined


# --- words ---


def describe(rules: Iterable[Rule]) -> str:
    """Rules in a bureau's words; ``parse`` reads them back. Rules that have no words keep their RRULE, with ``&``
    for ``;``."""
    by_days: dict[str, list[tuple[time, time]]] = {}
    for rule in rules:
        words = _rule_in_words(rule.rrule)
        by_days.setdefault(words, []).append((rule.opens, rule.closes))
    return ";".join(
        f"{days} " + ",".join(f"{opens:%H:%M}-{closes:%H:%M}" for opens, closes in _joined(spans))
        for days, spans in by_days.items()
    )


def _rule_in_words(rule: str) -> str:
    weekdays = _plain_weekdays(rule)
    if weekdays is not None:
        return _days_in_words(weekdays)
    monthly = re.fullmatch(r"FREQ=MONTHLY;BYMONTHDAY=([\d,]+)", rule)
    if monthly:
        return "每月" + "、".join(f"{day}日" for day in monthly[1].split(","))
    return rule.replace(";", "&")


def _days_in_words(weekdays: Collection[int]) -> str:
    days = sorted(weekdays)
    if len(days) == 7:
        return "每天"
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
        return f"周{WORDS[days[0]]}至周{WORDS[days[-1]]}"
    return "、".join(f"周{WORDS[day]}" for day in days)


@dataclass(frozen=True)
class Told:
    """One rule as ``parse`` read it."""

    rrule: str
    opens: time
    closes: time
    valid_from: date | None = field(default=None)
    valid_until: date | None = field(default=None)


_DAY: Final = r"(?:周|星期|礼拜)?[一二三四五六日天七]"
_DAYS: Final = re.compile(
    rf"FREQ=\S+|每月\d{{1,2}}[日号](?:[、,]\d{{1,2}}[日号])*|每天|每日|全年|天天|工作日|周末|双休日|{_DAY}(?:\s*(?:至|到|-|~|—|–|、|,|和)\s*{_DAY})*"
)
_SPAN: Final = re.compile(r"(\d{1,2})[:时点](\d{2})?分?\s*(?:-|~|—|–|至|到)\s*(\d{1,2})[:时点](\d{2})?分?")
_HOLIDAYS: Final = re.compile(
    r"[,、;]?(?:公共|法定)?(?:节?假日|节日)(休息|不休息?|照常(?:营业|开放)?|不营业)"
)


def parse(text: str) -> tuple[list[Told], bool]:
    """A bureau's opening hours ("周一至周五 08:30-11:30,14:00-17:00;周六 09:00-12:00") and whether public
    holidays are open too ("节假日不休"). Raises ValueError with a Mandarin reason."""
    text = half_width(text).replace("；", ";").strip()
    holidays = _HOLIDAYS.search(text)
    open_on_holidays = bool(holidays and holidays[1].startswith(("不休", "照常")))
    text = _HOLIDAYS.sub("", text).strip(" ;,")
    rules = [rule for part in text.split(";") if part.strip() for rule in _parse_part(part.strip())]
    if not rules:
        raise ValueError("没有写服务时间")
    return rules, open_on_holidays


def _parse_part(part: str) -> list[Told]:
    days = _DAYS.match(part)
    rest = part[days.end() :] if days else part
    spans = list(_SPAN.finditer(rest))
    if not spans or re.search(r"[^\s,、和:]", _SPAN.sub("", rest)):
        raise ValueError(f"“{part}”看不懂，应像“周一至周五 08:30-11:30,14:00-17:00”")
    rule = _rule_of(days[0] if days else "每天")
    return [Told(rule, *_times(span)) for span in spans]


def _rule_of(words: str) -> str:
    if words.startswith("FREQ="):
        return check_rrule(words.replace("&", ";"))
    if words.startswith("每月"):
        return "FREQ=MONTHLY;BYMONTHDAY=" + ",".join(re.findall(r"\d+", words))
    if words in ("每天", "每日", "全年", "天天"):
        return EVERY_DAY
    if words in ("工作日", "周末", "双休日"):
        return "FREQ=WEEKLY;BYDAY=" + ("MO,TU,WE,TH,FR" if words == "工作日" else "SA,SU")
    chosen: set[int] = set()
    for listed in re.split(r"[、,和]", words):
        ends = [WORDS.index("日" if c in "天七" else c) for c in re.sub(r"[^一二三四五六日天七]", "", listed)]
        if len(ends) == 2 and re.search(r"[至到~—–-]", listed):
            ends = list(range(ends[0], ends[1] + 1)) if ends[0] <= ends[1] else []
        if not ends:
            raise ValueError(f"“{words}”的先后不对")
        chosen.update(ends)
    return (
        "FREQ=DAILY"
        if len(chosen) == 7
        else "FREQ=WEEKLY;BYDAY=" + ",".join(DAYS[day] for day in sorted(chosen))
    )


def _times(span: re.Match[str]) -> tuple[time, time]:
    numbers = [int(part or 0) for part in span.groups()]
    try:
        last = time(23, 59) if numbers[2:] == [24, 0] else time(numbers[2], numbers[3])
        opens, closes = time(numbers[0], numbers[1]), last
    except ValueError as error:
        raise ValueError(f"“{span[0]}”不是一天里的时间") from error
    if opens >= closes:
        raise ValueError(f"“{span[0]}”的开始要早于结束")
    return opens, closes
