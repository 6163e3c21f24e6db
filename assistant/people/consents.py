"""Who may act for whom: scoped, dated, revocable, recorded with who gave it and how."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from assistant.kit.actor import Actor
from assistant.kit.errors import Forbidden, Invalid
from assistant.people import coverage, repository
from assistant.people.errors import ConsentNeeded, ConsentNotFound
from assistant.people.history import remember
from assistant.people.models import Consent, Scope
from assistant.people.schemas import ConsentIn, ConsentOut
from assistant.people.views import get, ref


async def may(
    session: AsyncSession, delegate: uuid.UUID, senior: uuid.UUID, scope: Scope, now: datetime
) -> bool:
    """Whether ``delegate`` may do for ``senior`` what ``scope`` names, at ``now``."""
    return delegate == senior or await repository.may(session, delegate, senior, scope, now)


async def check_may(
    session: AsyncSession, actor: Actor, senior: uuid.UUID, scope: Scope, now: datetime
) -> None:
    """Pass when the actor may act for ``senior``: workers and the system, the senior, a delegate with
    ``scope``, or who recorded that senior in the same conversation (a daughter who registers her mother).

    Raises:
        ConsentNeeded: none of these.
        PersonNotFound: a worker who does not cover where the senior lives.
    """
    if actor.kind == "worker":
        return await coverage.check(session, actor.person_id, senior)
    if actor.kind == "system":
        return
    if actor.person_id is not None and await may(session, actor.person_id, senior, scope, now):
        return
    if actor.conversation is not None:
        recorded = (await repository.history(session, senior))[:1]
        if recorded and recorded[0].actor.get("conversation") == actor.conversation:
            return
    raise ConsentNeeded(senior=str(senior), scope=scope)


async def give(
    session: AsyncSession, now: datetime, actor: Actor, senior_id: uuid.UUID, given: ConsentIn
) -> Consent:
    """Record that a senior lets somebody act for them. Only the senior, or a worker who heard it, can.

    Raises:
        PersonNotFound: one of the two is unknown.
        Forbidden: the actor is neither.
        Invalid: the senior names themself, or the end has passed.
    """
    await get(session, senior_id)
    await get(session, given.delegate_id)
    if actor.kind not in ("worker", "system") and actor.person_id != senior_id:
        raise Forbidden("授权要由老人本人同意，或者由工作人员登记。")
    if given.delegate_id == senior_id:
        raise Invalid("本人不用给自己授权。")
    if given.valid_until is not None and given.valid_until <= now:
        raise Invalid("授权的截止时间已经过了。")
    consent = Consent(
        id=uuid.uuid4(),
        senior_id=senior_id,
        delegate_id=given.delegate_id,
        scopes=sorted(set(given.scopes)),
        relation=given.relation,
        given_by=actor.model_dump(mode="json", exclude_none=True),
        channel=actor.channel,
        evidence=given.evidence,
        valid_from=now,
        valid_until=given.valid_until,
    )
    session.add(consent)
    remember(session, now, actor, "consent_given", senior_id, {"consent": [None, str(consent.id)]})
    await session.flush()
    return consent


async def revoke(
    session: AsyncSession, now: datetime, actor: Actor, senior_id: uuid.UUID, consent_id: uuid.UUID
) -> None:
    """End a consent at once; a second time changes nothing. The senior, the delegate or a worker can.

    Raises:
        ConsentNotFound: the senior has given no such consent.
        Forbidden: the actor is none of these.
    """
    consent = await repository.consent(session, consent_id)
    if consent is None or consent.senior_id != senior_id:
        raise ConsentNotFound()
    if actor.kind not in ("worker", "system") and actor.person_id not in (senior_id, consent.delegate_id):
        raise Forbidden()
    if consent.revoked_at is None:
        consent.revoked_at = now
        consent.revoked_by = actor.model_dump(mode="json", exclude_none=True)
        remember(session, now, actor, "consent_revoked", senior_id, {"consent": [str(consent.id), None]})
        await session.flush()


async def delegates(
    session: AsyncSession, now: datetime, senior_id: uuid.UUID, *, confirmed: bool = False
) -> list[ConsentOut]:
    """Who may act for a senior."""
    found = await repository.consents(session, now, senior=senior_id)
    return await _consents_out(session, now, found, "delegate_id", confirmed)


async def acts_for(
    session: AsyncSession, now: datetime, delegate_id: uuid.UUID, *, confirmed: bool = False
) -> list[ConsentOut]:
    """For whom a person may act."""
    found = await repository.consents(session, now, delegate=delegate_id)
    return await _consents_out(session, now, found, "senior_id", confirmed)


async def _consents_out(
    session: AsyncSession, now: datetime, consents: Sequence[Consent], other: str, confirmed: bool
) -> list[ConsentOut]:
    people = await repository.many(session, [getattr(consent, other) for consent in consents])
    out = []
    for consent in consents:
        person = people[getattr(consent, other)]
        fields = ("id", "scopes", "relation", "channel", "evidence", "valid_from", "valid_until")
        out.append(
            ConsentOut(
                person=ref(person, now),
                name=person.name if confirmed else None,
                **{field: getattr(consent, field) for field in fields},
            )
        )
    return out
