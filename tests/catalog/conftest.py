"""The catalogue of one seeded city."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.catalog.seed import load_seed
from assistant.kit.clock import from_china
from assistant.kit.db import Database

NOW = from_china(datetime(2025, 6, 11, 10, 0))
"""A Wednesday."""
CENTRE = "29.372,113.130"
"""The middle of 岳阳楼区."""


@pytest.fixture
async def seeded(database: Database, session: AsyncSession) -> AsyncSession:
    """A session on a database that knows 岳阳, committed."""
    async with database.session() as unit:
        await load_seed(unit, ["yueyang"])
    return session
