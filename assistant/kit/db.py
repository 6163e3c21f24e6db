"""The one database: PostgreSQL through SQLAlchemy (async, psycopg)."""

from __future__ import annotations

import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, MetaData
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UTCDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime; a naive one is refused rather than guessed."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("naive datetime")
        return value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Base of all tables. Relationships are ``lazy="raise"``: queries live in repositories."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: UTCDateTime}


class Identified:
    """A random UUID as primary key, so that no number tells how many there are."""

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)


def as_json(rows: object) -> str:
    """A row or rows as PostgreSQL's ``json_populate_record`` and ``json_populate_recordset`` read them: one parameter
    for all columns. Raises ValueError for a naive datetime."""
    return json.dumps(rows, ensure_ascii=False, default=_written)


def _written(value: object) -> str:
    if isinstance(value, datetime) and value.tzinfo is None:
        raise ValueError("naive datetime")
    return f"\\x{value.hex()}" if isinstance(value, bytes) else str(value)


def async_url(url: str) -> str:
    """A ``postgresql://`` URL for SQLAlchemy with psycopg."""
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


class Database:
    """Engine and sessions of one process.

    Args:
        pool_size: most connections at once; who comes when all are taken waits. None is closed between uses:
            a new one plans its first statements anew, which takes longer than the work.
    """

    def __init__(self, url: str, *, pool_size: int = 20) -> None:
        self.url = url
        self.engine: AsyncEngine = create_async_engine(
            async_url(url),
            pool_size=pool_size,
            max_overflow=0,
            pool_pre_ping=False,
            hide_parameters=True,
        )
        self.sessions = async_sessionmaker(self.engine, expire_on_commit=False)

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        """One unit of work: committed at the end, rolled back on any error. Services never commit."""
        async with self.sessions() as session, session.begin():
            yield session

    async def close(self) -> None:
        await self.engine.dispose()
