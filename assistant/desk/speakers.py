"""Who speaks: recognised by number, or authenticated by the channel. A number proves nobody."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from assistant.desk.models import Conversation
from assistant.desk.schemas import TurnIn
from assistant.kit.actor import Actor
from assistant.people import repository as people
from assistant.people import service, views
from assistant.people.errors import PhoneInvalid
from assistant.people.models import PersonKind


@dataclass(frozen=True)
class Speaker:
    """The person at the other end, as far as known."""

    person_id: uuid.UUID | None = None
    kind: PersonKind | None = None
    confirmed: bool = False
    phone: str | None = None
    form_of_address: str | None = None
    """周阿姨: harmless, said in the greeting."""

    def actor(self, conversation: Conversation) -> Actor:
        return Actor.model_validate(
            {
                "kind": self.kind or "unknown",
                "channel": conversation.channel,
                "person_id": self.person_id,
                "conversation": str(conversation.id),
            }
        )

    def as_metadata(self, conversation: Conversation) -> dict[str, Any]:
        """For the actions (``actions.turn.Speaker``)."""
        return {
            "person_id": str(self.person_id) if self.person_id else None,
            "kind": self.kind,
            "confirmed": self.confirmed,
            "phone": self.phone,
            "city": conversation.city,
            "channel": conversation.channel,
            "direction": conversation.direction,
            "conversation": str(conversation.id),
        }


async def recognise(
    session: AsyncSession, conversation: Conversation, turn: TurnIn, now: datetime
) -> Speaker:
    """The speaker of a conversation; a caller is looked up by number once, at the first turn."""
    if conversation.worker_id is not None:
        return Speaker(person_id=conversation.worker_id, kind="worker", confirmed=True)
    phone = conversation.caller_phone or turn.caller.phone
    if conversation.person_id is None and phone and not conversation.state.get("looked_up"):
        conversation.state = {**conversation.state, "looked_up": True}
        conversation.caller_phone = phone
        try:
            _, found = await service.identify(session, phone)
        except PhoneInvalid:
            found = []
        if len(found) == 1:
            conversation.person_id = found[0].id
    if conversation.person_id is None:
        return Speaker(phone=phone)
    person = await people.get(session, conversation.person_id)
    if person is None:
        return Speaker(phone=phone)
    return Speaker(
        person_id=person.id,
        kind=person.kind,
        confirmed=conversation.confirmed,
        phone=phone,
        form_of_address=views.ref(person, now).form_of_address,
    )
