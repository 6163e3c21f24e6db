"""Time, injected. Stored in UTC, spoken in China time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """Says what time it is, as an aware UTC datetime."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class SettableClock:
    """A clock that stands still until it is set: for tests and evaluation."""

    def __init__(self, at: datetime) -> None:
        self.set(at)

    def set(self, at: datetime) -> None:
        """Set the time; a naive datetime is read as China time."""
        self._at = at.replace(tzinfo=CHINA) if at.tzinfo is None else at

    def advance(self, by: timedelta) -> None:
        self._at += by

    def now(self) -> datetime:
        return self._at.astimezone(UTC)


def china(moment: datetime) -> datetime:
    """The same moment in China time."""
    return moment.astimezone(CHINA)


def from_china(moment: datetime) -> datetime:
    """A naive China time (or any aware time) as aware UTC."""
    return (moment.replace(tzinfo=CHINA) if moment.tzinfo is None else moment).astimezone(UTC)


def china_today(clock: Clock) -> date:
    return china(clock.now()).date()
