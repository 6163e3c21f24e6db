"""The pieces that a spoken time is made of, as the scanner finds them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from assistant.kit.when.model import PartOfDay

Unit = Literal["day", "week", "month", "time"]
Freq = Literal["HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"]


@dataclass(frozen=True)
class Day:
    """One day; ``on`` is None where the words name none (前几天, 下周)."""

    on: date | None
    past: bool = False
    missed: date | None = None
    """The same day of this year, or of the year before, where no year was said and that day lies nearer."""
    otherwise: date | None = None
    """The next such day, for a weekday or day of the month that is today's but whose hour is over."""
    weekdays: tuple[int, ...] = ()
    """The weekdays said, Monday = 0; the first is that of ``on``."""
    also: date | None = None
    """The other one of two days named in one word (明后两天)."""
    through: date | None = None
    """The last of several days in a row (下周一到周五)."""
    weekend: bool = False
    """周末: ``on`` is its Saturday."""
    week_named: bool = False
    """Whether the week was said (下周二), so that a single weekday is no rule."""
    vague: bool = False
    """A whole week or month (下周, 下个月) is named."""
    starts: date | None = None
    """Its first day, which counts when something starts then."""
    of_month: bool = False
    """Only the day of a month was said (二十五号): after 每个月 it belongs to the rule."""
    unsure: bool = False
    """Ask back: 赶明儿 may be any day."""


@dataclass(frozen=True)
class Clock:
    """A time on the clock as said, before the part of the day is applied; hour 0–24."""

    hour: int
    minute: int = 0


@dataclass(frozen=True)
class Part:
    """A part of the day; ``night`` and ``dawn`` tell small hours from evening and morning."""

    name: PartOfDay
    kind: Literal["plain", "night", "dawn", "dusk"] = "plain"
    meal: bool = False
    """Only implied by a meal (午饭): yields to any other."""


@dataclass(frozen=True)
class Moment:
    """A point reckoned in hours or minutes from now."""

    at: datetime
    past: bool = False


@dataclass(frozen=True)
class Repeat:
    """What comes again and again; RFC 5545 terms, weekdays as MO or 1MO or -1FR."""

    freq: Freq
    interval: int = 1
    byday: tuple[str, ...] = ()
    bymonthday: tuple[int, ...] = ()
    bymonth: tuple[int, ...] = ()
    unsure: bool = False
    """Ask back: 初一、十五 may be lunar days, which a rule cannot say."""


@dataclass(frozen=True)
class Length:
    """For how long or how many times."""

    count: int
    unit: Unit
    daily: bool = False
    """Said so that every day is meant: 连送两周."""


@dataclass(frozen=True)
class Except:
    """Weekdays left out: 除了周末."""

    weekdays: tuple[int, ...]


@dataclass(frozen=True)
class Shift:
    """So many days later or earlier than the day that is spoken of: 往后推两天."""

    days: int


Value = Day | Clock | Part | Moment | Shift | Repeat | Length | Except


@dataclass(frozen=True)
class Piece:
    """A value and where it stands in the text."""

    start: int
    end: int
    value: Value
