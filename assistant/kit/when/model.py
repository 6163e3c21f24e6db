"""What a spoken time means."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from typing import Final, Literal

PartOfDay = Literal["morning", "noon", "afternoon", "evening"]

WINDOWS: Final[dict[PartOfDay, tuple[time, time]]] = {
    "morning": (time(5), time(12)),
    "noon": (time(11), time(13, 30)),
    "afternoon": (time(12), time(18)),
    "evening": (time(17), time(23, 59)),
}
"""From when to when a part of the day lasts, both ends included; they overlap, as speech does."""


Day = date
"""The type beside the field of its name."""


@dataclass(frozen=True)
class When:
    """A spoken time, resolved against the moment it was said; empty when none was said."""

    date: date | None = None
    """The day in China, or the first day of a recurrence if it was said."""
    time: time | None = None
    """The time on the clock in China."""
    part_of_day: PartOfDay | None = None
    """Only where no clock time was said."""
    further: tuple[Day, ...] = ()
    """The other days, where several were said that are no rule: 明后两天, 明天和后天."""
    recurrence: str | None = None
    """An RFC 5545 rule without ``RRULE:``, its parts ordered FREQ, INTERVAL, BYMONTH, BYDAY, BYMONTHDAY, COUNT, UNTIL."""
    excluded: tuple[str, ...] = ()
    """Weekdays left out, as MO … SU: 除了周末; ``recurrence``, if any, leaves them out already."""
    ambiguous: bool = False
    """Ask back: 八点 may be morning or evening, 下周 is no day, 周三二十六号 contradicts itself."""
    either_half: bool = False
    """The hour was said without its half of the day, and both lie ahead: 八点."""
    span: tuple[int, int] | None = None
    """Start and end, in the text, of everything that was understood as time."""
    corrected: bool = False
    """The speaker took something back (明天，不对，后天)."""
    past: bool = False
    """A time gone by was named (昨天, 上周五): a remark or a complaint, not a wish."""

    missed: Day | None = None
    """The day gone by that ``date`` was a year ago, where no year was said and it lies nearer than ``date``."""

    def __bool__(self) -> bool:
        """Whether any time was said."""
        return self.span is not None
