"""What to offer instead when a time is full or closed."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from assistant.catalog.geography import distance_m
from assistant.kit.clock import china
from assistant.orders import offerings, repository
from assistant.orders.openings import Bookable, Opening, Wish, openings
from assistant.orders.schemas import Alternative, Alternatives

EACH: Final = 3
"""As many choices of a kind as one can keep in mind on the telephone."""
DAYS: Final = 7
"""How many following days are looked at."""


@dataclass(frozen=True)
class Offer:
    """One opening with room for what is wanted."""

    bookable: Bookable
    opening: Opening
    free: int

    @property
    def day(self) -> date:
        return china(self.opening.starts_at).date()

    def away(self, wish: Wish) -> timedelta:
        """How far from the wished time of day."""
        local, wished = china(self.opening.starts_at), china(wish.moment)
        return abs(local.replace(tzinfo=None) - datetime.combine(self.day, wished.time()))


async def alternatives(
    session: AsyncSession, now: datetime, wanted: Bookable, wish: Wish, quantity: int
) -> Alternatives:
    """Free openings nearest to the wish: the same day, about the same time on other days, other places."""
    days = [wish.day + timedelta(days=ahead) for ahead in range(DAYS + 1)]
    places = await offerings.elsewhere(session, wanted)
    here = [(wanted, one) for day in days for one in openings(wanted, day)] if wanted.open_to_booking else []
    there = [(other, one) for other in places for one in openings(other, wish.day)]
    offers = await _with_room(session, now, [*here, *there], quantity)

    mine = [one for one in offers if one.bookable is wanted]
    today = sorted((one for one in mine if one.day == wish.day), key=lambda one: one.away(wish))[:EACH]
    later = _best_each((one for one in mine if one.day != wish.day), wish, lambda one: one.day)
    other = _best_each(
        (one for one in offers if one.bookable is not wanted), wish, lambda one: one.bookable.id
    )
    return Alternatives(
        same_day=[_out(wanted, one) for one in sorted(today, key=lambda one: one.opening.starts_at)],
        other_days=[_out(wanted, one) for one in later],
        other_places=[_out(wanted, one) for one in other],
    )


async def _with_room(
    session: AsyncSession, now: datetime, found: list[tuple[Bookable, Opening]], quantity: int
) -> list[Offer]:
    """Those of ``found`` that are early enough and have room for ``quantity``, in their order."""
    soon = [
        (bookable, opening)
        for bookable, opening in found
        if now + timedelta(minutes=bookable.lead_minutes) <= opening.starts_at
    ]
    if not soon:
        return []
    starts = [opening.starts_at for _, opening in soon]
    ids = {bookable.id for bookable, _ in soon}
    taken = await repository.rooms(session, ids, min(starts), max(starts))
    offers = []
    for bookable, opening in soon:
        room = taken.get((bookable.id, opening.starts_at))
        free = bookable.capacity_per_slot if room is None else room.free
        if free >= quantity:
            offers.append(Offer(bookable, opening, free))
    return offers


def _best_each(offers: Iterable[Offer], wish: Wish, group: Callable[[Offer], Hashable]) -> list[Offer]:
    """The offer nearest to the wish of each of the first ``EACH`` groups."""
    best: dict[Hashable, Offer] = {}
    for offer in offers:
        known = best.get(group(offer))
        if known is None or offer.away(wish) < known.away(wish):
            best[group(offer)] = offer
    return list(best.values())[:EACH]


def _out(wanted: Bookable, offer: Offer) -> Alternative:
    here, there = _spot(wanted), _spot(offer.bookable)
    return Alternative(
        offering_id=offer.bookable.id,
        place=offer.bookable.place,
        starts_at=offer.opening.starts_at,
        free=offer.free,
        unit_price_fen=offer.bookable.unit_price_fen,
        distance_m=round(distance_m(here, there)) if here and there else None,
        demo=offer.bookable.demo,
    )


def _spot(bookable: Bookable) -> tuple[float, float] | None:
    """Degrees (lat, lng) of the place, where known."""
    return None if bookable.lat is None or bookable.lng is None else (bookable.lat, bookable.lng)
