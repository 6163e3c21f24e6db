"""Units of work and times."""

from __future__ import annotations

import asyncio
import uuid
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import StatementError

from assistant.catalog.models import City, SearchMiss
from assistant.kit import postgres
from assistant.kit.db import Database, as_json, async_url
from tests.world import NOW


def _city(code: str = "weihai") -> City:
    return City(code=code, name=code, province="山东", lat=37.5, lng=122.1)


async def test_a_unit_of_work_is_kept_whole_or_not_at_all(database: Database) -> None:
    with pytest.raises(RuntimeError):
        async with database.session() as session:
            session.add(_city())
            await session.flush()
            raise RuntimeError
    async with database.session() as session:
        assert await session.get(City, "weihai") is None
        session.add(_city())
    async with database.session() as session:
        assert await session.get(City, "weihai") is not None


async def test_any_zone_comes_back_as_utc(database: Database) -> None:
    east = NOW.astimezone(timezone(timedelta(hours=8)))
    async with database.session() as session:
        session.add(SearchMiss(at=east))
    async with database.session() as session:
        found = await session.scalar(select(SearchMiss.at))
    assert found == NOW and found is not None and found.tzinfo is UTC


async def test_a_naive_time_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="naive datetime"):
        async with database.session() as session:
            session.add(SearchMiss(at=datetime(2025, 6, 11, 10)))


async def test_errors_of_the_database_hide_values(database: Database) -> None:
    with pytest.raises(Exception) as caught:
        async with database.session() as session:
            await session.execute(text("SELECT CAST(:said AS integer)"), {"said": "周桂英"})
    assert "[SQL parameters hidden" in str(caught.value)


async def test_connections_are_kept_between_uses(database: Database) -> None:
    """As many as ever worked at once, so that none has to prepare its statements anew."""

    async def at_once() -> set[int]:
        every_one_has_begun = asyncio.Barrier(15)

        async def one() -> int:
            async with database.session() as session:
                await every_one_has_begun.wait()
                pid: int = (await session.execute(text("SELECT pg_backend_pid()"))).scalar_one()
            return pid

        return set(await asyncio.gather(*(one() for _ in range(15))))

    first = await at_once()
    assert len(first) == 15 and await at_once() == first


async def test_a_row_as_json_comes_back_as_it_was(database: Database) -> None:
    row = {"id": uuid.UUID(int=7), "at": NOW, "sealed": b"\x00\xff", "said": '少盐"\n', "rest": None}
    async with database.session() as session:
        columns = "id uuid, at timestamptz, sealed bytea, said text, rest int"
        found = await session.execute(
            text(f"SELECT * FROM json_to_record(:row) AS row({columns})"), {"row": as_json(row)}
        )
        assert found.mappings().one() == row


def test_a_naive_time_is_not_written_as_json() -> None:
    with pytest.raises(ValueError, match="naive datetime"):
        as_json({"at": datetime(2025, 6, 11, 10)})


def test_urls() -> None:
    url = "postgresql://u:p@/yinling?host=/tmp/postgresql"
    assert async_url(url) == "postgresql+psycopg://u:p@/yinling?host=/tmp/postgresql"
    assert postgres.named(url, "other") == "postgresql://u:p@/other?host=/tmp/postgresql"
    assert postgres.named("postgresql://db:5432/yinling", "other") == "postgresql://db:5432/other"


def test_a_fresh_database_is_empty_each_time(server_url: str) -> None:
    import psycopg

    url = postgres.fresh_database(server_url, "kit_fresh")
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept (n int)")
    assert postgres.ensure_database(server_url, "kit_fresh") == url
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT to_regclass('kept')").fetchone() == ("kept",)
    postgres.fresh_database(server_url, "kit_fresh")
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT to_regclass('kept')").fetchone() == (None,)
