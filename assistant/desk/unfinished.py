"""A booking that broke off in the middle of a call: kept for a day, offered at the next call of the number.

What is kept are the caller's own sentences since the last thing that was done. When the caller wants to go on
they are understood again as one, with the days meant when they were said; nothing is booked without the usual
read-back and a clear yes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from assistant.catalog.vocabulary import SERVICE_TYPES
from assistant.desk import plain, repository
from assistant.desk.matters import Answer, Matter, Question, Talk
from assistant.desk.models import Conversation
from assistant.desk.replies import SENTENCES
from assistant.desk.schemas import Reply
from assistant.kit import outbox

KEPT: Final = timedelta(hours=24)
BOOKING: Final = "book_service"
"""Intent of what is offered again; a complaint, say, is not repeated to whoever picks up next."""
OWN: Final = ("checkin", "phone", "emergency")
"""What the desk itself asks for: no part of a booking."""
SENTENCE_LIMIT: Final = 12


def remember(conversation: Conversation, reply: Reply, said: str, now: datetime) -> None:
    """Keep what was said while something is being asked; forget it when nothing is asked any more."""
    if conversation.channel != "phone" or not said or (reply.asks or "").startswith(OWN):
        return
    state = dict(conversation.state)
    kept = state.pop("unfinished", {"said": [], "at": now.isoformat()})
    if reply.asks and "matter" not in state and reply.handoff is None:
        new = [] if _only_yes_or_no(said) else [said]
        state["unfinished"] = {**kept, "said": [*kept["said"], *new][-SENTENCE_LIMIT:]}
    conversation.state = state


def _only_yes_or_no(said: str) -> bool:
    return plain.agrees(said) or plain.refuses(said)


def _service(words: str) -> str | None:
    """The service that was meant, by the name people hear; None when it was not named."""
    named = (
        one.called
        for one in SERVICE_TYPES.values()
        if any(word in words for word in (one.name, *one.aliases))
    )
    return next(named, None)


def _offer(sentence: str, kept: Mapping[str, Any]) -> Question:
    """To go on with what was said."""
    words = "，".join(kept["said"])
    service = _service(words)
    text = SENTENCES(f"{sentence}_named", service=service) if service else SENTENCES(sentence)
    choices = [("接着办", "接着办"), ("不办了", "不办了")]
    data = {"said": words, "at": kept["at"]}
    return Question(text, data, asks="yes_no", expects="yes_no", choices=choices)


class Unfinished(Matter):
    """Offers to go on with what broke off."""

    name: ClassVar[str] = "unfinished"

    async def opening(self, talk: Talk) -> Question | None:
        """At the next call of the same number, once."""
        if talk.conversation.channel != "phone" or talk.conversation.direction != "in":
            return None
        since = talk.now - KEPT
        async with talk.context.database.session() as session:
            earlier = await repository.last_call(session, talk.conversation, since)
        kept = earlier.state.get("unfinished") if earlier else None
        if not kept or not kept["said"] or await talk.understand(kept["said"][0], None) != BOOKING:
            return None
        async with talk.context.database.session() as session:
            offered = await repository.last_call(session, talk.conversation, since)
            if offered is not None:
                offered.state = {key: value for key, value in offered.state.items() if key != "unfinished"}
        return _offer("unfinished", kept)

    async def after_alarm(self, talk: Talk) -> Question | None:
        """What an alarm broke into, when it was nothing after all."""
        state = dict(talk.conversation.state)
        kept = state.pop("interrupted", None)
        talk.conversation.state = state
        if not kept or not kept["said"] or await talk.understand(kept["said"][0], None) != BOOKING:
            return None
        return _offer("interrupted", kept)

    async def heard(self, talk: Talk, data: Mapping[str, Any], text: str, *, by_key: bool) -> Answer | None:
        if plain.agrees(text):
            # It may break off again.
            again = {"said": [data["said"]], "at": data["at"]}
            talk.conversation.state = {**talk.conversation.state, "unfinished": again}
            return Answer(instead=data["said"], said_at=datetime.fromisoformat(data["at"]))
        if plain.refuses(text):
            return Answer(SENTENCES("unfinished_dropped"))
        return None

    async def hung_up(self, talk: Talk) -> None:
        """Whoever is on record gets a message: nothing has been booked."""
        kept = talk.conversation.state.get("unfinished")
        if not kept or not kept["said"] or talk.speaker.person_id is None or talk.speaker.kind == "worker":
            return
        if await talk.understand(kept["said"][0], None) != BOOKING:
            return
        async with talk.context.database.session() as session:
            await outbox.put(
                session,
                talk.now,
                kind="sms",
                recipient=f"person:{talk.speaker.person_id}",
                event="booking_unfinished",
                event_key=f"conversation:{talk.conversation.id}:unfinished",
                about_person=talk.speaker.person_id,
            )
