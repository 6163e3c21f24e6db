"""Updates of one chat one after the other, chats beside each other, each update once."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable
from typing import Final

from telegram import Update

REMEMBERED: Final = 10_000
"""Ids of updates kept to know a duplicate; Telegram repeats the last few at most."""
AT_ONCE: Final = 64
"""Chats served beside each other."""


class OnceInOrder:
    """Two messages of one person are two turns of one conversation: the second waits for the first.

    Args:
        handle: what is done with an update; its faults are its own business.
    """

    def __init__(self, handle: Callable[[Update], Awaitable[None]]) -> None:
        self._handle = handle
        self._taken: OrderedDict[int, asyncio.Task[None]] = OrderedDict()
        self._chats: dict[int, asyncio.Lock] = {}
        self._places = asyncio.Semaphore(AT_ONCE)

    def take(self, update: Update) -> asyncio.Task[None]:
        """Handle an update; done when it has been. The same update again is the same task."""
        known = self._taken.get(update.update_id)
        if known is not None:
            return known
        task = asyncio.create_task(self._in_order(update))
        self._taken[update.update_id] = task
        if len(self._taken) > REMEMBERED:
            self._taken.popitem(last=False)
        return task

    async def _in_order(self, update: Update) -> None:
        chat = update.effective_chat.id if update.effective_chat else 0
        lock = self._chats.setdefault(chat, asyncio.Lock())
        async with lock, self._places:
            await self._handle(update)
        if not lock.locked() and self._chats.get(chat) is lock:
            del self._chats[chat]


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
