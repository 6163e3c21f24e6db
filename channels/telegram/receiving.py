"""How updates come in: polled, or by webhook. Either way Telegram keeps an update until it has been handled.

An update is confirmed (by the offset of a later request, or by the answer to the webhook) only after its
turn was taken and answered. A process that is killed in between gets it again when it is started anew: the
desk takes a turn of one name once, so nothing is done twice; the answer may be said twice.
"""

from __future__ import annotations

import asyncio
import hmac
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, Final

import structlog
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import Update
from telegram.error import InvalidToken, RetryAfter, TelegramError

from channels.telegram.context import Bot
from channels.telegram.order import OnceInOrder

UPDATES: Final = [Update.MESSAGE, Update.EDITED_MESSAGE, Update.CALLBACK_QUERY]
"""What Telegram is asked to send; channel posts, polls and the like are none of ours."""
LONG_S: Final = 10
"""A request for updates waits so long for one when none is being handled."""
LOOK_S: Final = 0.3
"""While one is being handled Telegram would send it again at once: others are asked for this often."""
ANSWER_S: Final = 50.0
"""The webhook keeps Telegram waiting so long for an update to be handled; then Telegram sends it again."""
LAST_S: Final = 10.0
"""What is being handled when the process is told to stop may take so long to end."""
RETRY_S: Final = (1.0, 2.0, 5.0, 10.0)
"""Pauses after failures in a row; the last one from then on."""
SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105
PATH: Final = "/telegram"

log = structlog.get_logger(__name__)


async def persist(what: str, ask: Callable[[], Awaitable[Any]], stop: asyncio.Event) -> Any:
    """The answer to ``ask``, asked until Telegram gives one; None when told to stop. Raises InvalidToken."""
    failures = 0
    while not stop.is_set():
        try:
            return await ask()
        except InvalidToken:
            raise
        except TelegramError as error:
            log.warning("telegram does not answer", what=what, error=type(error).__name__)
            await _pause(stop, _patience(error, failures))
            failures += 1
    return None


def _patience(error: TelegramError, failures: int) -> float:
    if isinstance(error, RetryAfter):
        asked = error.retry_after
        return float(asked) if isinstance(asked, (int, float)) else asked.total_seconds()
    return RETRY_S[min(failures, len(RETRY_S) - 1)]


class Polling:
    """Asks for updates until told to stop."""

    def __init__(self, bot: Bot, inbox: OnceInOrder, stop: asyncio.Event) -> None:
        self._bot = bot
        self._inbox = inbox
        self._stop = stop
        self._open: dict[int, asyncio.Task[None]] = {}
        self._next = 0
        """Above every update that was ever taken."""

    async def run(self) -> None:
        """Raises InvalidToken."""
        await persist("delete webhook", self._bot.delete_webhook, self._stop)
        while not self._stop.is_set():
            for update in await self._updates():
                if update.update_id >= self._next:
                    self._open[update.update_id] = self._inbox.take(update)
                    self._next = update.update_id + 1
            self._forget_handled()
            if self._open:
                await self._first_handled()
                self._forget_handled()
        await self._end()

    async def _updates(self) -> tuple[Update, ...]:
        """The next ones, those that are being handled among them; nothing once told to stop."""
        asking = asyncio.create_task(persist("updates", self._ask, self._stop))
        stopping = asyncio.create_task(self._stop.wait())
        await asyncio.wait({asking, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if asking.done():
            return asking.result() or ()
        asking.cancel()
        return ()

    async def _ask(self) -> tuple[Update, ...]:
        return await self._bot.get_updates(
            offset=self._offset, timeout=0 if self._open else LONG_S, allowed_updates=UPDATES
        )

    @property
    def _offset(self) -> int | None:
        """What is below is confirmed: everything before the first that is not handled yet."""
        return min(self._open, default=self._next) or None

    def _forget_handled(self) -> None:
        self._open = {number: task for number, task in self._open.items() if not task.done()}

    async def _first_handled(self) -> None:
        stopping = asyncio.create_task(self._stop.wait())
        waiting = {*self._open.values(), stopping}
        await asyncio.wait(waiting, timeout=LOOK_S, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()

    async def _end(self) -> None:
        """Finish what is in hand, and confirm what was handled."""
        if self._open:
            await asyncio.wait(self._open.values(), timeout=LAST_S)
        self._forget_handled()
        with suppress(TelegramError):
            await self._bot.get_updates(offset=self._offset, timeout=0, limit=1, allowed_updates=UPDATES)


def webhook(bot: Bot, inbox: OnceInOrder, secret: str) -> Starlette:
    """The door for Telegram: 200 once an update has been handled, 403 without the secret."""

    async def receive(request: Request) -> Response:
        if not hmac.compare_digest(request.headers.get(SECRET_HEADER, "").encode(), secret.encode()):
            return Response(status_code=403)
        try:
            body = await request.json()
            update = Update.de_json({**body, "update_id": int(body["update_id"])}, bot)
        except (ValueError, KeyError, TypeError):
            return Response(status_code=400)
        done, _ = await asyncio.wait({inbox.take(update)}, timeout=ANSWER_S)
        return Response(status_code=200 if done else 503)

    return Starlette(routes=[Route(PATH, receive, methods=["POST"])])


class Door(uvicorn.Server):
    """A server within this loop; signals stay with who has the loop."""

    def __init__(self, app: Starlette) -> None:
        super().__init__(uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off"))
        self.opened = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.opened.set()


@asynccontextmanager
async def listening(app: Starlette, host: str, port: int) -> AsyncIterator[None]:
    """Serve the door. Raises OSError where nobody can listen there."""
    with socket.create_server((host, port)) as place:
        door = Door(app)
        serving = asyncio.create_task(door.serve([place]))
        await door.opened.wait()
        try:
            yield
        finally:
            door.should_exit = True
            await serving


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()
