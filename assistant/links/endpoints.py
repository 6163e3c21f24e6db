"""Links and deliveries over HTTP. Codes are made and confirmed by those who know the senior (desk,
console); a channel can only use them.
"""

from __future__ import annotations

import uuid
from typing import Annotated

from fastapi import APIRouter, Query

from assistant.kit.api import ActorDep, ClockDep, ContextDep, SessionDep, scope
from assistant.kit.quiet import QuietHours
from assistant.links import alarms, chats, delivery, invitations, photos, repository
from assistant.links.schemas import (
    AlarmAnswer,
    AlarmAnswered,
    ChatIn,
    Claim,
    Claimed,
    Decision,
    InvitationIn,
    InvitationOut,
    Invited,
    Leave,
    Left,
    Outcome,
    PhotoIn,
    PhotoOut,
    Redeem,
    Redeemed,
    Who,
)

invited = APIRouter(prefix="/v1/links/invitations", tags=["links"], dependencies=[scope("people")])
linked = APIRouter(prefix="/v1/links", tags=["links"], dependencies=[scope("links")])
sending = APIRouter(prefix="/v1/outbox/telegram", tags=["outbox"], dependencies=[scope("outbox")])


@invited.post("", status_code=201)
async def issue(wanted: InvitationIn, session: SessionDep, clock: ClockDep, actor: ActorDep) -> Invited:
    """A one-time code of six digits for a senior's relative, good for 15 minutes."""
    invitation, code = await invitations.issue(session, clock.now(), actor, wanted)
    return Invited(id=invitation.id, code=code, expires_at=invitation.expires_at)


@invited.get("")
async def waiting(
    session: SessionDep, clock: ClockDep, senior_id: Annotated[uuid.UUID, Query()]
) -> list[InvitationOut]:
    """Who has used a code and waits for the senior's yes."""
    return await invitations.waiting(session, clock.now(), senior_id)


@invited.post("/{invitation_id}/decision")
async def decide(
    invitation_id: uuid.UUID, decision: Decision, session: SessionDep, clock: ClockDep, actor: ActorDep
) -> InvitationOut:
    """The senior's own answer, or a worker's on record. A yes gives the consent at once."""
    invitation = await invitations.decide(session, clock.now(), actor, invitation_id, decision)
    return await invitations.shown(session, clock.now(), invitation)


@linked.post("/redeem")
async def redeem(given: Redeem, session: SessionDep, clock: ClockDep) -> Redeemed:
    """Use a code in a chat."""
    return await invitations.redeem(session, clock.now(), given)


@linked.post("/who")
async def who(asked: ChatIn, session: SessionDep, clock: ClockDep) -> Who:
    """Whose chat it is and for whom they may act, as of now."""
    return await chats.who(session, clock.now(), asked.chat)


@linked.post("/leave")
async def leave(wanted: Leave, session: SessionDep, clock: ClockDep) -> Left:
    """Give up the consents for one senior, or all and the link."""
    return await chats.leave(session, clock.now(), wanted.chat, wanted.senior_id)


@linked.post("/alarms")
async def answer_alarm(given: AlarmAnswer, session: SessionDep, clock: ClockDep) -> AlarmAnswered:
    """A button under an emergency: 我来处理, 打120, 联系社区."""
    return await alarms.answer(session, clock.now(), given)


@linked.post("/photos", status_code=201)
async def keep_photo(sent: PhotoIn, session: SessionDep, clock: ClockDep, actor: ActorDep) -> PhotoOut:
    """A photo for the complaint of a conversation; stored encrypted."""
    return await photos.keep(session, clock.now(), actor, sent)


@sending.post("/claim")
async def claim(asked: Claim, session: SessionDep, clock: ClockDep, context: ContextDep) -> Claimed:
    """Report the last message, if there was one, and take the next that may be sent now."""
    now = clock.now()
    if asked.report is not None:
        await delivery.report(session, now, asked.report)
    return await delivery.claim(session, now, QuietHours(context.settings.quiet_hours))


@sending.post("/report", status_code=204)
async def report(outcome: Outcome, session: SessionDep, clock: ClockDep) -> None:
    """Report the last message without taking another: the sender stops."""
    await delivery.report(session, clock.now(), outcome)


@sending.get("")
async def counts(session: SessionDep) -> dict[str, int]:
    """How many messages stand at which status."""
    return await repository.counts(session)


router = APIRouter()
for part in (invited, linked, sending):
    router.include_router(part)
