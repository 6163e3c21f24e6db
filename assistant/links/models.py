"""Tables of links: chats, invitations to a senior's family, deliveries of notices, photos sent in.

A link says whose chat it is. It gives no right: what a relative may see and do stands in
``people.Consent`` alone, so that revoking a consent is enough.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from assistant.kit.crypto import Encrypted
from assistant.kit.db import Base, Identified

InvitationStatus = Literal["issued", "waiting", "confirmed", "refused", "expired"]
Evidence = Literal["spoken", "key", "written"]
"""How a link was confirmed: the senior said it or pressed it, or a worker has it in writing."""


class TelegramLink(Identified, Base):
    """One Telegram chat and the person who writes there."""

    __tablename__ = "telegram_links"
    __table_args__ = (
        Index(
            "ix_telegram_links_person", "person_id", unique=True, postgresql_where="confirmed_at IS NOT NULL"
        ),
    )

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("persons.id", ondelete="CASCADE"))
    chat: Mapped[str] = mapped_column(Encrypted)
    """Telegram's id of the private chat."""
    chat_key: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    """Blind index of the chat."""
    linked_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    """When a senior or a worker first vouched for it; until then the chat acts for nobody."""
    blocked_at: Mapped[datetime | None]
    """When Telegram said that the person has blocked the bot; cleared when they write again."""


class LinkInvitation(Identified, Base):
    """A one-time code and what becomes of it: issued → waiting → confirmed or refused; or expired."""

    __tablename__ = "link_invitations"
    __table_args__ = (
        CheckConstraint("status IN ('issued', 'waiting', 'confirmed', 'refused', 'expired')", name="status"),
        Index("ix_link_invitations_code", "code_key", unique=True, postgresql_where="status = 'issued'"),
        Index("ix_link_invitations_waiting", "senior_id", postgresql_where="status = 'waiting'"),
    )

    senior_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("persons.id", ondelete="CASCADE"))
    delegate_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("persons.id", ondelete="CASCADE"))
    """The relative: named when issued if already on record, else filled in when the code is used."""
    link_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("telegram_links.id", ondelete="SET NULL"))
    """The chat in which the code was used."""
    relation: Mapped[str] = mapped_column(String(20))
    name: Mapped[str | None] = mapped_column(Encrypted)
    """The relative's name as the senior gave it."""
    scopes: Mapped[list[str]] = mapped_column(ARRAY(String(20)))
    code_key: Mapped[bytes] = mapped_column(LargeBinary)
    """Keyed hash of the six digits; the code itself is nowhere."""
    status: Mapped[InvitationStatus] = mapped_column(String(10), default="issued")
    issued_at: Mapped[datetime]
    issued_by: Mapped[dict[str, Any]] = mapped_column(JSONB)
    expires_at: Mapped[datetime]
    """End of the code while issued, end of the wait for a confirmation once used."""
    used_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    evidence: Mapped[Evidence | None] = mapped_column(String(10))


class WrongCode(Identified, Base):
    """One failed guess of a code from one chat; counted to stop guessing."""

    __tablename__ = "link_wrong_codes"
    __table_args__ = (Index("ix_link_wrong_codes_chat", "chat_key", "at"),)

    chat_key: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime]


class Delivery(Base):
    """What Telegram's sender knows of an outbox message beyond its status."""

    __tablename__ = "telegram_deliveries"
    __table_args__ = (
        Index("ix_telegram_deliveries_lease", "lease_until", postgresql_where="lease_until IS NOT NULL"),
    )

    outbox_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("outbox.id", ondelete="CASCADE"), primary_key=True
    )
    lease_until: Mapped[datetime | None]
    """A sender has it in hand until then; after that it is taken over."""
    sent: Mapped[int] = mapped_column(default=0)
    """How often it arrived: more than once for an emergency nobody has answered."""
    failures: Mapped[int] = mapped_column(default=0)
    """Failures in a row; decides how long to wait."""
    final: Mapped[bool] = mapped_column(default=True)
    """Nothing follows once this sending has arrived; an alarm that nobody has answered is repeated."""
    doubtful: Mapped[int] = mapped_column(default=0)
    """How often it was taken over from a sender that fell silent: it may have arrived once more."""


class Photo(Identified, Base):
    """A photo sent into a conversation, for the ticket that was or will be opened in it."""

    __tablename__ = "link_photos"
    __table_args__ = (Index("ix_link_photos_conversation", "conversation"),)

    conversation: Mapped[str] = mapped_column(String(80))
    """The channel's key of it."""
    ticket_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("tickets.id", ondelete="CASCADE"), index=True
    )
    media_type: Mapped[str] = mapped_column(String(40))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    """AES-256-GCM over the file."""
    taken_at: Mapped[datetime]
    update_key: Mapped[str] = mapped_column(String(80), unique=True)
    """The channel's id of the upload: sent twice, it is stored once."""
