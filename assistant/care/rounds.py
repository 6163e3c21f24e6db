"""What is done about check-ins by the clock: begin those that are due, follow up those without an answer."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Final

from assistant.care import repository, service
from assistant.kit.clock import china
from assistant.kit.db import Database
from assistant.kit.quiet import QuietHours
from assistant.settings import Settings

LATE: Final = timedelta(hours=2)
"""A check-in that could not begin for so long (the service was down) is left out that day."""
ANSWER_WITHIN: Final = timedelta(hours=1)
"""A message that is not answered for so long is followed by a call."""
MEAL_KNOWN: Final = timedelta(hours=2)
"""How long after a meal nobody took the senior is still asked about it."""
BATCH: Final = 100


async def begin(database: Database, now: datetime, settings: Settings) -> int:
    """Ask everybody whose time has come; returns how many. One transaction each."""
    local = china(now)
    first = (local - LATE).time() if local.hour >= LATE.seconds // 3600 else time.min
    async with database.session() as session:
        plans = await repository.plans_due(session, local.date(), first, local.time())
    begun = 0
    for plan in plans:
        if china(plan.agreed_at) > local.replace(hour=plan.at.hour, minute=plan.at.minute):
            continue  # Agreed on after its time today.
        async with database.session() as session:
            key = f"plan:{plan.id}:{local.date()}"
            begun += await service.ask(
                session, now, plan.person_id, key, settings, reason="plan", way=plan.way, plan_id=plan.id
            )
    return begun


async def follow_up(database: Database, now: datetime, settings: Settings) -> int:
    """Decide what there is to decide about check-ins without an answer; returns how many."""
    done = 0
    while True:
        async with database.session() as session:
            found = await repository.settled(session, written_before=now - ANSWER_WITHIN, limit=BATCH)
            for checkin, call in found:
                if call is None:
                    await service.ring(session, now, checkin, settings)
                elif call.status == "answered":
                    await service.answered(session, now, checkin.id, "reached", call.conversation)
                else:
                    await service.missed(session, now, checkin, settings)
        done += len(found)
        if len(found) < BATCH:
            return done


async def ask_after_meals(database: Database, now: datetime, settings: Settings) -> int:
    """Ring the senior who did not open when a meal came: it may be more than a walk in the park."""
    if now in QuietHours(settings.quiet_hours):
        return 0
    async with database.session() as session:
        found = await repository.meals_nobody_took(session, now - MEAL_KNOWN)
    asked = 0
    for order_id, senior_id in found:
        async with database.session() as session:
            asked += await service.ask(session, now, senior_id, f"meal:{order_id}", settings, reason="meal")
    return asked
