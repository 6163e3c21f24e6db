"""Photos sent into a conversation: kept encrypted, put to the ticket they belong to."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.kit import audit
from assistant.kit.actor import Actor
from assistant.kit.crypto import keyring
from assistant.kit.errors import NotFound
from assistant.links import repository
from assistant.links.errors import PhotoRefused
from assistant.links.models import Photo
from assistant.links.schemas import MAX_PHOTO, PhotoIn, PhotoOut

BEGINNINGS: Final = {"image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG\r\n\x1a\n", "image/webp": b"RIFF"}
"""First bytes of each kind of file: what calls itself a photo must be one."""


async def keep(session: AsyncSession, now: datetime, actor: Actor, sent: PhotoIn) -> PhotoOut:
    """Store a photo once; a second upload of the same update changes nothing.

    Raises:
        PhotoRefused: too large, or no photo.
    """
    if len(sent.content) > MAX_PHOTO or not sent.content.startswith(BEGINNINGS[sent.media_type]):
        raise PhotoRefused()
    ticket = await repository.ticket_of(session, sent.conversation)
    row = {
        "id": uuid.uuid4(),
        "conversation": sent.conversation,
        "ticket_id": ticket.id if ticket else None,
        "media_type": sent.media_type,
        "content": keyring().encrypt_bytes(sent.content),
        "taken_at": now,
        "update_key": sent.update,
    }
    stored = await session.scalar(insert(Photo).values(row).on_conflict_do_nothing().returning(Photo.id))
    if stored is None:
        stored = (await session.scalars(select(Photo.id).where(Photo.update_key == sent.update))).one()
    else:
        person = ticket.person_id if ticket else None
        audit.record(session, now, actor, "photo.kept", f"photo:{stored}", person)
    return PhotoOut(id=stored, ticket=ticket.number if ticket else None)


async def show(session: AsyncSession, now: datetime, actor: Actor, photo_id: uuid.UUID) -> tuple[str, bytes]:
    """Media type and content of a photo, for a worker; seeing it is written down. Raises NotFound."""
    photo = await session.get(Photo, photo_id)
    if photo is None:
        raise NotFound("没有找到这张照片。")
    audit.record(session, now, actor, "photo.viewed", f"photo:{photo.id}")
    return photo.media_type, keyring().decrypt_bytes(photo.content)
