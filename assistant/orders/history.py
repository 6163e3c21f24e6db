"""History of an order: one row for people who work with it, one for the audit."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from assistant.kit import audit
from assistant.kit.actor import Actor
from assistant.orders.models import Order, OrderEvent


def remember(
    session: AsyncSession,
    now: datetime,
    actor: Actor,
    action: str,
    order: Order,
    changes: dict[str, Any] | None = None,
) -> None:
    """Write down what was done to an order; the audit gets the names of changed fields only."""
    who = actor.model_dump(mode="json", exclude_none=True)
    text = json.dumps(changes, ensure_ascii=False, default=str) if changes else None
    session.add(
        OrderEvent(order_id=order.id, at=now, action=action, status=order.status, actor=who, changes=text)
    )
    audit.record(
        session,
        now,
        actor,
        f"order.{action}",
        f"order:{order.id}",
        order.senior_id,
        number=order.number,
        fields=sorted(changes or ()),
    )
