"""Whom a worker may deal with: the seniors of whole cities, of streets, or of single communities.

An account with rows here reaches nobody outside them, through whichever door it comes (console page, chat,
API). A worker id without rows is a process's own and is not limited.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Final

from sqlalchemy import CheckConstraint, ColumnElement, String, and_, false, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from assistant.kit.db import Base, Identified
from assistant.people.errors import PersonNotFound
from assistant.people.models import Person

NOWHERE: Final = false()


class WorkerArea(Identified, Base):
    """One part of the map that a worker covers; without street the whole city, without community the
    whole street."""

    __tablename__ = "worker_areas"
    __table_args__ = (CheckConstraint("community IS NULL OR street IS NOT NULL", name="street"),)

    worker_id: Mapped[uuid.UUID] = mapped_column(index=True)
    """Account of the worker; accounts are kept by the console."""
    city_code: Mapped[str] = mapped_column(String(40))
    street: Mapped[str | None] = mapped_column(String(40))
    community: Mapped[str | None] = mapped_column(String(40))

    def holds(self, person: Person) -> bool:
        """Whether a person lives there."""
        return (
            person.city_code == self.city_code
            and self.street in (None, person.street)
            and self.community in (None, person.community)
        )


async def areas_of(session: AsyncSession, worker_id: uuid.UUID) -> Sequence[WorkerArea]:
    """What a worker covers."""
    found = select(WorkerArea).where(WorkerArea.worker_id == worker_id)
    return (
        await session.scalars(found.order_by(WorkerArea.city_code, WorkerArea.street, WorkerArea.community))
    ).all()


def within(areas: Sequence[WorkerArea]) -> ColumnElement[bool]:
    """People who live in any of some areas; nobody where there are none."""
    return or_(NOWHERE, *(_within(area) for area in areas))


def _within(area: WorkerArea) -> ColumnElement[bool]:
    wanted = [Person.city_code == area.city_code]
    if area.street is not None:
        wanted.append(Person.street == area.street)
    if area.community is not None:
        wanted.append(Person.community == area.community)
    return and_(*wanted)


async def check(session: AsyncSession, worker_id: uuid.UUID | None, person_id: uuid.UUID) -> None:
    """Pass when the worker covers the person. Raises PersonNotFound: that there is one is not told."""
    if worker_id is None or not (areas := await areas_of(session, worker_id)):
        return
    person = await session.get(Person, person_id)
    if person is None or not any(area.holds(person) for area in areas):
        raise PersonNotFound()
