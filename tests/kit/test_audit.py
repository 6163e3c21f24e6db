"""The chain of the audit: made in order, broken by any change."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from assistant.kit import audit
from assistant.kit.actor import SYSTEM
from assistant.kit.audit import GENESIS, AuditEntry
from assistant.kit.db import Database
from tests.world import NOW

UNGUARDED = "ALTER TABLE audit_entries DISABLE TRIGGER audit_entries_append_only"
GUARDED = "ALTER TABLE audit_entries ENABLE TRIGGER audit_entries_append_only"


async def _write(database: Database, *subjects: str) -> None:
    async with database.session() as session:
        for subject in subjects:
            audit.record(session, NOW, SYSTEM, "test.done", subject, fields=["address"])
            await session.flush()


async def _seal(database: Database, limit: int = 10) -> int:
    async with database.session() as session:
        return await audit.seal(session, limit)


async def _broken(database: Database) -> int | None:
    async with database.session() as session:
        return await audit.verify(session)


async def test_each_row_carries_the_hash_before_it(database: Database) -> None:
    await _write(database, "test:1", "test:2")
    assert await _seal(database, limit=1) == 1
    await _write(database, "test:3")
    assert await _seal(database) == 2
    async with database.session() as session:
        rows = (await session.scalars(select(AuditEntry).order_by(AuditEntry.id))).all()
    assert [row.subject for row in rows] == ["test:1", "test:2", "test:3"]
    assert [row.previous for row in rows] == [GENESIS, rows[0].hash, rows[1].hash]
    assert await _broken(database) is None


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE audit_entries SET action = 'test.undone' WHERE subject = 'test:2'",
        "UPDATE audit_entries SET at = at + interval '1 hour' WHERE subject = 'test:2'",
        "UPDATE audit_entries SET details = '{}' WHERE subject = 'test:2'",
        "UPDATE audit_entries SET actor = '{}' WHERE subject = 'test:2'",
    ],
)
async def test_a_changed_row_is_found(database: Database, tampering: str) -> None:
    await _write(database, "test:1", "test:2", "test:3")
    await _seal(database)
    async with database.session() as session:
        second = await session.scalar(select(AuditEntry.id).where(AuditEntry.subject == "test:2"))
        for statement in (UNGUARDED, tampering, GUARDED):
            await session.execute(text(statement))
    assert await _broken(database) == second


async def test_a_missing_row_is_found(database: Database) -> None:
    await _write(database, "test:1", "test:2", "test:3")
    await _seal(database)
    async with database.session() as session:
        third = await session.scalar(select(AuditEntry.id).where(AuditEntry.subject == "test:3"))
        for statement in (UNGUARDED, "DELETE FROM audit_entries WHERE subject = 'test:2'", GUARDED):
            await session.execute(text(statement))
    assert await _broken(database) == third
