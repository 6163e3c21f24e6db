"""The outbox: what must leave the machine (messages, provider calls), kept until it has left.

A row is written in the transaction of the change that caused it, once per recipient and event
(``event_key`` is unique); the sender of its ``kind`` picks it up from the table.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Index, String, UniqueConstraint, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from assistant.kit.crypto import Encrypted, keyring
from assistant.kit.db import Base, Identified, as_json

Kind = Literal["telegram", "sms", "provider", "call", "operator"]
Status = Literal["pending", "sending", "sent", "failed", "suppressed", "no_channel"]
"""``suppressed``: the recipient may not be told. ``no_channel``: no way to reach them is switched on."""


class OutboxMessage(Identified, Base):
    """One message to one recipient about one event."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("recipient", "event_key"),
        # In the order in which senders pick: urgent ones first.
        Index("ix_outbox_due", "kind", text("urgent DESC"), "due_at", postgresql_where="status = 'pending'"),
    )

    kind: Mapped[str] = mapped_column(String(20))
    recipient: Mapped[str] = mapped_column(String(80))
    """``person:<id>``, ``operator:<city>`` or ``provider:<id>``: resolved to an address when sent."""
    event_key: Mapped[str] = mapped_column(String(120))
    """What happened, once: ``order:<id>:accepted``, ``ticket:<id>:opened``."""
    event: Mapped[str] = mapped_column(String(40))
    about_person: Mapped[uuid.UUID | None] = mapped_column(index=True)
    """The senior it is about; the recipient's consent is checked again when it is sent."""
    payload: Mapped[str] = mapped_column(Encrypted)
    """JSON: what the template of ``event`` needs."""
    urgent: Mapped[bool] = mapped_column(default=False)
    """Sent in quiet hours too, and repeated until acknowledged."""
    status: Mapped[str] = mapped_column(String(20), default="pending")
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(String(200))

    @property
    def data(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.payload)
        return found


async def put(
    session: AsyncSession,
    now: datetime,
    *,
    kind: Kind,
    recipient: str,
    event: str,
    event_key: str,
    about_person: uuid.UUID | None = None,
    urgent: bool = False,
    **payload: Any,
) -> bool:
    """Write one message; False when this recipient already has one for ``event_key``."""
    row = {
        "id": uuid.uuid4(),
        "kind": kind,
        "recipient": recipient,
        "event": event,
        "event_key": event_key,
        "about_person": about_person,
        "urgent": urgent,
        "payload": json.dumps(payload, ensure_ascii=False),
        "status": "pending",
        "attempts": 0,
        "due_at": now,
        "created_at": now,
    }
    statement = (
        insert(OutboxMessage).values(row).on_conflict_do_nothing(index_elements=["recipient", "event_key"])
    )
    return (await session.execute(statement.returning(OutboxMessage.id))).first() is not None


@dataclass(frozen=True)
class Letter:
    """One message of ``put_many``: to whom, how, and what its template needs."""

    kind: Kind
    recipient: str
    payload: dict[str, Any]


async def put_many(
    session: AsyncSession,
    now: datetime,
    letters: Sequence[Letter],
    *,
    event: str,
    event_key: str,
    about_person: uuid.UUID | None = None,
    urgent: bool = False,
) -> None:
    """Write the messages of one event in one round trip; recipients who have theirs get no second one."""
    if letters:
        rows = letter_rows(
            now, letters, event=event, event_key=event_key, about_person=about_person, urgent=urgent
        )
        await session.execute(_PUT_MANY, {"letters": rows})


def letter_rows(
    now: datetime,
    letters: Sequence[Letter],
    *,
    event: str,
    event_key: str,
    about_person: uuid.UUID | None = None,
    urgent: bool = False,
) -> str:
    """The parameter ``letters`` of ``posting``: the new rows."""
    shared: dict[str, Any] = {
        "event": event,
        "event_key": event_key,
        "about_person": about_person,
        "urgent": urgent,
        "status": "pending",
        "attempts": 0,
        "due_at": now,
        "created_at": now,
    }
    return as_json(
        [
            shared
            | {
                "id": uuid.uuid4(),
                "kind": one.kind,
                "recipient": one.recipient,
                "payload": keyring().encrypt(json.dumps(one.payload, ensure_ascii=False)),
            }
            for one in letters
        ]
    )


def posting(after: str | None = None) -> str:
    """The INSERT of ``put_many``, for a statement that does more in the same round trip.

    Args:
        after: name of a CTE of at most one row; without that row nothing is posted.
    """
    return f"""
        INSERT INTO outbox
        SELECT letter.* FROM json_populate_recordset(NULL::outbox, :letters) AS letter
        {f"CROSS JOIN {after}" if after else ""}
        ON CONFLICT (recipient, event_key) DO NOTHING
    """


_PUT_MANY = text(posting())


async def due(session: AsyncSession, now: datetime, kind: Kind, limit: int = 50) -> list[OutboxMessage]:
    """Messages of ``kind`` to send now, locked for this transaction and skipped by others."""
    found = await session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.kind == kind, OutboxMessage.status == "pending", OutboxMessage.due_at <= now)
        .order_by(OutboxMessage.urgent.desc(), OutboxMessage.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list(found)
