"""What is said when somebody whom this service has rung picks up."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from assistant.calls import repository
from assistant.calls.models import OutboundCall
from assistant.calls.outbound import SENTENCES
from assistant.calls.schemas import Purpose
from assistant.desk.matters import Matter, Question, Talk
from assistant.notices import words
from assistant.people import repository as people
from assistant.people.models import Person
from assistant.people.views import ref


async def made(talk: Talk, purpose: Purpose) -> OutboundCall | None:
    """The order behind a call that this service makes, when it is for ``purpose``; from now on the
    conversation is with the person who was to be rung."""
    if talk.conversation.direction != "out":
        return None
    async with talk.context.database.session() as session:
        call = await repository.outbound_of(session, talk.conversation.key)
    if call is None or call.purpose != purpose:
        return None
    talk.conversation.person_id = call.person_id or talk.conversation.person_id
    return call


async def addressed(talk: Talk, person_id: uuid.UUID | None) -> str | None:
    """How somebody is addressed: 周阿姨."""
    person = await _person(talk, person_id)
    return ref(person, talk.now).form_of_address if person else None


async def _person(talk: Talk, person_id: uuid.UUID | None) -> Person | None:
    if person_id is None:
        return None
    async with talk.context.database.session() as session:
        return await people.get(session, person_id)


class Notice(Matter):
    """Tells what an outbox message says."""

    name: ClassVar[str] = "notice"

    async def opening(self, talk: Talk) -> Question | None:
        call = await made(talk, "notice")
        if call is None:
            return None
        notice = await notice_text(talk, call.payload, call.person_id)
        return Question(SENTENCES("notice", notice=notice), to=await addressed(talk, call.person_id))


async def notice_text(talk: Talk, payload: dict[str, Any], recipient: uuid.UUID | None) -> str:
    """The words of a notice for who is rung."""
    about = uuid.UUID(payload["about"]) if payload.get("about") else None
    name = await addressed(talk, about) if about != recipient else None
    return words.write(payload["event"], payload["data"], name)


class Recall(Matter):
    """Rings back who was turned away because all lines were busy."""

    name: ClassVar[str] = "recall"

    async def opening(self, talk: Talk) -> Question | None:
        if await made(talk, "recall") is None:
            return None
        return Question(SENTENCES("recall"))
