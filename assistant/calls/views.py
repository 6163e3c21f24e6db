"""Calls as they are read later: lists for a person or a number, one call with all that happened in it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from assistant.calls import repository
from assistant.calls.errors import CallNotFound
from assistant.calls.models import Call, CallEntry
from assistant.calls.schemas import CallOut, CallSummary, Entry
from assistant.people import keys
from assistant.people.service import e164


async def of_person(
    session: AsyncSession, person_id: uuid.UUID, limit: int = 50, offset: int = 0
) -> list[CallSummary]:
    """The calls from and to a person's number, newest first."""
    rows = await repository.listed(session, person=person_id, limit=limit, offset=offset)
    return [_summary(*row) for row in rows]


async def of_number(session: AsyncSession, phone: str, limit: int = 50) -> list[CallSummary]:
    """The calls from and to a number, newest first. Raises PhoneInvalid."""
    rows = await repository.listed(session, phone_key=keys.phone_key(e164(phone)), limit=limit)
    return [_summary(*row) for row in rows]


async def running(session: AsyncSession, city: str, limit: int = 100) -> list[CallSummary]:
    """The calls of a city that run now, newest first."""
    rows = await repository.listed(session, city=city, running_only=True, limit=limit)
    return [_summary(*row) for row in rows]


async def one(session: AsyncSession, call_id: uuid.UUID) -> CallOut:
    """A call with its entries. Raises CallNotFound."""
    call = await session.get(Call, call_id)
    if call is None:
        raise CallNotFound()
    made = await repository.outbound(session, call.outbound_id) if call.outbound_id else None
    entries = await repository.entries(session, call_id)
    turns = sum(one.kind in ("turn", "digits") for one in entries)
    summary = _summary(call, made.purpose if made else None, turns)
    return CallOut(
        **summary.model_dump(),
        dialled=call.dialled,
        why=call.why,
        recording=call.recording,
        entries=_entries(entries),
    )


def _summary(call: Call, purpose: Any, turns: int) -> CallSummary:
    same = {
        field: getattr(call, field) for field in CallSummary.model_fields if field not in ("purpose", "turns")
    }
    return CallSummary(**same, purpose=purpose, turns=turns)


def _entries(entries: Sequence[CallEntry]) -> list[Entry]:
    apart = ("alternatives", "digits", "decisions")
    return [
        Entry(
            **{field: getattr(entry, field) for field in Entry.model_fields if field not in apart},
            **{field: entry.details.get(field) for field in apart},
        )
        for entry in entries
    ]
