"""Calls that no line was free for: somebody or something rings back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from assistant.calls import outbound
from assistant.calls.schemas import TurnedAway, TurnedAwayOut
from assistant.calls.service import PHONE
from assistant.people import service as people
from assistant.people.errors import PhoneInvalid
from assistant.settings import Settings
from assistant.tickets import service as tickets
from assistant.tickets.callbacks import Hours
from assistant.tickets.schemas import TicketIn


async def keep(session: AsyncSession, now: datetime, settings: Settings, given: TurnedAway) -> TurnedAwayOut:
    """A call-back ticket, and a call by the machine in some minutes, which closes it when somebody speaks."""
    try:
        number, found = await people.identify(session, given.caller or "")
    except PhoneInvalid:
        return TurnedAwayOut(ticket=None)
    city = given.city or settings.city
    asked = TicketIn(
        kind="callback",
        city=city,
        person_id=found[0].id if len(found) == 1 else None,
        phone=number,
        summary=outbound.SENTENCES("turned_away"),
        conversation=given.conversation,
        idempotency_key=f"turned-away:{given.conversation}",
    )
    ticket, _ = await tickets.open_once(session, now, PHONE, asked, Hours.parse(settings.operator_hours))
    if settings.outbound_calls:
        await outbound.recall(session, now, ticket.id, city, number, given.conversation)
    return TurnedAwayOut(ticket=ticket.number)
