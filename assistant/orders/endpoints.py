"""Orders over HTTP: slots, quotes, booking, changing, the provider's steps, recurring orders."""

from __future__ import annotations

import json
import uuid
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Response
from pydantic import AwareDatetime

from assistant.kit import audit
from assistant.kit.actor import Actor
from assistant.kit.api import ActorDep, ClockDep, SessionDep, bearer, scope
from assistant.kit.errors import Forbidden, Invalid, YinlingError
from assistant.kit.tokens import Bearer
from assistant.orders import progress, repository, series, service, views
from assistant.orders.models import OrderSeries, OrderStatus
from assistant.orders.quotes import quote
from assistant.orders.schemas import (
    BatchIn,
    BatchOut,
    BatchRow,
    ChangeIn,
    EventOut,
    OrderIn,
    OrderOut,
    PauseIn,
    Quote,
    QuoteIn,
    RateIn,
    ReasonIn,
    ResumeIn,
    SeriesIn,
    SeriesOut,
    SkipIn,
    SlotOut,
    Step,
)
from assistant.orders.slots import day_slots
from assistant.people import consents

router = APIRouter(prefix="/v1", tags=["orders"])
ORDERS = [scope("orders")]

KeyHeader = Annotated[str | None, Header(alias="Idempotency-Key", max_length=120)]


def provider_or_orders(who: Annotated[Bearer, Depends(bearer)]) -> Bearer:
    """Lets providers and those who handle orders pass. Raises Forbidden."""
    if not who.scopes & {"orders", "provider-orders"}:
        raise Forbidden()
    return who


def provider_actor(actor: ActorDep, who: Annotated[Bearer, Depends(provider_or_orders)]) -> Actor:
    """The actor of a provider's step: a provider's token acts for a named provider only."""
    if "orders" not in who.scopes and actor.kind != "provider":
        raise Forbidden()
    return actor


ProviderDep = Annotated[Actor, Depends(provider_actor)]


@router.get("/offerings/{offering_id}/slots", dependencies=ORDERS)
async def slots(
    offering_id: uuid.UUID, session: SessionDep, clock: ClockDep, day: Annotated[date, Query(alias="date")]
) -> list[SlotOut]:
    """The slots of one day of China, with what is free."""
    return await day_slots(session, clock.now(), await service.offered(session, offering_id), day)


@router.post("/quotes", dependencies=ORDERS)
async def quotes(asked: QuoteIn, session: SessionDep) -> Quote:
    """What it costs and who pays; an unknown price is null and said."""
    return quote(await service.offered(session, asked.offering_id), asked.quantity)


@router.post("/orders", dependencies=ORDERS, status_code=201)
async def book(
    asked: OrderIn,
    session: SessionDep,
    clock: ClockDep,
    actor: ActorDep,
    response: Response,
    key: KeyHeader = None,
) -> OrderOut:
    """Book. The key stands in the body or in ``Idempotency-Key``; the same request again answers 200."""
    asked.idempotency_key = asked.idempotency_key or key
    order, new = await service.book(session, clock.now(), actor, asked)
    response.status_code = 201 if new else 200
    return await views.one(session, clock.now(), actor, order)


@router.post("/orders/batch", dependencies=ORDERS)
async def book_batch(
    asked: BatchIn, session: SessionDep, clock: ClockDep, actor: ActorDep, key: KeyHeader = None
) -> BatchOut:
    """Book many; each row succeeds or fails alone. Rows without a key get ``Idempotency-Key:row``."""
    rows = []
    for number, row in enumerate(asked.orders, start=1):
        if row.idempotency_key is None and key is not None:
            row.idempotency_key = f"{key}:{number}"
        try:
            async with session.begin_nested():
                order, _ = await service.book(session, clock.now(), actor, row)
            shown = await views.one(session, clock.now(), actor, order)
            rows.append(BatchRow(row=number, order=shown))
        except YinlingError as error:
            rows.append(BatchRow(row=number, error=error.as_dict()))
    booked = sum(row.order is not None for row in rows)
    return BatchOut(booked=booked, refused=len(rows) - booked, rows=rows)


