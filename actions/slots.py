"""Slots of a day as the API gives them (start and end as ISO moments of China), and what they mean."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from actions import spoken
from actions.places import Option

Slot = dict[str, Any]


def covers(slot: Slot, at: time) -> bool:
    """Whether a slot holds a time of the day on which it starts."""
    start, end = datetime.fromisoformat(slot["starts_at"]), datetime.fromisoformat(slot["ends_at"])
    # Moments, not clock times: a slot until midnight ends at 00:00 of the next day.
    return start <= datetime.combine(start.date(), at, start.tzinfo) < end


def slot_option(slot: Slot, today: date) -> Option:
    """A slot to choose: its start, said."""
    start = datetime.fromisoformat(slot["starts_at"])
    return Option(title=spoken.moment(start, today), value=slot["starts_at"])


def apart(slot: Slot, at: time) -> int:
    """Minutes between the start of a slot and a time of the day."""
    start = datetime.fromisoformat(slot["starts_at"])
    return abs((start.hour - at.hour) * 60 + start.minute - at.minute)


def readings(at: time, *, either_half: bool, like: time | None = None) -> list[time]:
    """The moments that a time of the day may mean, likeliest first.

    An hour said without its half of the day may lie in both; it lies in that of ``like``, the time that stands, if it
    can: "还是三点" of a visit at 15:00.
    """
    if not either_half:
        return [at]
    both = [at, at.replace(hour=(at.hour + 12) % 24)]
    return sorted(both, key=lambda each: like is not None and (each.hour < 12) != (like.hour < 12))
