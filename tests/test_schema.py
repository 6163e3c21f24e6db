"""Migrations: complete, repeatable, and the audit guarded by the database itself."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import CheckConstraint, text

from assistant import schema
from assistant.kit import audit, postgres
from assistant.kit.actor import SYSTEM
from assistant.kit.db import Base, Database
from tests.world import NOW


def test_models_and_migrations_agree(database_url: str) -> None:
    assert schema.differences(database_url) == []


def test_every_check_is_in_the_database(database_url: str) -> None:
    wanted = {
        str(rule.name)
        for table in Base.metadata.tables.values()
        for rule in table.constraints
        if isinstance(rule, CheckConstraint)
    }
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(
            "SELECT conname FROM pg_constraint WHERE contype = 'c'"
            " AND conrelid::regclass::text NOT LIKE 'procrastinate%' AND conrelid <> 0"
            " AND connamespace = 'public'::regnamespace"
        ).fetchall()
    assert wanted and {name for (name,) in rows} == wanted


def test_a_missing_column_is_noticed(server_url: str) -> None:
    url = postgres.fresh_database(server_url, "schema_behind")
    schema.migrate(url)
    with psycopg.connect(url) as connection:
        connection.execute("ALTER TABLE cities DROP COLUMN hotline")
    assert [change[0] for change in schema.differences(url)] == ["add_column"]


def test_a_second_time_changes_nothing(database_url: str) -> None:
    schema.migrate(database_url)
    with psycopg.connect(database_url) as connection:
        rows = connection.execute("SELECT count(*) FROM alembic_version").fetchone()
        jobs = connection.execute("SELECT to_regclass('procrastinate_jobs')").fetchone()
    assert rows == (1,) and jobs == ("procrastinate_jobs",)


def test_turns_that_are_there_get_their_order_and_voice(server_url: str) -> None:
    url = postgres.fresh_database(server_url, "schema_turns")
    schema.migrate(url, "0002")
    turns = [
        ("2", "10:01", b"said"),
        ("operator-1", "10:03", None),
        ("notice-1", "10:02", None),
        ("1", "10:00", b"said"),
        ("operator-x", "10:04", b"said by who chose that name"),
    ]
    with psycopg.connect(url, autocommit=True) as connection:
        talk = connection.execute(
            "INSERT INTO conversations (id, channel, key, city, direction, confirmed, status, epoch, pace, state,"
            " created_at, updated_at) VALUES (gen_random_uuid(), 'web', 'k', 'yueyang', 'in', false, 'open', 0, 1,"
            " '', now(), now()) RETURNING id"
        ).fetchone()
        assert talk is not None
        put = (
            "INSERT INTO turns (id, conversation_id, turn_id, at, said, reply, took_ms)"
            " VALUES (gen_random_uuid(), %s, %s, ('2025-06-11 ' || %s)::timestamptz, %s, '', 0)"
        )
        for name, at, said in turns:
            connection.execute(put, [talk[0], name, at, said])
        schema.migrate(url)
        connection.execute(
            "INSERT INTO turns (id, conversation_id, turn_id, at, reply, took_ms, voice)"
            " VALUES (gen_random_uuid(), %s, 'new', '2020-01-01', '', 0, 'reply')",
            [talk[0]],
        )
        kept = connection.execute("SELECT turn_id, voice FROM turns ORDER BY number").fetchall()
    assert kept == [
        ("1", "reply"),
        ("2", "reply"),
        ("notice-1", "notice"),
        ("operator-1", "operator"),
        ("operator-x", "reply"),
        ("new", "reply"),
    ]


@pytest.fixture
async def entry(database: Database) -> int:
    """One sealed audit row; its number."""
    async with database.session() as session:
        audit.record(session, NOW, SYSTEM, "test.done", "test:1")
        await session.flush()
        assert await audit.seal(session) == 1
        return int(await session.scalar(text("SELECT max(id) FROM audit_entries")) or 0)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_entries SET action = 'test.undone'",
        "UPDATE audit_entries SET hash = NULL",
        "UPDATE audit_entries SET hash = previous",
        "DELETE FROM audit_entries",
    ],
)
async def test_a_sealed_row_cannot_be_changed(entry: int, database_url: str, change: str) -> None:
    with psycopg.connect(database_url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(change + " WHERE id = %s", [entry])  # type: ignore[arg-type]


async def test_an_open_row_can_only_be_sealed(database: Database, database_url: str) -> None:
    async with database.session() as session:
        audit.record(session, NOW, SYSTEM, "test.done", "test:1")
    refused = psycopg.errors.InsufficientPrivilege
    with psycopg.connect(database_url, autocommit=True) as connection:
        with pytest.raises(refused):
            connection.execute("UPDATE audit_entries SET subject = 'test:2'")
        with pytest.raises(refused):
            connection.execute("UPDATE audit_entries SET subject = 'test:2', hash = '\\x00'")
        connection.execute("UPDATE audit_entries SET previous = '\\x00', hash = '\\x00'")
