"""People over HTTP: recognise, find, record, change, consents."""

from __future__ import annotations

import json
import uuid
from typing import Annotated

from fastapi import APIRouter, Query, Response

from assistant.kit import audit
from assistant.kit.api import ActorDep, ClockDep, SessionDep, scope
from assistant.people import consents, repository, service, views
from assistant.people.schemas import (
    Candidates,
    ConsentIn,
    ConsentOut,
    EventOut,
    FindPerson,
    ForgetPhone,
    Identified,
    Identify,
    PersonIn,
    PersonOut,
    PersonPatch,
    PersonRef,
    Recorded,
)

router = APIRouter(prefix="/v1/people", tags=["people"], dependencies=[scope("people")])

Confirmed = Annotated[
    bool, Query(description="The desk has confirmed that the asker is who they say; a number is not enough.")
]


@router.post("/identify")
async def identify(asked: Identify, session: SessionDep, clock: ClockDep) -> Identified:
    """Who may be calling from a number; harmless things only."""
    phone, people = await service.identify(session, asked.phone)
    candidates = [views.ref(person, clock.now()) for person in people]
    only = candidates[0] if len(candidates) == 1 else None
    return Identified(phone=phone, person=only, candidates=candidates)


# Personal data travel in bodies, never in a path or query: those end up in access logs.
@router.post("/find")
async def find(asked: FindPerson, session: SessionDep, clock: ClockDep, actor: ActorDep) -> Candidates:
    """Candidates for what a worker says; two of one name are told apart by age and building."""
    return await service.find(session, clock.now(), actor, asked)


@router.post("", status_code=201)
async def create(
    new: PersonIn, session: SessionDep, clock: ClockDep, actor: ActorDep, response: Response
) -> Recorded:
    """Record a person; 200 and ``created: false`` when name and number are already on record."""
    person, created = await service.create(session, clock.now(), actor, new)
    response.status_code = 201 if created else 200
    return Recorded(**views.ref(person, clock.now()).model_dump(), created=created)


@router.get("/{person_id}")
async def view(
    person_id: uuid.UUID, session: SessionDep, clock: ClockDep, actor: ActorDep, confirmed: Confirmed = False
) -> PersonOut | PersonRef:
    """Everything on record for a worker or a confirmed asker; else surname and title only."""
    now = clock.now()
    person = await views.get(session, person_id)
    if not confirmed and actor.kind != "worker":
        return views.ref(person, now)
    await consents.check_may(session, actor, person_id, "profile", now)
    audit.record(session, now, actor, "person.viewed", f"person:{person_id}", person_id)
    return views.full(person, now)


@router.patch("/{person_id}")
async def change(
    person_id: uuid.UUID, patch: PersonPatch, session: SessionDep, clock: ClockDep, actor: ActorDep
) -> PersonRef:
    """Change what was sent: address, phone, ability, income, pace …"""
    return views.ref(await service.update(session, clock.now(), actor, person_id, patch), clock.now())


@router.post("/{person_id}/phones/forget")
async def forget_phone(
    person_id: uuid.UUID, asked: ForgetPhone, session: SessionDep, clock: ClockDep, actor: ActorDep
) -> PersonRef:
    """Forget a number; the last one stays."""
    person = await service.forget_phone(session, clock.now(), actor, person_id, asked.phone)
    return views.ref(person, clock.now())


@router.get("/{person_id}/history")
async def history(
    person_id: uuid.UUID, session: SessionDep, clock: ClockDep, actor: ActorDep
) -> list[EventOut]:
    """Every change of the record, oldest first."""
    await consents.check_may(session, actor, person_id, "profile", clock.now())
    return [
        EventOut(
            at=event.at, action=event.action, actor=event.actor, changes=json.loads(event.changes or "{}")
        )
        for event in await repository.history(session, person_id)
    ]


@router.post("/{senior_id}/consents", status_code=201)
async def give_consent(
    senior_id: uuid.UUID, given: ConsentIn, session: SessionDep, clock: ClockDep, actor: ActorDep
) -> dict[str, uuid.UUID]:
    """Let somebody act for a senior."""
    consent = await consents.give(session, clock.now(), actor, senior_id, given)
    return {"id": consent.id}


@router.delete("/{senior_id}/consents/{consent_id}", status_code=204)
async def revoke_consent(
    senior_id: uuid.UUID, consent_id: uuid.UUID, session: SessionDep, clock: ClockDep, actor: ActorDep
) -> None:
    """End a consent at once."""
    await consents.revoke(session, clock.now(), actor, senior_id, consent_id)


@router.get("/{person_id}/delegates")
async def delegates(
    person_id: uuid.UUID, session: SessionDep, clock: ClockDep, confirmed: Confirmed = False
) -> list[ConsentOut]:
    """Who may act for this senior."""
    return await consents.delegates(session, clock.now(), person_id, confirmed=confirmed)


@router.get("/{person_id}/acts-for")
async def acts_for(
    person_id: uuid.UUID, session: SessionDep, clock: ClockDep, confirmed: Confirmed = False
) -> list[ConsentOut]:
    """For whom this person may act."""
    return await consents.acts_for(session, clock.now(), person_id, confirmed=confirmed)
