"""Quiet hours: when nobody is rung or written to, except in an emergency."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from assistant.kit.clock import china


class QuietHours:
    """A span of China time, as ``21:30-07:00``; over midnight when it ends before it begins."""

    def __init__(self, span: str) -> None:
        self.begins, self.ends = (time.fromisoformat(part) for part in span.split("-"))

    def __contains__(self, moment: datetime) -> bool:
        return self.holds(china(moment).time())

    def holds(self, at: time) -> bool:
        """Whether a time of day (China) is quiet."""
        if self.begins <= self.ends:
            return self.begins <= at < self.ends
        return at >= self.begins or at < self.ends

    def after(self, moment: datetime) -> datetime:
        """``moment``, or the end of the quiet hours in which it lies."""
        if moment not in self:
            return moment
        local = china(moment)
        end = local.replace(hour=self.ends.hour, minute=self.ends.minute, second=0, microsecond=0)
        return end if end > local else end + timedelta(days=1)
