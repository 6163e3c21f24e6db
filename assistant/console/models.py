"""Tables of the console: accounts, their sessions, batches of bookings under way."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from assistant.kit.crypto import Encrypted, EncryptedJSON
from assistant.kit.db import Base, Identified

Role = Literal["worker", "operator", "auditor", "administrator"]


class Account(Identified, Base):
    """Somebody who works with the console. Whom they may deal with stands in ``people.coverage``."""

    __tablename__ = "console_accounts"
    __table_args__ = (
        CheckConstraint("role IN ('worker', 'operator', 'auditor', 'administrator')", name="role"),
    )

    username: Mapped[str] = mapped_column(String(40), unique=True)
    display_name: Mapped[str] = mapped_column(String(20))
    """As colleagues and callers see it."""
    subject: Mapped[str | None] = mapped_column(String(64), unique=True)
    """SHA-256 of issuer and subject for an account of the organisation's own system; None: a local one."""
    password_hash: Mapped[str] = mapped_column(String(200))
    """Argon2id."""
    totp_secret: Mapped[str] = mapped_column(Encrypted)
    """Base32 (RFC 6238)."""
    totp_step: Mapped[int] = mapped_column(default=0)
    """Step of the last code used: a code works once."""
    role: Mapped[Role] = mapped_column(String(15))
    city_code: Mapped[str] = mapped_column(String(40))
    failed: Mapped[int] = mapped_column(default=0)
    """Failed sign-ins in a row."""
    locked_until: Mapped[datetime | None]
    created_at: Mapped[datetime]


class ConsoleSession(Base):
    """One signed-in browser. The cookie's value itself is nowhere, only its hash."""

    __tablename__ = "console_sessions"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    account_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("console_accounts.id", ondelete="CASCADE"), index=True
    )
    csrf: Mapped[str] = mapped_column(String(60))
    """Sent back with every change: a page of another site does not know it."""
    chat: Mapped[str] = mapped_column(String(40))
    """The desk's conversation of the side pane."""
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class Batch(Identified, Base):
    """Rows of bookings that somebody has prepared and not yet, or already, booked. Personal: encrypted."""

    __tablename__ = "console_batches"
    __table_args__ = (Index("ix_console_batches_made", "account_id", "made_at"),)

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("console_accounts.id", ondelete="CASCADE"))
    made_at: Mapped[datetime]
    rows: Mapped[list[dict[str, Any]]] = mapped_column(EncryptedJSON)
    """``batch.Row`` each."""
    booked_at: Mapped[datetime | None]
