"""Who is told about an order: the senior, those the senior allows, the provider."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from assistant.kit import outbox
from assistant.kit.outbox import Letter
from assistant.orders.models import Order
from assistant.orders.openings import Bookable
from assistant.people import repository as people
from assistant.people.notices import letters

PROVIDER_EVENTS: Final = frozenset({"booked", "changed", "cancelled"})
"""What a provider is told; the rest the provider did."""


async def tell(session: AsyncSession, now: datetime, order: Order, bookable: Bookable, event: str) -> None:
    """Put the notices of ``event`` (changed, cancelled, accepted, rejected, on_the_way, delivered, no_show)
    into the outbox, once per recipient."""
    consents = await people.consents(session, now, senior=order.senior_id, scope="notify")
    told = order_letters(order, bookable, event, [one.delegate_id for one in consents])
    await outbox.put_many(
        session,
        now,
        told,
        event=f"order.{event}",
        event_key=event_key(order, event),
        about_person=order.senior_id,
    )


def event_key(order: Order, event: str) -> str:
    """The same for one event of an order, however often it is written."""
    return f"order:{order.id}:{event}:{int(order.updated_at.timestamp() * 1000)}"


def order_letters(
    order: Order, bookable: Bookable, event: str, delegates: Sequence[uuid.UUID], *, quiet: bool = False
) -> list[Letter]:
    """The messages about one event.

    Args:
        delegates: those with scope ``notify``.
        quiet: tell the provider only; a series is told of as a whole.
    """
    facts: dict[str, Any] = {
        "number": order.number,
        "service_type": order.service_type,
        "starts_at": order.starts_at.isoformat(),
        "part": order.part,
        "quantity": order.quantity,
        "unit": order.unit,
        "place": bookable.place,
        "demo": bookable.demo,
        "reason": order.reason,
    }
    told = [] if quiet else letters(order.senior_id, delegates, facts)
    if bookable.provider_id is not None and event in PROVIDER_EVENTS:
        private = {field: getattr(order, field) for field in ("remarks", "address", "contact_phone")}
        told.append(Letter("provider", f"provider:{bookable.provider_id}", facts | private))
    return told
