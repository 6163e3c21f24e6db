"""Names of accounts, to show who did something."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.console.models import Account


async def names(session: AsyncSession, actors: Iterable[Mapping[str, Any] | None]) -> dict[str, str]:
    """Display names of the accounts among some actors, by id."""
    ids = {one["person_id"] for one in actors if one and one.get("kind") == "worker" and "person_id" in one}
    found = await session.execute(
        select(Account.id, Account.display_name).where(Account.id.in_([uuid.UUID(one) for one in ids]))
    )
    return {str(account): name for account, name in found}
