"""Carrying one turn to the desk and its reply back into the chat."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any, Final

import structlog
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, ReplyParameters, Update
from telegram.error import BadRequest, Forbidden, NetworkError, TelegramError

from assistant.client import Refused, ServiceDown
from assistant.desk.schemas import Reply
from channels.telegram.context import Context, shared
from channels.telegram.conversations import is_private, needs_privacy
from channels.telegram.rendering import Outgoing, render
from channels.telegram.wording import say

TRIES: Final = 3
BACK_OFF_S: Final = (0.5, 1.5)

log = structlog.get_logger(__name__)


async def turn(update: Update, context: Context, before: Sequence[Outgoing] = (), **said: Any) -> None:
    """One turn: ask the desk, show what it says after ``before``.

    Args:
        said: what ``Conversations.turn`` takes: text, digits, event, location, phone, …
    """
    here = shared(context)
    chat = update.effective_chat
    assert chat is not None
    await _retire_keyboard(update, context)
    try:
        person = (await here.service.who(chat.id)).person if is_private(chat) else None
        reply = await here.service.client.turn(here.conversations.turn(update, person, **said))
    except (ServiceDown, Refused) as error:
        log.warning("telegram turn failed", error=error.code)
        await send(update, context, [*before, Outgoing(say("down"))])
        return
    here.chat(chat.id).expects_digits = reply.expects == "digits"
    await send(update, context, [*before, *shown(reply, private=is_private(chat), context=context)])


def shown(reply: Reply, *, private: bool, context: Context) -> list[Outgoing]:
    """The reply as it may be read in this chat."""
    if private or not needs_privacy(reply):
        return render(reply)
    return [Outgoing(say("in_private"), private_button(context))]


def private_button(context: Context) -> InlineKeyboardMarkup:
    """A way from a group into a chat with the bot alone."""
    link = f"https://t.me/{shared(context).conversations.username}?start=hello"
    return InlineKeyboardMarkup([[InlineKeyboardButton(say("in_private_button"), url=link)]])


async def send(update: Update, context: Context, messages: Iterable[Outgoing]) -> None:
    """Send messages in order; in a group as an answer to whoever spoke."""
    chat, message = update.effective_chat, update.effective_message
    assert chat is not None
    answer = None
    if not is_private(chat) and message is not None:
        answer = ReplyParameters(message.message_id, allow_sending_without_reply=True)
    for one in messages:
        sent = await _send_one(context, chat.id, one, answer)
        if sent is None:
            return
        if one.keyboard is not None:
            shared(context).chat(chat.id).keyboard = sent


async def _send_one(context: Context, chat: int, one: Outgoing, answer: ReplyParameters | None) -> int | None:
    """Id of the message sent, or None. A lost network is tried again: twice said is better than unsaid."""
    for again in range(TRIES):
        try:
            sent = await context.bot.send_message(
                chat, one.text, reply_markup=one.keyboard, reply_parameters=answer
            )
            return sent.message_id
        except (BadRequest, Forbidden) as error:
            log.warning("telegram reply refused", error=type(error).__name__)
            return None
        except NetworkError as error:
            log.warning("telegram reply failed", error=type(error).__name__, attempt=again + 1)
            if again < len(BACK_OFF_S):
                await asyncio.sleep(BACK_OFF_S[again])
    return None


async def _retire_keyboard(update: Update, context: Context) -> None:
    """Take away the buttons of the question before: a late press would answer another question."""
    chat = update.effective_chat
    assert chat is not None
    state = shared(context).chat(chat.id)
    keyboard, state.keyboard = state.keyboard, None
    if keyboard is None:
        return
    try:
        await context.bot.edit_message_reply_markup(chat.id, keyboard, reply_markup=None)
    except TelegramError as error:
        log.info("telegram keyboard not removed", error=type(error).__name__)
