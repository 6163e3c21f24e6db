"""Updates as Telegram sends them."""

from __future__ import annotations

import itertools
from typing import Any

from tests.channels.telegram.bot_api import BOT_ID, USERNAME

DAUGHTER = 700_000_001
"""A made-up user, whose private chat has the same id."""
GROUP = -100_700
_message_ids = itertools.count(1)


def message(chat: int = DAUGHTER, user: int | None = None, **content: Any) -> dict[str, Any]:
    """A message in a private chat, or in a group when ``chat`` is negative."""
    kind = "private" if chat > 0 else "supergroup"
    sender = {"id": user or abs(chat), "is_bot": False, "first_name": "丽丽"}
    return {
        "message_id": next(_message_ids),
        "date": 1_749_607_200,
        "chat": {"id": chat, "type": kind, **({} if chat > 0 else {"title": "一家人"})},
        "from": sender,
        **content,
    }


def text(said: str, chat: int = DAUGHTER, **more: Any) -> dict[str, Any]:
    """A written message; a leading command is marked as Telegram marks it."""
    if said.startswith("/"):
        length = len(said.split()[0])
        more["entities"] = [{"type": "bot_command", "offset": 0, "length": length}]
    return {"message": message(chat, text=said, **more)}


def voice(file_id: str, seconds: int = 4) -> dict[str, Any]:
    sound = {"file_id": file_id, "file_unique_id": "v", "duration": seconds, "mime_type": "audio/ogg"}
    return {"message": message(voice=sound)}


def location(lat: float, lng: float) -> dict[str, Any]:
    return {"message": message(location={"latitude": lat, "longitude": lng})}


def contact(phone: str, user_id: int | None = None) -> dict[str, Any]:
    card: dict[str, Any] = {"phone_number": phone, "first_name": "妈妈"}
    return {"message": message(contact={**card, **({"user_id": user_id} if user_id else {})})}


def photo(file_id: str, caption: str | None = None) -> dict[str, Any]:
    sizes = [
        {"file_id": f"{file_id}-small", "file_unique_id": "s", "width": 90, "height": 60},
        {"file_id": file_id, "file_unique_id": "l", "width": 1280, "height": 960},
    ]
    under: dict[str, Any] = {"caption": caption} if caption else {}
    return {"message": message(photo=sizes, **under)}


def edit(update: dict[str, Any], said: str) -> dict[str, Any]:
    return {"edited_message": {**update["message"], "text": said, "edit_date": 1_749_607_260}}


def press(
    data: str,
    message_id: int,
    chat: int = DAUGHTER,
    markup: dict[str, Any] | None = None,
    date: int = 1_749_607_200,
) -> dict[str, Any]:
    """A press on an inline button under one of the bot's messages."""
    bot = {"id": BOT_ID, "is_bot": True, "first_name": "银铃", "username": USERNAME}
    under = {**message(chat), "message_id": message_id, "from": bot, "date": date, "text": "…"}
    if markup:
        under["reply_markup"] = markup
    sender = {"id": abs(chat), "is_bot": False, "first_name": "丽丽"}
    return {
        "callback_query": {"id": "1", "from": sender, "chat_instance": "1", "data": data, "message": under}
    }
