"""Booking for one senior by a form: service, day, time, read back, booked."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response

from assistant.console import offers, pages
from assistant.console.access import Seniors
from assistant.console.guard import Guarded
from assistant.kit.clock import china, from_china
from assistant.kit.errors import Invalid
from assistant.orders import errors
from assistant.orders import service as orders
from assistant.orders.quotes import quote
from assistant.orders.schemas import MAX_QUANTITY, Alternative, OrderIn
from assistant.orders.slots import day_slots
from assistant.people import views as people

router = APIRouter(prefix="/book", route_class=Guarded)

Quantity = Annotated[int, Form(ge=1, le=MAX_QUANTITY)]
Words = Annotated[str, Form(max_length=500)]


@router.get("/{person_id}")
async def form(request: Request, person_id: uuid.UUID, visit: Seniors) -> Response:
    person = people.full(await people.get(visit.session, person_id), visit.now)
    return pages.show(
        request,
        visit,
        "book.html",
        person=person,
        offers=await offers.listed(visit.session, visit.account.city_code),
        tomorrow=china(visit.now).date() + timedelta(days=1),
        key=uuid.uuid4(),
    )


@router.post("/{person_id}/slots")
async def slots(
    request: Request,
    person_id: uuid.UUID,
    visit: Seniors,
    offering_id: Annotated[uuid.UUID, Form()],
    day: Annotated[date, Form()],
) -> Response:
    """The times of one day, as choices."""
    offer = await offers.one(visit, offering_id)
    bookable = await orders.offered(visit.session, offer.id)
    found = await day_slots(visit.session, visit.now, bookable, day)
    return pages.show(request, visit, "book_slots.html", slots=found, chosen=None)


@router.post("/{person_id}/preview")
async def preview(
    request: Request,
    person_id: uuid.UUID,
    visit: Seniors,
    offering_id: Annotated[uuid.UUID, Form()],
    starts_at: Annotated[datetime, Form()],
    key: Annotated[uuid.UUID, Form()],
    quantity: Quantity = 1,
    remarks: Words = "",
    address: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Read back everything that will be booked, with the price and who pays."""
    person = people.full(await people.get(visit.session, person_id), visit.now)
    offer = await offers.one(visit, offering_id)
    told = quote(await orders.offered(visit.session, offer.id), quantity)
    return pages.show(
        request,
        visit,
        "book_preview.html",
        person=person,
        offer=offer,
        starts_at=from_china(starts_at),
        quantity=quantity,
        remarks=remarks,
        address=address or (person.address if offer.at_home else ""),
        quote=told,
        key=key,
    )


@router.post("/{person_id}")
async def book(
    request: Request,
    person_id: uuid.UUID,
    visit: Seniors,
    offering_id: Annotated[uuid.UUID, Form()],
    starts_at: Annotated[datetime, Form()],
    key: Annotated[uuid.UUID, Form()],
    quantity: Quantity = 1,
    remarks: Words = "",
    address: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Book; the same form sent twice is one order. A full time comes back with other times."""
    offer = await offers.one(visit, offering_id)
    asked = OrderIn(
        senior_id=person_id,
        offering_id=offer.id,
        starts_at=from_china(starts_at),
        quantity=quantity,
        for_whom="other",
        remarks=remarks or None,
        address=address or None,
        idempotency_key=f"console:{visit.account.id}:{key}",
    )
    try:
        async with visit.session.begin_nested():
            order, _ = await orders.book(visit.session, visit.now, visit.actor, asked)
    except (errors.SlotFull, errors.Closed, errors.TooLate) as error:
        other = _alternatives(error.details)
        return pages.show(
            request,
            visit,
            "book_refused.html",
            status=error.status,
            message=error.message,
            alternatives=other,
        )
    return pages.go(request, f"/console/seniors/{person_id}/orders/{order.id}")


def _alternatives(details: dict[str, Any]) -> list[Alternative]:
    found = details.get("alternatives") or {}
    told = [*found.get("same_day", []), *found.get("other_days", []), *found.get("other_places", [])]
    return [Alternative.model_validate(each) for each in told]


@router.post("/orders/{order_id}/cancel")
async def cancel(
    request: Request, order_id: uuid.UUID, visit: Seniors, reason: Annotated[str, Form(max_length=300)]
) -> Response:
    if not reason.strip():
        raise Invalid("请写明取消的原因。")
    order = await orders.cancel(visit.session, visit.now, visit.actor, str(order_id), reason.strip())
    return pages.go(request, f"/console/seniors/{order.senior_id}/orders/{order_id}")
