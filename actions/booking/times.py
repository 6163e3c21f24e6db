"""Free slots beside the time that was said."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from dateutil.rrule import rrulestr

from actions import spoken
from actions.booking.frame import Booking
from actions.places import Option
from actions.slots import apart, covers, readings

MEALS = {"上午": "早饭", "中午": "午饭", "下午": "晚饭", "晚上": "晚饭"}
"""What a meal is called by the part of its day."""
MEAL_TIMES = {"morning": time(7), "noon": time(11, 30), "evening": time(17)}


def matching(frame: Booking, slots: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The slots that the caller's words allow."""
    if said := _said(frame):
        return [slot for slot in slots if any(covers(slot, at) for at in said)]
    return [slot for slot in slots if _in_wish(frame, slot)]


def _said(frame: Booking) -> list[time]:
    """The time that was said; where it may lie in either half of the day, both."""
    if not frame.time:
        return []
    exact = time.fromisoformat(frame.time)
    return readings(exact, either_half=frame.ambiguous, like=exact)


def _in_wish(frame: Booking, slot: dict[str, Any]) -> bool:
    return frame.part is None or spoken.in_part(datetime.fromisoformat(slot["starts_at"]).time(), frame.part)


def moment(frame: Booking, free: list[dict[str, Any]]) -> str:
    """The moment said, meal time, or the first free one; ISO, China time."""
    wanted = _said(frame)
    if not wanted and frame.service_type == "meal" and frame.part in MEAL_TIMES:
        wanted = [MEAL_TIMES[frame.part]]
    for at in wanted:
        if any(covers(slot, at) for slot in free):
            return f"{free[0]['starts_at'][:10]}T{at.isoformat()}"
    return str(free[0]["starts_at"])


def first_day(rrule: str, today: date) -> date:
    """The first day of a recurrence, from tomorrow."""
    tomorrow = datetime.combine(today + timedelta(days=1), time())
    first = rrulestr(rrule, dtstart=tomorrow).after(tomorrow, inc=True)
    return first.date() if first else tomorrow.date()


def nearest(frame: Booking, free: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Free slots, those closest to the time wanted first, then in order."""
    wanted = _said(frame)
    if not wanted:
        return free

    return sorted(free, key=lambda slot: (slot["starts_at"][:10], min(apart(slot, at) for at in wanted)))


def time_options(frame: Booking, free: list[dict[str, Any]]) -> list[Option]:
    """At most three times of the day: the first of each part."""
    seen: dict[str, dict[str, Any]] = {}
    for slot in free:
        seen.setdefault(spoken.part_of(datetime.fromisoformat(slot["starts_at"]).time()), slot)
    meals = MEALS if frame.service_type == "meal" else {}
    return [
        Option(title=_title(part, slot, meals), value=slot["starts_at"])
        for part, slot in list(seen.items())[:3]
    ]


def _title(part: str, slot: dict[str, Any], meals: dict[str, str]) -> str:
    """下午3点; for a meal with its name: 午饭，中午11点."""
    at = spoken.clock(datetime.fromisoformat(slot["starts_at"]).time())
    return f"{meals[part]}，{at}" if part in meals else at
