"""Sends the notices of the outbox, one at a time: take one, send it, report it with the next taking."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Final

import structlog
from telegram import Bot
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError

from assistant.client import Refused, ServiceDown
from channels.telegram.notices import plainly, write
from channels.telegram.rendering import Outgoing
from channels.telegram.service import Notice, Outcome, Service

IDLE_S: Final = 1.0
"""Pause when nothing is due; an emergency waits no longer than this."""
API_DOWN_S: Final = 2.0
PATIENCE: Final = 3
"""After so many refusals for haste in a row the whole bot is too fast, not one chat."""
SEND_TIMEOUT_S: Final = 8.0
"""Of each phase of a request; in all well below the lease of a claimed notice (30 s)."""
GONE: Final = ("chat not found", "user is deactivated", "bot was blocked", "bot can't initiate")

log = structlog.get_logger(__name__)


class Sender:
    """The one loop that sends notices.

    Args:
        service: the API.
        bot: a bot without a rate limiter of its own: what waits must wait in the outbox, where a
            consent can still be revoked.
        rate: notices a second.
        clock: the time of day, for notices that come late.
    """

    def __init__(self, service: Service, bot: Bot, rate: float, clock: Callable[[], datetime]) -> None:
        self._service = service
        self._bot = bot
        self._gap = 1 / rate
        self._clock = clock
        self._hasty = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Send until ``stop``; the last report is made before it returns."""
        done: Outcome | None = None
        while not stop.is_set():
            try:
                claimed = await self._service.claim(done)
            except (ServiceDown, Refused) as error:
                # The report is kept and made again: the notice is not sent twice for that.
                log.warning("telegram outbox unreachable", error=error.code)
                await _pause(stop, API_DOWN_S)
                continue
            done = None
            if claimed.notice is None:
                await _pause(stop, 0.0 if claimed.more else IDLE_S)
                continue
            began = asyncio.get_running_loop().time()
            done, rest = await self.send(claimed.notice)
            wait = max(rest, began + self._gap - asyncio.get_running_loop().time())
            if wait > 0:
                done = await self._report(done)
                await _pause(stop, wait)
        if done is not None:
            await self._report(done)

    async def _report(self, done: Outcome) -> Outcome | None:
        """Report at once what would otherwise wait for the next claim; the report itself if that failed."""
        try:
            await self._service.report(done)
        except (ServiceDown, Refused):
            return done
        return None

    async def send(self, notice: Notice) -> tuple[Outcome, float]:
        """Send one notice; returns what became of it and how many seconds the bot has to rest."""
        if notice.doubtful:
            log.warning("telegram notice taken over, may arrive twice", outbox=notice.id)
        out = self._written(notice)
        try:
            await self._bot.send_message(
                notice.chat,
                out.text,
                reply_markup=out.keyboard,
                connect_timeout=SEND_TIMEOUT_S,
                read_timeout=SEND_TIMEOUT_S,
                write_timeout=SEND_TIMEOUT_S,
                pool_timeout=SEND_TIMEOUT_S,
            )
        except TelegramError as error:
            return self._failure(notice, error)
        self._hasty = 0
        return Outcome(notice.id, "sent"), 0.0

    def _written(self, notice: Notice) -> Outgoing:
        """The text; where the data do not fit their template, a plain sentence rather than none."""
        try:
            return write(notice, self._clock())
        except (KeyError, TypeError, ValueError) as error:
            log.error("telegram notice has no words", outbox=notice.id, error=type(error).__name__)
            return plainly(notice)

    def _failure(self, notice: Notice, error: TelegramError) -> tuple[Outcome, float]:
        name = type(error).__name__
        if isinstance(error, RetryAfter):
            seconds = _seconds(error)
            self._hasty += 1
            rest = seconds if self._hasty >= PATIENCE else 0.0
            return Outcome(notice.id, "failed", seconds, name), rest
        if isinstance(error, Forbidden) or any(word in error.message.lower() for word in GONE):
            return Outcome(notice.id, "blocked", None, name), 0.0
        if isinstance(error, BadRequest):
            log.error("telegram refuses a notice", outbox=notice.id, notice_event=notice.event)
            return Outcome(notice.id, "refused", None, name), 0.0
        if isinstance(error, NetworkError):
            log.info("telegram notice failed, will be tried again", outbox=notice.id, error=name)
        return Outcome(notice.id, "failed", None, name), 0.0


def _seconds(error: RetryAfter) -> float:
    asked = error.retry_after
    return float(asked) if isinstance(asked, (int, float)) else asked.total_seconds()


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    """Wait, but not when told to stop."""
    if seconds <= 0:
        await asyncio.sleep(0)
        return
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
