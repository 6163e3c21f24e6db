"""Whose chat it is, for whom they may act, and leaving."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from assistant.kit import audit, outbox
from assistant.kit.actor import Actor
from assistant.links import repository
from assistant.links.models import TelegramLink
from assistant.links.schemas import Left, Senior, Waiting, Who
from assistant.people import consents, views
from assistant.people import repository as people
from assistant.people.models import Scope


async def who(session: AsyncSession, now: datetime, chat: int) -> Who:
    """Whose chat it is, read anew for every turn: a revoked consent counts from the next one."""
    link = await repository.link_of_chat(session, chat)
    if link is None:
        return Who()
    link.blocked_at = None  # Whoever writes has not blocked the bot.
    asked = [
        Waiting(senior=views.ref(await views.get(session, one.senior_id), now), relation=one.relation)
        for one in await repository.waiting(session, delegate=link.person_id)
    ]
    if link.confirmed_at is None:
        return Who(waiting=asked)
    person = await views.get(session, link.person_id)
    return Who(
        person=views.ref(person, now), seniors=await _seniors(session, now, link.person_id), waiting=asked
    )


async def _seniors(session: AsyncSession, now: datetime, delegate: uuid.UUID) -> list[Senior]:
    """One entry a senior, with the scopes of all consents together."""
    found: dict[uuid.UUID, Senior] = {}
    for one in await consents.acts_for(session, now, delegate, confirmed=True):
        known = found.get(one.person.id)
        scopes: set[Scope] = {*one.scopes, *(known.scopes if known else [])}
        found[one.person.id] = Senior(
            person=one.person, name=one.name or "", relation=one.relation, scopes=sorted(scopes)
        )
    return list(found.values())


async def leave(session: AsyncSession, now: datetime, chat: int, senior_id: uuid.UUID | None) -> Left:
    """End the consents of a chat's person for one senior, or all of them and the link itself; at once."""
    link = await repository.link_of_chat(session, chat)
    if link is None:
        return Left(seniors=0)
    actor = Actor(kind="relative", channel="telegram", person_id=link.person_id)
    for asked in await repository.waiting(session, delegate=link.person_id):
        if senior_id in (None, asked.senior_id):
            asked.status, asked.decided_at = "expired", now
    # A chat that nobody has vouched for ends no consent of the person it claims to be.
    seniors = await _revoke(session, now, actor, link, senior_id) if link.confirmed_at else set()
    if senior_id is None:
        await session.delete(link)
        audit.record(session, now, actor, "link.left", f"link:{link.id}", link.person_id)
    return Left(seniors=len(seniors))


async def _revoke(
    session: AsyncSession, now: datetime, actor: Actor, link: TelegramLink, senior_id: uuid.UUID | None
) -> set[uuid.UUID]:
    left = set()
    for consent in await people.consents(session, now, senior=senior_id, delegate=link.person_id):
        await consents.revoke(session, now, actor, consent.senior_id, consent.id)
        left.add(consent.senior_id)
        await outbox.put(
            session,
            now,
            kind="sms",
            recipient=f"person:{consent.senior_id}",
            event="link_left",
            event_key=f"consent:{consent.id}:left",
            about_person=consent.senior_id,
            relation=consent.relation,
        )
    return left
