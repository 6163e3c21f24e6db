"""The booking path's two statements: one reads all that a booking must know, one writes all that it is.

A booking is a transaction of few round trips: the row of a popular slot is locked until it ends.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.kit import outbox
from assistant.kit.crypto import Encrypted, keyring
from assistant.kit.db import as_json
from assistant.kit.outbox import Letter
from assistant.orders import offerings
from assistant.orders.models import Order
from assistant.orders.notices import event_key
from assistant.orders.openings import Bookable
from assistant.orders.repository import Room
from assistant.people.repository import valid_at

_BASIS: Final = text(
    f"""
    SELECT to_json(facts), persons.id AS senior, persons.address,
        (SELECT id FROM orders WHERE idempotency_key = :key) AS known,
        (SELECT phone FROM person_phones WHERE person_id = persons.id
            ORDER BY "primary" DESC, created_at LIMIT 1) AS phone,
        (SELECT array_agg(delegate_id) FROM consents
            WHERE senior_id = persons.id AND scopes @> ARRAY['notify']::varchar[]
                AND {valid_at(bindparam("now"))}) AS delegates,
        (SELECT json_agg(json_build_array(starts_at, id, capacity, booked)) FROM slots
            WHERE offering_id = facts.id AND starts_at BETWEEN :first AND :last) AS rooms
    FROM ({offerings.FACTS} WHERE offerings.id = :offering) AS facts
    LEFT JOIN persons ON persons.id = :senior
    """
).columns(address=Encrypted, phone=Encrypted)


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
    row = rows.one_or_none()
    if row is None:
        return None
    facts, found, address, known, phone, delegates, slots = row
    rooms = {
        datetime.fromisoformat(start): Room(uuid.UUID(slot), capacity, booked)
        for start, slot, capacity, booked in slots or ()
    }
    return Basis(offerings.read(facts), known, found is not None, address, phone, delegates or [], rooms)


_COLUMNS: Final = [column.name for column in Order.__table__.columns]
_SEALED: Final = [column.name for column in Order.__table__.columns if isinstance(column.type, Encrypted)]
_PLACE: Final = text(
    f"""
    WITH placed AS (
        INSERT INTO orders SELECT * FROM json_populate_record(NULL::orders, :order)
        ON CONFLICT DO NOTHING
        RETURNING *
    ), taken AS (
        UPDATE slots SET booked = slots.booked + placed.quantity FROM placed
        WHERE slots.id = placed.slot_id AND slots.booked + placed.quantity <= slots.capacity
        RETURNING slots.id
    ), event AS (
        INSERT INTO order_events (order_id, at, action, status, actor)
        SELECT id, created_at, 'booked', status, booked_by FROM placed
    ), entry AS (
        INSERT INTO audit_entries (at, action, subject, for_person, actor, details)
        SELECT created_at, 'order.booked', 'order:' || id, senior_id, booked_by,
            jsonb_build_object('number', number, 'fields', jsonb_build_array())
        FROM placed
    ), posted AS ({outbox.posting(after="placed")})
    SELECT (SELECT count(*) FROM placed), (SELECT count(*) FROM taken)
    """
)
"""Order, place, history, audit and notices: nothing is written when the order is refused as a double,
and the place is taken only while the slot has it (one UPDATE that waits for others)."""


async def place(session: AsyncSession, order: Order, letters: Sequence[Letter]) -> tuple[bool, bool]:
    """Write a new order, take its place, and post its notices.

    Returns:
        Whether the order was written (False: its number or idempotency key is taken, and nothing was), and
        whether the slot had room. Written without room, the transaction must be rolled back.
    """
    posted = outbox.letter_rows(
        order.created_at,
        letters,
        event="order.booked",
        event_key=event_key(order, "booked"),
        about_person=order.senior_id,
    )
    rows = await (await session.connection()).execute(_PLACE, {"order": _row(order), "letters": posted})
    row = rows.one()
    return bool(row[0]), bool(row[1])


def _row(order: Order) -> str:
    """The order as it lies in its table."""
    row = {name: getattr(order, name) for name in _COLUMNS}
    row |= {name: keyring().encrypt(row[name]) for name in _SEALED if row[name] is not None}
    return as_json(row)
