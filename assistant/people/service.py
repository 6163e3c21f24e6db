"""What can be done about people: recognise, find, record, change."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy.ext.asyncio import AsyncSession

from assistant.kit import audit
from assistant.kit.actor import Actor
from assistant.kit.clock import china
from assistant.kit.errors import Forbidden, Invalid
from assistant.kit.text import PhoneNumberError, phone_number
from assistant.people import coverage, keys, names, repository
from assistant.people.consents import check_may
from assistant.people.errors import LastPhone, PersonNotFound, PhoneInvalid
from assistant.people.history import remember
from assistant.people.models import Person, PersonPhone
from assistant.people.schemas import Candidate, Candidates, FindPerson, PersonIn, PersonPatch
from assistant.people.views import age, ref

OLDEST: Final = 130
"""Years; an earlier year of birth was misheard."""
How = Literal["name", "sound", "surname", "phone"]


def e164(said: str) -> str:
    """A phone number as typed or said, in E.164. Raises PhoneInvalid with a sentence for the caller."""
    try:
        return phone_number(said)
    except PhoneNumberError as error:
        raise PhoneInvalid(str(error)) from error


async def identify(session: AsyncSession, phone: str) -> tuple[str, Sequence[Person]]:
    """The number in E.164 and everybody reached under it. A number proves nobody."""
    number = e164(phone)
    return number, await repository.by_phone(session, number)


async def find(session: AsyncSession, now: datetime, actor: Actor, asked: FindPerson) -> Candidates:
    """Candidates by what a worker says ("5号楼赵秀兰"): by the name as written, else by its sound; a name of
    one character is a surname.

    Raises:
        Forbidden: the actor is no worker.
        Invalid: neither name, phone nor building is given.
    """
    if actor.kind not in ("worker", "system"):
        raise Forbidden("只有工作人员可以查找老人信息。")
    if not (asked.name or asked.phone or asked.building):
        raise Invalid("请告诉我姓名、电话或者楼号。")
    where = asked.model_dump(exclude={"name", "phone"})
    phone = e164(asked.phone) if asked.phone else None
    areas = await coverage.areas_of(session, actor.person_id) if actor.person_id else []
    for how, wanted in _readings(asked.name):
        if found := await repository.search(session, **wanted, **where, phone=phone, areas=areas):
            people = [_candidate(person, how, now) for person in found]
            audit.record(session, now, actor, "person.searched", "people", found=[str(p.id) for p in people])
            return Candidates(candidates=people, apart_by=_apart_by(people))
    return Candidates(candidates=[], apart_by=None)


def _readings(name: str | None) -> Iterable[tuple[How, dict[str, str]]]:
    if not name:
        return [("phone", {})]
    if len(name) == 1 or name in names.COMPOUND_SURNAMES:
        return [("surname", {"surname": name})]
    return [("name", {"name": name}), ("sound", {"sounds_like": name})]


def _candidate(person: Person, how: How, now: datetime) -> Candidate:
    return Candidate(
        **ref(person, now).model_dump(),
        name=person.name,
        age=age(person, now),
        street=person.street,
        community=person.community,
        building=keys.building(person.address),
        how=how,
    )


def _apart_by(people: Sequence[Candidate]) -> Literal["age", "building", "community", None]:
    if len(people) < 2:
        return None
    if len({one.age for one in people}) == len(people):
        return "age"
    if len({one.building for one in people}) == len(people):
        return "building"
    return "community"


async def create(session: AsyncSession, now: datetime, actor: Actor, new: PersonIn) -> tuple[Person, bool]:
    """Record a person; when name and number are already on record, that person, unchanged.

    Returns:
        The person, and whether they are new.

    Raises:
        PhoneInvalid: the number cannot be one.
        Invalid: the year of birth cannot be one.
    """
    number = e164(new.phone) if new.phone else None
    if number and (known := await repository.search(session, name=new.name, phone=number, kind=new.kind)):
        return known[0], False
    facts = new.model_dump(exclude={"phone", "name"}, exclude_none=True)
    _check_birth_year(new.birth_year, now)
    person = Person(id=uuid.uuid4(), **facts, created_at=now, updated_at=now, phones=[])
    _set_name(person, new.name)
    person.building_key = keys.building_key(new.address)
    if number:
        person.phones.append(_phone(person.id, number, now, primary=True))
    session.add(person)
    await session.flush()
    remember(session, now, actor, "created", person.id, {})
    return person, True


async def update(
    session: AsyncSession, now: datetime, actor: Actor, person_id: uuid.UUID, patch: PersonPatch
) -> Person:
    """Change the fields that were sent; the history keeps old and new.

    Raises:
        PersonNotFound, ConsentNeeded (scope ``profile``), PhoneInvalid, Invalid.
    """
    person = await _locked(session, person_id)
    await check_may(session, actor, person_id, "profile", now)
    sent = patch.model_dump(exclude_unset=True)
    phone = sent.pop("phone", None)
    _check_birth_year(sent.get("birth_year"), now)
    if any(sent.get(field, "") is None for field in ("name", "city_code", "pace", "loudness")):
        raise Invalid("这一项不能为空。")
    changes: dict[str, Any] = {
        field: [getattr(person, field), value]
        for field, value in sent.items()
        if getattr(person, field) != value
    }
    for field, (_, value) in changes.items():
        setattr(person, field, value)
    if "name" in changes:
        _set_name(person, person.name)
    if "address" in changes:
        person.building_key = keys.building_key(person.address)
    if phone is not None and (moved := _make_primary(person, e164(phone), now)):
        changes["phone"] = moved
    if changes:
        person.updated_at = now
        remember(session, now, actor, "updated", person.id, changes)
    await session.flush()
    return person


async def forget_phone(
    session: AsyncSession, now: datetime, actor: Actor, person_id: uuid.UUID, phone: str
) -> Person:
    """Forget a number. Raises PersonNotFound, ConsentNeeded, Invalid (not theirs), LastPhone."""
    person = await _locked(session, person_id)
    await check_may(session, actor, person_id, "profile", now)
    number = e164(phone)
    gone = next((one for one in person.phones if one.phone == number), None)
    if gone is None:
        raise Invalid("登记信息里没有这个号码。")
    if len(person.phones) == 1:
        raise LastPhone()
    await session.delete(gone)
    person.phones.remove(gone)
    if gone.primary:
        person.phones[0].primary = True
    person.updated_at = now
    remember(session, now, actor, "phone_removed", person.id, {"phone": [number, None]})
    await session.flush()
    return person


async def _locked(session: AsyncSession, person_id: uuid.UUID) -> Person:
    person = await repository.get(session, person_id, lock=True)
    if person is None:
        raise PersonNotFound()
    return person


def _set_name(person: Person, name: str) -> None:
    person.name = name
    person.name_key = keys.name_key(name)
    person.sound_key = keys.sound_key(name)
    person.surname_key = keys.surname_key(names.surname(name))
    person.initials_key = keys.initials_key(keys.initials(name))


def _phone(person_id: uuid.UUID, number: str, now: datetime, *, primary: bool) -> PersonPhone:
    return PersonPhone(
        person_id=person_id, phone=number, phone_key=keys.phone_key(number), primary=primary, created_at=now
    )


def _make_primary(person: Person, number: str, now: datetime) -> list[str | None] | None:
    """Old and new primary number, or None when it was primary already."""
    old = next((one.phone for one in person.phones if one.primary), None)
    if old == number:
        return None
    for one in person.phones:
        one.primary = one.phone == number
    if not any(one.primary for one in person.phones):
        person.phones.insert(0, _phone(person.id, number, now, primary=True))
    person.phones.sort(key=lambda one: not one.primary)
    return [old, number]


def _check_birth_year(year: int | None, now: datetime) -> None:
    this_year = china(now).year
    if year is not None and not this_year - OLDEST <= year <= this_year:
        raise Invalid("出生年份好像不对，请您再说一遍。")
