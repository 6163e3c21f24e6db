"""The days of a recurring order: a rule, without the days left out."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime, time
from typing import Final

from dateutil.rrule import rrule, rrulestr

from assistant.catalog.holidays import public_holiday
from assistant.kit.errors import Invalid

FREQUENCIES: Final = ("DAILY", "WEEKLY", "MONTHLY")
NOT_UNDERSTOOD: Final = "这个重复的规律我没听明白，请您换个说法，比如每周二和周四。"


def tidy(rule: str) -> str:
    """A rule of days (RFC 5545), without prefix and spaces.

    Raises:
        Invalid: no daily, weekly or monthly rule, or one that names times of day.
    """
    text = rule.strip().upper().removeprefix("RRULE:").strip(";")
    parts = dict(part.partition("=")[::2] for part in text.split(";"))
    if parts.get("FREQ") not in FREQUENCIES or any(name.startswith(("BYHOUR", "BYMIN")) for name in parts):
        raise Invalid(NOT_UNDERSTOOD)
    try:
        _parsed(text, date(2025, 1, 1))
    except (ValueError, KeyError, TypeError) as error:
        raise Invalid(NOT_UNDERSTOOD) from error
    return text


def days(
    rule: str,
    starts_on: date,
    first: date,
    last: date,
    *,
    until: date | None = None,
    skipped: Collection[date] = (),
    paused: Iterable[list[str]] = (),
    skip_holidays: bool = False,
) -> list[date]:
    """Days from ``first`` to ``last`` (both included) on which the rule that began on ``starts_on`` falls.

    Args:
        until: last day of the whole recurrence.
        skipped: single days left out.
        paused: ranges of ISO days ``[first, last]``, an empty last meaning until further notice.
        skip_holidays: leave out public holidays.
    """
    end = min(last, until) if until else last
    found = _parsed(rule, starts_on).between(_midnight(first), _midnight(end), inc=True)
    pauses = [(date.fromisoformat(a), date.fromisoformat(b) if b else date.max) for a, b in paused]
    return [
        day
        for day in (each.date() for each in found)
        if day not in skipped
        and not any(a <= day <= b for a, b in pauses)
        and not (skip_holidays and public_holiday(day))
    ]


def over(rule: str, starts_on: date, after: date, until: date | None) -> bool:
    """Whether nothing of the recurrence is left after a day."""
    following = _parsed(rule, starts_on).after(_midnight(after))
    return following is None or (until is not None and following.date() > until)


def _parsed(rule: str, starts_on: date) -> rrule:
    parsed = rrulestr(_without_zone(rule), dtstart=_midnight(starts_on))
    assert isinstance(parsed, rrule)
    return parsed


def _without_zone(rule: str) -> str:
    """UNTIL as a local day: rules here count China days, dateutil refuses a zone beside a naive start."""
    parts = (part.partition("=") for part in rule.split(";"))
    return ";".join(
        f"{name}={value[:8] + 'T235959' if name == 'UNTIL' else value}" for name, _, value in parts
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())
