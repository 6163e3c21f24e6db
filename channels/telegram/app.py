"""The bot put together: handlers, order of updates, rate limits, the sender of notices."""

from __future__ import annotations

import asyncio
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import structlog
from telegram import Bot, Message, Update
from telegram.ext import (
    AIORateLimiter,
    ApplicationBuilder,
    ApplicationHandlerStop,
    CallbackQueryHandler,
    CommandHandler,
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
from channels.telegram.rendering import Outgoing
from channels.telegram.sender import Sender
from channels.telegram.service import Service
from channels.telegram.settings import Settings
from channels.telegram.talking import send
from channels.telegram.wording import say

UPDATES: Final = [Update.MESSAGE, Update.EDITED_MESSAGE, Update.CALLBACK_QUERY]
"""What Telegram is asked to send; channel posts, polls and the like are none of ours."""

log = structlog.get_logger(__name__)


def utc_now() -> datetime:
    """The machine's time."""
    return datetime.now(UTC)


def build(
    settings: Settings,
    client: Client,
    hearing: Hearing | None,
    clock: Callable[[], datetime] = utc_now,
) -> App:
    """The application; ``run_polling`` or ``run_webhook`` starts it and its sender."""
    assert settings.token is not None
    service = Service(client)
    stop = asyncio.Event()
    tasks: set[asyncio.Task[None]] = set()

    async def begin(app: App) -> None:
        assert app.bot.username is not None
        names = Conversations(app.bot.token, app.bot.id, app.bot.username)
        app.bot_data["shared"] = Shared(service, names, Flood(time.monotonic), clock, hearing)
        await commands.set_menu(app.bot)
        if hearing is not None:
            await hearing.start()
        sending = Bot(app.bot.token, base_url=f"{settings.base_url}/bot", request=HTTPXRequest())
        await sending.initialize()
        sender = Sender(service, sending, settings.rate, clock)
        tasks.add(asyncio.create_task(sender.run(stop)))

    async def end(app: App) -> None:
        stop.set()
        await asyncio.gather(*tasks)
        if hearing is not None:
            await hearing.close()
        await client.close()

    app: App = (
        ApplicationBuilder()
        .token(settings.token)
        .base_url(f"{settings.base_url}/bot")
        .base_file_url(f"{settings.base_url}/file/bot")
        .rate_limiter(AIORateLimiter(max_retries=3))
        .concurrent_updates(OnceInOrder())
        .post_init(begin)
        .post_stop(end)
        .build()
    )
    _add_handlers(app)
    app.add_error_handler(_log_error)
    return app


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
    frames = traceback.extract_tb(error.__traceback__) if error else []
    places = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames[-4:]]
    log.error("telegram handler failed", error=type(error).__name__, at=places)
