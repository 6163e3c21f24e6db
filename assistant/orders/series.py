"""Recurring orders: made once, booked four weeks ahead, a day skipped, paused, resumed, cancelled."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from assistant.kit import audit
from assistant.kit.actor import Actor
from assistant.kit.clock import china
from assistant.kit.errors import Conflict, Invalid, YinlingError
from assistant.orders import errors, recurrence, repository
from assistant.orders.models import HOLDING, Order, OrderSeries
from assistant.orders.openings import Bookable, Wish, fitting, openings
from assistant.orders.picking import check_bookable
from assistant.orders.schemas import OrderIn, SeriesIn
from assistant.orders.service import CHANGEABLE, book, cancel, offered, request_hash
from assistant.people import consents, views
from assistant.people.notices import notify
from assistant.people.service import e164

AHEAD: Final = timedelta(days=28)
"""How far ahead single orders are made from a series."""


async def start(
    session: AsyncSession, now: datetime, actor: Actor, asked: SeriesIn
) -> tuple[OrderSeries, bool]:
    """Make a recurring order and book its first four weeks. Days that cannot be booked stand in ``missed``.

    Returns:
        The series, and whether it is new.

    Raises:
        Invalid: the rule is none, or no day falls into it.
        Closed: the service is never open then; the other errors of ``service.book``.
    """
    key = asked.idempotency_key
    if key is None:
        raise Invalid("缺少防重复的编号。")
    digest = request_hash(asked)
    if (known := await repository.series_by_key(session, key)) is not None:
        if known.request_hash != digest:
            raise errors.KeyReused()
        return known, False
    await consents.check_may(session, actor, asked.senior_id, "book", now)
    await views.get(session, asked.senior_id)
    bookable = await offered(session, asked.offering_id)
    check_bookable(bookable)
    rule = recurrence.tidy(asked.rrule)
    today = china(now).date()
    if asked.starts_on < today:
        raise errors.InThePast()
    falls = recurrence.days(rule, asked.starts_on, asked.starts_on, today + 3 * AHEAD, until=asked.until)
    if not falls:
        raise Invalid("这样安排一天也排不上，请您换个说法。")
    values: dict[str, Any] = {
        "id": uuid.uuid4(),
        **asked.model_dump(exclude={"time", "part", "contact_phone"}),
        "rrule": rule,
        "at": asked.time or _usual_time(bookable, asked, falls),
        "contact_phone": e164(asked.contact_phone) if asked.contact_phone else None,
        "booked_by": actor.model_dump(mode="json", exclude_none=True),
        "channel": actor.channel,
        "skipped": [],
        "paused": [],
        "missed": [],
        "status": "active",
        "expanded_until": max(today, asked.starts_on) - timedelta(days=1),
        "request_hash": digest,
        "created_at": now,
        "updated_at": now,
    }
    series = await _insert(session, values)
    await expand(session, now, series)
    audit.record(session, now, actor, "series.started", f"series:{series.id}", series.senior_id)
    await _tell(session, now, series, bookable, "booked")
    return series, True


async def _insert(session: AsyncSession, values: dict[str, Any]) -> OrderSeries:
    for _ in range(5):
        values["number"] = repository.new_number("YC")
        if await repository.insert_series(session, values):
            found = await repository.series(session, values["id"], lock=True)
            assert found is not None
            return found
    raise Conflict("预订号暂时分配不了，请再试一次。")


def _usual_time(bookable: Bookable, asked: SeriesIn, falls: list[date]) -> Any:
    """The time of day that the part of the day means at this service, on the first day it is open."""
    for day in falls:
        if met := fitting(openings(bookable, day), Wish(day, None, asked.part)):
            return china(met[0][1]).time()
    raise errors.Closed()


async def find(session: AsyncSession, series_id: uuid.UUID, *, lock: bool = False) -> OrderSeries:
    """Raises SeriesNotFound."""
    found = await repository.series(session, series_id, lock=lock)
    if found is None:
        raise errors.SeriesNotFound()
    return found


async def expand(session: AsyncSession, now: datetime, series: OrderSeries) -> int:
    """Book the days of a series up to ``AHEAD`` from today that are not booked yet; returns how many.

    A day that cannot be booked does not stop the others: it is noted in ``missed`` with its reason.
    """
    until = china(now).date() + AHEAD
    first = series.expanded_until + timedelta(days=1)
    if series.status != "active" or first > until:
        return 0
    booked, missed = 0, []
    for day in _falls(series, first, until):
        try:
            async with session.begin_nested():
                await _book_day(session, now, series, day)
            booked += 1
        except YinlingError as error:
            missed.append(f"{day.isoformat()} {error.code}")
    series.missed = [*series.missed, *missed]
    series.expanded_until = until
    series.updated_at = now
    if recurrence.over(series.rrule, series.starts_on, until, series.until):
        series.status = "ended"
    await session.flush()
    return booked


def _falls(series: OrderSeries, first: date, last: date) -> list[date]:
    return recurrence.days(
        series.rrule,
        series.starts_on,
        first,
        last,
        until=series.until,
        skipped=series.skipped,
        paused=series.paused,
        skip_holidays=series.skip_holidays,
    )


async def _book_day(session: AsyncSession, now: datetime, series: OrderSeries, day: date) -> None:
    asked = OrderIn(
        senior_id=series.senior_id,
        offering_id=series.offering_id,
        date=day,
        time=series.at,
        quantity=series.quantity,
        for_whom=series.for_whom,
        remarks=series.remarks,
        address=series.address,
        contact_phone=series.contact_phone,
        idempotency_key=f"series:{series.id}:{day.isoformat()}:{int(now.timestamp())}",
    )
    # The series was allowed when it was made; that is why the system books its days.
    by = Actor(kind="system", channel="api", conversation=series.booked_by.get("conversation"))
    await book(session, now, by, asked, series=(series.id, day))


async def skip(
    session: AsyncSession, now: datetime, actor: Actor, series_id: uuid.UUID, day: date
) -> OrderSeries:
    """Leave out one day; its order, if made, is cancelled.

    Raises:
        SeriesNotFound, ConsentNeeded, WrongState, DeadlinePassed.
    """
    series = await _mine(session, now, actor, series_id)
    if day not in series.skipped:
        await _cancel_orders(session, now, actor, series, day, day, "这一天不要")
        series.skipped = sorted([*series.skipped, day])
        await _changed(session, now, actor, series, "series.skipped")
    return series


async def pause(
    session: AsyncSession, now: datetime, actor: Actor, series_id: uuid.UUID, first: date, last: date | None
) -> OrderSeries:
    """Pause from a day, to a day or until it is resumed; orders made for these days are cancelled.

    Raises:
        SeriesNotFound, ConsentNeeded, WrongState, DeadlinePassed.
        Invalid: the end lies before the start, or it is paused without an end already.
    """
    series = await _mine(session, now, actor, series_id)
    if last is not None and last < first:
        raise Invalid("结束的日子比开始的还早，请您再说一遍。")
    if any(not end for _, end in series.paused):
        raise Invalid("这个长期预订已经暂停了。")
    await _cancel_orders(session, now, actor, series, first, last or date.max, "暂停")
    series.paused = [*series.paused, [first.isoformat(), last.isoformat() if last else ""]]
    await _changed(session, now, actor, series, "series.paused")
    return series


async def resume(
    session: AsyncSession, now: datetime, actor: Actor, series_id: uuid.UUID, first: date | None = None
) -> OrderSeries:
    """End a pause: ``first`` (else today) is served again, and its orders are made.

    Raises:
        SeriesNotFound, ConsentNeeded, WrongState.
    """
    series = await _mine(session, now, actor, series_id)
    today = china(now).date()
    first = max(first or today, today)
    eve = (first - timedelta(days=1)).isoformat()
    series.paused = [
        [start, min(end or eve, eve)] if start <= eve else [start, start]
        for start, end in series.paused
        if start < first.isoformat()
    ]
    series.expanded_until = min(series.expanded_until, first - timedelta(days=1))
    await _changed(session, now, actor, series, "series.resumed")
    await expand(session, now, series)
    return series


async def stop(
    session: AsyncSession, now: datetime, actor: Actor, series_id: uuid.UUID, reason: str | None = None
) -> OrderSeries:
    """Cancel a series and its coming orders; those too close to be cancelled are still served.

    Raises:
        SeriesNotFound, ConsentNeeded.
    """
    series = await find(session, series_id, lock=True)
    await consents.check_may(session, actor, series.senior_id, "book", now)
    if series.status != "cancelled":
        series.status = "cancelled"
        await _cancel_orders(
            session, now, actor, series, date.min, date.max, reason or "取消长期预订", strict=False
        )
        await _changed(session, now, actor, series, "series.cancelled")
        await _tell(session, now, series, await offered(session, series.offering_id), "cancelled")
    return series


async def _mine(session: AsyncSession, now: datetime, actor: Actor, series_id: uuid.UUID) -> OrderSeries:
    series = await find(session, series_id, lock=True)
    await consents.check_may(session, actor, series.senior_id, "book", now)
    if series.status != "active":
        raise errors.WrongState("这个长期预订已经结束了。", status=series.status)
    return series


async def _cancel_orders(
    session: AsyncSession,
    now: datetime,
    actor: Actor,
    series: OrderSeries,
    first: date,
    last: date,
    reason: str,
    *,
    strict: bool = True,
) -> None:
    """Cancel the coming orders of the days; a deadline passed raises, or is left alone if not ``strict``."""
    for order in await upcoming(session, now, series):
        if (
            order.series_day is None
            or not first <= order.series_day <= last
            or order.status not in CHANGEABLE
        ):
            continue
        try:
            async with session.begin_nested():
                await cancel(session, now, actor, str(order.id), reason)
        except errors.DeadlinePassed:
            if strict:
                raise


async def upcoming(session: AsyncSession, now: datetime, series: OrderSeries) -> list[Order]:
    """Orders of a series still to come."""
    found = await repository.orders(
        session, series=series.id, statuses=HOLDING, first=now, limit=AHEAD.days * 2
    )
    return list(found)


async def _changed(
    session: AsyncSession, now: datetime, actor: Actor, series: OrderSeries, action: str
) -> None:
    series.updated_at = now
    audit.record(session, now, actor, action, f"series:{series.id}", series.senior_id)
    await session.flush()


async def _tell(
    session: AsyncSession, now: datetime, series: OrderSeries, bookable: Bookable, event: str
) -> None:
    await notify(
        session,
        now,
        series.senior_id,
        f"series.{event}",
        f"series:{series.id}:{event}",
        number=series.number,
        service_type=bookable.service_type,
        place=bookable.place,
        rrule=series.rrule,
        at=series.at.isoformat(),
        quantity=series.quantity,
        demo=bookable.demo,
    )
