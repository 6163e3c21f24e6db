"""A catalogue with the cities that an installation starts with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.catalog.seed import load_seed
from assistant.kit.clock import from_china
from assistant.kit.crypto import Keyring
from assistant.kit.db import Database
from tests.databases import filled, rolled_back

NOW = from_china(datetime(2025, 6, 11, 10, 0))
"""A Wednesday."""
CENTRE = "29.372,113.130"
"""The middle of 岳阳楼区."""


@pytest.fixture(scope="session")
def seeded_url(server_url: str, keyring: Keyring) -> str:
    """A database that knows the five cities; nobody commits to it."""
    return filled(server_url, "yinling_seeded", load_seed)


@pytest.fixture
async def seeded(seeded_url: str) -> AsyncIterator[AsyncSession]:
    """A session that knows the five cities; what a test does in it is rolled back."""
    async with rolled_back(seeded_url) as session:
        yield session


@pytest.fixture
async def stored(database: Database) -> None:
    """The database of the API knows 岳阳."""
    async with database.session() as unit:
        await load_seed(unit, ["yueyang"])
