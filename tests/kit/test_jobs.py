"""Jobs are enqueued with the change that made them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import procrastinate
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from assistant import schedule
from assistant.kit.db import Database
from assistant.kit.jobs import enqueue, job_app

NAME = "yinling:seal_audit"


@pytest.fixture
async def jobs(database: Database, database_url: str) -> AsyncIterator[procrastinate.App]:
    assert schedule.DUTIES
    yield job_app(database_url)
    async with database.session() as session:
        await session.execute(text("TRUNCATE procrastinate_jobs CASCADE"))


async def _waiting(session: AsyncSession) -> int:
    found = await session.scalar(
        text("SELECT count(*) FROM procrastinate_jobs WHERE args->>'timestamp' = '7'")
    )
    return int(found or 0)


async def test_both_or_neither(jobs: procrastinate.App, database: Database) -> None:
    task = jobs.tasks[NAME]
    with pytest.raises(RuntimeError):
        async with database.session() as session:
            await enqueue(session, task, timestamp=7)
            assert await _waiting(session) == 1
            raise RuntimeError
    async with database.session() as session:
        assert await _waiting(session) == 0
        await enqueue(session, task, timestamp=7)
    async with database.session() as session:
        assert await _waiting(session) == 1


def test_one_app_a_process(jobs: procrastinate.App, database_url: str) -> None:
    assert job_app(database_url) is jobs
    assert NAME in jobs.tasks
