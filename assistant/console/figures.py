"""Figures of a month: needs, orders, unmet needs, response times, satisfaction. No cell tells of fewer than
five people, and none can be worked out from the others."""

from __future__ import annotations

import calendar
import csv
import io
import math
import re
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from sqlalchemy import func, select

from assistant.catalog.models import SearchMiss
from assistant.console import pages, words
from assistant.console.access import Figures, Visit
from assistant.console.guard import Guarded
from assistant.kit import audit
from assistant.kit.clock import china, from_china
from assistant.kit.errors import Invalid
from assistant.orders.models import Order
from assistant.people.models import Person
from assistant.tickets.models import Ticket

K: Final = 5
"""Fewest people a figure may tell of."""
BANDS: Final = (60, 70, 80, 90)
NORMS: Final = {
    "emergency": ("紧急求助到受理", timedelta(minutes=3), "3分钟内受理占95%（应急热线的通行要求，二手资料）"),
    "callback": ("回电", None, "在答应的时间内"),
    "complaint": ("投诉办结", None, "在期限内"),
}
"""What response times are held against; a call-back and a complaint against their own promise."""

router = APIRouter(prefix="/figures", route_class=Guarded)


@dataclass(frozen=True)
class Cell:
    """One line of a figure; ``people`` and ``orders`` are None where there are too few."""

    label: str
    people: int | None
    orders: int | None


@dataclass(frozen=True)
class Split:
    """One figure: a title and its lines."""

    title: str
    cells: list[Cell]

    @property
    def most(self) -> int:
        return max((cell.people or 0 for cell in self.cells), default=0)


@dataclass(frozen=True)
class Promise:
    """How fast one kind of ticket was answered; None where there were fewer than ``K``."""

    title: str
    norm: str
    tickets: int | None
    median_s: float | None
    kept: float | None
    """Share within the norm."""


@dataclass(frozen=True)
class Report:
    """All figures of a month."""

    month: date
    splits: list[Split]
    responses: list[Promise]
    unmet: list[Cell]
    rating: float | None
    """Mean of 1–5."""


def hide(cells: Sequence[Cell]) -> list[Cell]:
    """Hide what tells of fewer than ``K`` people; where only one line is hidden, also the smallest other, so
    that nobody works it out from the sum."""
    small = [cell for cell in cells if cell.people is not None and cell.people < K]
    hidden = {cell.label for cell in small}
    rest = sorted(
        (cell for cell in cells if cell.label not in hidden), key=lambda cell: (cell.people or 0, cell.label)
    )
    if len(small) == 1 and rest:
        hidden.add(rest[0].label)
    return [replace(cell, people=None, orders=None) if cell.label in hidden else cell for cell in cells]


async def report(visit: Visit, month: date) -> Report:
    """The figures of the people whom the account covers."""
    first, last = bounds(month)
    rows = await _orders(visit, first, last)
    return Report(
        month=month,
        splits=_splits(rows, month.year),
        responses=[await _response(visit, kind, first, last) for kind in NORMS],
        unmet=await _unmet(visit, first, last),
        rating=_rating(rows),
    )


def bounds(month: date) -> tuple[datetime, datetime]:
    """Begin of a month of China and of the next, UTC."""
    days = calendar.monthrange(month.year, month.month)[1]
    first = from_china(datetime.combine(month.replace(day=1), time()))
    return first, first + timedelta(days=days)


@dataclass(frozen=True, slots=True)
class _Need:
    """The orders of one senior for one service in one state."""

    senior: uuid.UUID
    service: str
    status: str
    orders: int
    rated: float | None
    birth_year: int | None
    ability: str | None
    income: str | None
    street: str | None


async def _orders(visit: Visit, first: datetime, last: datetime) -> list[_Need]:
    found = await visit.session.execute(
        select(
            Order.senior_id,
            Order.service_type,
            Order.status,
            func.count(),
            func.avg(Order.rating),
        )
        .join(Person, Person.id == Order.senior_id)
        .where(Order.starts_at >= first, Order.starts_at < last, visit.people())
        .group_by(Order.senior_id, Order.service_type, Order.status)
    )
    rows = found.all()
    columns = (Person.id, Person.birth_year, Person.ability, Person.income, Person.street)
    ids = list({row[0] for row in rows})
    people: dict[uuid.UUID, tuple[Any, ...]] = {}
    for at in range(0, len(ids), 10_000):
        part = await visit.session.execute(select(*columns).where(Person.id.in_(ids[at : at + 10_000])))
        people |= {row[0]: tuple(row[1:]) for row in part}
    return [
        _Need(row[0], row[1], row[2], row[3], None if row[4] is None else float(row[4]), *people[row[0]])
        for row in rows
    ]


