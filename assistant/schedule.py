"""What happens by the clock: each duty a periodic job, run by whichever worker is free.

Cron times are UTC, as procrastinate reads them. A duty is safe to run twice and to miss: the next run
does what was left.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from procrastinate import JobContext

from assistant.calls import outbound
from assistant.calls import service as calls
from assistant.care import rounds
from assistant.kit import audit
from assistant.kit.clock import Clock
from assistant.kit.db import Database
from assistant.kit.jobs import jobs
from assistant.kit.logging import log
from assistant.kit.quiet import QuietHours
from assistant.links import repository as links
from assistant.orders.tasks import top_up_series
from assistant.settings import settings
from assistant.sms import sender

SEAL_BATCH: Final = 10_000
"""Audit rows sealed in one transaction."""


@dataclass(frozen=True)
class Tools:
    """What a duty works with; the worker hands it to every job."""

    database: Database
    clock: Clock


async def seal_audit(database: Database, now: datetime) -> int:
    """Chain every audit row that is not chained yet; returns how many."""
    sealed = 0
    while True:
        async with database.session() as session:
            batch = await audit.seal(session, SEAL_BATCH)
        sealed += batch
        if batch < SEAL_BATCH:
            return sealed


async def expire_invitations(database: Database, now: datetime) -> int:
    """Close invitations whose time is over; returns 0, since nobody counts them."""
    async with database.session() as session:
        await links.expire(session, now)
    return 0


async def close_silent_calls(database: Database, now: datetime) -> int:
    """Close the records of calls that nobody tells of any more, and give up calls that nobody made."""
    quiet = QuietHours(settings().quiet_hours)
    async with database.session() as session:
        closed = await calls.close_silent(session, now, quiet)
        return closed + await outbound.tidy(session, now, quiet)


async def begin_checkins(database: Database, now: datetime) -> int:
    return await rounds.begin(database, now, settings())


async def follow_up_checkins(database: Database, now: datetime) -> int:
    return await rounds.follow_up(database, now, settings())


async def ask_after_meals(database: Database, now: datetime) -> int:
    return await rounds.ask_after_meals(database, now, settings())


async def send_sms(database: Database, now: datetime) -> int:
    return await sender.send_due(database, now, settings())


Work = Callable[[Database, datetime], Awaitable[int]]


@dataclass(frozen=True)
class Duty:
    """Something done again and again."""

    name: str
    cron: str
    """Minute, hour, day, month, weekday, in UTC; a sixth field is the second."""
    work: Work


DUTIES: Final = (
    Duty("seal_audit", "* * * * *", seal_audit),
    Duty("expire_invitations", "*/10 * * * *", expire_invitations),
    # An emergency must not wait for the minute.
    Duty("send_sms", "* * * * * */10", send_sms),
    Duty("close_silent_calls", "* * * * *", close_silent_calls),
    Duty("begin_checkins", "* * * * *", begin_checkins),
    Duty("follow_up_checkins", "* * * * *", follow_up_checkins),
    Duty("ask_after_meals", "* * * * *", ask_after_meals),
    # Every hour from 00:15 China time on: a fault in one night does not cost a day.
    Duty("top_up_series", "15 * * * *", top_up_series),
)


async def perform(duty: Duty, tools: Tools) -> int:
    """Do one duty now; returns what its work counted."""
    done = await duty.work(tools.database, tools.clock.now())
    if done:
        log.info("duty_done", duty=duty.name, count=done)
    return done


def _register(duty: Duty) -> None:
    # One waiting job a duty: a worker that was away does not come back to a pile of them.
    @jobs.periodic(cron=duty.cron, queueing_lock=duty.name, lock=duty.name)
    @jobs.task(name=duty.name, pass_context=True)
    async def job(context: JobContext, timestamp: int) -> None:
        await perform(duty, context.additional_context["tools"])


for _duty in DUTIES:
    _register(_duty)
