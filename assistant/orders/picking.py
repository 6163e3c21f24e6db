"""From a wish to one opening that can still be booked."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from assistant.kit.clock import china
from assistant.kit.errors import YinlingError
from assistant.orders import errors, repository
from assistant.orders.alternatives import alternatives
from assistant.orders.openings import Bookable, Opening, Wish, fitting, openings
from assistant.orders.repository import Room

HORIZON: Final = timedelta(days=60)
"""How far ahead an order may be made."""


@dataclass(frozen=True)
class Picked:
    """The opening found, when the service starts in it, and its slot if there is one already."""

    opening: Opening
    starts_at: datetime
    slot_id: uuid.UUID | None


def span(minutes: int) -> str:
    """Minutes as people say them: 90 → 90分钟, 120 → 2小时, 1440 → 1天."""
    for unit, word in ((1440, "天"), (60, "小时")):
        if minutes >= unit and minutes % unit == 0:
            return f"{minutes // unit}{word}"
    return f"{minutes}分钟"


def check_bookable(bookable: Bookable) -> None:
    """Raises ProviderBarred or NotBookable."""
    if bookable.barred:
        raise errors.ProviderBarred(place=bookable.place)
    if not bookable.open_to_booking:
        raise errors.NotBookable(person=True, phone=bookable.place_phone)


async def pick(
    session: AsyncSession,
    now: datetime,
    bookable: Bookable,
    wish: Wish,
    quantity: int,
    own: tuple[uuid.UUID, int] | None = None,
    rooms: dict[datetime, Room] | None = None,
) -> Picked:
    """The best opening for a wish, with room as far as can be seen now; ``repository.reserve`` decides.

    Args:
        own: slot and quantity that the order to be moved holds already.
        rooms: the slots there are by start, where they are known already.

    Raises:
        ProviderBarred, NotBookable, InThePast, TooFarAhead, TooMany.
        Closed, TooLate, SlotFull: with alternatives.
    """
    check_bookable(bookable)
    if wish.latest < now:
        raise errors.InThePast()
    if wish.moment > now + HORIZON:
        raise errors.TooFarAhead(f"现在最多只能提前{HORIZON.days}天预约，请您换个近一点的日子。")
    capacity = bookable.capacity_per_slot
    if quantity > capacity:
        unit = bookable.unit
        raise errors.TooMany(f"一次最多可以订{capacity}{unit}，再多我请工作人员帮您安排。", most=capacity)
    met = fitting(openings(bookable, wish.day), wish)
    if not met:
        raise await instead(session, now, errors.Closed(), bookable, wish, quantity)
    lead = timedelta(minutes=bookable.lead_minutes)
    early = [each for each in met if each[1] >= now + lead]
    if not early:
        ahead = span(bookable.lead_minutes)
        words = f"这项服务要提前{ahead}预约，这个时间来不及了。您看晚一点行吗？"
        raise await instead(session, now, errors.TooLate(words), bookable, wish, quantity)
    return await _with_room(session, now, bookable, wish, quantity, early, own, rooms)


async def _with_room(
    session: AsyncSession,
    now: datetime,
    bookable: Bookable,
    wish: Wish,
    quantity: int,
    met: list[tuple[Opening, datetime]],
    own: tuple[uuid.UUID, int] | None,
    rooms: dict[datetime, Room] | None,
) -> Picked:
    if rooms is None:
        starts = [opening.starts_at for opening, _ in met]
        found = await repository.rooms(session, [bookable.id], min(starts), max(starts))
        rooms = {start: room for (_, start), room in found.items()}
    for opening, starts_at in met:
        room = rooms.get(opening.starts_at)
        if room is None:
            return Picked(opening, starts_at, None)
        held = own[1] if own and own[0] == room.slot_id else 0
        if room.free + held >= quantity:
            return Picked(opening, starts_at, room.slot_id)
    raise await full(session, now, bookable, wish, quantity)


async def full(
    session: AsyncSession, now: datetime, bookable: Bookable, wish: Wish, quantity: int
) -> YinlingError:
    """The error for a full slot, with what could be booked instead."""
    return await instead(session, now, errors.SlotFull(), bookable, wish, quantity)


async def instead(
    session: AsyncSession,
    now: datetime,
    error: YinlingError,
    bookable: Bookable,
    wish: Wish,
    quantity: int,
) -> YinlingError:
    """``error`` with the alternatives to the wish in its details."""
    offers = await alternatives(session, now, bookable, wish, quantity)
    wished = {"day": wish.day.isoformat(), "at": china(wish.moment).strftime("%H:%M"), "quantity": quantity}
    error.details |= {"alternatives": offers.model_dump(mode="json"), "wish": wished}
    return error
