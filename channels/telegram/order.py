"""Updates of one chat one after the other, chats beside each other, each update once."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable
from typing import Any, Final

from telegram import Update
from telegram.ext import BaseUpdateProcessor

REMEMBERED: Final = 10_000
"""Ids of updates kept to know a duplicate; Telegram repeats the last few at most."""
AT_ONCE: Final = 64
"""Chats served beside each other."""


class OnceInOrder(BaseUpdateProcessor):
    """Two messages of one person are two turns of one conversation: the second waits for the first."""

    def __init__(self) -> None:
        super().__init__(AT_ONCE)
        self._seen: OrderedDict[int, None] = OrderedDict()
        self._chats: dict[int, asyncio.Lock] = {}

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        if not isinstance(update, Update) or update.effective_chat is None:
            await coroutine
            return
        if update.update_id in self._seen:
            asyncio.ensure_future(coroutine).cancel()
            return
        self._remember(update.update_id)
        chat = update.effective_chat.id
        lock = self._chats.setdefault(chat, asyncio.Lock())
        async with lock:
            await coroutine
        if not lock.locked() and self._chats.get(chat) is lock:
            del self._chats[chat]

    def _remember(self, update_id: int) -> None:
        self._seen[update_id] = None
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""


class Flood:
    """At most ``limit`` messages of one chat a minute.

    Args:
        now: monotonic seconds.
    """

    def __init__(self, now: Callable[[], float], limit: int = 30) -> None:
        self._now = now
        self._limit = limit
        self._times: dict[int, deque[float]] = {}

    def over(self, chat: int) -> bool | None:
        """False: go on. True: the first message too many, to be answered. None: pass over in silence."""
        now = self._now()
        times = self._times.setdefault(chat, deque())
        while times and now - times[0] >= 60:
            times.popleft()
        if len(times) > self._limit:
            return None
        times.append(now)
        self._forget(now)
        return len(times) > self._limit

    def _forget(self, now: float) -> None:
        if len(self._times) > REMEMBERED:
            self._times = {chat: times for chat, times in self._times.items() if now - times[-1] < 60}
