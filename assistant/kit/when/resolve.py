"""Times on the clock: an hour with its part of the day, or decided by what lies ahead and by the service's hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from typing import Final

from assistant.kit.when.model import WINDOWS
from assistant.kit.when.pieces import Clock, Part

Hours = list[tuple[time, time]]
"""When a service comes: opening included, closing not."""

DAYTIME: Final[Hours] = [(time(7), time(19))]
"""When home services usually come; decides a bare 八点 where nothing better is known."""


@dataclass(frozen=True)
class Resolved:
    """A time on the clock; ``next_day`` where it falls behind midnight (夜里两点)."""

    at: time
    next_day: bool = False
    unsure: bool = False


def with_part(clock: Clock, part: Part) -> Resolved:
    """下午三点 → 15:00, 晚上十二点 → 00:00 of the next day, 中午一点 → 13:00."""
    hour = clock.hour
    if hour > 12 or hour == 0:
        return Resolved(time(hour % 24, clock.minute), hour == 24)
    if part.name == "evening":
        small_hours = hour <= 4 and part.kind != "dusk"
        after_midnight = hour == 12 or small_hours
        return Resolved(time(hour % 12 + (0 if after_midnight else 12), clock.minute), after_midnight)
    if part.name == "morning":
        return Resolved(time(0 if hour == 12 and part.kind == "dawn" else hour, clock.minute))
    turns_over = hour != 12 and (part.name == "afternoon" or hour <= 3)
    return Resolved(time(hour + 12 if turns_over else hour, clock.minute))


def fits(clock: Clock, part: Part) -> bool:
    """Whether an hour said with another part may be meant with this one: 两点 may be 下午, 九点 not."""
    first, last = WINDOWS[part.name]
    resolved = with_part(clock, part)
    return not resolved.next_day and first <= resolved.at <= last


def bare(clock: Clock, now: time | None, hours: Hours | None) -> Resolved:
    """An hour without a part. ``now`` is given where today is meant: what is over is not.

    What remains is decided by the service's hours; where they don't, the morning reading is unsure. 十二点 is noon.
    """
    if clock.hour == 0 or clock.hour > 12:
        return Resolved(time(clock.hour % 24, clock.minute), clock.hour == 24)
    early, late = time(clock.hour % 12, clock.minute), time(clock.hour % 12 + 12, clock.minute)
    readings = (late, early) if clock.hour == 12 else (early, late)
    ahead = [at for at in readings if now is None or at > now] or list(readings)
    open_then = [at for at in ahead if any(first <= at < last for first, last in hours or [])]
    unsure = not open_then and len(ahead) > 1 and clock.hour != 12
    return Resolved((open_then or ahead)[0], unsure=unsure)
