"""Finding seniors: by what somebody types, or page by page of a community."""

from __future__ import annotations

import re
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ARRAY, ColumnElement, Select, Uuid, and_, any_, exists, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from assistant.console.access import Visit
from assistant.kit.clock import china
from assistant.kit.text import half_width
from assistant.people import keys, names
from assistant.people.errors import PhoneInvalid
from assistant.people.models import Person, PersonPhone
from assistant.people.service import e164

PAGE: Final = 1000
FOUND: Final = 50
"""More candidates than anybody reads; then they are asked to be more precise."""
LETTERS: Final = re.compile(r"[A-Za-z]{2,8}")
BUILDING: Final = re.compile(
    r"\S*?(?:\d+|[零〇一二三四五六七八九十百]+)\s*(?:号楼|栋|幢|座|号院)(?:\S*?\d+室?)?"
)
AREA: Final = re.compile(r"\S{1,20}?(?:街道|镇|乡|社区|村)")


@dataclass(frozen=True, slots=True)
class Row:
    """One senior of a list."""

    id: uuid.UUID
    name: str
    gender: str | None
    age: int | None
    street: str | None
    community: str | None
    address: str | None
    building: str | None
    ability: str | None
    lives_alone: bool | None
    demo: bool
    phone: str | None
    same_name: bool = False
    """Somebody else of the list has this name: look at age and building."""


COLUMNS: Final = (
    Person.id,
    Person.name,
    Person.gender,
    Person.birth_year,
    Person.street,
    Person.community,
    Person.address,
    Person.ability,
    Person.lives_alone,
    Person.demo,
)


async def _rows(session: AsyncSession, now: datetime, query: Select[*tuple[Any, ...]]) -> list[Row]:
    found = (await session.execute(query)).all()
    phones = await _phones(session, [row[0] for row in found])
    times = Counter(row[1] for row in found)
    year = china(now).year
    return [
        Row(
            id=row[0],
            name=row[1],
            gender=row[2],
            age=None if row[3] is None else year - row[3],
            street=row[4],
            community=row[5],
            address=row[6],
            building=keys.building(row[6]),
            ability=row[7],
            lives_alone=row[8],
            demo=row[9],
            phone=phones.get(row[0]),
            same_name=times[row[1]] > 1,
        )
        for row in found
    ]


