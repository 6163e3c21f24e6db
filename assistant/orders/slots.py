"""The slots of a day as they are shown."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from assistant.orders import repository
from assistant.orders.openings import Bookable, openings
from assistant.orders.picking import HORIZON
from assistant.orders.schemas import SlotOut


async def day_slots(session: AsyncSession, now: datetime, bookable: Bookable, day: date) -> list[SlotOut]:
    """Every opening of one day of China; full and late ones are shown as not bookable."""
    found = openings(bookable, day)
    if not found:
        return []
    rooms = await repository.rooms(session, [bookable.id], found[0].starts_at, found[-1].starts_at)
    earliest = now + timedelta(minutes=bookable.lead_minutes)
    shown = []
    for one in found:
        room = rooms.get((bookable.id, one.starts_at))
        free = bookable.capacity_per_slot if room is None else room.free
        in_time = earliest <= one.starts_at <= now + HORIZON
        shown.append(
            SlotOut(
                starts_at=one.starts_at,
                ends_at=one.ends_at,
                capacity=bookable.capacity_per_slot if room is None else room.capacity,
                free=free,
                bookable=free > 0 and in_time and bookable.open_to_booking,
            )
        )
    return shown
