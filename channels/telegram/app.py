"""The bot put together: handlers, order of updates, rate limits, the sender of notices."""

from __future__ import annotations

import asyncio
import time
import traceback
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

import structlog
from telegram import Bot, Message, Update
from telegram.error import TelegramError
from telegram.ext import (
    AIORateLimiter,
    ApplicationBuilder,
    ApplicationHandlerStop,
    CallbackQueryHandler,
    CommandHandler,
    ExtBot,
    MessageHandler,
    TypeHandler,
    filters,
)
from telegram.request import HTTPXRequest

from assistant.client import Client
from channels.telegram import commands, family, messages, presses
from channels.telegram.context import App, Context, Shared, shared
from channels.telegram.conversations import Conversations, is_private
from channels.telegram.hearing import Hearing
from channels.telegram.order import Flood, OnceInOrder
from channels.telegram.receiving import UPDATES, Polling, listening, persist, webhook
from channels.telegram.rendering import Outgoing
from channels.telegram.sender import Sender
from channels.telegram.service import Service
from channels.telegram.settings import Settings
from channels.telegram.talking import send
from channels.telegram.wording import say

LIFETIME: Final = "lifetime"
"""Key in ``bot_data``: what lives as long as the bot."""
FAILED: Final = "failed"
"""Key in ``bot_data``: the process ended by a fault."""

log = structlog.get_logger(__name__)


def utc_now() -> datetime:
    """The machine's time."""
    return datetime.now(UTC)


class Lifetime:
    """What lives as long as the bot: the sender of notices and the recogniser."""

    def __init__(
        self, settings: Settings, client: Client, hearing: Hearing | None, clock: Callable[[], datetime]
    ) -> None:
        self._settings = settings
        self._client = client
        self._hearing = hearing
        self._clock = clock
        self.stop = asyncio.Event()
        """Set when the process is to end."""

    async def begin(self, app: App) -> None:
        """Before the first update."""
        bot, service = app.bot, Service(self._client)
        names = Conversations(bot.token, bot.id, bot.username)
        flood = Flood(time.monotonic)
        app.bot_data["shared"] = Shared(service, names, flood, self._clock, await self._ears())
        try:
            await commands.set_menu(bot)
        except TelegramError as error:
            log.warning("telegram menu not set", error=type(error).__name__)
        self._sending = Bot(bot.token, base_url=f"{self._settings.base_url}/bot", request=HTTPXRequest())
        await self._sending.initialize()
        sender = Sender(service, self._sending, self._settings.rate, self._clock)
        self._sender = asyncio.create_task(sender.run(self.stop))
        self._sender.add_done_callback(lambda ended: self._ended(app, ended))

    async def _ears(self) -> Hearing | None:
        """The recogniser, ready; a broken model costs the voice messages and nothing else."""
        try:
            if self._hearing is not None:
                await self._hearing.start()
        except (OSError, RuntimeError) as error:
            log.error("telegram voice messages cannot be heard", error=type(error).__name__)
            return None
        return self._hearing

    def _ended(self, app: App, sender: asyncio.Task[None]) -> None:
        """A sender that fails for an unforeseen reason ends the process, so that it is started anew."""
        if not sender.cancelled() and (error := sender.exception()) is not None:
            log.critical("telegram sender failed", error=type(error).__name__, at=_places(error))
            app.bot_data[FAILED] = True
            self.stop.set()

    async def end(self, app: App) -> None:
        """After the last update."""
        self.stop.set()
        await asyncio.wait([self._sender])
        await self._sending.shutdown()
        if self._hearing is not None:
            await self._hearing.close()
        await self._client.close()


def build(
    settings: Settings,
    client: Client,
    hearing: Hearing | None,
    clock: Callable[[], datetime] = utc_now,
) -> App:
    """The application; ``running`` starts it and its sender."""
    assert settings.token is not None
    lifetime = Lifetime(settings, client, hearing, clock)
    app: App = (
        ApplicationBuilder()
        .token(settings.token)
        .base_url(f"{settings.base_url}/bot")
        .base_file_url(f"{settings.base_url}/file/bot")
        .rate_limiter(AIORateLimiter(max_retries=3))
        .updater(None)
        .job_queue(None)
        .build()
    )
    app.bot_data[LIFETIME] = lifetime
    _add_handlers(app)
    app.add_error_handler(_log_error)
    return app


