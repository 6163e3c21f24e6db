"""Check-ins: agreed with the senior, asked by call or message, followed up until somebody knows how they are."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Literal

from sqlalchemy.ext.asyncio import AsyncSession

from assistant.calls import outbound
from assistant.calls.outbound import Order
from assistant.care import repository
from assistant.care.errors import NoWay, PlanNotFound, TooEarlyOrLate
from assistant.care.models import Checkin, CheckinPlan, Reason, Way
from assistant.care.schemas import PlanIn
from assistant.kit import audit, outbox
from assistant.kit.actor import SYSTEM, Actor
from assistant.kit.clock import china
from assistant.kit.errors import Forbidden
from assistant.kit.quiet import QuietHours
from assistant.kit.sentences import Sentences
from assistant.people import views
from assistant.people.consents import check_may
from assistant.people.models import Person
from assistant.people.notices import notify
from assistant.settings import Settings
from assistant.tickets import service as tickets
from assistant.tickets.callbacks import Hours
from assistant.tickets.schemas import TicketIn

SENTENCES: Final = Sentences(Path(__file__).with_name("sentences.yaml"))
WITHIN: Final = timedelta(hours=3)
"""How long a senior is tried by telephone; then somebody has to look."""
Answered = Literal["ok", "bad", "reached"]


async def agree(
    session: AsyncSession,
    now: datetime,
    actor: Actor,
    person_id: uuid.UUID,
    given: PlanIn,
    settings: Settings,
) -> CheckinPlan:
    """Record that a senior wants to be asked; what was agreed before ends.

    Raises:
        PersonNotFound: unknown, or not the worker's to see.
        Forbidden: neither the senior nor a worker.
        TooEarlyOrLate: in the quiet hours.
        NoWay: no chat of their own, or nobody is rung here.
    """
    person = await _theirs(session, now, actor, person_id)
    if QuietHours(settings.quiet_hours).holds(given.at):
        raise TooEarlyOrLate()
    if given.way == "phone" and (not settings.outbound_calls or not person.phones):
        raise NoWay()
    if given.way == "telegram" and not await repository.has_chat(session, person_id):
        raise NoWay()
    await _end(session, now, actor, person_id)
    plan = CheckinPlan(
        id=uuid.uuid4(),
        person_id=person_id,
        **given.model_dump(),
        agreed_at=now,
        agreed_by=actor.model_dump(mode="json", exclude_none=True),
    )
    session.add(plan)
    await session.flush()
    audit.record(session, now, actor, "checkin.agreed", f"checkin-plan:{plan.id}", person_id)
    return plan


async def stop(session: AsyncSession, now: datetime, actor: Actor, person_id: uuid.UUID) -> None:
    """The senior is not asked any more. Raises PersonNotFound, Forbidden, PlanNotFound."""
    await _theirs(session, now, actor, person_id)
    if not await _end(session, now, actor, person_id):
        raise PlanNotFound()


async def _theirs(session: AsyncSession, now: datetime, actor: Actor, person_id: uuid.UUID) -> Person:
    """Only the senior, or a worker who heard it, decides."""
    person = await views.get(session, person_id)
    if actor.kind not in ("worker", "system") and actor.person_id != person_id:
        raise Forbidden("要不要打电话问候，由老人本人决定，或者由工作人员登记。")
    await check_may(session, actor, person_id, "profile", now)
    return person


async def _end(session: AsyncSession, now: datetime, actor: Actor, person_id: uuid.UUID) -> bool:
    plan = await repository.plan_of(session, person_id)
    if plan is None:
        return False
    plan.ended_at, plan.ended_by = now, actor.model_dump(mode="json", exclude_none=True)
    await session.flush()
    audit.record(session, now, actor, "checkin.ended", f"checkin-plan:{plan.id}", person_id)
    return True


async def ask(
    session: AsyncSession,
    now: datetime,
    person_id: uuid.UUID,
    key: str,
    settings: Settings,
    *,
    reason: Reason,
    way: Way = "phone",
    plan_id: uuid.UUID | None = None,
) -> bool:
    """Ask a senior how they are, once a ``key``; returns whether this is the first time."""
    values = {
        "id": uuid.uuid4(),
        "person_id": person_id,
        "plan_id": plan_id,
        "key": key,
        "day": china(now).date(),
        "reason": reason,
        "way": way,
        "status": "asked",
        "asked_at": now,
    }
    if not await repository.put_checkin(session, values):
        return False
    checkin = await _locked(session, uuid.UUID(str(values["id"])))
    if way == "telegram":
        await _write(session, now, checkin)
    else:
        await ring(session, now, checkin, settings)
    return True


async def _write(session: AsyncSession, now: datetime, checkin: Checkin) -> None:
    await outbox.put(
        session,
        now,
        kind="telegram",
        recipient=f"person:{checkin.person_id}",
        event="checkin_asked",
        event_key=f"checkin:{checkin.id}:asked",
        about_person=checkin.person_id,
    )


async def ring(session: AsyncSession, now: datetime, checkin: Checkin, settings: Settings) -> None:
    """Ask by telephone; where nobody is rung by machine, a worker is asked to do it."""
    person = await views.get(session, checkin.person_id)
    if not settings.outbound_calls:
        checkin.status = "cancelled"
        await _ticket(session, now, checkin, person, "ring_by_hand", settings)
        return
    order = Order(
        key=f"checkin:{checkin.id}",
        purpose="checkin",
        city=person.city_code,
        person_id=person.id,
        give_up_at=now + WITHIN,
    )
    checkin.way = "phone"
    checkin.outbound_id = (await outbound.place(session, now, order)).id


async def answered(
    session: AsyncSession, now: datetime, checkin_id: uuid.UUID, how: Answered, conversation: str | None
) -> None:
    """The senior was heard; the first answer counts. One who is not well is told to those whom the senior
    lets be told; a worker hears of it from the desk, in the conversation itself."""
    checkin = await _locked(session, checkin_id)
    if checkin.status != "asked":
        return
    checkin.status, checkin.answered_at, checkin.answered_in = how, now, conversation
    if checkin.outbound_id is not None:
        await outbound.cancel(session, now, checkin.outbound_id)
    audit.record(session, now, SYSTEM, f"checkin.{how}", f"checkin:{checkin.id}", checkin.person_id)
    if how == "bad":
        await _tell_family(session, now, checkin, "checkin_bad")


async def missed(session: AsyncSession, now: datetime, checkin: Checkin, settings: Settings) -> None:
    """Nobody answered: a worker has to look, and those whom the senior lets be told are told."""
    checkin.status = "missed"
    person = await views.get(session, checkin.person_id)
    await _ticket(session, now, checkin, person, "unanswered", settings)
    await _tell_family(session, now, checkin, "checkin_missed")
    audit.record(session, now, SYSTEM, "checkin.missed", f"checkin:{checkin.id}", checkin.person_id)


async def _ticket(
    session: AsyncSession, now: datetime, checkin: Checkin, person: Person, why: str, settings: Settings
) -> None:
    asked = TicketIn(
        kind="checkin",
        city=person.city_code,
        person_id=person.id,
        phone=person.phones[0].phone if person.phones else None,
        summary=SENTENCES(f"{why}_{checkin.reason}"),
        idempotency_key=f"checkin:{checkin.id}",
    )
    ticket, _ = await tickets.open_once(session, now, SYSTEM, asked, Hours.parse(settings.operator_hours))
    checkin.ticket_id = ticket.id


async def _tell_family(session: AsyncSession, now: datetime, checkin: Checkin, event: str) -> None:
    key = f"checkin:{checkin.id}:{event}"
    await notify(session, now, checkin.person_id, event, key, tell_senior=False)


async def _locked(session: AsyncSession, checkin_id: uuid.UUID) -> Checkin:
    found = await repository.checkin(session, checkin_id, lock=True)
    assert found is not None
    return found
