"""Booking, changing and cancelling orders."""

from __future__ import annotations

import re
import uuid
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from assistant.kit.actor import Actor
from assistant.kit.clock import china
from assistant.kit.crypto import keyring
from assistant.kit.errors import Conflict, Invalid
from assistant.kit.text import half_width
from assistant.orders import errors, ledger, offerings, repository
from assistant.orders.history import remember
from assistant.orders.ledger import Basis
from assistant.orders.models import Order, OrderStatus
from assistant.orders.notices import order_letters, tell
from assistant.orders.openings import Bookable, Wish, wish_for
from assistant.orders.picking import Picked, full, pick, span
from assistant.orders.quotes import benefit_note, quote
from assistant.orders.schemas import ChangeIn, Moment, OrderIn
from assistant.people import consents
from assistant.people.errors import PersonNotFound
from assistant.people.service import e164

CHANGEABLE: Final[tuple[OrderStatus, ...]] = ("requested", "accepted")
NUMBER_TRIES: Final = 5
"""How often a new order number is drawn when one is taken; with ten million orders one in nine is."""


async def offered(session: AsyncSession, offering_id: uuid.UUID) -> Bookable:
    """Raises OfferingNotFound."""
    found = await offerings.bookable(session, offering_id)
    if found is None:
        raise errors.OfferingNotFound()
    return found


def reference(said: str) -> uuid.UUID | str:
    """An order's id, or its number as typed or said: "yl 2506 1203" → "YL25061203"."""
    try:
        return uuid.UUID(said)
    except ValueError:
        return "YL" + re.sub(r"\D", "", half_width(said))


async def find(session: AsyncSession, said: str, *, lock: bool = False) -> Order:
    """Raises OrderNotFound."""
    found = await repository.order(session, reference(said), lock=lock)
    if found is None:
        raise errors.OrderNotFound()
    return found


# --- book ---


async def book(
    session: AsyncSession,
    now: datetime,
    actor: Actor,
    asked: OrderIn,
    *,
    series: tuple[uuid.UUID, date] | None = None,
) -> tuple[Order, bool]:
    """Book one service. The same key with the same content returns the first order.

    Args:
        series: the recurring order and the day of it that this one serves.

    Returns:
        The order, and whether it is new.

    Raises:
        KeyReused: the key was used for something else.
        ConsentNeeded, PersonNotFound, OfferingNotFound, AddressNeeded, PhoneInvalid.
        What ``picking.pick`` raises. After SlotFull the transaction must be rolled back.
    """
    key = asked.idempotency_key
    if key is None:
        raise Invalid("缺少防重复的编号。")
    digest = request_hash(asked)
    wish = wish_of(asked)
    first, last = wish.span
    known = await ledger.basis(
        session, now, key=key, offering=asked.offering_id, senior=asked.senior_id, first=first, last=last
    )
    if known is None:
        raise errors.OfferingNotFound()
    if known.known is not None:
        return await _same(session, key, digest), False
    await consents.check_may(session, actor, asked.senior_id, "book", now)
    if not known.senior_known:
        raise PersonNotFound()
    bookable = known.bookable
    picked = await pick(session, now, bookable, wish, asked.quantity, rooms=known.rooms)
    slot_id = picked.slot_id or await repository.make_slot(session, bookable, picked.opening)
    values = _values(now, actor, asked, known, picked, slot_id)
    values |= {"request_hash": digest, "idempotency_key": key}
    if series is not None:
        values |= {"series_id": series[0], "series_day": series[1]}
    for _ in range(NUMBER_TRIES):
        order = Order(**values, number=repository.new_number("YL"))
        told = order_letters(order, bookable, "booked", known.delegates, quiet=series is not None)
        written, taken = await ledger.place(session, order, told)
        if written and not taken:
            raise await full(session, now, bookable, wish, asked.quantity)
        if written:
            return order, True
        if await repository.by_key(session, key) is not None:
            return await _same(session, key, digest), False
    raise Conflict("订单号暂时分配不了，请再试一次。")


def request_hash(asked: Any) -> bytes:
    """Keyed hash of what a request asks for, its idempotency key apart."""
    return keyring().blind("order.request", asked.model_dump_json(exclude={"idempotency_key"}))


def wish_of(asked: Moment) -> Wish:
    """The wish of a booking."""
    if asked.starts_at is not None:
        return wish_for(asked.starts_at)
    assert asked.date is not None
    return Wish(asked.date, asked.time, asked.part)


async def _same(session: AsyncSession, key: str, digest: bytes) -> Order:
    order = await repository.by_key(session, key)
    assert order is not None
    if order.request_hash != digest:
        raise errors.KeyReused()
    return order


def _values(
    now: datetime,
    actor: Actor,
    asked: OrderIn,
    known: Basis,
    picked: Picked,
    slot_id: uuid.UUID,
) -> dict[str, Any]:
    bookable = known.bookable
    return {
        "id": uuid.uuid4(),
        "senior_id": asked.senior_id,
        "booked_by": actor.model_dump(mode="json", exclude_none=True),
        "for_whom": asked.for_whom,
        "offering_id": bookable.id,
        "slot_id": slot_id,
        "service_type": bookable.service_type,
        "starts_at": picked.starts_at,
        "part": asked.part,
        "status": "requested",
        "remarks": asked.remarks,
        "address": _address(asked.address, known),
        "contact_phone": e164(asked.contact_phone) if asked.contact_phone else known.phone,
        "reason": None,
        "channel": actor.channel,
        "series_id": None,
        "series_day": None,
        "rating": None,
        "rating_comment": None,
        "created_at": now,
        "updated_at": now,
        **_price(bookable, asked.quantity),
    }


