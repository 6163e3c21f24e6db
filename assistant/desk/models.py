"""Conversations and their turns: the state of the desk, which survives a restart."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from assistant.kit.crypto import Encrypted, EncryptedJSON
from assistant.kit.db import Base, Identified

Voice = Literal["reply", "notice", "operator"]
"""Who speaks in a turn: the assistant when spoken to, the assistant of its own accord, a worker."""


class Conversation(Identified, Base):
    """One call, one chat. What is personal is encrypted."""

    __tablename__ = "conversations"
    __table_args__ = (
        UniqueConstraint("channel", "key"),
        Index("ix_conversations_phone", "phone_key", "updated_at"),
        Index("ix_conversations_open", "updated_at", postgresql_where="status <> 'ended'"),
    )

    channel: Mapped[str] = mapped_column(String(20))
    key: Mapped[str] = mapped_column(String(80))
    """The channel's own id of the conversation."""
    city: Mapped[str] = mapped_column(String(40))
    direction: Mapped[str] = mapped_column(String(3), default="in")
    person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("persons.id"), index=True)
    """Who speaks, as far as known."""
    confirmed: Mapped[bool] = mapped_column(default=False)
    """The person proved who they are; known by number only is not enough for private things."""
    worker_id: Mapped[uuid.UUID | None]
    caller_phone: Mapped[str | None] = mapped_column(Encrypted)
    phone_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Blind index of the number, where it can be one (``people.keys.phone_key``)."""
    reply_to: Mapped[str | None] = mapped_column(Encrypted)
    """Where words reach the person between their turns, where the channel keeps no line open: Telegram's id
    of the private chat."""
    status: Mapped[str] = mapped_column(String(10), default="open")
    """open, human (a person has taken over) or ended."""
    epoch: Mapped[int] = mapped_column(default=0)
    """Raised to make Rasa forget: the tracker's name is ``<id>:<epoch>``."""
    pace: Mapped[float] = mapped_column(default=1.0)
    loudness: Mapped[float] = mapped_column(default=1.0)
    """How this person is spoken to (``desk.manner``)."""
    state: Mapped[dict[str, Any]] = mapped_column(EncryptedJSON, default=dict)
    """asks, expects, choices, said, silences, misses, alarm: what the next turn is judged by."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Turn(Identified, Base):
    """What was said and answered, encrypted; kept for hand-offs and for the person's own file."""

    __tablename__ = "turns"
    __table_args__ = (
        UniqueConstraint("conversation_id", "turn_id"),
        CheckConstraint("voice IN ('reply', 'notice', 'operator')", name="voice"),
        Index("ix_turns_order", "conversation_id", "number"),
    )

    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    """The order in which turns were kept."""
    voice: Mapped[Voice] = mapped_column(String(10), default="reply")
    conversation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    turn_id: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime]
    said: Mapped[str | None] = mapped_column(Encrypted)
    reply: Mapped[str] = mapped_column(Encrypted)
    """The ``Reply`` as JSON."""
    took_ms: Mapped[float]
