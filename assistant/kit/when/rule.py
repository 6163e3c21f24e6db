"""Recurrence rules (RFC 5545), their parts always in the same order."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from assistant.kit.when.fold import Reading
from assistant.kit.when.pieces import Length, Repeat
from assistant.kit.when.words import CODES

_DAYS: Final = {"day": 1, "week": 7, "month": 30, "time": 1}


def recurrence(reading: Reading, day: date | None) -> tuple[str | None, date | None]:
    """The rule without ``RRULE:``, or ``None``, and the day, moved to the rule's first if only a week was said."""
    repeat = _repeat(reading, day)
    if not repeat:
        return None, day
    if day and reading.day and reading.day.vague:
        day = _first_on(repeat, day)
    until = reading.until.on if reading.until else None
    if until and day and repeat == Repeat("DAILY") and until >= day:
        return _text(repeat, (until - day).days + 1, None), day
    return _text(repeat, None if until else _count(repeat, reading.length), until), day


def _repeat(reading: Reading, day: date | None) -> Repeat | None:
    repeat, length = reading.repeat, reading.length
    if not repeat and length and length.daily and length.unit != "time":
        repeat = Repeat("DAILY")
    if not reading.excluded or (repeat is None and day):
        return repeat
    kept = tuple(code for index, code in enumerate(CODES) if index not in reading.excluded)
    if repeat and repeat.freq == "WEEKLY" and repeat.byday:
        return replace(repeat, byday=tuple(code for code in repeat.byday if code in kept))
    return Repeat("WEEKLY", byday=kept)


def _first_on(repeat: Repeat, day: date) -> date:
    """The first of the rule's weekdays on or after a day: 从下周起每周三."""
    week = (day + timedelta(days=n) for n in range(7))
    return next((d for d in week if CODES[d.weekday()] in repeat.byday), day)


def _count(repeat: Repeat, length: Length | None) -> int | None:
    """连送两周 is 14 days, or two weeks' worth of weekdays; a month is 30 days or four weeks."""
    if not length:
        return None
    if length.unit == "time":
        return length.count
    days = length.count * _DAYS[length.unit]
    if repeat.freq == "DAILY":
        return max(1, -(-days // repeat.interval))
    if repeat.freq == "WEEKLY":
        return max(1, days // 7 // repeat.interval) * max(1, len(repeat.byday))
    return max(1, length.count // repeat.interval) if length.unit == "month" else None


def _text(repeat: Repeat, count: int | None, until: date | None) -> str:
    parts = [f"FREQ={repeat.freq}"]
    if repeat.interval > 1:
        parts.append(f"INTERVAL={repeat.interval}")
    if repeat.bymonth:
        parts.append(f"BYMONTH={','.join(map(str, repeat.bymonth))}")
    if repeat.byday:
        parts.append(f"BYDAY={','.join(repeat.byday)}")
    if repeat.bymonthday:
        parts.append(f"BYMONTHDAY={','.join(map(str, repeat.bymonthday))}")
    if until is not None:
        parts.append(f"UNTIL={until:%Y%m%d}")
    elif count is not None:
        parts.append(f"COUNT={count}")
    return ";".join(parts)
