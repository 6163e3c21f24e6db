"""The worker: jobs of every domain and the duties of the clock. ``python -m assistant.worker``

``python -m assistant.worker alive`` is its health check.
"""

from __future__ import annotations

import asyncio
import sys

import psycopg

from assistant import schedule
from assistant.kit import crypto
from assistant.kit.clock import SystemClock
from assistant.kit.crypto import Keyring
from assistant.kit.db import Database
from assistant.kit.jobs import job_app
from assistant.kit.logging import configure, log
from assistant.settings import Settings, settings

CONCURRENCY = 4
"""Jobs at once in one worker; start more workers for more."""


async def work(config: Settings, *, wait: bool = True) -> None:
    """Run jobs until told to stop (SIGTERM, SIGINT), or with ``wait`` false until none is left."""
    if config.database_url is None:
        raise SystemExit("DATABASE_URL is not set; start the service with ./yinling up")
    crypto.use(Keyring.load_or_create(config.keys))
    database = Database(config.database_url, pool_size=2 * CONCURRENCY)
    app = job_app(config.database_url)
    try:
        async with app.open_async():
            log.info("worker_started")
            await app.run_worker_async(
                concurrency=CONCURRENCY,
                wait=wait,
                install_signal_handlers=wait,
                # A job that was done has its trace in the audit; only failures are kept to be looked at.
                delete_jobs="successful",
                additional_context={"tools": schedule.Tools(database, SystemClock())},
            )
    finally:
        await database.close()


def alive(url: str) -> bool:
    """Whether any worker of the database at ``url`` gave a sign in the last minute (every 10 s is usual)."""
    with psycopg.connect(url) as connection:
        sign = "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '1 minute'"
        return connection.execute(sign).fetchone() != (0,)


if __name__ == "__main__":
    if sys.argv[1:] == ["alive"]:
        sys.exit(0 if alive(str(settings().database_url)) else 1)
    configure(settings().log_level)
    asyncio.run(work(settings()))
