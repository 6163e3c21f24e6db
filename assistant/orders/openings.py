"""When an offering can be booked: the openings of a day, cut from its opening hours."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from assistant.catalog.hours import Hours
from assistant.kit.clock import CHINA, china, from_china
from assistant.kit.when.model import WINDOWS, PartOfDay

PREFERRED: Final[dict[PartOfDay, time]] = {
    "morning": time(9),
    "noon": time(11, 30),
    "afternoon": time(15),
    "evening": time(18),
}
"""The time that is tried first when only a part of the day was said."""


@dataclass(frozen=True, slots=True)
class Bookable:
    """An offering with what a booking must know of it, its place and its provider."""

    id: uuid.UUID
    city_code: str
    service_type: str
    name: str
    unit: str
    unit_price_fen: int | None
    at_home: bool
    active: bool
    online_booking: bool
    capacity_per_slot: int
    slot_minutes: int
    lead_minutes: int
    change_deadline_minutes: int
    demo: bool
    place_id: uuid.UUID
    place: str
    """Name of the place."""
    place_phone: str | None
    lat: float | None
    lng: float | None
    provider_id: uuid.UUID | None
    credit: str | None
    """The provider's; ``dishonest`` bars it."""
    hours: Hours
    covered_by: str | None
    """The document that promises this service at public cost in this city (``Benefit.source_text``)."""

    @property
    def barred(self) -> bool:
        return self.credit == "dishonest"

    @property
    def open_to_booking(self) -> bool:
        return self.active and self.online_booking and self.hours.known and not self.barred


@dataclass(frozen=True)
class Opening:
    """One slot as the hours give it, booked or not. Times are UTC."""

    starts_at: datetime
    ends_at: datetime

    def holds(self, moment: datetime) -> bool:
        return self.starts_at <= moment < self.ends_at


@dataclass(frozen=True)
class Wish:
    """When the service is wanted: a day of China, and a time or a part of it or neither."""

    day: date
    at: time | None = None
    part: PartOfDay | None = None

    @property
    def moment(self) -> datetime:
        """The wished moment (UTC), or the preferred one of the part of day."""
        return from_china(datetime.combine(self.day, self.at or PREFERRED[self.part or "morning"]))

    @property
    def span(self) -> tuple[datetime, datetime]:
        """First and last moment (UTC) of the wished day of China."""
        first = from_china(datetime.combine(self.day, time()))
        return first, first + timedelta(days=1)

    @property
    def latest(self) -> datetime:
        """The last moment (UTC) that still is what was wished for."""
        last = self.at or (WINDOWS[self.part][1] if self.part else time(23, 59))
        return from_china(datetime.combine(self.day, last))


def openings(bookable: Bookable, day: date) -> list[Opening]:
    """The openings of one day of China, in order; hours shorter than a slot are one opening."""
    return list(_cut(bookable, day))


def _cut(bookable: Bookable, day: date) -> Iterator[Opening]:
    step = timedelta(minutes=bookable.slot_minutes)
    for opens, closes in bookable.hours.on(day):
        start, end = (datetime.combine(day, at, CHINA) for at in (opens, closes))
        if end - start < step:
            yield Opening(from_china(start), from_china(end))
        while start + step <= end:
            yield Opening(from_china(start), from_china(start + step))
            start += step


def fitting(found: Sequence[Opening], wish: Wish) -> list[tuple[Opening, datetime]]:
    """Openings that meet the wish, best first, each with the moment the service would start."""
    if wish.at is not None:
        return [(one, wish.moment) for one in found if one.holds(wish.moment)]
    if wish.part is None:
        return [(one, one.starts_at) for one in found]
    first, last = (from_china(datetime.combine(wish.day, at)) for at in WINDOWS[wish.part])
    met = [(one, max(one.starts_at, first)) for one in found if one.ends_at > first and one.starts_at <= last]
    return sorted(met, key=lambda each: abs(each[1] - wish.moment))


def wish_for(starts_at: datetime) -> Wish:
    """The wish for one moment."""
    local = china(starts_at)
    return Wish(local.date(), local.time())
