"""Recurrence rules (RFC 5545) as text, their parts always in the same order."""

from __future__ import annotations

from datetime import date

from assistant.kit.when.pieces import Repeat


def render(repeat: Repeat, count: int | None = None, until: date | None = None) -> str:
    """FREQ, INTERVAL, BYDAY, BYMONTHDAY, COUNT or UNTIL (a date), without ``RRULE:``."""
    parts = [f"FREQ={repeat.freq}"]
    if repeat.interval > 1:
        parts.append(f"INTERVAL={repeat.interval}")
    if repeat.byday:
        parts.append(f"BYDAY={','.join(repeat.byday)}")
    if repeat.bymonthday:
        parts.append(f"BYMONTHDAY={','.join(map(str, repeat.bymonthday))}")
    if count is not None:
        parts.append(f"COUNT={count}")
    elif until is not None:
        parts.append(f"UNTIL={until:%Y%m%d}")
    return ";".join(parts)