def _price(bookable: Bookable, quantity: int) -> dict[str, Any]:
    told = quote(bookable, quantity)
    fields = ("unit", "quantity", "unit_price_fen", "total_fen", "covered_fen", "payable_fen", "payer")
    return {field: getattr(told, field) for field in fields} | {"benefit_note": benefit_note(bookable)}


def _address(said: str | None, known: Basis) -> str | None:
    if not known.bookable.at_home:
        return said
    if not (said or known.address):
        raise errors.AddressNeeded()
    return said or known.address


# --- change and cancel ---


async def change(session: AsyncSession, now: datetime, actor: Actor, said: str, asked: ChangeIn) -> Order:
    """Change what was sent; a changed order must be accepted anew.

    Raises:
        OrderNotFound, ConsentNeeded, WrongState, DeadlinePassed, PhoneInvalid.
        What ``picking.pick`` raises. After SlotFull the transaction must be rolled back.
    """
    order = await find(session, said, lock=True)
    await consents.check_may(session, actor, order.senior_id, "book", now)
    current = await offered(session, order.offering_id)
    _check_changeable(order, current, actor, now)
    moves = asked.model_fields_set & {"starts_at", "date", "time", "part", "offering_id", "quantity"}
    values: dict[str, Any] = {
        field: getattr(asked, field) for field in ("remarks", "address") if field in asked.model_fields_set
    }
    if asked.contact_phone:
        values["contact_phone"] = e164(asked.contact_phone)
    bookable = current
    if moves:
        if asked.offering_id not in (None, order.offering_id):
            bookable = await offered(session, asked.offering_id or order.offering_id)
        values |= await _move(session, now, order, bookable, asked)
    changes = {
        field: [getattr(order, field), new] for field, new in values.items() if getattr(order, field) != new
    }
    if not changes:
        return order
    for field, (_, new) in changes.items():
        setattr(order, field, new)
    order.status, order.updated_at = "requested", now
    remember(session, now, actor, "changed", order, changes)
    await session.flush()
    await tell(session, now, order, bookable, "changed")
    return order


async def _move(
    session: AsyncSession, now: datetime, order: Order, bookable: Bookable, asked: ChangeIn
) -> dict[str, Any]:
    """Give up the order's place and take another; returns what changes in the order."""
    quantity = asked.quantity or order.quantity
    wish = _changed_wish(order, asked)
    picked = await pick(session, now, bookable, wish, quantity, own=(order.slot_id, order.quantity))
    slot_id = picked.slot_id or await repository.make_slot(session, bookable, picked.opening)
    await repository.lock_slots(session, {order.slot_id, slot_id})
    await repository.release(session, order.slot_id, order.quantity)
    if not await repository.reserve(session, slot_id, quantity):
        raise await full(session, now, bookable, wish, quantity)
    moved = {
        "offering_id": bookable.id,
        "service_type": bookable.service_type,
        "slot_id": slot_id,
        "starts_at": picked.starts_at,
        "part": wish.part,
    }
    return moved | _price(bookable, quantity)


def _changed_wish(order: Order, asked: ChangeIn) -> Wish:
    if asked.starts_at is not None:
        return wish_for(asked.starts_at)
    local = china(order.starts_at)
    day = asked.date or local.date()
    if asked.time or asked.part:
        return Wish(day, asked.time, asked.part)
    return Wish(day, None, order.part) if order.part and asked.date else Wish(day, local.time())


async def cancel(session: AsyncSession, now: datetime, actor: Actor, said: str, reason: str | None) -> Order:
    """Cancel an order and give its place back; cancelling twice changes nothing.

    Raises:
        OrderNotFound, ConsentNeeded, WrongState, DeadlinePassed.
    """
    order = await find(session, said, lock=True)
    await consents.check_may(session, actor, order.senior_id, "book", now)
    if order.status == "cancelled":
        return order
    bookable = await offered(session, order.offering_id)
    _check_changeable(order, bookable, actor, now)
    await repository.release(session, order.slot_id, order.quantity)
    order.status, order.reason, order.updated_at = "cancelled", reason, now
    remember(session, now, actor, "cancelled", order, {"reason": [None, reason]})
    await session.flush()
    await tell(session, now, order, bookable, "cancelled")
    return order


def change_until(order: Order, bookable: Bookable) -> datetime:
    """The last moment at which the caller alone may change or cancel."""
    return order.starts_at - timedelta(minutes=bookable.change_deadline_minutes)


def _check_changeable(order: Order, bookable: Bookable, actor: Actor, now: datetime) -> None:
    """Raises WrongState or DeadlinePassed; workers are not bound by the deadline."""
    if order.status not in CHANGEABLE:
        raise errors.WrongState(STATE_SENTENCES[order.status], status=order.status)
    if actor.kind != "worker" and now > change_until(order, bookable):
        minutes = bookable.change_deadline_minutes
        words = (
            "这个服务已经开始了" if now >= order.starts_at else f"离服务开始不到{span(minutes)}了"
        ) + "，不能在这里改了。我可以请工作人员帮您办。"
        raise errors.DeadlinePassed(words, person=True, until=change_until(order, bookable).isoformat())


STATE_SENTENCES: Final[dict[OrderStatus, str]] = {
    "requested": "这个订单还没有人接，请您再等一等。",
    "accepted": "这个订单已经有人接了。",
    "on_the_way": "服务人员已经在路上了，要改我可以请工作人员帮您联系。",
    "done": "这个订单已经完成了。",
    "rated": "这个订单已经评价过了。",
    "cancelled": "这个订单已经取消了。",
    "rejected": "服务机构没有接这个订单，我可以帮您换一家。",
    "no_show": "这个订单没有服务成，我可以请工作人员帮您看看。",
}
