"""What is known of a booking."""

from __future__ import annotations

import re
import uuid
from typing import Any

from pydantic import Field

from actions.form import Frame
from actions.places import Option
from actions.who import Who
from assistant.client import SERVICE_TYPES, addresses


class Booking(Frame):
    """What is known of a booking. Dates and times are China time."""

    service_type: str | None = None
    people: list[Who] = []
    date: str | None = None
    time: str | None = None
    part: str | None = None
    ambiguous: bool = False
    """The hour was said without its half of the day."""
    recurrence: str | None = None
    any_time: bool = False
    quantity: int | None = None
    stay: str | None = None
    """How long it is to last, as said (住五天), where that is no number of orders."""
    place: str | None = None
    """Place named by the caller."""
    places: list[Option] = []
    """Those that the place named may be, as long as that is open."""
    streets: list[Option] = []
    """Those that the street of the address may be, as long as that is open."""
    street: str | None = None
    """The street's name as it was heard."""
    city: str | None = None
    name: str | None = None
    phone: str | None = None
    new_phone: bool = False
    """The number was corrected, at the read-back or while it was said, and is to be read back itself."""
    address: str | None = None
    home: str | None = None
    """Where the person lives, as far as the caller may hear it; empty when nothing is on record."""
    destination: str | None = None
    """Where somebody is accompanied to."""
    unsure_where: bool = False
    """It goes nowhere in particular, or it was asked where to and not answered."""
    remarks: str | None = None
    at_home: bool | None = None
    """Whether the caller said that it should come to the door."""
    results: list[dict[str, Any]] = []
    """Where it could be booked, best first (``catalog.schemas.Found``)."""
    offering: dict[str, Any] | None = None
    """The one of ``results`` chosen."""
    slot: str | None = None
    """Start of the slot chosen, ISO, China time."""
    wonders: bool = False
    """It was only asked what is free."""
    covered: str | None = None
    """The service and city that were found to be served."""
    more: list[dict[str, Any]] = []
    """Further services asked for in the same breath, as far as they were said (fields of this class)."""
    before: list[dict[str, Any]] = []
    """What of the same breath has been booked already (fields of this class)."""
    agreed: bool = False
    """Said over, or agreed to, with the booking before it: it is not read back once more."""
    amended: list[str] = []
    """Those of several of whom something else was said this turn."""
    dropped: list[str] = []
    """Services that were dropped this turn, others being left."""
    amends: bool = False
    """The turn that began it changes the order just made."""
    stands: bool = False
    """The turn that began it only says again what was just ordered."""
    key: str = Field(default_factory=lambda: uuid.uuid4().hex)
    """Idempotency key of the order."""

    @property
    def needed(self) -> int:
        """How many of a slot are taken by all for whom it is."""
        return (self.quantity or 1) * max(len(self.people), 1)

    @property
    def title(self) -> str:
        """The service as people call it."""
        return SERVICE_TYPES[self.service_type].called if self.service_type else "服务"

    @property
    def street_or_town(self) -> str | None:
        """The street, township or else the district of the address, to find what is near."""
        where = self.address or self.home or ""
        if street := re.search(r"[一-鿿]{2,8}(?:街道|镇|乡)", where):
            return street[0]
        district = addresses.DISTRICT.match(where)
        return district[1] if district else None
