"""Queries of benefits."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.benefits.models import Benefit


async def of_city(session: AsyncSession, city_code: str) -> list[Benefit]:
    query = select(Benefit).where(Benefit.city_code == city_code).order_by(Benefit.position)
    return list(await session.scalars(query))


async def forget(session: AsyncSession, city_code: str, document_id: str, keep: Collection[str]) -> None:
    """Take out what a document no longer says."""
    await session.execute(
        delete(Benefit).where(
            Benefit.city_code == city_code, Benefit.document_id == document_id, Benefit.key.not_in(keep)
        )
    )
