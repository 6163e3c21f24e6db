"""Handing out notices: consent as of now, order, quiet hours, back-off, leases, fall-back to SMS."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from assistant.kit import outbox
from assistant.kit.clock import SettableClock, from_china
from assistant.kit.db import Database
from assistant.kit.outbox import OutboxMessage
from assistant.kit.quiet import QuietHours
from assistant.links.delivery import about
from assistant.links.models import Delivery
from assistant.people import consents
from assistant.people import repository as people
from tests import arrange
from tests.links.conftest import CHAT, Family
from tests.links.helpers import claim, link, must_claim


async def put(
    database: Database, clock: SettableClock, family: Family, key: str, *, urgent: bool = False, **more: Any
) -> None:
    """A notice for the daughter about her mother."""
    more = {"urgent": urgent, "number": "YL00000001"} | more
    await arrange.message(database, clock.now(), family.daughter, family.senior, key, **more)


@pytest.fixture
async def linked(api: httpx.AsyncClient, channel: httpx.AsyncClient, family: Family) -> Family:
    """The daughter linked, and told so."""
    await link(api, channel, family)
    told = await claim(channel)
    assert told is not None and told["event"] == "link_confirmed"
    assert await claim(channel, {"id": told["id"], "result": "sent"}) is None
    return family


async def status(database: Database, key: str) -> OutboxMessage:
    async with database.session() as session:
        return (await session.scalars(select(OutboxMessage).where(OutboxMessage.event_key == key))).one()


async def test_a_notice_goes_out_once(
    channel: httpx.AsyncClient, linked: Family, database: Database, clock: SettableClock
) -> None:
    await put(database, clock, linked, "a")
    await put(database, clock, linked, "a")
    notice = await claim(channel)
    assert notice is not None
    assert (notice["chat"], notice["event"], notice["about"]) == (CHAT, "order.booked", "周阿姨")
    assert (notice["data"]["number"], notice["times"], notice["doubtful"]) == ("YL00000001", 0, False)
    assert await claim(channel) is None, "in the hands of a sender, nobody else gets it"
    assert await claim(channel, {"id": notice["id"], "result": "sent"}) is None
    row = await status(database, "a")
    assert (row.status, row.sent_at, row.attempts) == ("sent", clock.now(), 1)


async def test_a_revoked_relative_gets_nothing_from_a_filled_queue(
    channel: httpx.AsyncClient, linked: Family, database: Database, clock: SettableClock
) -> None:
    for number in range(210):
        await put(database, clock, linked, f"n{number}")
    first = await must_claim(channel)
    async with database.session() as session:
        for consent in await people.consents(session, clock.now(), senior=linked.senior):
            await consents.revoke(session, clock.now(), linked.as_senior, linked.senior, consent.id)
    report = {"id": first["id"], "result": "failed"}
    clock.advance(timedelta(seconds=5))
    answer = (await channel.post("/v1/outbox/telegram/claim", json={"report": report})).json()
    assert answer == {"notice": None, "more": True}, "many are passed over, not all in one call"
    assert await claim(channel) is None
    clock.advance(timedelta(minutes=5))
    assert await claim(channel) is None
    counts = (await channel.get("/v1/outbox/telegram")).json()
    assert counts == {"sent": 1, "suppressed": 210}


async def test_a_consent_without_notify_gets_no_notice(
    api: httpx.AsyncClient,
    channel: httpx.AsyncClient,
    family: Family,
    database: Database,
    clock: SettableClock,
) -> None:
    await link(api, channel, family, scopes=["see_orders", "emergency_contact"])
    told = await must_claim(channel)
    await put(database, clock, family, "a")
    await put(database, clock, family, "b", urgent=True)
    urgent = await claim(channel, {"id": told["id"], "result": "sent"})
    assert urgent is not None and urgent["urgent"]
    assert await claim(channel) is None
    assert (await status(database, "a")).status == "suppressed"


async def test_without_a_chat_it_goes_by_sms(
    channel: httpx.AsyncClient,
    api: httpx.AsyncClient,
    family: Family,
    database: Database,
    clock: SettableClock,
) -> None:
    given = {"delegate_id": str(family.daughter), "scopes": ["notify"], "relation": "女儿"}
    await api.post(f"/v1/people/{family.senior}/consents", json=given)
    await put(database, clock, family, "a")
    assert await claim(channel) is None
    row = await status(database, "a")
    assert (row.kind, row.status, row.error) == ("sms", "pending", "no chat")


async def test_who_blocks_the_bot_is_told_by_sms_until_they_write_again(
    channel: httpx.AsyncClient, linked: Family, database: Database, clock: SettableClock
) -> None:
    await put(database, clock, linked, "a")
    await put(database, clock, linked, "b")
    first = await must_claim(channel)
    assert await claim(channel, {"id": first["id"], "result": "blocked", "error": "Forbidden"}) is None
    rows = [await status(database, key) for key in ("a", "b")]
    assert [(row.kind, row.error) for row in rows] == [("sms", "blocked"), ("sms", "no chat")]
    await channel.post("/v1/links/who", json={"chat": CHAT})
    await put(database, clock, linked, "c")
    assert await claim(channel) is not None


async def test_failures_wait_longer_each_time_and_as_long_as_telegram_asks(
    channel: httpx.AsyncClient, linked: Family, database: Database, clock: SettableClock
) -> None:
    await put(database, clock, linked, "a")
    waits = []
    for retry_after in (None, None, None, 120.0):
        notice = await claim(channel)
        assert notice is not None
        report = {"id": notice["id"], "result": "failed", "retry_after": retry_after, "error": "X"}
        assert await claim(channel, report) is None
        waits.append(((await status(database, "a")).due_at - clock.now()).total_seconds())
        clock.advance(timedelta(seconds=waits[-1]))
    assert waits == [2, 4, 8, 120]
    clock.advance(timedelta(hours=25))
    notice = await claim(channel)
    assert notice is not None
    await claim(channel, {"id": notice["id"], "result": "failed", "error": "NetworkError"})
    row = await status(database, "a")
    assert (row.status, row.error) == ("failed", "NetworkError")


async def test_a_sender_that_falls_silent_is_taken_over_and_the_notice_named(
    channel: httpx.AsyncClient, linked: Family, database: Database, clock: SettableClock
) -> None:
    await put(database, clock, linked, "a")
    first = await must_claim(channel)
    clock.advance(timedelta(seconds=29))
    assert await claim(channel) is None
    clock.advance(timedelta(seconds=1))
    second = await claim(channel)
    assert second is not None and second["id"] == first["id"] and second["doubtful"]
    await claim(channel, {"id": second["id"], "result": "sent"})
    # The first sender wakes up: its report changes nothing.
    await claim(channel, {"id": first["id"], "result": "failed"})
    assert (await status(database, "a")).status == "sent"
    async with database.session() as session:
        delivery = await session.get(Delivery, uuid.UUID(first["id"]))
        assert delivery is not None and (delivery.sent, delivery.doubtful) == (1, 1)


async def test_quiet_hours_hold_notices_but_not_emergencies(
    channel: httpx.AsyncClient, linked: Family, database: Database, clock: SettableClock
) -> None:
    clock.set(datetime(2025, 6, 11, 21, 30))
    await put(database, clock, linked, "a")
    assert await claim(channel) is None
    await put(database, clock, linked, "b", urgent=True)
    urgent = await must_claim(channel)
    assert urgent["urgent"]
    clock.set(datetime(2025, 6, 12, 6, 59))
    assert await claim(channel, {"id": urgent["id"], "result": "sent"}) is None
    clock.set(datetime(2025, 6, 12, 7, 0))
    late = await must_claim(channel)
    assert not late["urgent"]


@pytest.mark.parametrize(
    ("span", "hour", "quiet"),
    [
        ("21:30-07:00", 23, True),
        ("21:30-07:00", 3, True),
        ("21:30-07:00", 12, False),
        ("13:00-14:00", 13, True),
    ],
)
def test_quiet_hours_may_pass_midnight(span: str, hour: int, quiet: bool) -> None:
    assert (from_china(datetime(2025, 6, 11, hour)) in QuietHours(span)) is quiet


async def test_urgent_ones_go_first(
    channel: httpx.AsyncClient, linked: Family, database: Database, clock: SettableClock
) -> None:
    await put(database, clock, linked, "a")
    clock.advance(timedelta(seconds=1))
    await put(database, clock, linked, "b", urgent=True)
    notice = await must_claim(channel)
    assert notice["urgent"]


async def test_the_console_sees_the_state(
    channel: httpx.AsyncClient, linked: Family, database: Database, clock: SettableClock
) -> None:
    await put(database, clock, linked, "a")
    notice = await must_claim(channel)
    await claim(channel, {"id": notice["id"], "result": "sent"})
    async with database.session() as session:
        rows = {row.kind: row for row in await about(session, linked.senior)}
    assert set(rows) == {"telegram", "call"}, "the senior is rung to agree to the link"
    row = rows["telegram"]
    assert (row.event, row.status, row.sent, row.attempts) == ("order.booked", "sent", 1, 1)


async def test_only_the_channel_may_take_notices(api: httpx.AsyncClient, linked: Family) -> None:
    assert (await api.post("/v1/outbox/telegram/claim", json={})).status_code == 403


async def test_a_message_to_nobody_does_not_stop_the_others(
    channel: httpx.AsyncClient, linked: Family, database: Database, clock: SettableClock
) -> None:
    async with database.session() as session:
        more = {"kind": "telegram", "recipient": "operator:yueyang", "event": "x", "event_key": "bad"}
        await outbox.put(session, clock.now(), **more)  # type: ignore[arg-type]
    clock.advance(timedelta(seconds=1))
    await put(database, clock, linked, "good")
    notice = await must_claim(channel)
    assert notice["event"] == "order.booked"
    assert (await status(database, "bad")).status == "failed"
