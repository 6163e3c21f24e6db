"""Queries of links and deliveries."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import (
    Select,
    String,
    and_,
    case,
    cast,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.desk.models import Conversation
from assistant.kit.crypto import keyring
from assistant.kit.outbox import OutboxMessage
from assistant.links.models import Delivery, LinkInvitation, Photo, TelegramLink, WrongCode
from assistant.people.models import Consent, Person
from assistant.people.repository import valid_at
from assistant.tickets.models import Ticket

KIND: Final = "telegram"
CONVERSATION: Final = "conversation:"
"""Begins a recipient who is answered in the conversation of that id."""
TO_PEOPLE: Final = ("telegram", "sms", "call")
"""Kinds of messages that somebody reads or hears."""
BEFORE: Final = timedelta(hours=1)
"""How long before a complaint a photo of it may have come."""


def chat_key(chat: int) -> bytes:
    """Blind index of a chat."""
    return keyring().blind("telegram.chat", str(chat))


def code_key(code: str) -> bytes:
    """Keyed hash of a one-time code."""
    return keyring().blind("link.code", code)


# Chats


async def link_of_chat(session: AsyncSession, chat: int) -> TelegramLink | None:
    return await session.scalar(select(TelegramLink).where(TelegramLink.chat_key == chat_key(chat)))


async def forget_other_chats(session: AsyncSession, person_id: uuid.UUID, keep: uuid.UUID) -> None:
    """A person is told in one chat: the one confirmed last."""
    await session.execute(
        delete(TelegramLink).where(TelegramLink.person_id == person_id, TelegramLink.id != keep)
    )


# Invitations


async def expire(session: AsyncSession, now: datetime) -> None:
    """Codes and requests whose time is over."""
    await session.execute(
        update(LinkInvitation)
        .where(LinkInvitation.status.in_(("issued", "waiting")), LinkInvitation.expires_at <= now)
        .values(status="expired")
    )


async def add_invitation(session: AsyncSession, invitation: LinkInvitation) -> bool:
    """False when another open invitation has the same code."""
    values = {
        column.name: getattr(invitation, column.name)
        for column in LinkInvitation.__table__.columns
        if getattr(invitation, column.name) is not None
    }
    added = insert(LinkInvitation).values(values).on_conflict_do_nothing().returning(LinkInvitation.id)
    return (await session.execute(added)).first() is not None


async def invitation(session: AsyncSession, invitation_id: uuid.UUID) -> LinkInvitation | None:
    return await session.get(LinkInvitation, invitation_id, with_for_update=True)


async def by_code(session: AsyncSession, code: str, delegate: uuid.UUID | None) -> LinkInvitation | None:
    """The open invitation of a code, or the one that ``delegate`` has already used it for."""
    used = and_(LinkInvitation.status == "waiting", LinkInvitation.delegate_id == delegate)
    return await session.scalar(
        select(LinkInvitation)
        .where(
            LinkInvitation.code_key == code_key(code),
            or_(LinkInvitation.status == "issued", used if delegate else literal(False)),
        )
        .order_by(LinkInvitation.issued_at.desc())
        .limit(1)
        .with_for_update()
    )


async def waiting(
    session: AsyncSession, *, senior: uuid.UUID | None = None, delegate: uuid.UUID | None = None
) -> Sequence[LinkInvitation]:
    statement = select(LinkInvitation).where(LinkInvitation.status == "waiting")
    if senior is not None:
        statement = statement.where(LinkInvitation.senior_id == senior)
    if delegate is not None:
        statement = statement.where(LinkInvitation.delegate_id == delegate)
    return (await session.scalars(statement.order_by(LinkInvitation.used_at))).all()


async def wrong_codes(session: AsyncSession, chat: int, since: datetime) -> int:
    counted = select(func.count()).where(WrongCode.chat_key == chat_key(chat), WrongCode.at > since)
    return (await session.scalar(counted)) or 0


# Deliveries


@dataclass(frozen=True)
class Due:
    """A message that may be sent now, locked, with what is known of its delivery so far."""

    message: OutboxMessage
    delivery: Delivery | None


async def fallen_silent(session: AsyncSession, now: datetime) -> Due | None:
    """A message that a sender took and never reported."""
    return await _first(
        session,
        select(OutboxMessage, Delivery)
        .join(Delivery, Delivery.outbox_id == OutboxMessage.id)
        .where(Delivery.lease_until <= now)
        .order_by(Delivery.lease_until),
    )


async def next_due(session: AsyncSession, now: datetime, *, urgent_only: bool) -> Due | None:
    """The next message for Telegram, urgent ones first; skipped by other senders."""
    statement = (
        select(OutboxMessage, Delivery)
        .outerjoin(Delivery, Delivery.outbox_id == OutboxMessage.id)
        .where(OutboxMessage.kind == KIND, OutboxMessage.status == "pending", OutboxMessage.due_at <= now)
        .order_by(OutboxMessage.urgent.desc(), OutboxMessage.due_at)
    )
    return await _first(session, statement.where(OutboxMessage.urgent) if urgent_only else statement)


async def _first(session: AsyncSession, statement: Select[OutboxMessage, Delivery]) -> Due | None:
    locked = statement.limit(1).with_for_update(skip_locked=True, of=OutboxMessage)
    row = (await session.execute(locked)).first()
    return None if row is None else Due(row[0], row[1])


@dataclass(frozen=True)
class Addressee:
    """To whom a message goes, as of now."""

    chat: int | None
    """Where they read, unless they have no chat or have blocked the bot."""
    link: TelegramLink | None
    """Whose chat it is; None for who is answered in a conversation of theirs."""
    may: bool
    """They may be told what the message says."""
    senior: Person | None
    """Whom it is about."""


async def addressee(session: AsyncSession, now: datetime, message: OutboxMessage) -> Addressee:
    """Chat, consent and senior of a message, read in one go for every sending."""
    if message.recipient.startswith(CONVERSATION):
        return await _in_conversation(session, uuid.UUID(message.recipient.removeprefix(CONVERSATION)))
    recipient = uuid.UUID(message.recipient.removeprefix("person:"))
    wanted = "emergency_contact" if message.urgent else "notify"
    consent = exists().where(
        Consent.delegate_id == recipient,
        Consent.senior_id == message.about_person,
        Consent.scopes.contains([wanted]),
        valid_at(now),
    )
    theirs = and_(TelegramLink.person_id == recipient, TelegramLink.blocked_at.is_(None))
    found = (
        select(TelegramLink, consent.label("may"), Person)
        .select_from(func.generate_series(1, 1).table_valued("one"))
        .outerjoin(TelegramLink, theirs)
        .outerjoin(Person, Person.id == message.about_person)
        .order_by(TelegramLink.confirmed_at.desc().nulls_last())
        .limit(1)
    )
    link, may, senior = (await session.execute(found)).one()
    own = message.about_person in (None, recipient)
    return Addressee(int(link.chat) if link else None, link, own or bool(may), senior)


async def _in_conversation(session: AsyncSession, conversation: uuid.UUID) -> Addressee:
    """Whoever has a conversation may be told what is said in it."""
    found = await session.get(Conversation, conversation)
    chat = found.reply_to if found is not None else None
    return Addressee(int(chat) if chat else None, None, True, None)


async def held(session: AsyncSession, message_id: uuid.UUID) -> tuple[OutboxMessage, Delivery] | None:
    """A message that a sender has in hand; locked."""
    row = (
        await session.execute(
            select(OutboxMessage, Delivery)
            .join(Delivery, Delivery.outbox_id == OutboxMessage.id)
            .where(OutboxMessage.id == message_id, OutboxMessage.status == "sending")
            .with_for_update(of=OutboxMessage)
        )
    ).first()
    return None if row is None else (row[0], row[1])


async def about(
    session: AsyncSession, senior: uuid.UUID, limit: int
) -> Sequence[tuple[OutboxMessage, Delivery | None]]:
    """The last notices about a senior, newest first."""
    rows = await session.execute(
        select(OutboxMessage, Delivery)
        .outerjoin(Delivery, Delivery.outbox_id == OutboxMessage.id)
        .where(OutboxMessage.about_person == senior, OutboxMessage.kind.in_(TO_PEOPLE))
        .order_by(OutboxMessage.created_at.desc())
        .limit(limit)
    )
    return [(row[0], row[1]) for row in rows]


async def counts(session: AsyncSession) -> dict[str, int]:
    """How many Telegram messages stand at which status."""
    rows = await session.execute(
        select(OutboxMessage.status, func.count())
        .where(OutboxMessage.kind == KIND)
        .group_by(OutboxMessage.status)
    )
    return {row[0]: row[1] for row in rows}


# Photos


async def ticket_of(session: AsyncSession, conversation: str) -> Ticket | None:
    """The ticket to which a photo of a conversation belongs: a complaint before others, the last opened.

    Args:
        conversation: the channel's key of it.
    """
    known = select(Conversation.id).where(Conversation.channel == KIND, Conversation.key == conversation)
    found = await session.scalar(known)
    open_one = Ticket.status.in_(("open", "acknowledged", "in_progress"))
    return await session.scalar(
        select(Ticket)
        .where(Ticket.conversation == str(found), open_one)
        .order_by(case((Ticket.kind == "complaint", 0), else_=1), Ticket.opened_at.desc())
        .limit(1)
    )


async def photos(session: AsyncSession, ticket: Ticket) -> Sequence[Photo]:
    """Photos put to a ticket, and those sent into its conversation shortly before it was opened."""
    key = select(Conversation.key).where(cast(Conversation.id, String) == ticket.conversation)
    before = and_(
        Photo.ticket_id.is_(None),
        Photo.conversation == key.scalar_subquery(),
        Photo.taken_at.between(ticket.opened_at - BEFORE, ticket.opened_at),
    )
    mine = or_(Photo.ticket_id == ticket.id, before)
    return (await session.scalars(select(Photo).where(mine).order_by(Photo.taken_at))).all()
