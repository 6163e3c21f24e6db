"""Turns without words: a conversation starts, stays silent, is hung up."""

from __future__ import annotations

from typing import Final

from assistant.catalog import repository as catalog
from assistant.desk import manner
from assistant.desk.asides import Asides
from assistant.desk.handoffs import Handoffs
from assistant.desk.matters import Matters, Question, Talk, ask
from assistant.desk.models import Conversation
from assistant.desk.replies import SENTENCES, put_before, say
from assistant.desk.schemas import Reply
from assistant.desk.speakers import Speaker
from assistant.kit.api import Context

SILENCES: Final = 3
"""After so many silences in a row the call ends, with a call-back ticket."""


class Events:
    """What the desk says when nothing was said to it."""

    def __init__(self, context: Context, matters: Matters, handoffs: Handoffs, asides: Asides) -> None:
        self.context = context
        self.matters = matters
        self.handoffs = handoffs
        self.asides = asides

    async def hung_up(self, talk: Talk) -> Reply:
        """The caller is gone: what was half made is kept."""
        await self.matters.hung_up(talk)
        return Reply(messages=[], expects="none", end=True)

    async def silent(self, conversation: Conversation, speaker: Speaker) -> Reply:
        """Ask again, then simpler, then goodbye with a call-back ticket."""
        silences = conversation.state.get("silences", 0) + 1
        needs_keys = silences > 1 or bool(conversation.state.get("keys"))
        conversation.state = {**conversation.state, "silences": silences, "keys": needs_keys}
        if silences < SILENCES:
            last = await self.asides.last(conversation)
            asked = last.messages[-1].text if last and last.asks and last.messages and silences == 1 else None
            return await self.asides.once_more(conversation, asked or SENTENCES(f"silence_{silences}"))
        if conversation.direction == "out":
            return say(conversation, SENTENCES("goodbye_silent_out")).model_copy(update={"end": True})
        reply = await self.handoffs.call_back(conversation, speaker, "接通后没有声音")
        closing = say(conversation, SENTENCES("goodbye_callback" if reply.handoff else "goodbye_silent"))
        return closing.model_copy(update={"end": True, "handoff": reply.handoff})

    async def greet(self, talk: Talk) -> Reply:
        """Who speaks, and what the service itself has to ask."""
        conversation, speaker = talk.conversation, talk.speaker
        async with self.context.database.session() as session:
            found = await catalog.city(session, conversation.city)
            await manner.recall(session, conversation)
        city = found.name if found else ""
        question = await self.matters.open(talk)
        if question is not None:
            return _greet_and_ask(conversation, speaker, city, question)
        if conversation.direction == "out":
            return say(conversation, SENTENCES("checkin", city=city), asks="checkin")
        if conversation.channel != "phone":
            return say(conversation, SENTENCES("greeting_written", city=city))
        if speaker.form_of_address:
            return say(conversation, SENTENCES("greeting_known", city=city, name=speaker.form_of_address))
        return say(conversation, SENTENCES("greeting", city=city))


def _greet_and_ask(conversation: Conversation, speaker: Speaker, city: str, question: Question) -> Reply:
    name = question.to or speaker.form_of_address or ""
    first = say(conversation, SENTENCES("greeting_brief", city=city, name=name))
    return put_before(first, ask(conversation, question))
