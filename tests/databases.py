"""Databases that many tests read and none changes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncSession

from assistant.kit import postgres
from assistant.kit.db import Database
from assistant.schema import migrate


def filled(server_url: str, name: str, fill: Callable[[AsyncSession], Awaitable[object]]) -> str:
    """URL of a database with the tables and what ``fill`` puts into it."""
    url = postgres.ensure_database(server_url, name)
    migrate(url)

    async def start() -> None:
        database = Database(url)
        async with database.session() as unit:
            await fill(unit)
        await database.close()

    asyncio.run(start())
    return url


@asynccontextmanager
async def rolled_back(url: str) -> AsyncIterator[AsyncSession]:
    """A session; what a test does in it is undone."""
    database = Database(url, pool_size=1)
    async with database.sessions() as session:
        yield session
        await session.rollback()
    await database.close()
