"""``yinling audit``: walks the chain of audit rows."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from rich.console import Console
from sqlalchemy import func, select

from assistant import schema
from assistant.kit import audit
from assistant.kit.audit import AuditEntry
from assistant.kit.db import Database
from assistant.processes import Stack
from assistant.settings import Settings, settings


@dataclass(frozen=True)
class Chain:
    """What was found: rows sealed, rows still open, and the first broken one (None: whole)."""

    sealed: int
    waiting: int
    broken: int | None


def verify(config: Settings | None = None) -> int:
    """Say whether the chain holds. Returns the exit code: 1 when it is broken."""
    url = Stack(config or settings(), lambda line: None).database()
    schema.migrate(url)
    chain = asyncio.run(walk(url))
    console = Console()
    if chain.broken is not None:
        console.print(f"[red]审计记录第 {chain.broken} 行与封印不符，请立即核查。[/]")
        return 1
    console.print(f"审计记录完整：{chain.sealed} 行已封印，{chain.waiting} 行等待封印。")
    return 0


async def walk(url: str) -> Chain:
    """Verify every sealed row of the database at ``url``."""
    database = Database(url, pool_size=1)
    try:
        async with database.session() as session:
            total, sealed = (
                await session.execute(
                    select(func.count(), func.count(AuditEntry.hash)).select_from(AuditEntry)
                )
            ).one()
            return Chain(sealed, total - sealed, await audit.verify(session))
    finally:
        await database.close()
