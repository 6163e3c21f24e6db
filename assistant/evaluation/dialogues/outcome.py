"""Compares what a dialogue was to bring about with what stands in the database."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from dateutil.rrule import rrulestr
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.catalog.vocabulary import service_type_of
from assistant.evaluation.dialogues.driver import Played
from assistant.evaluation.dialogues.scene import Scene
from assistant.kit.clock import china
from assistant.kit.text import half_width, phone_number
from assistant.kit.when import WINDOWS
from assistant.orders.models import Order, OrderEvent, OrderSeries
from assistant.people import repository as people
from assistant.tickets.models import Ticket

TICKETS = {
    "assessment": ("assessment",),
    "device_request": ("device",),
    "emergency_ticket": ("emergency",),
    "complaint_ticket": ("complaint",),
    # A hand-over while somebody sits at the desk is the same promise, kept sooner.
    "callback_ticket": ("callback", "handoff"),
}
LIVING = ("requested", "accepted", "on_the_way", "done", "rated")


@dataclass
class World:
    """What stands in the database after a dialogue."""

    scene: Scene
    played: Played
    session: AsyncSession
    orders: list[Order]
    series: list[OrderSeries]
    tickets: list[Ticket]

    @property
    def known_orders(self) -> list[Order]:
        """The orders that a change or a cancellation is about: those that stood before the dialogue, or, where
        none did, those made in it."""
        return [one for one in self.orders if not self.scene.orders or one.id in self.scene.orders]

    @property
    def new_orders(self) -> list[Order]:
        return [one for one in self.orders if one.id not in self.scene.orders and one.status in LIVING]


Check = Callable[[World, dict[str, Any]], Awaitable[str | None]]


async def difference(
    session: AsyncSession, scene: Scene, played: Played, expected: dict[str, Any]
) -> str | None:
    """The first difference between outcome and world, in words; None when there is none."""
    world = World(
        scene,
        played,
        session,
        list(await session.scalars(select(Order).order_by(Order.created_at))),
        list(await session.scalars(select(OrderSeries))),
        list(await session.scalars(select(Ticket).order_by(Ticket.opened_at))),
    )
    kind = str(expected.get("type") or "none")
    if kind not in CHECKS:
        return f"unknown outcome type {kind}"
    return await CHECKS[kind](world, expected) or _mentioned(played, expected)


def _mentioned(played: Played, expected: dict[str, Any]) -> str | None:
    wanted = expected.get("must_mention") or []
    said = _plain(played.said)
    for words in [wanted] if isinstance(wanted, str) else wanted:
        if not any(_plain(each) in said for each in str(words).split("|")):
            return f"never mentioned: {words}"
    return None


def _plain(text: str) -> str:
    return re.sub(r"[\s，。、,]", "", half_width(text)).lower()


# --- orders ------------------------------------------------------------------------------------------


async def _order(world: World, expected: dict[str, Any]) -> str | None:
    if expected.get("recurrence"):
        return await _recurring(world, expected)
    if not world.new_orders:
        return "no order"
    found = [await _unlike(world, one, expected) for one in world.new_orders]
    if None not in found:
        return found[0]
    # One was asked for; a second one would be a mistake nobody asked for.
    return f"{len(found)} orders instead of 1" if len(found) > 1 and not expected.get("orders") else None


async def _orders(world: World, expected: dict[str, Any]) -> str | None:
    wanted = expected.get("orders") or expected.get("items") or []
    if not wanted:
        count = int(expected.get("count") or 2)
        if len(world.new_orders) < count and not world.series:
            return f"{len(world.new_orders)} orders instead of {count}"
        wanted = [
            {
                key: value
                for key, value in expected.items()
                if key not in ("type", "count", "must_mention", "name")
            }
        ]
    left = list(world.new_orders)
    for each in wanted:
        merged = {
            **{k: v for k, v in expected.items() if k in ("service_type", "date", "time", "quantity")},
            **each,
        }
        problems = [(one, await _unlike(world, one, merged)) for one in left]
        match = next((one for one, problem in problems if problem is None), None)
        if match is None:
            return f"no order like {each}: {[problem for _, problem in problems]}"
        left.remove(match)
    return None


async def _recurring(world: World, expected: dict[str, Any]) -> str | None:
    if not world.series:
        return "no recurring order"
    one = world.series[-1]
    if not same_days(one.rrule, str(expected["recurrence"]), one.starts_on):
        return f"recurrence {one.rrule} instead of {expected['recurrence']}"
    sample = next((order for order in world.new_orders if order.series_id == one.id), None)
    if sample is None:
        return "the series has no orders"
    rest = {key: value for key, value in expected.items() if key not in ("recurrence", "date")}
    if _day(expected) and one.starts_on != _day(expected):
        return f"starts on {one.starts_on} instead of {_day(expected)}"
    return await _unlike(world, sample, rest)


def same_days(got: str, wanted: str, starts_on: date) -> bool:
    """Whether two rules name the same days from a day on: ten times is until the tenth."""
    start = datetime.combine(starts_on, time())
    try:
        first, second = (rrulestr(each.removeprefix("RRULE:"), dtstart=start) for each in (got, wanted))
    except ValueError:
        return False
    return [moment.date() for _, moment in zip(range(40), first, strict=False)] == [
        moment.date() for _, moment in zip(range(40), second, strict=False)
    ]


async def _unlike(world: World, order: Order, expected: dict[str, Any]) -> str | None:
    """How an order differs from what was expected; None when it does not."""
    start = china(order.starts_at)
    wanted_day = _day(expected)
    kind = service_type_of(str(expected["service_type"])) if expected.get("service_type") else None
    if kind and order.service_type != kind.key:
        return f"service_type {order.service_type} instead of {kind.key}"
    if wanted_day and start.date() != wanted_day:
        return f"date {start.date()} instead of {wanted_day}"
    if expected.get("time") and not _same_time(start.time(), str(expected["time"])):
        return f"time {start.time()} instead of {expected['time']}"
    if expected.get("quantity") and order.quantity != int(expected["quantity"]):
        return f"quantity {order.quantity} instead of {expected['quantity']}"
    if expected.get("for_whom") and not _same_whom(order, str(expected["for_whom"])):
        return f"for {order.for_whom} instead of {expected['for_whom']}"
    return await _other_person(world, order, expected)


async def _other_person(world: World, order: Order, expected: dict[str, Any]) -> str | None:
    person = await people.get(world.session, order.senior_id)
    assert person is not None
    if expected.get("name") and person.name != str(expected["name"]):
        return f"name {person.name} instead of {expected['name']}"
    if expected.get("phone"):
        numbers = {one.phone for one in person.phones} | {order.contact_phone}
        if phone_number(str(expected["phone"])) not in numbers:
            return f"phone {expected['phone']} is not on record"
    if expected.get("address"):
        known = _plain(f"{order.address or ''} {person.address or ''}")
        if _plain(str(expected["address"])) not in known:
            return f"address {order.address} instead of {expected['address']}"
    return None


def _day(expected: dict[str, Any]) -> date | None:
    said = expected.get("date")
    said = said.get("abs") if isinstance(said, dict) else said
    return date.fromisoformat(str(said)[:10]) if said else None


def _same_time(got: time, wanted: str) -> bool:
    if wanted in WINDOWS:
        first, last = WINDOWS[wanted]
        return first <= got <= last
    match = re.match(r"(\d{1,2}):(\d{2})", wanted)
    return match is None or got == time(int(match[1]), int(match[2]))


def _same_whom(order: Order, wanted: str) -> bool:
    return order.for_whom == ("self" if wanted in ("self", "本人", "自己") else "other")


# --- everything else ---------------------------------------------------------------------------------


async def _changed(world: World, expected: dict[str, Any]) -> str | None:
    known = [one for one in world.known_orders if one.status in LIVING]
    if not world.scene.orders:
        # What was booked a moment ago differs from its booking only if it was changed since.
        events = select(OrderEvent.order_id).where(OrderEvent.action == "changed")
        changed = set(await world.session.scalars(events))
        known = [one for one in known if one.id in changed]
    if not known:
        return "no order was changed, or it is gone"
    problems = [await _unlike(world, one, expected) for one in known]
    return None if None in problems else problems[0]


async def _cancelled(world: World, expected: dict[str, Any]) -> str | None:
    gone = [one for one in world.known_orders if one.status == "cancelled"]
    if not gone:
        return "nothing was cancelled"
    problems = [await _unlike(world, one, expected) for one in gone]
    return None if None in problems else problems[0]


async def _told(world: World, expected: dict[str, Any]) -> str | None:
    """Something was answered and nothing was done."""
    if world.new_orders:
        return "an order nobody asked for"
    return None if world.played.said else "nothing was said"


async def _status(world: World, expected: dict[str, Any]) -> str | None:
    """The state of an order was told, which may have been booked a moment before."""
    if len(world.new_orders) > 1:
        return f"{len(world.new_orders)} orders instead of 1"
    return None if world.played.said else "nothing was said"


async def _ticket(world: World, expected: dict[str, Any]) -> str | None:
    kinds = TICKETS[str(expected["type"])]
    found = [one for one in world.tickets if one.kind in kinds]
    if not found:
        return f"no ticket of kind {'/'.join(kinds)}"
    wanted = expected.get("department")
    if wanted and not any(one.department and str(wanted) in one.department for one in found):
        return f"department {found[0].department} instead of {wanted}"
    return None


async def _profile(world: World, expected: dict[str, Any]) -> str | None:
    known = [
        person for one in world.scene.people.values() if (person := await people.get(world.session, one))
    ]
    if expected.get("phone"):
        number = phone_number(str(expected["phone"]))
        delegates = await people.by_phone(world.session, number)
        if not delegates and not any(number == phone.phone for person in known for phone in person.phones):
            return f"phone {expected['phone']} is not on record"
    if expected.get("address") and not any(
        _plain(str(expected["address"])) in _plain(person.address or "") for person in known
    ):
        return f"address {expected['address']} is not on record"
    events = [event for person in known for event in await people.history(world.session, person.id)]
    return None if any(event.action != "created" for event in events) else "nothing was changed"


async def _false_alarm(world: World, expected: dict[str, Any]) -> str | None:
    open_alarms = [one for one in world.tickets if one.kind == "emergency" and one.closed_at is None]
    return "an alarm is still open" if open_alarms else None


async def _nothing(world: World, expected: dict[str, Any]) -> str | None:
    if world.new_orders or world.series:
        return "an order nobody wanted"
    wrong = [one.kind for one in world.tickets if one.kind not in ("callback", "handoff")]
    return f"a ticket nobody wanted: {wrong[0]}" if wrong else None


CHECKS: dict[str, Check] = {
    "order": _order,
    "orders": _orders,
    "changed": _changed,
    "cancelled": _cancelled,
    "order_status": _status,
    "info": _told,
    "subsidy_answer": _told,
    **dict.fromkeys(TICKETS, _ticket),
    "profile_updated": _profile,
    "false_alarm": _false_alarm,
    "abandoned": _nothing,
    "none": _nothing,
}
