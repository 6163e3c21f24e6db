"""A check-in in words: asked in the call that was made for it, answered there or wherever the senior speaks."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, ClassVar, Final

from assistant.calls import spoken
from assistant.care import repository, service
from assistant.care.service import SENTENCES, Answered
from assistant.desk.matters import Answer, Matter, Question, Talk

ASKED: Final = "checkin"
"""What the language model is told was asked."""
WISHES: Final = frozenset(
    {
        "find_service",
        "book_service",
        "order_status",
        "change_order",
        "cancel_order",
        "ask_subsidy",
        "complain",
    }
    | {"request_assessment", "device", "profile", "human", "emergency", "stop", "goodbye", "slower", "repeat"}
)
"""Intents that are answered by the dialogue before the check-in goes on."""
ANSWERS: Final[dict[str, Answered]] = {"checkin_ok": "ok", "checkin_bad": "bad"}


class CheckIn(Matter):
    """Asks a senior how they are. What is answered to them is said by the dialogue, as to anybody."""

    name: ClassVar[str] = "checkin"

    async def opening(self, talk: Talk) -> Question | None:
        call = await spoken.made(talk, "checkin")
        if call is None:
            return None
        async with talk.context.database.session() as session:
            checkin = await repository.of_outbound(session, call.id)
        if checkin is None:
            return None
        data = {"checkin": str(checkin.id), "waits": True}
        name = await spoken.addressed(talk, checkin.person_id)
        return Question(SENTENCES(f"ask_{checkin.reason}"), data, asks=ASKED, to=name)

    async def elsewhere(self, talk: Talk) -> Question | None:
        """The senior writes or calls of their own accord while a check-in has no answer yet."""
        if talk.speaker.kind != "senior" or talk.speaker.person_id is None:
            return None
        async with talk.context.database.session() as session:
            checkin = await repository.open_of(session, talk.speaker.person_id)
        if checkin is None:
            return None
        asked_here = checkin.way == "telegram" and talk.conversation.channel == "telegram"
        return Question("", {"checkin": str(checkin.id)}, asks=ASKED if asked_here else None)

    async def heard(self, talk: Talk, data: Mapping[str, Any], text: str, *, by_key: bool) -> Answer | None:
        intent = await talk.understand(text, ASKED)
        how = ANSWERS.get(intent or "")
        if how is None and data.get("waits"):
            return self._not_yet(data, intent)
        async with talk.context.database.session() as session:
            checkin_id = uuid.UUID(data["checkin"])
            await service.answered(session, talk.now, checkin_id, how or "reached", str(talk.conversation.id))
        return Answer()

    def _not_yet(self, data: Mapping[str, Any], intent: str | None) -> Answer:
        """ "谁呀" first, the answer after it: who calls is said once more. A wish of the senior's own is taken
        up; that somebody spoke is known from the call itself."""
        if intent in WISHES or data.get("again"):
            return Answer(keep=True)
        return Answer(then=Question(SENTENCES("again"), {**data, "again": True}, asks=ASKED))