@router.get("/orders", dependencies=ORDERS)
async def listed(
    session: SessionDep,
    clock: ClockDep,
    actor: ActorDep,
    senior_id: uuid.UUID | None = None,
    status: Annotated[list[OrderStatus] | None, Query()] = None,
    first: Annotated[AwareDatetime | None, Query(alias="from")] = None,
    before: Annotated[AwareDatetime | None, Query(alias="to")] = None,
    number: str | None = None,
    city: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> list[OrderOut]:
    """Orders, earliest service first. Without a senior or a number only workers may list."""
    if number is not None:
        return [await viewed(number, session, clock, actor)]
    if senior_id is not None:
        await consents.check_may(session, actor, senior_id, "see_orders", clock.now())
    elif actor.kind not in ("worker", "system"):
        raise Invalid("请说明是哪位老人的订单。")
    found = await repository.orders(
        session,
        senior=senior_id,
        statuses=status,
        first=first,
        before=before,
        city=city,
        limit=limit,
        offset=offset,
    )
    if found:
        subject = f"person:{senior_id}" if senior_id else "orders"
        audit.record(session, clock.now(), actor, "order.listed", subject, senior_id, n=len(found))
    return await views.shown(session, clock.now(), actor, found)


@router.get("/orders/{reference}", dependencies=ORDERS)
async def viewed(reference: str, session: SessionDep, clock: ClockDep, actor: ActorDep) -> OrderOut:
    """One order by id or number, as typed or said."""
    order = await service.find(session, reference)
    await consents.check_may(session, actor, order.senior_id, "see_orders", clock.now())
    audit.record(session, clock.now(), actor, "order.viewed", f"order:{order.id}", order.senior_id)
    return await views.one(session, clock.now(), actor, order)


@router.get("/orders/{reference}/history", dependencies=ORDERS)
async def history(reference: str, session: SessionDep, clock: ClockDep, actor: ActorDep) -> list[EventOut]:
    """Every change of an order, oldest first."""
    order = await service.find(session, reference)
    await consents.check_may(session, actor, order.senior_id, "see_orders", clock.now())
    return [
        EventOut(
            at=event.at,
            action=event.action,
            status=event.status,
            actor=event.actor,
            changes=json.loads(event.changes or "{}"),
        )
        for event in await repository.history(session, order.id)
    ]


@router.post("/orders/{reference}/change", dependencies=ORDERS)
async def change(
    reference: str, asked: ChangeIn, session: SessionDep, clock: ClockDep, actor: ActorDep
) -> OrderOut:
    """Change time, quantity, remarks, address or service; only what is sent."""
    order = await service.change(session, clock.now(), actor, reference, asked)
    return await views.one(session, clock.now(), actor, order)


@router.post("/orders/{reference}/cancel", dependencies=ORDERS)
async def cancel(
    reference: str, asked: ReasonIn, session: SessionDep, clock: ClockDep, actor: ActorDep
) -> OrderOut:
    """Cancel; the place is free again."""
    order = await service.cancel(session, clock.now(), actor, reference, asked.reason)
    return await views.one(session, clock.now(), actor, order)


@router.post("/orders/{reference}/rate", dependencies=ORDERS)
async def rate(
    reference: str, asked: RateIn, session: SessionDep, clock: ClockDep, actor: ActorDep
) -> OrderOut:
    """Rate a finished order, once."""
    order = await progress.rate(session, clock.now(), actor, reference, asked.rating, asked.comment)
    return await views.one(session, clock.now(), actor, order)


async def _step(
    reference: str, what: Step, reason: str | None, session: SessionDep, now: datetime, actor: Actor
) -> OrderOut:
    order = await progress.step(session, now, actor, reference, what, reason)
    return await views.one(session, now, actor, order)


@router.post("/orders/{reference}/accept")
async def accept(reference: str, session: SessionDep, clock: ClockDep, actor: ProviderDep) -> OrderOut:
    """The provider takes the order."""
    return await _step(reference, "accept", None, session, clock.now(), actor)


@router.post("/orders/{reference}/start")
async def start(reference: str, session: SessionDep, clock: ClockDep, actor: ProviderDep) -> OrderOut:
    """The provider is on the way."""
    return await _step(reference, "start", None, session, clock.now(), actor)


@router.post("/orders/{reference}/finish")
async def finish(reference: str, session: SessionDep, clock: ClockDep, actor: ProviderDep) -> OrderOut:
    """The service was given."""
    return await _step(reference, "finish", None, session, clock.now(), actor)


@router.post("/orders/{reference}/reject")
async def reject(
    reference: str, asked: ReasonIn, session: SessionDep, clock: ClockDep, actor: ProviderDep
) -> OrderOut:
    """The provider cannot; needs a reason."""
    return await _step(reference, "reject", asked.reason, session, clock.now(), actor)


@router.post("/orders/{reference}/no-show")
async def no_show(
    reference: str, asked: ReasonIn, session: SessionDep, clock: ClockDep, actor: ProviderDep
) -> OrderOut:
    """Nobody opened or came; needs a reason."""
    return await _step(reference, "no_show", asked.reason, session, clock.now(), actor)


# --- recurring orders ---


async def _series_out(session: SessionDep, now: datetime, actor: Actor, found: OrderSeries) -> SeriesOut:
    coming = await series.upcoming(session, now, found)
    fields = {field: getattr(found, field) for field in SeriesOut.model_fields if field != "orders"}
    return SeriesOut(**fields, orders=await views.shown(session, now, actor, coming))


@router.post("/order-series", dependencies=ORDERS, status_code=201)
async def start_series(
    asked: SeriesIn,
    session: SessionDep,
    clock: ClockDep,
    actor: ActorDep,
    response: Response,
    key: KeyHeader = None,
) -> SeriesOut:
    """Make a recurring order; the first four weeks are booked at once."""
    asked.idempotency_key = asked.idempotency_key or key
    found, new = await series.start(session, clock.now(), actor, asked)
    response.status_code = 201 if new else 200
    return await _series_out(session, clock.now(), actor, found)


@router.get("/order-series", dependencies=ORDERS)
async def series_listed(
    senior_id: uuid.UUID, session: SessionDep, clock: ClockDep, actor: ActorDep
) -> list[SeriesOut]:
    """Running recurring orders of a senior."""
    await consents.check_may(session, actor, senior_id, "see_orders", clock.now())
    found = await repository.series_of(session, senior_id)
    return [await _series_out(session, clock.now(), actor, each) for each in found]


@router.get("/order-series/{series_id}", dependencies=ORDERS)
async def series_viewed(
    series_id: uuid.UUID, session: SessionDep, clock: ClockDep, actor: ActorDep
) -> SeriesOut:
    """One recurring order with its coming orders."""
    found = await series.find(session, series_id)
    await consents.check_may(session, actor, found.senior_id, "see_orders", clock.now())
    return await _series_out(session, clock.now(), actor, found)


@router.post("/order-series/{series_id}/skip", dependencies=ORDERS)
async def series_skip(
    series_id: uuid.UUID, asked: SkipIn, session: SessionDep, clock: ClockDep, actor: ActorDep
) -> SeriesOut:
    """Leave out one day."""
    found = await series.skip(session, clock.now(), actor, series_id, asked.day)
    return await _series_out(session, clock.now(), actor, found)


@router.post("/order-series/{series_id}/pause", dependencies=ORDERS)
async def series_pause(
    series_id: uuid.UUID, asked: PauseIn, session: SessionDep, clock: ClockDep, actor: ActorDep
) -> SeriesOut:
    """Pause, to a day or until it is resumed."""
    found = await series.pause(session, clock.now(), actor, series_id, asked.first, asked.last)
    return await _series_out(session, clock.now(), actor, found)


@router.post("/order-series/{series_id}/resume", dependencies=ORDERS)
async def series_resume(
    series_id: uuid.UUID, asked: ResumeIn, session: SessionDep, clock: ClockDep, actor: ActorDep
) -> SeriesOut:
    """End a pause."""
    found = await series.resume(session, clock.now(), actor, series_id, asked.first)
    return await _series_out(session, clock.now(), actor, found)


@router.post("/order-series/{series_id}/cancel", dependencies=ORDERS)
async def series_cancel(
    series_id: uuid.UUID,
    session: SessionDep,
    clock: ClockDep,
    actor: ActorDep,
    asked: ReasonIn | None = None,
) -> SeriesOut:
    """Cancel it and its coming orders."""
    found = await series.stop(session, clock.now(), actor, series_id, asked.reason if asked else None)
    return await _series_out(session, clock.now(), actor, found)
