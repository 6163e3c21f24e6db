"""The record of a call: begun, filled, ended; and what is left behind by a phone process that died."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from assistant.calls import outbound, repository
from assistant.calls.errors import CallNotFound
from assistant.calls.models import Call
from assistant.calls.schemas import CallIn, EndIn, EntryIn
from assistant.kit import audit, live
from assistant.kit.actor import Actor
from assistant.kit.quiet import QuietHours
from assistant.people import keys
from assistant.people import service as people
from assistant.people.errors import PhoneInvalid

PHONE: Final = Actor(kind="system", channel="phone")
SILENT: Final = timedelta(minutes=30)
"""A call of which nothing was told for so long is over: a turn or a rung of the silence ladder comes sooner."""


def topic(city: str) -> str:
    """Of ``kit.live``: told whenever a call of the city begins, goes on or ends."""
    return f"calls:{city}"


async def begin(session: AsyncSession, now: datetime, given: CallIn, default_city: str) -> Call:
    """Record a call that was answered; the same conversation again is the same call."""
    made = await repository.outbound(session, given.outbound) if given.outbound else None
    number, key, person_id = await _whose(session, given.caller)
    values = {
        "id": uuid.uuid4(),
        **given.model_dump(exclude={"caller", "city", "outbound", "started_at"}),
        "city_code": given.city or default_city,
        # Of a call of ours it would be the number of the person.
        "dialled": given.dialled if given.direction == "in" else None,
        "phone": number,
        "phone_key": key,
        "person_id": made.person_id if made else person_id,
        "outbound_id": made.id if made else None,
        "started_at": given.started_at or now,
        "seen_at": now,
    }
    if await repository.put_call(session, values):
        audit.record(
            session,
            now,
            PHONE,
            "call.begun",
            f"call:{values['id']}",
            values["person_id"],
            direction=given.direction,
        )
    call = await find(session, given.conversation)
    await live.publish(session, topic(call.city_code), {"call": str(call.id)})
    return call


async def _whose(
    session: AsyncSession, caller: str | None
) -> tuple[str | None, bytes | None, uuid.UUID | None]:
    """The number, its blind index, and the one person it belongs to."""
    if not caller:
        return None, None, None
    try:
        number, found = await people.identify(session, caller)
    except PhoneInvalid:
        return caller, None, None
    return number, keys.phone_key(number), found[0].id if len(found) == 1 else None


async def find(session: AsyncSession, conversation: str, *, lock: bool = False) -> Call:
    """Raises CallNotFound."""
    found = await repository.call(session, conversation, lock=lock)
    if found is None:
        raise CallNotFound()
    return found


async def add(session: AsyncSession, now: datetime, conversation: str, entry: EntryIn) -> None:
    """Write down one thing that happened; the same number twice is written once. Raises CallNotFound."""
    call = await find(session, conversation)
    details = {
        "alternatives": entry.alternatives,
        "digits": entry.digits,
        "decisions": entry.decisions,
    }
    plain = entry.model_dump(
        include={"number", "kind", "heard", "said", "confidence", "interrupted", "timings"}
    )
    values = {"call_id": call.id, "at": entry.at or now, "details": details, **plain}
    if await repository.put_entry(session, values):
        call.seen_at = now
        await live.publish(session, topic(call.city_code), {"call": str(call.id)})


async def end(
    session: AsyncSession, now: datetime, quiet: QuietHours, conversation: str, given: EndIn
) -> None:
    """Close the record; a second time changes nothing. Raises CallNotFound."""
    call = await find(session, conversation, lock=True)
    if call.ended_at is not None:
        return
    call.ended_at, call.seen_at = given.ended_at or now, now
    call.ended_by, call.why, call.recording = given.ended_by, given.why, given.recording
    audit.record(
        session, now, PHONE, "call.ended", f"call:{call.id}", call.person_id, ended_by=given.ended_by
    )
    await session.flush()
    if call.outbound_id is not None:
        spoke = await repository.heard_anything(session, call.id)
        await outbound.talked(
            session, now, quiet, call.outbound_id, spoke=spoke, lost=given.ended_by in ("lost", "error")
        )
    await live.publish(session, topic(call.city_code), {"call": str(call.id)})


async def abandon(session: AsyncSession, now: datetime, quiet: QuietHours, process: str) -> int:
    """Close what a phone process left open when it died; returns how many calls."""
    left = await repository.running(session, process=process)
    return await _lost(session, now, quiet, left)


async def close_silent(session: AsyncSession, now: datetime, quiet: QuietHours) -> int:
    """Close calls of which nobody told anything for ``SILENT``; returns how many."""
    left = await repository.running(session, seen_before=now - SILENT)
    return await _lost(session, now, quiet, left)


async def _lost(session: AsyncSession, now: datetime, quiet: QuietHours, calls: Sequence[Call]) -> int:
    for call in calls:
        given = EndIn(ended_by="lost", why="no sign of life", ended_at=call.seen_at)
        await end(session, now, quiet, call.conversation, given)
    return len(calls)
