"""History of a person's record: one row for people who work with it, one for the audit."""

from __future__ import annotations

import json
import uuid
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from assistant.kit import audit
from assistant.kit.actor import Actor
from assistant.people.models import PersonEvent


def remember(
    session: AsyncSession,
    now: datetime,
    actor: Actor,
    action: str,
    person_id: uuid.UUID,
    changes: dict[str, Any],
) -> None:
    """Write down that ``changes`` (field → [old, new]) were made; the audit gets the field names only."""
    who = actor.model_dump(mode="json", exclude_none=True)
    text = json.dumps(changes, ensure_ascii=False, default=str) if changes else None
    session.add(PersonEvent(person_id=person_id, at=now, action=action, actor=who, changes=text))
    audit.record(
        session, now, actor, f"person.{action}", f"person:{person_id}", person_id, fields=sorted(changes)
    )
