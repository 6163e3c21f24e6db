"""Orders as the API shows them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from assistant.kit.actor import Actor
from assistant.orders import offerings
from assistant.orders.models import Order
from assistant.orders.schemas import OrderOut
from assistant.orders.service import change_until
from assistant.people import repository as people
from assistant.people.views import ref

PRIVATE: Final = ("reason", "remarks", "address", "contact_phone")
"""What a caller known by number only does not hear."""
PLAIN: Final = tuple(
    set(OrderOut.model_fields)
    - {"senior", "offering", "place", "place_phone", "demo", "change_until", *PRIVATE}
)


async def shown(
    session: AsyncSession, now: datetime, actor: Actor, orders: Sequence[Order]
) -> list[OrderOut]:
    """Orders with the names of senior, service and place; without private words for an unknown actor."""
    bookables = await offerings.bookables(session, {order.offering_id for order in orders})
    seniors = await people.many(session, list({order.senior_id for order in orders}))
    told = () if actor.kind == "unknown" else PRIVATE
    out = []
    for order in orders:
        bookable = bookables[order.offering_id]
        out.append(
            OrderOut(
                **{field: getattr(order, field) for field in PLAIN},
                **{field: getattr(order, field) if field in told else None for field in PRIVATE},
                senior=ref(seniors[order.senior_id], now),
                offering=bookable.name,
                place=bookable.place,
                place_phone=bookable.place_phone,
                demo=bookable.demo,
                change_until=change_until(order, bookable),
            )
        )
    return out


async def one(session: AsyncSession, now: datetime, actor: Actor, order: Order) -> OrderOut:
    return (await shown(session, now, actor, [order]))[0]
