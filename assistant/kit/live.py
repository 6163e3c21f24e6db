"""Words between processes as they happen: a topic and its subscribers, over LISTEN/NOTIFY.

What is published travels encrypted and is delivered when the transaction that published it commits.
It is kept nowhere: whoever must not miss anything reads the table after subscribing.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

import psycopg
from cryptography.exceptions import InvalidTag
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.kit.crypto import keyring
from assistant.kit.logging import log

CHANNEL: Final = "yinling_live"
LONGEST: Final = 7_999
"""Bytes of one notification (PostgreSQL's limit); about 1,900 Mandarin characters of content."""
WAITING: Final = 100
"""Words kept for a subscriber that does not read; then the oldest are dropped."""
RETRY_S: Final = 1.0
"""Pause before a lost connection is made again."""

Words = asyncio.Queue[dict[str, Any]]


async def publish(session: AsyncSession, topic: str, data: dict[str, Any]) -> None:
    """Tell all subscribers of ``topic``, in every process, once the transaction commits.

    Raises:
        ValueError: more than ``LONGEST`` bytes once encrypted.
    """
    plain = json.dumps([topic, data], ensure_ascii=False)
    sealed = base64.b64encode(keyring().encrypt(plain)).decode()
    if len(sealed) > LONGEST:
        raise ValueError("too long for one notification")
    await session.execute(text("SELECT pg_notify(:channel, :sealed)"), {"channel": CHANNEL, "sealed": sealed})


class Live:
    """The subscribers of one process. It connects at the first subscription and stays connected."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._subscribers: defaultdict[str, set[Words]] = defaultdict(set)
        self._listening = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def subscribe(self, topic: str) -> AsyncIterator[Words]:
        """A queue of all that is published on ``topic`` from now on."""
        words: Words = asyncio.Queue(WAITING)
        self._subscribers[topic].add(words)
        try:
            if self._task is None:
                self._task = asyncio.create_task(self._listen())
            await self._listening.wait()
            yield words
        finally:
            self._subscribers[topic].discard(words)
            if not self._subscribers[topic]:
                del self._subscribers[topic]

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def _listen(self) -> None:
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(self._url, autocommit=True) as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    self._listening.set()
                    async for notice in connection.notifies():
                        self._deliver(notice.payload)
            except psycopg.OperationalError as error:
                log.warning("live_connection_lost", error=type(error).__name__)
            self._listening.clear()
            await asyncio.sleep(RETRY_S)

    def _deliver(self, sealed: str) -> None:
        try:
            topic, data = json.loads(keyring().decrypt(base64.b64decode(sealed)))
        except (ValueError, InvalidTag):
            log.warning("live_foreign_notification")
            return
        for words in self._subscribers.get(topic, ()):
            if words.full():
                words.get_nowait()
            words.put_nowait(data)
