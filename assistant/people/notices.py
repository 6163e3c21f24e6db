"""Notices to a senior and to those whom the senior lets be told, through the outbox."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, Literal

from sqlalchemy.ext.asyncio import AsyncSession

from assistant.kit import outbox
from assistant.people import repository
from assistant.people.models import Scope


async def notify(
    session: AsyncSession,
    now: datetime,
    senior_id: uuid.UUID,
    event: str,
    event_key: str,
    *,
    scope: Scope = "notify",
    tell_senior: bool = True,
    urgent: bool = False,
    **payload: Any,
) -> list[uuid.UUID]:
    """Put one message for the senior (SMS) and one for each delegate with ``scope`` (Telegram; the sender
    falls back where a person has no link) into the outbox; returns the persons told.

    Consent is checked again when a message is sent (``outbox.about_person``).
    """
    told: list[tuple[uuid.UUID, Literal["sms", "telegram"]]] = [(senior_id, "sms")] if tell_senior else []
    consents = await repository.consents(session, now, senior=senior_id, scope=scope)
    told += [(delegate, "telegram") for delegate in dict.fromkeys(one.delegate_id for one in consents)]
    for person, kind in told:
        await outbox.put(
            session,
            now,
            kind=kind,
            recipient=f"person:{person}",
            event=event,
            event_key=event_key,
            about_person=senior_id,
            urgent=urgent,
            **payload,
        )
    return [person for person, _ in told]
