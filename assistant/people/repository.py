"""Queries on people."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from assistant.people import coverage, keys
from assistant.people.models import Consent, Person, PersonEvent, PersonPhone, Scope

MAX_FOUND = 20
"""More candidates than anyone can choose from."""


def _people() -> Select[Person]:
    return select(Person).options(selectinload(Person.phones))


async def get(session: AsyncSession, person_id: uuid.UUID, *, lock: bool = False) -> Person | None:
    statement = _people().where(Person.id == person_id).execution_options(populate_existing=True)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def by_phone(session: AsyncSession, phone: str) -> Sequence[Person]:
    """Everybody reached under a number (E.164), whose own primary number first."""
    statement = (
        _people()
        .join(PersonPhone)
        .where(PersonPhone.phone_key == keys.phone_key(phone))
        .order_by(PersonPhone.primary.desc(), Person.created_at)
        .limit(MAX_FOUND)
    )
    return (await session.scalars(statement)).all()


async def search(
    session: AsyncSession,
    *,
    name: str | None = None,
    sounds_like: str | None = None,
    surname: str | None = None,
    building: str | None = None,
    phone: str | None = None,
    city: str | None = None,
    street: str | None = None,
    community: str | None = None,
    kind: str | None = None,
    areas: Sequence[coverage.WorkerArea] = (),
) -> Sequence[Person]:
    """People who match everything given; at least one indexed datum should be. ``areas``, if any, limit
    them to those who live there."""
    wanted: list[ColumnElement[bool]] = []
    if name is not None:
        wanted.append(Person.name_key == keys.name_key(name))
    if sounds_like is not None:
        wanted.append(Person.sound_key == keys.sound_key(sounds_like))
    if surname is not None:
        wanted.append(Person.surname_key == keys.surname_key(surname))
    if building is not None:
        wanted.append(Person.building_key == keys.building_key(building))
    if phone is not None:
        reached = select(PersonPhone.person_id).where(PersonPhone.phone_key == keys.phone_key(phone))
        wanted.append(Person.id.in_(reached))
    plain = {
        Person.city_code: city,
        Person.street: street,
        Person.community: community,
        Person.kind: kind,
    }
    wanted += [column == value for column, value in plain.items() if value is not None]
    if areas:
        wanted.append(coverage.within(areas))
    statement = _people().where(*wanted).order_by(Person.created_at, Person.id).limit(MAX_FOUND)
    return (await session.scalars(statement)).all()


async def named(
    session: AsyncSession, names: Collection[str], *, areas: Sequence[coverage.WorkerArea] = ()
) -> Sequence[Person]:
    """Seniors who have one of ``names``, within ``areas`` if there are any."""
    if not names:
        return []
    wanted = [Person.name_key.in_([keys.name_key(name) for name in names]), Person.kind == "senior"]
    if areas:
        wanted.append(coverage.within(areas))
    return (await session.scalars(_people().where(*wanted).order_by(Person.created_at, Person.id))).all()


def valid_at(now: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """Consents that hold at ``now``."""
    return and_(
        or_(Consent.revoked_at.is_(None), Consent.revoked_at > now),
        Consent.valid_from <= now,
        or_(Consent.valid_until.is_(None), Consent.valid_until > now),
    )


async def may(
    session: AsyncSession, delegate: uuid.UUID, senior: uuid.UUID, scope: Scope, now: datetime
) -> bool:
    """Whether ``senior`` lets ``delegate`` do what ``scope`` names, at ``now``."""
    statement = select(Consent.id).where(
        Consent.delegate_id == delegate,
        Consent.senior_id == senior,
        Consent.scopes.contains([scope]),
        valid_at(now),
    )
    return await session.scalar(statement.limit(1)) is not None


async def consents(
    session: AsyncSession,
    now: datetime,
    *,
    senior: uuid.UUID | None = None,
    delegate: uuid.UUID | None = None,
    scope: Scope | None = None,
) -> Sequence[Consent]:
    """Consents that hold at ``now``, given by ``senior`` or to ``delegate``."""
    statement = select(Consent).where(valid_at(now)).order_by(Consent.valid_from, Consent.id)
    if senior is not None:
        statement = statement.where(Consent.senior_id == senior)
    if delegate is not None:
        statement = statement.where(Consent.delegate_id == delegate)
    if scope is not None:
        statement = statement.where(Consent.scopes.contains([scope]))
    return (await session.scalars(statement)).all()


async def consent(session: AsyncSession, consent_id: uuid.UUID) -> Consent | None:
    return await session.get(Consent, consent_id, with_for_update=True)


async def many(session: AsyncSession, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Person]:
    found = await session.scalars(_people().where(Person.id.in_(ids)))
    return {person.id: person for person in found}


async def history(session: AsyncSession, person_id: uuid.UUID) -> Sequence[PersonEvent]:
    """What happened to a person's record, oldest first."""
    statement = select(PersonEvent).where(PersonEvent.person_id == person_id)
    return (await session.scalars(statement.order_by(PersonEvent.id))).all()
