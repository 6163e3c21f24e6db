"""What happens to an order after it is booked: accepted, on the way, done, rejected, missed, rated."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from assistant.kit.actor import Actor
from assistant.kit.errors import Invalid
from assistant.orders import errors, repository
from assistant.orders.history import remember
from assistant.orders.models import Order, OrderStatus
from assistant.orders.notices import tell
from assistant.orders.openings import Bookable
from assistant.orders.schemas import Step
from assistant.orders.service import STATE_SENTENCES, find, offered
from assistant.people import consents


@dataclass(frozen=True)
class Rule:
    """One step of the provider: from which states, to which, what it is called."""

    before: tuple[OrderStatus, ...]
    after: OrderStatus
    action: str
    notice: str
    needs_reason: bool = False
    frees_the_place: bool = False


STEPS: Final[dict[Step, Rule]] = {
    "accept": Rule(("requested",), "accepted", "accepted", "accepted"),
    "start": Rule(("accepted",), "on_the_way", "started", "on_the_way"),
    "finish": Rule(("accepted", "on_the_way"), "done", "finished", "delivered"),
    "reject": Rule(
        ("requested", "accepted"),
        "rejected",
        "rejected",
        "rejected",
        needs_reason=True,
        frees_the_place=True,
    ),
    "no_show": Rule(("accepted", "on_the_way"), "no_show", "missed", "no_show", needs_reason=True),
}


async def step(
    session: AsyncSession, now: datetime, actor: Actor, said: str, what: Step, reason: str | None = None
) -> Order:
    """One step of the provider or a worker; the same step twice changes nothing.

    Raises:
        OrderNotFound, NotTheirOrder, WrongState.
        Invalid: a reason is missing.
    """
    rule = STEPS[what]
    order = await find(session, said, lock=True)
    bookable = await offered(session, order.offering_id)
    _check_provider(actor, bookable)
    if order.status == rule.after:
        return order
    if order.status not in rule.before:
        raise errors.WrongState(STATE_SENTENCES[order.status], status=order.status)
    if rule.needs_reason and not reason:
        raise Invalid("请写明原因。")
    if rule.frees_the_place:
        await repository.release(session, order.slot_id, order.quantity)
    order.status, order.updated_at = rule.after, now
    order.reason = reason or order.reason
    remember(session, now, actor, rule.action, order, {"reason": [None, reason]} if reason else None)
    await session.flush()
    await tell(session, now, order, bookable, rule.notice)
    return order


def _check_provider(actor: Actor, bookable: Bookable) -> None:
    """Workers may do every step, a provider only on its own orders."""
    if actor.kind in ("worker", "system"):
        return
    if actor.kind != "provider" or actor.person_id is None or actor.person_id != bookable.provider_id:
        raise errors.NotTheirOrder()


async def rate(
    session: AsyncSession, now: datetime, actor: Actor, said: str, rating: int, comment: str | None
) -> Order:
    """Rate a finished order, once.

    Raises:
        OrderNotFound, ConsentNeeded, WrongState.
    """
    order = await find(session, said, lock=True)
    await consents.check_may(session, actor, order.senior_id, "book", now)
    if order.status != "done":
        words = STATE_SENTENCES[order.status] if order.status == "rated" else "服务完成以后才能评价。"
        raise errors.WrongState(words, status=order.status)
    order.status, order.rating, order.rating_comment, order.updated_at = "rated", rating, comment, now
    remember(session, now, actor, "rated", order, {"rating": [None, rating]})
    await session.flush()
    return order
