"""What people send: text, voice, a place, a contact, a photo, an edited message."""

from __future__ import annotations

import re
from typing import Final

import structlog
from telegram import Message, Update
from telegram.error import TelegramError

from assistant.client import Refused, ServiceDown
from assistant.desk.schemas import Location
from channels.telegram import family
from channels.telegram.context import Context, shared
from channels.telegram.conversations import is_private
from channels.telegram.hearing import LONGEST_S, NotSound, hear
from channels.telegram.rendering import Outgoing
from channels.telegram.talking import send, turn
from channels.telegram.wording import say

CODE: Final = re.compile(r"^\s*(\d{6})\s*$")
MAX_FILE: Final = 5_000_000
"""Bytes of a voice message or photo; Telegram's own are far smaller."""

log = structlog.get_logger(__name__)


async def text(update: Update, context: Context) -> None:
    """A written turn; six digits alone are a code for linking unless the desk has asked for digits."""
    message, chat = update.effective_message, update.effective_chat
    if message is None or message.text is None or chat is None:
        return
    _remember(context, message)
    code = CODE.match(message.text)
    if code and is_private(chat) and not shared(context).chat(chat.id).expects_digits:
        await family.redeem(update, context, code[1])
        return
    await turn(update, context, text=shared(context).conversations.without_mention(message.text))


async def edited(update: Update, context: Context) -> None:
    """An edit of the last message is said anew; older ones cannot be taken back that way."""
    message = update.effective_message
    if message is None or message.text is None:
        return
    if shared(context).chat(message.chat_id).last_message != message.message_id:
        await send(update, context, [Outgoing(say("old_edit"))])
        return
    await text(update, context)


async def voice(update: Update, context: Context) -> None:
    """A voice message: what was heard is shown first, so that it can be checked."""
    message = update.effective_message
    if message is None or (sound := message.voice or message.audio) is None:
        return
    hearing = shared(context).hearing
    if hearing is None:
        await send(update, context, [Outgoing(say("no_ears"))])
        return
    if _seconds(sound.duration) > LONGEST_S or (sound.file_size or 0) > MAX_FILE:
        await send(update, context, [Outgoing(say("voice_too_long"))])
        return
    try:
        heard = await hear(hearing, await _download(context, sound.file_id))
    except (NotSound, TelegramError) as error:
        log.warning("telegram voice message failed", error=type(error).__name__)
        await send(update, context, [Outgoing(say("not_heard"))])
        return
    if not heard.text.strip():
        await send(update, context, [Outgoing(say("not_heard"))])
        return
    await turn(
        update,
        context,
        before=[Outgoing(say("heard", text=heard.text))],
        text=heard.text,
        confidence=heard.confidence,
        alternatives=heard.alternatives,
    )


async def place(update: Update, context: Context) -> None:
    """A location: the nearest services."""
    message = update.effective_message
    if message is None or message.location is None:
        return
    here = Location(lat=message.location.latitude, lng=message.location.longitude)
    await turn(update, context, event="location", location=here)


async def contact(update: Update, context: Context) -> None:
    """A contact card: the number as if it had been written; Telegram vouches for one's own."""
    message = update.effective_message
    if message is None or message.contact is None:
        return
    number = message.contact.phone_number
    own = message.from_user is not None and message.contact.user_id == message.from_user.id
    await turn(update, context, text=number, phone=number if own else None)


async def photo(update: Update, context: Context) -> None:
    """A photo for a complaint: kept with the ticket; what stands under it is a turn of its own."""
    message, chat = update.effective_message, update.effective_chat
    if message is None or chat is None or not message.photo:
        return
    if not is_private(chat):
        await send(update, context, [Outgoing(say("in_private"))])
        return
    here = shared(context)
    best = max(message.photo, key=lambda size: size.width * size.height)
    try:
        person = (await here.service.who(chat.id)).person
        conversation = here.conversations.name(chat, update.effective_user, person)
        content = await _download(context, best.file_id)
        ticket = await here.service.keep_photo(
            conversation, f"{conversation}:{update.update_id}", "image/jpeg", content
        )
    except (Refused, ServiceDown, TelegramError) as error:
        log.warning("telegram photo failed", error=type(error).__name__)
        await send(update, context, [Outgoing(say("photo_failed"))])
        return
    kept = say("photo_kept", ticket=ticket) if ticket else say("photo_kept_early")
    if message.caption:
        await turn(update, context, before=[Outgoing(kept)], text=message.caption)
        return
    await send(update, context, [Outgoing(kept)])


async def other(update: Update, context: Context) -> None:
    """Stickers, videos, files: said kindly that they cannot be read."""
    await send(update, context, [Outgoing(say("not_understood"))])


def _remember(context: Context, message: Message) -> None:
    shared(context).chat(message.chat_id).last_message = message.message_id


async def _download(context: Context, file_id: str) -> bytes:
    file = await context.bot.get_file(file_id)
    return bytes(await file.download_as_bytearray())


def _seconds(duration: object) -> float:
    """A duration as the library gives it: a number, or a timedelta in its newer manner."""
    return float(duration) if isinstance(duration, (int, float)) else duration.total_seconds()  # type: ignore[attr-defined]
