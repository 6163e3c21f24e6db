"""Who is told about an order: the senior, those the senior allows, the provider."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from assistant.kit import outbox
from assistant.orders.models import Order
from assistant.orders.openings import Bookable
from assistant.people.notices import notify

PROVIDER_EVENTS: Final = frozenset({"booked", "changed", "cancelled"})
"""What a provider is told; the rest the provider did."""


async def tell(
    session: AsyncSession,
    now: datetime,
    order: Order,
    bookable: Bookable,
    event: str,
    *,
    people: bool = True,
) -> None:
    """Put the notices of ``event`` (booked, changed, cancelled, accepted, rejected, on_the_way, delivered,
    no_show) into the outbox, once per recipient.

    Args:
        people: False for the single orders of a series, which is told of as a whole.
    """
    key = f"order:{order.id}:{event}:{int(order.updated_at.timestamp() * 1000)}"
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
    if people:
        await notify(session, now, order.senior_id, f"order.{event}", key, **facts)
    if bookable.provider_id is not None and event in PROVIDER_EVENTS:
        await outbox.put(
            session,
            now,
            kind="provider",
            recipient=f"provider:{bookable.provider_id}",
            event=f"order.{event}",
            event_key=key,
            about_person=order.senior_id,
            **facts,
            remarks=order.remarks,
            address=order.address,
            contact_phone=order.contact_phone,
        )
