"""Reads a spoken time: finds its pieces, folds them into one reading, resolves it against the moment."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Final

from assistant.kit.clock import CHINA
from assistant.kit.text import MAX_INPUT, number
from assistant.kit.when import clocks, days, festivals, lengths, months, parts, repeats, weeks
from assistant.kit.when.fold import Reading, fold
from assistant.kit.when.hearing import mend
from assistant.kit.when.model import WINDOWS, When
from assistant.kit.when.pieces import Clock, Piece
from assistant.kit.when.resolve import Hours, Resolved, bare, with_part
from assistant.kit.when.rule import recurrence
from assistant.kit.when.runs import runs
from assistant.kit.when.scan import Scanner
from assistant.kit.when.words import CODES, COUNT

_WORDINGS: Final = (repeats, lengths, festivals, days, weeks, months, clocks, parts)
_SCANNER: Final = Scanner(rule for wording in _WORDINGS for rule in wording.RULES)
_BARE_NUMBER: Final = re.compile(rf"\D{{0,4}}?(?P<number>{COUNT})点?[吧啊呀嘛的。，!]*$")
_LONG_NUMBER: Final = re.compile(r"[零〇一二三四五六七八九幺两]{7,}|(?<![\d年])\d{5,}")
"""A phone or order number: no time in it."""
_SPELT: Final = re.compile(r"(?P<char>[一-鿿])[一-鿿]{0,3}的(?P=char)(?=字|$|\W|[啊呀嘛吧哈啦])")
"""A character told by a word that holds it (明天的明, 星期的期): no time in it."""
_LANE: Final = "坊|屯|(?<!石家)庄|(?<!台)湾|苑|胡同|街道|大道|号院"
_ESTATE: Final = (
    "小区|社区|新村|花园|家园|公寓|大厦|宿舍|大院|家属院|"
    "(?<=..)(?<![家这那哪夜屋院村镇乡城县市区省心手嘴眼头店厂班站校位楼车地山田河公日期月年拜堂])里"
)
_DIGITS: Final = "[\\d一二三四五六七八九十]"
_HOUSE_NUMBER: Final = re.compile(
    rf"(?<=[一-鿿\d])(?:{_LANE}|(?:{_ESTATE})(?!\s*{_DIGITS}+号\s*(?:[早上中下晚]|{_DIGITS}+点)))\s*(?:{_DIGITS}{{1,4}}号院?)+"
)
"""A number of an address (三眼桥街道演示坊4号): no day in it. Of an estate it may be one: 送到安居小区8号上午."""
_EARLIEST: Final = datetime(1901, 1, 1)
_LATEST: Final = datetime(2099, 1, 1)


def read(text: str, now: datetime, *, asked: str | None = None, hours: Hours | None = None) -> When:
    """The time that a text names, said at ``now`` (China time if naive); never raises.

    ``asked`` is what was just asked for: after ``date`` or ``time`` a bare number is a day or an hour. ``hours``
    are the service's: they decide a bare 八点, which otherwise stays ``ambiguous`` with its morning reading.
    """
    now = _in_china(now)
    said = _readable(text)
    pieces = _SCANNER.scan(said, now) or _answer(said, now, asked)
    if not pieces:
        return When()
    counting = runs(said, pieces)
    if not counting:
        return When()
    return _resolve(fold(counting), now, hours, span=(counting[0].start, counting[-1].end))


def each(text: str, now: datetime) -> list[When]:
    """Every time named in a text, by itself and in order; what was taken back, or only recalled, is left out."""
    now = _in_china(now)
    said = _readable(text)
    found = [part for run in runs(said, _SCANNER.scan(said, now)) for part in run.touching]
    return [_resolve(fold([part]), now, None, span=(part.start, part.end)) for part in found]


def _readable(text: str) -> str:
    """The text as it was meant, without long numbers, spelt characters and doors; of the same length."""
    said = mend(text[:MAX_INPUT])
    for unread in (_LONG_NUMBER, _SPELT, _HOUSE_NUMBER):
        said = unread.sub(lambda m: "#" * len(m[0]), said)
    return said


def _in_china(now: datetime) -> datetime:
    """Naive China time, to the minute, within the years that the lunar calendar covers."""
    local = now.astimezone(CHINA).replace(tzinfo=None) if now.tzinfo else now
    return min(max(local, _EARLIEST), _LATEST).replace(second=0, microsecond=0)


def _answer(said: str, now: datetime, asked: str | None) -> list[Piece]:
    """A bare number as the answer to a question: 八 is an hour, 二十五 a day."""
    match = _BARE_NUMBER.match(said)
    value = number(match["number"]) if match else None
    if not match or not value:
        return []
    if asked == "time" and value <= 24:
        return [Piece(match.start("number"), match.end("number"), Clock(value))]
    if asked == "date" and value <= 31:
        found = _SCANNER.scan(f"{match['number']}号", now)
        return [Piece(match.start("number"), match.end("number"), piece.value) for piece in found]
    return []


def _resolve(reading: Reading, now: datetime, hours: Hours | None, span: tuple[int, int]) -> When:
    clock = _clock(reading, now, hours)
    day = _day(reading, clock, now)
    rule, day = recurrence(reading, day)
    at = clock.at if clock else None
    if clock and clock.next_day and day and not rule:
        day += timedelta(days=1)
    if reading.moment and not at:
        day, at = reading.moment.at.date(), reading.moment.at.time()
    named_none = not day and (reading.vague or reading.shift != 0)
    found = When(
        date=day,
        time=at,
        part_of_day=reading.part.name if reading.part and not at else None,
        further=reading.further if day and not rule else (),
        recurrence=rule,
        excluded=tuple(CODES[day] for day in sorted(set(reading.excluded))),
        ambiguous=reading.unsure
        or named_none
        or _maybe_today(reading, day, now)
        or bool(clock and clock.unsure),
        either_half=bool(clock and clock.unsure),
        corrected=reading.corrected,
        past=reading.day.past if reading.day else reading.past and not rule,
        missed=reading.day.missed if reading.day and not rule and not reading.shift else None,
    )
    return replace(found, span=span) if found != When() else found


def _maybe_today(reading: Reading, day: date | None, now: datetime) -> bool:
    """周三 said on a Wednesday: today, most likely, or a week later."""
    return bool(reading.day and reading.day.weekdays and reading.day.otherwise and day == now.date())


def _clock(reading: Reading, now: datetime, hours: Hours | None) -> Resolved | None:
    if not reading.clock:
        return None
    if reading.part:
        return with_part(reading.clock, reading.part)
    today = reading.day is not None and reading.day.on == now.date() and not reading.day.otherwise
    return bare(reading.clock, now.time() if today else None, hours)


def _day(reading: Reading, clock: Resolved | None, now: datetime) -> date | None:
    """The day; the next such day where its hour is over today; the end where no start or rule was said."""
    day = reading.day or (None if reading.repeat or reading.length else reading.until)
    if not day or not day.on:
        return None
    end = clock.at if clock else WINDOWS[reading.part.name][1] if reading.part else time.max
    on = day.otherwise if day.on == now.date() and day.otherwise and end <= now.time() else day.on
    return on + timedelta(days=reading.shift)