def _splits(rows: Sequence[_Need], year: int) -> list[Split]:
    ways: dict[str, Callable[[_Need], str]] = {
        "按服务": lambda one: words.say(one.service, "service"),
        "按年龄": lambda one: band(None if one.birth_year is None else year - one.birth_year),
        "按能力": lambda one: words.say(one.ability, "ability") or "没有登记",
        "按收入": lambda one: words.say(one.income, "income") or "没有登记",
        "按街道": lambda one: one.street or "没有登记",
        "按订单结果": lambda one: words.say(one.status, "order"),
    }
    return [Split(title, hide(_cells(rows, way))) for title, way in ways.items()]


def band(age: int | None) -> str:
    """A band of ages: 60–69岁."""
    if age is None:
        return "没有登记"
    if age < BANDS[0]:
        return f"{BANDS[0]}岁以下"
    if age >= BANDS[-1]:
        return f"{BANDS[-1]}岁以上"
    return f"{age // 10 * 10}–{age // 10 * 10 + 9}岁"


def _cells(rows: Iterable[_Need], way: Callable[[_Need], str]) -> list[Cell]:
    people: defaultdict[str, set[uuid.UUID]] = defaultdict(set)
    orders: Counter[str] = Counter()
    for one in rows:
        people[way(one)].add(one.senior)
        orders[way(one)] += one.orders
    return [Cell(label, len(people[label]), orders[label]) for label in sorted(people)]


def _rating(rows: Sequence[_Need]) -> float | None:
    """Mean rating, each senior counting once for each service; None below ``K`` people."""
    rated = [(one.senior, one.rated) for one in rows if one.rated is not None]
    if len({senior for senior, _ in rated}) < K:
        return None
    return sum(rating for _, rating in rated) / len(rated)


async def _response(visit: Visit, kind: str, first: datetime, last: datetime) -> Promise:
    title, norm, told = NORMS[kind]
    done = Ticket.acknowledged_at if kind == "emergency" else Ticket.closed_at
    found = await visit.session.execute(
        select(Ticket.opened_at, done, Ticket.due_at).where(
            Ticket.kind == kind,
            Ticket.opened_at >= first,
            Ticket.opened_at < last,
            done.is_not(None),
            visit.tickets(),
        )
    )
    rows = found.all()
    if len(rows) < K:
        return Promise(title, told, None, None, None)
    waits = sorted((end - opened).total_seconds() for opened, end, _ in rows if end)
    limit = [opened + norm if norm else due for opened, _, due in rows]
    kept = sum(1 for (_, end, _), due in zip(rows, limit, strict=True) if end and due and end <= due)
    return Promise(title, told, len(rows), waits[math.ceil(len(waits) / 2) - 1], kept / len(rows))


async def _unmet(visit: Visit, first: datetime, last: datetime) -> list[Cell]:
    """Searches without a result by service, of the whole city."""
    found = await visit.session.execute(
        select(SearchMiss.service_type, func.count())
        .where(SearchMiss.city == visit.account.city_code, SearchMiss.at >= first, SearchMiss.at < last)
        .group_by(SearchMiss.service_type)
    )
    # A search names nobody; each counts as one person.
    cells = [Cell(words.say(kind, "service") or "没说服务", n, n) for kind, n in found]
    return hide(sorted(cells, key=lambda cell: -(cell.people or 0)))


# --- pages ---


def _month(said: str | None, visit: Visit) -> date:
    if said is None:
        return china(visit.now).date().replace(day=1)
    found = re.fullmatch(r"(20\d\d)-(0[1-9]|1[0-2])", said)
    if found is None:
        raise Invalid("月份请写成 2025-06。")
    return date(int(found[1]), int(found[2]), 1)


@router.get("")
async def shown(request: Request, visit: Figures, month: str | None = None) -> Response:
    told = await report(visit, _month(month, visit))
    return pages.show(request, visit, "figures.html", report=told, k=K)


@router.get("/month.csv")
async def exported(visit: Figures, month: str | None = None) -> Response:
    """The same figures as a table, with a byte-order mark for Excel."""
    told = await report(visit, _month(month, visit))
    out = io.StringIO()
    lines = csv.writer(out)
    lines.writerow(["统计", "项目", "人数", "单数"])
    for split in [*told.splits, Split("没有满足的需求（次）", told.unmet)]:
        for cell in split.cells:
            few = f"少于{K}" if cell.people is None else cell.people
            lines.writerow([split.title, _text(cell.label), few, "" if cell.orders is None else cell.orders])
    for each in told.responses:
        share = "" if each.kept is None else f"{each.kept:.1%}"
        lines.writerow([each.title, each.norm, "" if each.tickets is None else each.tickets, share])
    lines.writerow(["满意度", "平均分（1–5）", "" if told.rating is None else f"{told.rating:.2f}", ""])
    audit.record(visit.session, visit.now, visit.actor, "figures.exported", f"month:{told.month:%Y-%m}")
    return Response(
        "\ufeff" + out.getvalue(),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f"attachment; filename=figures-{told.month:%Y-%m}.csv"},
    )


def _text(label: str) -> str:
    """A label that no spreadsheet takes for a formula."""
    return f"'{label}" if label[:1] in "=+-@\t\r" else label