@asynccontextmanager
async def running(app: App, settings: Settings) -> AsyncIterator[asyncio.Event]:
    """The bot at work: updates come in and notices go out, until the end of the context.

    Yields the event that is set when the bot itself wants to end. Raises InvalidToken.
    """
    lifetime: Lifetime = app.bot_data[LIFETIME]
    await persist("greeting", app.initialize, lifetime.stop)
    await lifetime.begin(app)
    await app.start()
    inbox = OnceInOrder(app.process_update)
    try:
        async with receiving(app.bot, inbox, settings, lifetime.stop):
            yield lifetime.stop
            lifetime.stop.set()
    finally:
        await app.stop()
        await lifetime.end(app)
        await app.shutdown()


@asynccontextmanager
async def receiving(
    bot: ExtBot[Any], inbox: OnceInOrder, settings: Settings, stop: asyncio.Event
) -> AsyncIterator[None]:
    """Updates by webhook where an address for it is set, else polled."""
    if settings.webhook_url is None:
        polling = asyncio.create_task(Polling(bot, inbox, stop).run())
        polling.add_done_callback(lambda ended: stop.set())
        try:
            yield
        finally:
            stop.set()
            await polling
        return
    assert settings.webhook_secret is not None
    door = webhook(bot, inbox, settings.webhook_secret)
    async with listening(door, settings.webhook_listen, settings.webhook_port):
        told = partial(
            bot.set_webhook,
            settings.webhook_url,
            secret_token=settings.webhook_secret,
            allowed_updates=UPDATES,
        )
        await persist("set webhook", told, stop)
        yield


def _add_handlers(app: App) -> None:
    new = filters.UpdateType.MESSAGE
    titles = [say("menu_orders"), say("menu_family"), say("menu_person")]
    app.add_handler(TypeHandler(Update, _gate), group=-1)
    for name, handler in (
        ("start", commands.start),
        ("help", commands.help_),
        ("orders", commands.orders),
        ("family", family.show),
        ("person", commands.person),
        ("stop", family.ask_to_leave),
    ):
        app.add_handler(CommandHandler(name, handler, filters=new))
    app.add_handler(CallbackQueryHandler(presses.press))
    app.add_handler(MessageHandler(filters.UpdateType.EDITED_MESSAGE, messages.edited))
    app.add_handler(MessageHandler(filters.Text(titles), commands.menu))
    app.add_handler(MessageHandler(filters.COMMAND & filters.ChatType.PRIVATE, commands.help_))
    app.add_handler(MessageHandler(filters.TEXT & ~filters.COMMAND, messages.text))
    app.add_handler(MessageHandler(filters.VOICE | filters.AUDIO, messages.voice))
    app.add_handler(MessageHandler(filters.LOCATION, messages.place))
    app.add_handler(MessageHandler(filters.CONTACT, messages.contact))
    app.add_handler(MessageHandler(filters.PHOTO, messages.photo))
    app.add_handler(MessageHandler(~filters.StatusUpdate.ALL & ~filters.COMMAND, messages.other))


async def _gate(update: Update, context: Context) -> None:
    """Before every handler: groups only when addressed, nobody too fast."""
    chat, message = update.effective_chat, update.message or update.edited_message
    if chat is None:
        raise ApplicationHandlerStop
    here = shared(context)
    if message is not None and not is_private(chat) and not _meant(here, message):
        raise ApplicationHandlerStop
    over = here.flood.over(chat.id)
    if over:
        await send(update, context, [Outgoing(say("too_fast"))])
    if over is not False:
        raise ApplicationHandlerStop


def _meant(here: Shared, message: Message) -> bool:
    return (message.text or "").startswith("/") or here.conversations.addressed(message)


async def _log_error(update: object, context: Context) -> None:
    """An unforeseen fault: its kind and place only, since messages of errors quote what people write."""
    error = context.error
    log.error("telegram handler failed", error=type(error).__name__, at=_places(error))


def _places(error: BaseException | None) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__) if error else []
    return [f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames[-4:]]
