"""The worker: jobs of every domain, and the seal on the audit chain. ``python -m assistant.worker``"""

from __future__ import annotations

import asyncio

from assistant.kit import crypto
from assistant.kit.crypto import Keyring
from assistant.kit.jobs import job_app
from assistant.kit.logging import configure, log
from assistant.settings import settings


async def work() -> None:
    """Run jobs until told to stop (SIGTERM, SIGINT)."""
    config = settings()
    crypto.use(Keyring.load_or_create(config.keys))
    app = job_app(str(config.database_url))
    async with app.open_async():
        log.info("worker_started")
        await app.run_worker_async(concurrency=4, install_signal_handlers=True)


if __name__ == "__main__":
    configure(settings().log_level)
    asyncio.run(work())
