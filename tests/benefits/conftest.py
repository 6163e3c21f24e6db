"""The benefits of the five cities."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.benefits.seed import load_benefits
from assistant.catalog.models import City
from assistant.catalog.seed import CITIES
from assistant.kit.crypto import Keyring
from tests.databases import filled, rolled_back

NAMES = {"weihai": "威海", "zhuzhou": "株洲", "tieling": "铁岭", "yuxi": "玉溪", "yueyang": "岳阳"}


async def fill(session: AsyncSession) -> None:
    session.add_all(City(code=code, name=NAMES[code], province="省", lat=30.0, lng=113.0) for code in CITIES)
    await session.flush()
    await load_benefits(session)


@pytest.fixture(scope="session")
def granted_url(server_url: str, keyring: Keyring) -> str:
    """A database with all benefits; nobody commits to it."""
    return filled(server_url, "yinling_granted", fill)


@pytest.fixture
async def granted(granted_url: str) -> AsyncIterator[AsyncSession]:
    """A session that knows all benefits; what a test does in it is rolled back."""
    async with rolled_back(granted_url) as session:
        yield session
