"""Linking a relative's chat to a senior: a one-time code, then the senior's own yes.

The code is told by telephone or in the console, sent into the chat, and gives no right by itself:
the senior (by word or key) or a worker on record confirms who has used it.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from assistant.calls import outbound
from assistant.kit import audit, outbox
from assistant.kit.actor import Actor
from assistant.links import repository
from assistant.links.errors import InvitationNotFound, InvitationOver, NotTheirs
from assistant.links.models import LinkInvitation, TelegramLink, WrongCode
from assistant.links.schemas import Decision, InvitationIn, InvitationOut, Redeem, Redeemed
from assistant.people import consents, service, views
from assistant.people.models import Person
from assistant.people.schemas import ConsentIn, PersonIn

CODE_LIFE: Final = timedelta(minutes=15)
WAIT: Final = timedelta(hours=48)
"""A senior who does not answer today may answer tomorrow."""
MAX_WRONG: Final = 5
"""Wrong codes from one chat within ``CODE_LIFE``; then it has to wait."""
OWN_CHAT: Final = "本人"
STRANGER: Final = "家人"
"""Name of a relative of whom nobody has told one."""


async def issue(
    session: AsyncSession, now: datetime, actor: Actor, wanted: InvitationIn
) -> tuple[LinkInvitation, str]:
    """Make a one-time code for a senior's relative; the code is returned and kept nowhere.

    Raises:
        PersonNotFound: senior or delegate is unknown.
        NotTheirs: the actor is neither the senior nor a worker.
    """
    await views.get(session, wanted.senior_id)
    if wanted.delegate_id is not None:
        await views.get(session, wanted.delegate_id)
    _check_decides(actor, wanted.senior_id)
    await repository.expire(session, now)
    while True:
        code = f"{secrets.randbelow(1_000_000):06d}"
        invitation = LinkInvitation(
            id=uuid.uuid4(),
            **wanted.model_dump(exclude={"scopes"}),
            scopes=sorted(set(wanted.scopes)),
            code_key=repository.code_key(code),
            status="issued",
            issued_at=now,
            issued_by=actor.model_dump(mode="json", exclude_none=True),
            expires_at=now + CODE_LIFE,
        )
        if await repository.add_invitation(session, invitation):
            break
    audit.record(
        session,
        now,
        actor,
        "link.invited",
        f"invitation:{invitation.id}",
        wanted.senior_id,
        scopes=wanted.scopes,
    )
    return invitation, code


async def redeem(session: AsyncSession, now: datetime, given: Redeem) -> Redeemed:
    """Use a code in a chat; a wrong one is counted, so nothing is raised that would undo the count."""
    if await repository.wrong_codes(session, given.chat, now - CODE_LIFE) >= MAX_WRONG:
        return Redeemed(state="locked")
    await repository.expire(session, now)
    link = await repository.link_of_chat(session, given.chat)
    invitation = await repository.by_code(session, given.code, link.person_id if link else None)
    if invitation is None:
        session.add(WrongCode(chat_key=repository.chat_key(given.chat), at=now))
        return Redeemed(state="wrong")
    senior = await views.get(session, invitation.senior_id)
    if invitation.status == "issued":
        await _use(session, now, invitation, senior, link, given)
    return Redeemed(
        state="waiting",
        senior=views.ref(senior, now),
        relation=invitation.relation,
        scopes=invitation.scopes,
    )


async def _use(
    session: AsyncSession,
    now: datetime,
    invitation: LinkInvitation,
    senior: Person,
    link: TelegramLink | None,
    given: Redeem,
) -> None:
    """Bind the invitation to the chat, and ask the senior."""
    if link is None:
        if invitation.delegate_id is None:
            invitation.delegate_id = await _record(session, now, invitation, senior, given.name)
        link = TelegramLink(
            id=uuid.uuid4(),
            person_id=invitation.delegate_id,
            chat=str(given.chat),
            chat_key=repository.chat_key(given.chat),
            linked_at=now,
        )
        session.add(link)
        await session.flush()
    invitation.delegate_id, invitation.link_id = link.person_id, link.id
    invitation.status, invitation.used_at, invitation.expires_at = "waiting", now, now + WAIT
    actor = Actor(kind="relative", channel="telegram", person_id=link.person_id)
    audit.record(session, now, actor, "link.asked", f"invitation:{invitation.id}", senior.id)
    await outbox.put(
        session,
        now,
        kind="call",
        recipient=f"person:{senior.id}",
        event="link_asked",
        event_key=_asked_key(invitation),
        about_person=senior.id,
        invitation=str(invitation.id),
        relation=invitation.relation,
        name=invitation.name,
    )


def _asked_key(invitation: LinkInvitation) -> str:
    """Event of the call that asks the senior."""
    return f"link:{invitation.id}:asked"


async def _record(
    session: AsyncSession, now: datetime, invitation: LinkInvitation, senior: Person, called: str
) -> uuid.UUID:
    """The relative as a new person, named as the senior did, else as they call themself."""
    name = (invitation.name or called.strip() or STRANGER)[:20]
    actor = Actor(kind="unknown", channel="telegram")
    new = PersonIn(kind="relative", name=name, city_code=senior.city_code, demo=senior.demo)
    person, _ = await service.create(session, now, actor, new)
    return person.id


async def decide(
    session: AsyncSession, now: datetime, actor: Actor, invitation_id: uuid.UUID, decision: Decision
) -> LinkInvitation:
    """Confirm or refuse who has used a code; the same answer twice changes nothing.

    Raises:
        InvitationNotFound, NotTheirs.
        InvitationOver: not used yet, expired, or decided otherwise.
    """
    invitation = await repository.invitation(session, invitation_id)
    if invitation is None:
        raise InvitationNotFound()
    _check_decides(actor, invitation.senior_id)
    verdict = "confirmed" if decision.yes else "refused"
    if invitation.status == verdict:
        return invitation
    link = await session.get(TelegramLink, invitation.link_id) if invitation.link_id else None
    if invitation.status != "waiting" or invitation.expires_at <= now or link is None:
        raise InvitationOver()
    invitation.status = "confirmed" if decision.yes else "refused"
    invitation.decided_at, invitation.evidence = now, decision.evidence
    invitation.decided_by = actor.model_dump(mode="json", exclude_none=True)
    if decision.yes:
        await _grant(session, now, actor, invitation, link, decision)
    audit.record(session, now, actor, f"link.{verdict}", f"invitation:{invitation.id}", invitation.senior_id)
    await _tell(session, now, invitation)
    # Nobody needs to ring the senior about it any more.
    await outbound.withdraw(session, now, f"person:{invitation.senior_id}", _asked_key(invitation))
    return invitation


async def _grant(
    session: AsyncSession,
    now: datetime,
    actor: Actor,
    invitation: LinkInvitation,
    link: TelegramLink,
    decision: Decision,
) -> None:
    """Give the consent; from now on the chat acts for the delegate."""
    delegate = link.person_id
    if delegate != invitation.senior_id:
        given = ConsentIn(
            delegate_id=delegate,
            scopes=invitation.scopes,
            relation=invitation.relation,
            evidence=decision.evidence,
        )
        await consents.give(session, now, actor, invitation.senior_id, given)
    await repository.forget_other_chats(session, delegate, keep=link.id)
    link.confirmed_at = link.confirmed_at or now


async def _tell(session: AsyncSession, now: datetime, invitation: LinkInvitation) -> None:
    senior = await views.get(session, invitation.senior_id)
    await outbox.put(
        session,
        now,
        kind="telegram",
        recipient=f"person:{invitation.delegate_id}",
        event=f"link_{invitation.status}",
        event_key=f"link:{invitation.id}:{invitation.status}",
        senior=views.ref(senior, now).form_of_address,
        scopes=invitation.scopes,
    )


async def waiting(session: AsyncSession, now: datetime, senior_id: uuid.UUID) -> list[InvitationOut]:
    """Who asks to be linked to a senior, the first one first."""
    await repository.expire(session, now)
    return [await shown(session, now, one) for one in await repository.waiting(session, senior=senior_id)]


async def waiting_of(session: AsyncSession, delegate_id: uuid.UUID) -> Sequence[LinkInvitation]:
    """What a relative has asked for."""
    return await repository.waiting(session, delegate=delegate_id)


async def shown(session: AsyncSession, now: datetime, invitation: LinkInvitation) -> InvitationOut:
    """An invitation as the senior hears it and a worker sees it."""
    senior = await views.get(session, invitation.senior_id)
    delegate = await views.get(session, invitation.delegate_id) if invitation.delegate_id else None
    return InvitationOut(
        id=invitation.id,
        status=invitation.status,
        senior=views.ref(senior, now),
        delegate_name=delegate.name if delegate else invitation.name,
        relation=invitation.relation,
        scopes=invitation.scopes,
        expires_at=invitation.expires_at,
    )


def _check_decides(actor: Actor, senior_id: uuid.UUID) -> None:
    if actor.kind not in ("worker", "system") and actor.person_id != senior_id:
        raise NotTheirs()
