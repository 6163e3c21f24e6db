"""What many tests begin with, each in a transaction of its own: a consent, a message to be sent, an emergency."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from assistant.kit import outbox
from assistant.kit.db import Database
from assistant.people import consents
from assistant.people.models import Consent, Scope
from assistant.people.schemas import ConsentIn
from assistant.safety import service as safety
from assistant.tickets.models import Ticket
from tests.world import WORKER


async def consent(
    database: Database, now: datetime, senior: uuid.UUID, delegate: uuid.UUID, *scopes: Scope
) -> Consent:
    """``senior`` lets her daughter do what ``scopes`` name; a worker has it in writing."""
    given = ConsentIn(delegate_id=delegate, scopes=list(scopes), relation="女儿", evidence="written")
    async with database.session() as session:
        return await consents.give(session, now, WORKER, senior, given)


async def message(
    database: Database, now: datetime, to: uuid.UUID, about: uuid.UUID, key: str = "order:1", **more: Any
) -> bool:
    """A message to a person about a senior waits in the outbox; see ``outbox.put``."""
    wanted: dict[str, Any] = {"kind": "telegram", "event": "order.booked"} | more
    async with database.session() as session:
        return await outbox.put(
            session, now, recipient=f"person:{to}", event_key=key, about_person=about, **wanted
        )


async def fall(database: Database, now: datetime, **more: Any) -> Ticket:
    """Somebody has fallen; see ``safety.service.raise_alarm``."""
    told: dict[str, Any] = {
        "kind": "fall",
        "level": "danger",
        "reason": "fall.1",
        "said": "我摔倒了起不来",
        "caller_phone": "13900001111",
        "conversation": "call-1",
        "city": "yueyang",
    }
    async with database.session() as session:
        return await safety.raise_alarm(session, now, **told | more)
