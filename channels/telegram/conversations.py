"""From a Telegram update to a turn of the desk, and whose conversation it is."""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import Final

from telegram import Chat, Message, Update, User

from assistant.desk.schemas import Caller, Location, Reply, TurnIn

PUBLIC: Final = frozenset({None, "service", "service_type", "yes_no", "city", "place"})
"""What the desk may ask for in a group; everything else is somebody's own business."""


class Conversations:
    """Names conversations without naming people: a keyed hash of chat and, in a group, sender.

    Args:
        token: the bot's token, the key of the hash.
        username: the bot's name in Telegram, by which a group addresses it.
    """

    def __init__(self, token: str, bot_id: int, username: str) -> None:
        self._key = hashlib.sha256(token.encode()).digest()
        self._bot_id = bot_id
        self.username = username
        self._mention = re.compile(rf"@{re.escape(username)}\b", re.IGNORECASE)

    def name(self, chat: Chat, user: User | None, person: str | None) -> str:
        """The conversation's key: one a private chat, one a sender in a group.

        A chat that is linked to a person, or no longer, begins a new conversation, so that what the
        desk knew of the person before is not told after.
        """
        who = f"{chat.id}:{person}" if is_private(chat) or user is None else f"{chat.id}:{user.id}"
        return "tg-" + hmac.new(self._key, who.encode(), hashlib.sha256).hexdigest()[:32]

    def addressed(self, message: Message) -> bool:
        """Whether a group's message is meant for the bot: it names it, answers it or commands it."""
        answers = message.reply_to_message
        if answers is not None and answers.from_user is not None and answers.from_user.id == self._bot_id:
            return True
        text = message.text or message.caption or ""
        return bool(self._mention.search(text))

    def without_mention(self, text: str) -> str:
        return self._mention.sub("", text).strip()

    def turn(
        self,
        update: Update,
        person: str | None,
        *,
        text: str | None = None,
        digits: str | None = None,
        event: str | None = None,
        location: Location | None = None,
        phone: str | None = None,
        confidence: float | None = None,
        alternatives: list[str] | None = None,
    ) -> TurnIn:
        """One turn; its id is the update's, so that a repeated update gets the first reply.

        In a group nobody is named to the desk: what it knows of a person cannot be said there.
        """
        chat, user = update.effective_chat, update.effective_user
        assert chat is not None
        private = is_private(chat)
        return TurnIn.model_validate(
            {
                "channel": "telegram",
                "conversation": self.name(chat, user, person),
                "turn_id": str(update.update_id),
                "text": text,
                "digits": digits,
                "event": event,
                "location": location,
                "caller": Caller(
                    telegram=chat.id if private else None,
                    person=person if private else None,
                    phone=phone if private else None,
                ),
                "confidence": confidence,
                "alternatives": alternatives or [],
            }
        )


def is_private(chat: Chat) -> bool:
    return chat.type == Chat.PRIVATE


def needs_privacy(reply: Reply) -> bool:
    """Whether a reply must not be given in a group: it asks for, reads back or shows somebody's data."""
    cards = {message.card["kind"] for message in reply.messages if message.card}
    return reply.asks not in PUBLIC or bool(cards - {"place"}) or reply.handoff is not None
