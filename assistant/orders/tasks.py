"""Daily work on orders."""

from __future__ import annotations

from datetime import datetime

from assistant.kit.clock import china
from assistant.kit.db import Database
from assistant.orders import repository
from assistant.orders.series import AHEAD, expand, find


async def top_up_series(database: Database, now: datetime) -> int:
    """Book the coming days of every series that reaches less than ``AHEAD``; returns how many orders.

    One transaction a series, so that a fault in one leaves the others booked. Safe to run twice: a
    series has at most one living order a day.
    """
    until = china(now).date() + AHEAD
    booked = 0
    seen: set[object] = set()
    while True:
        async with database.session() as session:
            short = [each for each in await repository.series_to_expand(session, until) if each not in seen]
        if not short:
            return booked
        for series_id in short:
            seen.add(series_id)
            async with database.session() as session:
                booked += await expand(session, now, await find(session, series_id, lock=True))
