"""Append-only audit: who saw or changed what, for whom.

Rows are written in the transaction that made the change; a worker job then seals them into a hash
chain in order of their number, so that no booking waits for another one's hash. ``verify`` walks
the chain. A trigger in the database refuses every other change (migration 0001).
"""

from __future__ import annotations

import hashlib
import json
import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Identity, Index, LargeBinary, String, func, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from assistant.kit.actor import Actor
from assistant.kit.db import Base

GENESIS = b"\x00" * 32
SEALER = 0x59494E4C
"""Number of the advisory lock that lets one process seal at a time."""


class AuditEntry(Base):
    """One thing seen or done. ``details`` never holds personal data, only names of fields and ids."""

    __tablename__ = "audit_entries"
    __table_args__ = (Index("ix_audit_entries_unsealed", "id", postgresql_where="hash IS NULL"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime]
    action: Mapped[str] = mapped_column(String(60))
    """What was done, as ``domain.verb``: ``order.booked``, ``person.viewed``."""
    subject: Mapped[str] = mapped_column(String(80), index=True)
    """On what, as ``kind:id``."""
    for_person: Mapped[uuid.UUID | None] = mapped_column(index=True)
    actor: Mapped[dict[str, Any]] = mapped_column(JSONB)
    details: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    previous: Mapped[bytes | None] = mapped_column(LargeBinary)
    hash: Mapped[bytes | None] = mapped_column(LargeBinary)

    def digest(self, previous: bytes) -> bytes:
        body = [
            self.id,
            self.at.isoformat(),
            self.action,
            self.subject,
            str(self.for_person),
            self.actor,
            self.details,
        ]
        return hashlib.sha256(previous + json.dumps(body, sort_keys=True).encode()).digest()


def record(
    session: AsyncSession,
    now: datetime,
    actor: Actor,
    action: str,
    subject: str,
    for_person: uuid.UUID | None = None,
    **details: Any,
) -> None:
    """Add one audit row to the running transaction."""
    session.add(
        AuditEntry(
            at=now,
            action=action,
            subject=subject,
            for_person=for_person,
            actor=actor.model_dump(mode="json", exclude_none=True),
            details=details,
        )
    )


async def seal(session: AsyncSession, limit: int = 10_000) -> int:
    """Chain the rows not yet sealed; returns how many. One sealer at a time (advisory lock)."""
    await session.execute(select(func.pg_advisory_xact_lock(SEALER)))
    last = await session.scalar(
        select(AuditEntry.hash).where(AuditEntry.hash.is_not(None)).order_by(AuditEntry.id.desc()).limit(1)
    )
    previous = last or GENESIS
    open_rows = await session.scalars(
        select(AuditEntry).where(AuditEntry.hash.is_(None)).order_by(AuditEntry.id).limit(limit)
    )
    sealed = 0
    for row in open_rows.all():
        digest = row.digest(previous)
        await session.execute(
            update(AuditEntry).where(AuditEntry.id == row.id).values(previous=previous, hash=digest)
        )
        previous, sealed = digest, sealed + 1
    return sealed


async def verify(session: AsyncSession) -> int | None:
    """The number of the first row whose seal is broken, or None when the chain holds."""
    previous = GENESIS
    rows = await session.stream_scalars(
        select(AuditEntry).where(AuditEntry.hash.is_not(None)).order_by(AuditEntry.id)
    )
    async for row in rows:
        if row.previous != previous or row.hash != row.digest(previous):
            return row.id
        previous = row.hash
    return None
