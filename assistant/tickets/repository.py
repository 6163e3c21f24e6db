"""Queries on tickets."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.tickets.models import Ticket, TicketEvent

OPEN: Final = ("open", "acknowledged", "in_progress")


def new_number() -> str:
    """``GD`` and eight random digits, the first not 0."""
    return f"GD{secrets.randbelow(90_000_000) + 10_000_000}"


async def put(session: AsyncSession, values: dict[str, Any]) -> bool:
    """Insert a ticket; False when its number or idempotency key is taken."""
    row = await session.execute(insert(Ticket).values(values).on_conflict_do_nothing().returning(Ticket.id))
    return row.first() is not None


async def by_key(session: AsyncSession, key: str) -> Ticket | None:
    return await session.scalar(select(Ticket).where(Ticket.idempotency_key == key))


async def get(session: AsyncSession, reference: uuid.UUID | str, *, lock: bool = False) -> Ticket | None:
    """A ticket by id or number."""
    which = Ticket.id == reference if isinstance(reference, uuid.UUID) else Ticket.number == reference
    statement = select(Ticket).where(which).execution_options(populate_existing=True)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def listed(
    session: AsyncSession,
    *,
    city: str | None = None,
    kind: str | None = None,
    statuses: Sequence[str] | None = None,
    person: uuid.UUID | None = None,
    conversation: str | None = None,
    department: str | None = None,
    limit: int = 50,
    offset: int = 0,
) -> Sequence[Ticket]:
    """Tickets that match everything given: most urgent first, then by due date."""
    statement = select(Ticket).order_by(Ticket.priority, Ticket.due_at.nulls_last(), Ticket.opened_at)
    exact = {
        Ticket.city_code: city,
        Ticket.kind: kind,
        Ticket.person_id: person,
        Ticket.conversation: conversation,
        Ticket.department: department,
    }
    statement = statement.where(*(column == value for column, value in exact.items() if value is not None))
    if statuses:
        statement = statement.where(Ticket.status.in_(statuses))
    return (await session.scalars(statement.limit(limit).offset(offset))).all()


async def history(session: AsyncSession, ticket_id: uuid.UUID) -> Sequence[TicketEvent]:
    """What happened to a ticket, oldest first."""
    statement = select(TicketEvent).where(TicketEvent.ticket_id == ticket_id)
    return (await session.scalars(statement.order_by(TicketEvent.id))).all()
