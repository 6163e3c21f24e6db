"""Telephone calls in the console: those that run now with what is being said, and the record of each."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Request, Response
from sqlalchemy import and_, func, literal, or_, select

from assistant.calls import views
from assistant.calls.models import Call
from assistant.console import pages
from assistant.console.access import Queues, Visit
from assistant.console.guard import Guarded
from assistant.desk.models import Conversation, Turn
from assistant.desk.schemas import Reply
from assistant.kit import audit
from assistant.people import repository as people
from assistant.people.models import Person
from assistant.settings import Settings
from speech.models import ModelError, ModelStore

SHOWN: Final = 50
TIMINGS: Final = ("endpoint", "final_result", "desk", "first_audio")
"""Stages from the end of the caller's speech to the first sound of the answer, in their order."""

router = APIRouter(prefix="/calls", route_class=Guarded)


@dataclass(frozen=True)
class Running:
    """A call that runs now."""

    call: Call
    talk: Conversation | None
    """None for the moment between the answer and the first turn."""
    person: Person | None
    heard: str | None
    """What the caller said last."""
    said: str | None
    """What was said to them last."""


async def running(visit: Visit) -> list[Running]:
    """The calls of people this account covers; of strangers where it covers the whole city."""
    whose = func.coalesce(Conversation.person_id, Call.person_id)
    theirs = whose.in_(select(Person.id).where(visit.people()))
    nobodys = and_(whose.is_(None), literal(visit.whole_city))
    found = await visit.session.execute(
        select(Call, Conversation)
        .outerjoin(Conversation, and_(Conversation.channel == "phone", Conversation.key == Call.conversation))
        .where(Call.ended_at.is_(None), Call.city_code == visit.account.city_code, or_(theirs, nobodys))
        .order_by(Call.started_at)
        .limit(SHOWN)
    )
    rows = [(row[0], row[1]) for row in found]
    ids = [_whose(call, talk) for call, talk in rows]
    persons = await people.many(visit.session, [one for one in ids if one])
    return [
        Running(call, talk, persons.get(one) if one else None, *await _last(visit, talk))
        for (call, talk), one in zip(rows, ids, strict=True)
    ]


def _whose(call: Call, talk: Conversation | None) -> uuid.UUID | None:
    return (talk.person_id if talk else None) or call.person_id


async def _last(visit: Visit, talk: Conversation | None) -> tuple[str | None, str | None]:
    """What was heard and what was said last."""
    if talk is None:
        return None, None
    turns = select(Turn).where(Turn.conversation_id == talk.id).order_by(Turn.number.desc()).limit(3)
    heard = said = None
    for turn in await visit.session.scalars(turns):
        messages = Reply.model_validate_json(turn.reply).messages
        said = said or (messages[-1].text if messages else None)
        heard = heard or turn.said
    return heard, said


def trial_only(settings: Settings) -> bool:
    """Whether the hotline hears with a speech model that is not fit for real callers."""
    try:
        return ModelStore(settings.home / "speech").current().trial_only
    except ModelError:
        return False


@router.get("/{call_id}")
async def record(request: Request, call_id: uuid.UUID, visit: Queues) -> Response:
    """One call with all that happened in it: heard, said, and how long each step took."""
    call = await views.one(visit.session, call_id)
    audit.record(
        visit.session,
        visit.now,
        visit.actor,
        "call.viewed",
        f"call:{call_id}",
        visit.found["call_id"].person_id,
    )
    talk = await visit.session.scalar(
        select(Conversation.id).where(Conversation.channel == "phone", Conversation.key == call.conversation)
    )
    person = await people.get(visit.session, call.person_id) if call.person_id else None
    return pages.show(
        request,
        visit,
        "call.html",
        call=call,
        talk=talk,
        person=person,
        stages=TIMINGS,
        trial=trial_only(request.app.state.context.settings),
    )
