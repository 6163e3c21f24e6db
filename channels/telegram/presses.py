"""Presses on inline buttons: a choice of the desk, an answer to an alarm, leaving."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import structlog
from telegram import CallbackQuery, InlineKeyboardMarkup, Message, Update
from telegram.error import TelegramError

from assistant.client import Refused, ServiceDown
from channels.telegram import family
from channels.telegram.context import Context, shared
from channels.telegram.conversations import is_private
from channels.telegram.rendering import Outgoing
from channels.telegram.talking import send, turn
from channels.telegram.wording import say

OLD: Final = timedelta(hours=1)
"""After a restart nobody knows which buttons are the last; older ones than this are not."""

log = structlog.get_logger(__name__)


async def press(update: Update, context: Context) -> None:
    """One press, by what the button carries."""
    query = update.callback_query
    if query is None or query.data is None or not isinstance(query.message, Message):
        return
    kind, _, value = query.data.partition(":")
    if kind in ("v", "k") and not _is_last(query.message, context, update):
        await _acknowledge(query, say("button_over"))
        return
    await _acknowledge(query)
    match kind:
        case "v":
            await turn(update, context, text=value)
        case "k":
            await turn(update, context, text=_title(query.message.reply_markup, query.data) or value)
        case "alarm":
            await _answer_alarm(update, context, *value.split(":"))
        case "leave" if is_private(query.message.chat):
            await _remove_buttons(query)
            await family.leave(update, context, value)


def _is_last(message: Message, context: Context, update: Update) -> bool:
    """Whether the button belongs to the question that was asked last."""
    keyboard = shared(context).chat(message.chat_id).keyboard
    if keyboard is not None:
        return keyboard == message.message_id
    return shared(context).clock() - message.date < OLD


def _title(keyboard: InlineKeyboardMarkup | None, data: str) -> str | None:
    """What stands on the button that was pressed."""
    rows = keyboard.inline_keyboard if keyboard else ()
    return next((button.text for row in rows for button in row if button.callback_data == data), None)


async def _answer_alarm(update: Update, context: Context, ticket: str, choice: str) -> None:
    """我来处理, 打120 or 联系社区 under an emergency."""
    chat = update.effective_chat
    assert chat is not None
    try:
        answered = await shared(context).service.answer_alarm(chat.id, ticket, choice)
    except Refused as error:
        text = say("alarm_not_yours") if error.status == 403 else error.message
        await send(update, context, [Outgoing(text)])
        return
    except ServiceDown:
        await send(update, context, [Outgoing(say("down"))])
        return
    name = f"alarm_{answered['state']}"
    if answered["state"] == "taken" and choice == "call_120":
        name = "alarm_call"
    address = say("alarm_address", address=answered["address"]) if answered["address"] else ""
    text = say(name, number=answered["number"], by=answered["by"] or "", address=address)
    await send(update, context, [Outgoing("\n".join(line for line in text.splitlines() if line.strip()))])
    if update.callback_query is not None and answered["state"] != "told":
        await _remove_buttons(update.callback_query)


async def _acknowledge(query: CallbackQuery, text: str | None = None) -> None:
    """Stops the button's clock; Telegram forgets a press after a while, which is no harm."""
    try:
        await query.answer(text)
    except TelegramError as error:
        log.info("telegram press not acknowledged", error=type(error).__name__)


async def _remove_buttons(query: CallbackQuery) -> None:
    try:
        await query.edit_message_reply_markup(None)
    except TelegramError as error:
        log.info("telegram keyboard not removed", error=type(error).__name__)
