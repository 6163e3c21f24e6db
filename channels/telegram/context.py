"""What the handlers of one process share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from telegram.ext import Application, CallbackContext, ExtBot

from channels.telegram.conversations import Conversations
from channels.telegram.hearing import Hearing
from channels.telegram.order import Flood
from channels.telegram.service import Service


@dataclass
class ChatState:
    """What is remembered of a chat between two updates; losing it in a restart loses nothing that
    matters, the conversation itself is the desk's."""

    keyboard: int | None = None
    """Message under which the last choices stand."""
    expects_digits: bool = False
    """The desk has asked for digits: six of them are no code then."""
    last_message: int | None = None
    """The person's last message; only that one may be edited into another turn."""


@dataclass
class Shared:
    """Hangs on ``bot_data``."""

    service: Service
    conversations: Conversations
    flood: Flood
    clock: Callable[[], datetime]
    hearing: Hearing | None = None
    """None: voice messages cannot be understood on this installation."""
    chats: dict[int, ChatState] = field(default_factory=dict)

    def chat(self, chat_id: int) -> ChatState:
        return self.chats.setdefault(chat_id, ChatState())


Bot = ExtBot[Any]
App = Application[Any, Any, dict[Any, Any], dict[Any, Any], dict[Any, Any], Any]
Context = CallbackContext[Bot, dict[Any, Any], dict[Any, Any], dict[Any, Any]]


def shared(context: Context) -> Shared:
    found: Shared = context.bot_data["shared"]
    return found
