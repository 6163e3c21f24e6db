"""The meals of a week by building: for the one who carries them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final

from fastapi import APIRouter, Request, Response
from sqlalchemy import select

from assistant.catalog.models import Offering, Place
from assistant.console import pages, sheet, words
from assistant.console.access import Seniors, Visit
from assistant.console.guard import Guarded
from assistant.kit import audit
from assistant.kit.clock import china, from_china
from assistant.orders.models import Order
from assistant.people import keys
from assistant.people.models import Person

COUNTED: Final = ("requested", "accepted", "on_the_way", "done", "rated")
WEEK: Final = 7

router = APIRouter(prefix="/meals", route_class=Guarded)


@dataclass
class Eater:
    """One senior's meals of a week."""

    name: str
    address: str
    days: dict[date, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Day → "11:30 春晓食堂 1份"."""
    portions: dict[date, int] = field(default_factory=lambda: defaultdict(int))
    remarks: set[str] = field(default_factory=set)


@dataclass
class Building:
    """The eaters of one building, and how many portions each day."""

    title: str
    eaters: list[Eater]

    def portions(self, day: date) -> int:
        return sum(one.portions[day] for one in self.eaters)


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


async def week(visit: Visit, first: date) -> list[Building]:
    """The meals of the week that begins on ``first``, by community and building."""
    start = from_china(datetime.combine(first, time()))
    found = await visit.session.execute(
        select(Order, Person, Place.name)
        .join(Person, Person.id == Order.senior_id)
        .join(Offering, Offering.id == Order.offering_id)
        .join(Place, Place.id == Offering.place_id)
        .where(
            Order.service_type == "meal",
            Order.status.in_(COUNTED),
            Order.starts_at >= start,
            Order.starts_at < start + timedelta(days=WEEK),
            visit.people(),
        )
        .order_by(Order.starts_at)
    )
    eaters: dict[str, dict[str, Eater]] = defaultdict(dict)
    for order, person, place in found:
        eater = eaters[_building(person)].setdefault(
            str(person.id), Eater(person.name, order.address or person.address or "")
        )
        local = china(order.starts_at)
        eater.days[local.date()].append(f"{local:%H:%M} {place} {order.quantity}{order.unit}")
        eater.portions[local.date()] += order.quantity
        if order.remarks:
            eater.remarks.add(order.remarks)
    return [
        Building(title, sorted(found.values(), key=lambda one: one.address))
        for title, found in sorted(eaters.items())
    ]


def _building(person: Person) -> str:
    number = keys.building(person.address)
    where = " ".join(part for part in (person.street, person.community) if part)
    return f"{where} {number}号楼".strip() if number else f"{where} 其他".strip()


@router.get("")
async def shown(request: Request, visit: Seniors, day: date | None = None) -> Response:
    """The list on a page that prints."""
    first = monday(day or china(visit.now).date())
    buildings = await week(visit, first)
    audit.record(visit.session, visit.now, visit.actor, "order.listed", "meals", day=str(first))
    return pages.show(
        request,
        visit,
        "meals.html",
        first=first,
        days=_days(first),
        before=first - timedelta(days=WEEK),
        after=first + timedelta(days=WEEK),
        buildings=buildings,
    )


@router.get("/week.xlsx")
async def exported(visit: Seniors, day: date | None = None) -> Response:
    """The list as a workbook."""
    first = monday(day or china(visit.now).date())
    days = _days(first)
    rows: list[Sequence[str]] = [["楼", "姓名", "地址", *(words.day(each) for each in days), "备注"]]
    for building in await week(visit, first):
        for one in building.eaters:
            meals = ["；".join(one.days[each]) for each in days]
            rows.append([building.title, one.name, one.address, *meals, "；".join(sorted(one.remarks))])
        rows.append([building.title, "合计", "", *(str(building.portions(each) or "") for each in days), ""])
    audit.record(visit.session, visit.now, visit.actor, "order.exported", "meals", day=str(first))
    return Response(
        sheet.workbook("送餐表", rows),
        media_type=sheet.XLSX,
        headers={"content-disposition": f"attachment; filename=meals-{first}.xlsx"},
    )


def _days(first: date) -> list[date]:
    return [first + timedelta(days=number) for number in range(WEEK)]
