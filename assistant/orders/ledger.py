"""The booking path's two statements: one reads all that a booking must know, one writes all that it is.

A booking is a transaction of few round trips: the row of a popular slot is locked until it ends.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import RowMapping, bindparam, func, literal, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.catalog.models import Offering, Place, Provider
from assistant.kit import outbox
from assistant.kit.audit import AuditEntry
from assistant.kit.db import UTCDateTime
from assistant.kit.outbox import Letter, OutboxMessage
from assistant.orders import offerings
from assistant.orders.models import Order, OrderEvent, Slot
from assistant.orders.notices import event_key
from assistant.orders.openings import Bookable
from assistant.orders.repository import Room
from assistant.people.models import Consent, Person, PersonPhone
from assistant.people.repository import valid_at

_KNOWN: Final = select(Order.id).where(Order.idempotency_key == bindparam("key")).scalar_subquery()
_PHONE: Final = (
    select(PersonPhone.phone)
    .where(PersonPhone.person_id == Person.id)
    .order_by(PersonPhone.primary.desc(), PersonPhone.created_at)
    .limit(1)
    .correlate(Person)
    .scalar_subquery()
)
_DELEGATES: Final = (
    select(func.array_agg(Consent.delegate_id))
    .where(
        Consent.senior_id == Person.id,
        Consent.scopes.contains(["notify"]),
        valid_at(bindparam("now", type_=UTCDateTime())),
    )
    .correlate(Person)
    .scalar_subquery()
)
_ROOMS: Final = (
    select(func.json_agg(func.json_build_array(Slot.starts_at, Slot.id, Slot.capacity, Slot.booked)))
    .where(
        Slot.offering_id == Offering.id,
        Slot.starts_at.between(
            bindparam("first", type_=UTCDateTime()), bindparam("last", type_=UTCDateTime())
        ),
    )
    .correlate(Offering)
    .scalar_subquery()
)
_BASIS: Final = (
    select(
        *offerings.FACTS,
        _KNOWN.label("known"),
        Person.id.label("senior_id"),
        Person.address,
        _PHONE.label("phone"),
        _DELEGATES.label("delegates"),
        _ROOMS.label("rooms"),
    )
    .join(Place, Place.id == Offering.place_id)
    .outerjoin(Provider, offerings.PROVIDER)
    .outerjoin(Person, Person.id == bindparam("senior"))
    .where(Offering.id == bindparam("offering"))
)


@dataclass(frozen=True)
class Basis:
    """What a booking must know."""

    bookable: Bookable
    known: uuid.UUID | None
    """The order that the idempotency key has made already."""
    senior_known: bool
    address: str | None
    phone: str | None
    """The senior's primary number."""
    delegates: list[uuid.UUID]
    """Those the senior lets be notified."""
    rooms: dict[datetime, Room]
    """The slots of the days asked about, by start."""


async def basis(
    session: AsyncSession,
    now: datetime,
    *,
    key: str,
    offering: uuid.UUID,
    senior: uuid.UUID,
    first: datetime,
    last: datetime,
) -> Basis | None:
    """All that a booking between two moments must know; None where the offering is unknown."""
    asked = {"now": now, "key": key, "offering": offering, "senior": senior, "first": first, "last": last}
    # Straight to the connection: rows are read as they come, no objects are tracked.
    rows = await (await session.connection()).execute(_BASIS, asked)
    row = rows.mappings().one_or_none()
    return None if row is None else _basis(row)


def _basis(row: RowMapping) -> Basis:
    facts = dict(row)
    return Basis(
        known=facts.pop("known"),
        senior_known=facts.pop("senior_id") is not None,
        address=facts.pop("address"),
        phone=facts.pop("phone"),
        delegates=facts.pop("delegates") or [],
        rooms={
            datetime.fromisoformat(start): Room(uuid.UUID(slot), capacity, booked)
            for start, slot, capacity, booked in facts.pop("rooms") or ()
        },
        bookable=offerings.read(facts),
    )


_COLUMNS: Final = [column.name for column in Order.__table__.columns]
_ORDER: Final = (
    insert(Order)
    .values({name: bindparam(f"order_{name}") for name in _COLUMNS})
    .on_conflict_do_nothing()
    .returning(Order.id, Order.slot_id, Order.quantity)
    .cte("placed")
)
_SLOT: Final = (
    update(Slot)
    .where(Slot.id == _ORDER.c.slot_id, Slot.booked + _ORDER.c.quantity <= Slot.capacity)
    .values(booked=Slot.booked + _ORDER.c.quantity)
    .returning(Slot.id)
    .cte("taken")
)
_EVENT: Final = (
    insert(OrderEvent)
    .from_select(
        ["order_id", "at", "action", "status", "actor"],
        select(
            _ORDER.c.id,
            bindparam("order_created_at", type_=UTCDateTime()),
            literal("booked"),
            literal("requested"),
            bindparam("order_booked_by", type_=JSONB()),
        ),
    )
    .returning(OrderEvent.id)
    .cte("event")
)
_ENTRY: Final = (
    insert(AuditEntry)
    .from_select(
        ["at", "action", "subject", "for_person", "actor", "details"],
        select(
            bindparam("order_created_at", type_=UTCDateTime()),
            literal("order.booked"),
            func.concat("order:", _ORDER.c.id),
            bindparam("order_senior_id", type_=Order.senior_id.type),
            bindparam("order_booked_by", type_=JSONB()),
            bindparam("audited", type_=JSONB()),
        ),
    )
    .returning(AuditEntry.id)
    .cte("entry")
)
_PLACE: Final = select(
    select(func.count()).select_from(_ORDER).scalar_subquery(),
    select(func.count()).select_from(_SLOT).scalar_subquery(),
).add_cte(_EVENT, _ENTRY, outbox.posting(_ORDER).returning(OutboxMessage.id).cte("posted"))
"""Order, place, history, audit and notices: nothing is written when the order is refused as a double,
and the place is taken only while the slot has it (one UPDATE that waits for others)."""


async def place(session: AsyncSession, order: Order, letters: Sequence[Letter]) -> tuple[bool, bool]:
    """Write a new order, take its place, and post its notices.

    Returns:
        Whether the order was written (False: its number or idempotency key is taken, and nothing was), and
        whether the slot had room. Written without room, the transaction must be rolled back.
    """
    posted = outbox.letter_values(
        order.created_at,
        letters,
        event="order.booked",
        event_key=event_key(order, "booked"),
        about_person=order.senior_id,
    )
    # The prefix keeps the values of the order from being taken for columns of the other tables.
    bound = {f"order_{name}": getattr(order, name) for name in _COLUMNS}
    audited = {"number": order.number, "fields": []}
    rows = await (await session.connection()).execute(_PLACE, bound | posted | {"audited": audited})
    row = rows.one()
    return bool(row[0]), bool(row[1])
