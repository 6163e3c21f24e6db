"""The whole stack, started once: Rasa, the action server, the API and PostgreSQL, all real."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime

import pytest

from assistant.evaluation.dialogues.scene import clear
from assistant.evaluation.stack import Running, own_settings, running
from assistant.kit.db import Database
from assistant.seeds import load


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(own_settings(tmp_path_factory.mktemp("stack"))) as started:
        yield started


@pytest.fixture(scope="module")
def fresh(stack: Running) -> Running:
    """The stack as it is after installation, on a Wednesday morning."""
    stack.clock.set(datetime(2025, 6, 11, 10, 0))
    asyncio.run(_reset(stack))
    return stack


async def _reset(stack: Running) -> None:
    database = Database(stack.database_url, pool_size=1)
    async with database.session() as session:
        await clear(session)
        await load(session, stack.clock.now())
    await database.close()
