"""To whom a message of the outbox may go, as of now: consent is read when it leaves, not when it was written."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from assistant.kit.outbox import OutboxMessage
from assistant.people import repository as people
from assistant.people.models import Person, Scope


@dataclass(frozen=True)
class Recipient:
    """Who gets a message, and about whom it is."""

    person: Person
    about: Person | None

    @property
    def own(self) -> bool:
        """Whether it is about the recipient."""
        return self.about is None or self.about.id == self.person.id

    @property
    def phone(self) -> str | None:
        """Their first number, E.164."""
        return self.person.phones[0].phone if self.person.phones else None


async def recipient(session: AsyncSession, now: datetime, message: OutboxMessage) -> Recipient | None:
    """Who gets a message; None when nobody is meant, or not allowed to be told (any more)."""
    try:
        key = uuid.UUID(message.recipient.removeprefix("person:"))
    except ValueError:
        return None
    person = await people.get(session, key)
    if person is None:
        return None
    if message.about_person in (None, key):
        return Recipient(person, person if message.about_person else None)
    scope: Scope = "emergency_contact" if message.urgent else "notify"
    if not await people.may(session, key, message.about_person, scope, now):
        return None
    return Recipient(person, await people.get(session, message.about_person))
