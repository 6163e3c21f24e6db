"""``yinling migrate``: the newest schema, and on wish what a fresh installation holds."""

from __future__ import annotations

import asyncio

from rich.console import Console

from assistant import schema, seeds
from assistant.kit import crypto
from assistant.kit.clock import SystemClock
from assistant.kit.db import Database
from assistant.processes import Stack
from assistant.settings import Settings, settings


def migrate(*, load: bool, config: Settings | None = None) -> int:
    """Bring the database up to date; with ``load`` put in the cities, benefits and demonstration people."""
    console = Console()
    stack = Stack(config or settings(), lambda line: None)
    crypto.use(stack.keyring)
    url = stack.database()
    schema.migrate(url)
    console.print("数据库已是最新。")
    if load:
        asyncio.run(_load(url))
        console.print("服务目录和政策已载入。")
    return 0


async def _load(url: str) -> None:
    database = Database(url, pool_size=1)
    try:
        async with database.session() as session:
            await seeds.load(session, SystemClock().now())
    finally:
        await database.close()
