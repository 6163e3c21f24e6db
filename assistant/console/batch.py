"""Many bookings at once: each row is tried in full, and succeeds or fails alone.

The preview books everything and takes it all back: what it says of each row (closed, full, booked already)
is what booking will say, rows that take each other's last place included.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from pydantic import BaseModel
from sqlalchemy import delete, select

from assistant.catalog.vocabulary import SERVICE_TYPES
from assistant.console import offers
from assistant.console.access import Visit
from assistant.console.models import Batch
from assistant.kit.clock import china, from_china
from assistant.kit.errors import Invalid, YinlingError
from assistant.orders import service as orders
from assistant.orders.models import HOLDING, Order
from assistant.orders.schemas import Alternative, OrderIn
from assistant.people.models import Person

KEPT: Final = timedelta(days=7)
"""How long a batch can be looked at; its rows name people."""


class Wanted(BaseModel):
    """One row as it was understood: who, what, when."""

    senior_id: uuid.UUID
    offering_id: uuid.UUID
    day: date
    at: time
    """China time."""
    quantity: int = 1
    remarks: str | None = None


class Row(BaseModel):
    """One row of a batch: as it was written, as it was understood, what became of it."""

    number: int
    """As the sheet counts."""
    title: str
    """Who, as written."""
    what: str
    wanted: Wanted | None = None
    problem: str | None = None
    advice: str | None = None
    """Other times, where there are any."""
    order: str | None = None
    """Number of the order once booked."""
    order_id: uuid.UUID | None = None


class Undone(Exception):
    """Ends the savepoint of a preview."""


async def prepare(visit: Visit, rows: Sequence[Row]) -> Batch:
    """Try all rows, take everything back, and keep the rows with what was found."""
    tried = list(rows)
    try:
        async with visit.session.begin_nested():
            tried = await _book(visit, uuid.uuid4(), rows)
            raise Undone
    except Undone:
        pass
    await visit.session.execute(delete(Batch).where(Batch.made_at < visit.now - KEPT))
    kept = [row.model_copy(update={"order": None, "order_id": None}) for row in tried]
    batch = Batch(
        id=uuid.uuid4(), account_id=visit.account.id, made_at=visit.now, rows=_plain(kept), booked_at=None
    )
    visit.session.add(batch)
    await visit.session.flush()
    return batch


async def book(visit: Visit, batch: Batch) -> list[Row]:
    """Book the rows that had no problem. Sent twice it is done once."""
    rows = [Row.model_validate(row) for row in batch.rows]
    if batch.booked_at is None:
        rows = await _book(visit, batch.id, rows)
        batch.rows, batch.booked_at = _plain(rows), visit.now
        await visit.session.flush()
    return rows


async def _book(visit: Visit, batch: uuid.UUID, rows: Sequence[Row]) -> list[Row]:
    done = []
    for row in rows:
        if row.wanted is None or row.problem is not None:
            done.append(row)
            continue
        try:
            async with visit.session.begin_nested():
                order = await _one(visit, f"batch:{batch}:{row.number}", row.wanted)
            done.append(row.model_copy(update={"order": order.number, "order_id": order.id}))
        except YinlingError as error:
            done.append(row.model_copy(update={"problem": error.message, "advice": _advice(error.details)}))
    return done


async def _one(visit: Visit, key: str, wanted: Wanted) -> Order:
    await visit.covers([wanted.senior_id])
    offer = await offers.one(visit, wanted.offering_id)
    await _refuse_twice(visit, wanted, offer)
    asked = OrderIn(
        senior_id=wanted.senior_id,
        offering_id=wanted.offering_id,
        starts_at=from_china(datetime.combine(wanted.day, wanted.at)),
        quantity=wanted.quantity,
        for_whom="other",
        remarks=wanted.remarks,
        idempotency_key=key,
    )
    order, _ = await orders.book(visit.session, visit.now, visit.actor, asked)
    return order


async def _refuse_twice(visit: Visit, wanted: Wanted, offer: offers.Offer) -> None:
    """A senior who has this service on that day already was most likely listed twice. Raises Invalid."""
    start = from_china(datetime.combine(wanted.day, time()))
    known = await visit.session.scalar(
        select(Order.number).where(
            Order.senior_id == wanted.senior_id,
            Order.service_type == offer.service_type,
            Order.status.in_(HOLDING),
            Order.starts_at >= start,
            Order.starts_at < start + timedelta(days=1),
        )
    )
    if known is not None:
        kind = SERVICE_TYPES[offer.service_type].name
        raise Invalid(f"这位老人当天已经约了{kind}，不重复预约。")


def _advice(details: dict[str, Any]) -> str | None:
    found = details.get("alternatives") or {}
    told = [*found.get("same_day", []), *found.get("other_days", [])]
    times = [china(Alternative.model_validate(each).starts_at) for each in told[:3]]
    return "可以改到" + "、".join(f"{at.month}月{at.day}日{at:%H:%M}" for at in times) if times else None


def _plain(rows: Sequence[Row]) -> list[dict[str, Any]]:
    return [row.model_dump(mode="json") for row in rows]


async def of_people(
    visit: Visit, ids: Sequence[uuid.UUID], offer: offers.Offer, day: date, at: time, remarks: str | None
) -> list[Row]:
    """A row for each of the people picked. Raises NotFound when one is not covered."""
    await visit.covers(ids)
    found = {one.id: one for one in await visit.session.scalars(select(Person).where(Person.id.in_(ids)))}
    return [
        Row(
            number=number,
            title=found[senior].name,
            what=f"{offer.title}　{day:%m-%d} {at:%H:%M}",
            wanted=Wanted(senior_id=senior, offering_id=offer.id, day=day, at=at, remarks=remarks),
        )
        for number, senior in enumerate(dict.fromkeys(ids), start=1)
    ]
