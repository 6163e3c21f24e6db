"""Calls over HTTP, for the phone process alone: its token opens nothing else of the service but the desk.

Who reads calls later does so in the console, through ``calls.views``.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Annotated, Final

from fastapi import APIRouter, Header, Request
from sse_starlette import EventSourceResponse, ServerSentEvent

from assistant.calls import commands, outbound, service, turned_away
from assistant.calls.schemas import (
    Abandoned,
    AbandonedOut,
    CallIn,
    CallRef,
    Claimed,
    EndIn,
    EntryIn,
    NamesOut,
    Report,
    TurnedAway,
    TurnedAwayOut,
)
from assistant.catalog import repository as catalog
from assistant.catalog.names import distinctive
from assistant.catalog.resolve import gazetteer
from assistant.catalog.vocabulary import SERVICE_TYPES
from assistant.kit.api import ClockDep, Context, ContextDep, SessionDep, context, scope
from assistant.kit.errors import Invalid
from assistant.kit.quiet import QuietHours

LOOK_S: Final = 10.0
"""The table is read anew after so long even when nothing was told: a word of ``kit.live`` may be lost."""
HEARTBEAT_S: Final = 15
"""Between two signs of life on the stream."""

router = APIRouter(prefix="/v1/calls", tags=["calls"], dependencies=[scope("calls")])


def _quiet(here: Context) -> QuietHours:
    return QuietHours(here.settings.quiet_hours)


@router.post("", status_code=201)
async def begin(given: CallIn, session: SessionDep, clock: ClockDep, here: ContextDep) -> CallRef:
    """A call was answered; the same conversation again is the same call."""
    call = await service.begin(session, clock.now(), given, here.settings.city)
    return CallRef(id=call.id, conversation=call.conversation)


@router.post("/abandoned")
async def abandoned(given: Abandoned, session: SessionDep, clock: ClockDep, here: ContextDep) -> AbandonedOut:
    """A phone process has started anew: what its former life left open is closed as lost."""
    return AbandonedOut(calls=await service.abandon(session, clock.now(), _quiet(here), given.process))


@router.post("/turned-away", status_code=201)
async def turn_away(
    given: TurnedAway, session: SessionDep, clock: ClockDep, here: ContextDep
) -> TurnedAwayOut:
    """Somebody rang while no line was free: a call-back ticket, and the machine rings them soon."""
    return await turned_away.keep(session, clock.now(), here.settings, given)


@router.get("/names")
async def names(session: SessionDep, here: ContextDep, city: str | None = None) -> NamesOut:
    """Names that callers say and a recogniser cannot know: of the city's catalogue, and of the services."""
    found = await catalog.city(session, city or here.settings.city)
    entries = await gazetteer(session, found.code if found else here.settings.city)
    said = [name for entry in entries for name in (entry.name, *entry.aliases, distinctive(entry.name))]
    services = [word for kind in SERVICE_TYPES.values() for word in (kind.name, *kind.aliases)]
    return NamesOut(names=list(dict.fromkeys([*said, *services])))


@router.post("/outbound/claim")
async def claim(session: SessionDep, clock: ClockDep, here: ContextDep) -> Claimed:
    """The next call to make, for one phone process alone; none in quiet hours unless it is an emergency, and
    none at all where this installation rings nobody (``YINLING_OUTBOUND_CALLS``)."""
    if not here.settings.outbound_calls:
        return Claimed()
    return Claimed(outbound=await outbound.claim(session, clock.now(), _quiet(here)))


@router.post("/outbound/{outbound_id}/report", status_code=204)
async def report(
    outbound_id: uuid.UUID, given: Report, session: SessionDep, clock: ClockDep, here: ContextDep
) -> None:
    """What came of it: who did not answer is rung again later, at most three times in all."""
    await outbound.report(session, clock.now(), _quiet(here), outbound_id, given)


@router.get("/live", response_class=EventSourceResponse)
async def live(
    request: Request, last_event_id: Annotated[str | None, Header()] = None
) -> EventSourceResponse:
    """Server-sent events: ``data`` is a ``Command``, ``id`` its number. With ``Last-Event-ID`` everything after
    it comes first; without, what was given in the last two minutes."""
    if last_event_id is not None and not last_event_id.isdecimal():
        raise Invalid("Last-Event-ID 不是编号。")
    last = int(last_event_id) if last_event_id is not None else None
    return EventSourceResponse(_commands(request, last), ping=HEARTBEAT_S)


async def _commands(request: Request, last: int | None) -> AsyncIterator[ServerSentEvent]:
    here = context(request)
    async with request.app.state.live.subscribe(commands.TOPIC) as told:
        while True:
            async with here.database.session() as session:
                found = await commands.after(session, here.clock.now(), last)
            for command in found:
                last = command.id
                yield ServerSentEvent(data=command.model_dump_json(), id=str(command.id), event="command")
            with suppress(TimeoutError):
                await asyncio.wait_for(told.get(), LOOK_S)


@router.post("/{conversation}/entries", status_code=204)
async def add(conversation: str, entry: EntryIn, session: SessionDep, clock: ClockDep) -> None:
    """One thing that happened: a turn with what was heard and said, a key, a silence."""
    await service.add(session, clock.now(), conversation, entry)


@router.post("/{conversation}/end", status_code=204)
async def end(
    conversation: str, given: EndIn, session: SessionDep, clock: ClockDep, here: ContextDep
) -> None:
    """The call is over."""
    await service.end(session, clock.now(), _quiet(here), conversation, given)
