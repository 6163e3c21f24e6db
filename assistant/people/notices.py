"""Notices to a senior and to those whom the senior lets be told, through the outbox."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from assistant.kit import outbox
from assistant.kit.outbox import Letter
from assistant.people import repository
from assistant.people.models import Scope


def letters(senior: uuid.UUID | None, delegates: Sequence[uuid.UUID], facts: dict[str, Any]) -> list[Letter]:
    """One message for the senior (SMS; None for none) and one for each delegate (Telegram; the sender falls
    back where a person has no link)."""
    to_senior = [Letter("sms", f"person:{senior}", facts)] if senior else []
    return to_senior + [Letter("telegram", f"person:{one}", facts) for one in dict.fromkeys(delegates)]


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
    **facts: Any,
) -> list[uuid.UUID]:
    """Tell the senior, and each delegate with ``scope``; returns the persons told.

    Consent is checked again when a message is sent (``outbox.about_person``).
    """
    consents = await repository.consents(session, now, senior=senior_id, scope=scope)
    delegates = list(dict.fromkeys(one.delegate_id for one in consents))
    senior = senior_id if tell_senior else None
    await outbox.put_many(
        session,
        now,
        letters(senior, delegates, facts),
        event=event,
        event_key=event_key,
        about_person=senior_id,
        urgent=urgent,
    )
    return ([senior_id] if tell_senior else []) + delegates