async def _phones(session: AsyncSession, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The primary number of each."""
    # One array, not a thousand parameters: those take longer to write down than the query takes.
    theirs = PersonPhone.person_id == any_(literal(ids, ARRAY(Uuid)))
    query = select(PersonPhone.person_id, PersonPhone.phone).where(theirs)
    rows = await session.execute(query.order_by(PersonPhone.primary))
    return dict(rows.all())


@dataclass(frozen=True)
class Community:
    """A community, or what of a street lies in none, as a choice of the list."""

    street: str | None
    community: str | None

    @property
    def key(self) -> str:
        return f"{self.street or ''}/{self.community or ''}"

    @property
    def title(self) -> str:
        return " · ".join(part for part in (self.street, self.community) if part) or "没有登记社区"

    @classmethod
    def of(cls, key: str) -> Community:
        street, _, community = key.partition("/")
        return cls(street or None, community or None)

    @property
    def condition(self) -> ColumnElement[bool]:
        return and_(
            Person.street == self.street if self.street else Person.street.is_(None),
            Person.community == self.community if self.community else Person.community.is_(None),
        )


async def communities(visit: Visit) -> list[Community]:
    """The communities an account covers in which seniors are on record."""
    found = select(Person.street, Person.community).where(
        Person.kind == "senior", Person.city_code == visit.account.city_code, visit.people()
    )
    if not visit.whole_city:
        rows = await visit.session.execute(found.distinct())
        known = [Community(*row) for row in rows]
    else:
        known = [Community(*row) for row in await _steps(visit.session, visit.account.city_code)]
    return sorted(known, key=lambda one: (one.street or "", one.community or ""))


async def _steps(session: AsyncSession, city: str) -> list[tuple[str | None, str | None]]:
    """All communities of a city, read from the index one step at a time: a city has a million people in
    some hundreds of communities."""
    in_city = and_(Person.kind == "senior", Person.city_code == city)
    pair = (Person.street, Person.community)
    whole = and_(in_city, Person.street.is_not(None), Person.community.is_not(None))
    steps = select(*pair).where(whole).order_by(*pair).limit(1).cte("steps", recursive=True)
    beyond = func.row(*pair) > func.row(steps.c.street, steps.c.community)
    following = select(*pair).where(whole, beyond).order_by(*pair).limit(1).lateral("following")
    steps = steps.union_all(select(following.c.street, following.c.community).select_from(steps, following))
    found = [(street, community) for street, community in (await session.execute(select(steps)))]
    return found + await _loose(session, city)


async def _loose(session: AsyncSession, city: str) -> list[tuple[str | None, str | None]]:
    """Streets in which somebody lives whose community is not on record, and communities without street."""
    in_city = and_(Person.kind == "senior", Person.city_code == city)
    named = and_(in_city, Person.street.is_not(None))
    streets = (
        select(Person.street).where(named).order_by(Person.street).limit(1).cte("streets", recursive=True)
    )
    beyond = Person.street > streets.c.street
    following = select(Person.street).where(named, beyond).order_by(Person.street).limit(1).lateral("next")
    streets = streets.union_all(select(following.c.street).select_from(streets, following))
    other = aliased(Person)
    somebody = exists().where(
        other.kind == "senior",
        other.city_code == city,
        other.street == streets.c.street,
        other.community.is_(None),
    )
    half = await session.scalars(select(streets.c.street).where(somebody))
    none = await session.scalars(select(Person.community).where(in_city, Person.street.is_(None)).distinct())
    return [(street, None) for street in half] + [(None, community) for community in none]


async def page(visit: Visit, community: Community, after: uuid.UUID | None = None) -> list[Row]:
    """Up to ``PAGE`` seniors of a community, those after ``after``, by name within the page."""
    query = select(*COLUMNS).where(
        Person.kind == "senior",
        Person.city_code == visit.account.city_code,
        community.condition,
        visit.people(),
    )
    if after is not None:
        query = query.where(Person.id > after)
    return await _rows(visit.session, visit.now, query.order_by(Person.id).limit(PAGE))


# --- search ---


@dataclass(frozen=True)
class Asked:
    """What somebody typed, taken apart."""

    name: str | None = None
    letters: str | None = None
    phone: str | None = None
    building: str | None = None
    area: str | None = None
    address: str | None = None

    @classmethod
    def read(cls, text: str) -> Asked:
        """ "三眼桥街道5号楼赵秀兰", "zxl", "13900001111", "春晓里2栋301"."""
        text = half_width(text).strip()
        if len(re.sub(r"\D", "", text)) >= 7 and re.fullmatch(r"[\d\s+()-]+", text):
            return cls(phone=text)
        address = text if re.search(r"\d", text) else None
        area = AREA.match(text)
        rest = text[area.end() :] if area else text
        house = BUILDING.search(rest)
        building = keys.building(house[0]) if house else None
        rest = (rest[: house.start()] + rest[house.end() :] if house else rest).strip(" ,，的")
        letters = rest if LETTERS.fullmatch(rest) else None
        return cls(
            name=None if letters or not rest or re.search(r"\d", rest) else rest,
            letters=letters,
            building=building,
            area=area[0] if area else None,
            address=address,
        )

    def conditions(self, *, by_sound: bool) -> list[ColumnElement[bool]] | None:
        """What a person must meet; None when nothing that is indexed was typed."""
        wanted: list[ColumnElement[bool]] = []
        if self.phone:
            try:
                key = keys.phone_key(e164(self.phone))
            except PhoneInvalid:
                return None
            wanted.append(Person.id.in_(select(PersonPhone.person_id).where(PersonPhone.phone_key == key)))
        if self.letters:
            wanted.append(Person.initials_key == keys.initials_key(self.letters))
        if self.name:
            wanted.append(self._named(by_sound))
        if self.building:
            wanted.append(Person.building_key == keys.building_key(f"{self.building}号楼"))
        if self.area:
            wanted.append((Person.street == self.area) | (Person.community == self.area))
        return wanted or None

    def _named(self, by_sound: bool) -> ColumnElement[bool]:
        assert self.name
        if len(self.name) == 1 or self.name in names.COMPOUND_SURNAMES:
            return Person.surname_key == keys.surname_key(self.name)
        if by_sound:
            return Person.sound_key == keys.sound_key(self.name)
        return Person.name_key == keys.name_key(self.name)


async def search(visit: Visit, text: str) -> list[Row]:
    """Seniors this account covers who fit what was typed: as written, else as it sounds, else among the
    addresses of the building. At most ``FOUND``."""
    asked = Asked.read(text)
    address = None if asked.name else asked.address
    tries = [(asked, False), (asked, True)] if asked.name else [(asked, False)]
    if asked.name and asked.address:
        # What looked like a name was part of the address.
        house = Asked(building=asked.building, area=asked.area, address=asked.address)
        tries.append((house, False))
        address = asked.address
    elif asked.area and not asked.name:
        # What looked like a village may be a name: 李村.
        tries.append((Asked(name=text.strip()), False))
    for each, by_sound in tries:
        conditions = each.conditions(by_sound=by_sound)
        found = await _meeting(visit, conditions, each.address and address) if conditions else []
        if found:
            return found
    return []


async def named(visit: Visit, name: str) -> list[Row]:
    """Everybody of exactly this name whom the account covers; a city has hundreds of 王秀英."""
    return await _meeting(visit, [Person.name_key == keys.name_key(name)], None, limit=PAGE)


async def _meeting(
    visit: Visit, conditions: list[ColumnElement[bool]], address: str | None, limit: int = FOUND
) -> list[Row]:
    query = select(*COLUMNS).where(
        Person.kind == "senior", Person.city_code == visit.account.city_code, visit.people(), *conditions
    )
    # An address is encrypted: the building narrows it down, the rest is compared here.
    rows = await _rows(visit.session, visit.now, query.order_by(Person.id).limit(PAGE if address else limit))
    if address:
        exact = [row for row in rows if row.address and address.replace(" ", "") in row.address]
        rows = exact or rows
    return rows[:limit]
