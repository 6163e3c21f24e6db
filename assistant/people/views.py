"""What is told about a person, and to whom: surname and title to anyone, the rest only when allowed."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from assistant.kit.clock import china
from assistant.people import names, repository
from assistant.people.addresses import DISTRICT, STREET
from assistant.people.errors import PersonNotFound
from assistant.people.models import Person
from assistant.people.schemas import PersonOut, PersonRef


async def get(session: AsyncSession, person_id: uuid.UUID) -> Person:
    """Raises PersonNotFound."""
    person = await repository.get(session, person_id)
    if person is None:
        raise PersonNotFound()
    return person


def age(person: Person, now: datetime) -> int | None:
    """Age in years by the year of birth: a year too high before the birthday."""
    return None if person.birth_year is None else china(now).year - person.birth_year


def ref(person: Person, now: datetime) -> PersonRef:
    """The harmless view: surname and title."""
    title = names.form_of_address(person.name, person.kind, person.gender, age(person, now))
    return PersonRef(
        id=person.id, kind=person.kind, form_of_address=title, home=_home(person), demo=person.demo
    )


def _home(person: Person) -> str | None:
    """Where the person lives, down to the street and no further."""
    if not person.address:
        return None
    street = STREET.search(person.street or person.address)
    if street:
        return f"{street[0]}的家里"
    district = DISTRICT.search(person.address)
    return f"{district[1]}的家里" if district else "登记的家里"


def full(person: Person, now: datetime) -> PersonOut:
    """Everything on record. Check that the asker may see it first."""
    facts = {field: getattr(person, field) for field in FIELDS}
    phones = [one.phone for one in person.phones]
    return PersonOut(**ref(person, now).model_dump(), **facts, phones=phones, age=age(person, now))


FIELDS: Final = (
    "name",
    "gender",
    "birth_year",
    "city_code",
    "street",
    "community",
    "address",
    "ability",
    "income",
    "lives_alone",
    "pace",
    "loudness",
    "notes",
)
"""What a change may touch."""
