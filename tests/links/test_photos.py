"""Photos: encrypted, once, with the ticket they belong to."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import httpx
from sqlalchemy import select

from assistant.desk.models import Conversation
from assistant.kit.actor import SYSTEM
from assistant.kit.audit import AuditEntry
from assistant.kit.clock import SettableClock
from assistant.kit.db import Database
from assistant.links import photos, repository
from assistant.links.models import Photo
from assistant.tickets.models import Ticket
from tests.links.conftest import Family
from tests.links.helpers import acting

JPEG = b"\xff\xd8\xff\xe0" + b"broken stairs" * 10


def upload(conversation: str, update: str = "1", content: bytes = JPEG) -> dict[str, Any]:
    encoded = base64.b64encode(content).decode()
    return {"conversation": conversation, "update": update, "media_type": "image/jpeg", "content": encoded}


async def complaint(
    api: httpx.AsyncClient, database: Database, clock: SettableClock, family: Family, key: str
) -> Ticket:
    """A complaint opened in the telegram conversation ``key``."""
    async with database.session() as session:
        values = {"channel": "telegram", "key": key, "city": "yueyang", "state": {}}
        conversation = Conversation(**values, created_at=clock.now(), updated_at=clock.now())
        session.add(conversation)
        await session.flush()
        actor = family.as_senior.model_copy(update={"conversation": str(conversation.id)})
    body = {"kind": "complaint", "city": "yueyang", "summary": "送来的饭是凉的", "idempotency_key": key}
    answer = await api.post("/v1/tickets", json=body, headers=acting(actor))
    assert answer.status_code == 201, answer.text
    async with database.session() as session:
        return (await session.scalars(select(Ticket))).one()


async def test_a_photo_is_kept_encrypted_and_put_to_the_complaint(
    api: httpx.AsyncClient,
    channel: httpx.AsyncClient,
    family: Family,
    database: Database,
    clock: SettableClock,
) -> None:
    ticket = await complaint(api, database, clock, family, "tg-1")
    answers = [await channel.post("/v1/links/photos", json=upload("tg-1")) for _ in range(2)]
    assert [answer.json()["ticket"] for answer in answers] == [ticket.number] * 2
    async with database.session() as session:
        (stored,) = (await session.scalars(select(Photo))).all()
        assert JPEG not in stored.content and b"broken" not in stored.content
        assert await photos.show(session, clock.now(), SYSTEM, stored.id) == ("image/jpeg", JPEG)
        await session.flush()
        assert {"photo.kept", "photo.viewed"} <= set(await session.scalars(select(AuditEntry.action)))


async def test_a_photo_that_came_before_the_complaint_is_found_with_it(
    api: httpx.AsyncClient,
    channel: httpx.AsyncClient,
    family: Family,
    database: Database,
    clock: SettableClock,
) -> None:
    early = await channel.post("/v1/links/photos", json=upload("tg-1"))
    assert early.json()["ticket"] is None
    await channel.post("/v1/links/photos", json=upload("tg-2", update="2"))
    clock.advance(timedelta(minutes=5))
    ticket = await complaint(api, database, clock, family, "tg-1")
    async with database.session() as session:
        found = await repository.photos(session, ticket)
    assert [str(photo.id) for photo in found] == [early.json()["id"]]


async def test_what_is_no_photo_is_refused(channel: httpx.AsyncClient, family: Family) -> None:
    for content in (b"MZ" + b"\x00" * 40, b""):
        answer = await channel.post("/v1/links/photos", json=upload("tg-1", content=content))
        assert (answer.status_code, answer.json()["code"]) == (422, "photo_refused")
