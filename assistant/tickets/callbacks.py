"""When somebody will ring back: a window that can be kept, inside the operators' hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from assistant.kit.clock import china, from_china

WINDOW: Final = timedelta(hours=2)
"""How long a call-back may take within operator hours: this installation's own rule."""


@dataclass(frozen=True)
class Hours:
    """Daily operator hours, China time."""

    opens: time
    closes: time

    @classmethod
    def parse(cls, text: str) -> Hours:
        """From ``Settings.operator_hours``: "08:00-18:00". Raises ValueError."""
        opens, closes = (time.fromisoformat(part.strip()) for part in text.split("-"))
        if opens >= closes:
            raise ValueError(f"operator hours {text}: the end lies before the start")
        return cls(opens, closes)

    def open_at(self, moment: datetime) -> bool:
        return self.opens <= china(moment).time() < self.closes


@dataclass(frozen=True)
class Window:
    """From when to when the caller is rung (UTC)."""

    first: datetime
    last: datetime


def window(now: datetime, hours: Hours) -> Window:
    """The promised window: the next ``WINDOW`` of operator hours; what is left over today moves to the start
    of the next day."""
    local = china(now)
    if local.time() < hours.opens:
        return _morning(local.date(), hours)
    end = _at(local.date(), hours.closes)
    if now + WINDOW <= end:
        return Window(now, now + WINDOW)
    return _morning(local.date() + timedelta(days=1), hours)


def _morning(day: date, hours: Hours) -> Window:
    first = _at(day, hours.opens)
    return Window(first, min(first + WINDOW, _at(day, hours.closes)))


def _at(day: date, clock: time) -> datetime:
    return from_china(datetime.combine(day, clock))
