"""Notices by SMS to a gateway that speaks the real protocol and misbehaves."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import select, update

from assistant.kit import outbox
from assistant.kit.clock import SettableClock
from assistant.kit.db import Database
from assistant.kit.outbox import OutboxMessage
from assistant.people import consents
from assistant.people.models import PersonPhone
from assistant.settings import Settings
from assistant.sms import sender
from assistant.sms.gateway import Gateway
from tests import arrange
from tests.sms.gateway import SECRET, LocalGateway, running
from tests.world import WORKER, World, build

DAUGHTER = "+8613900002222"
MOTHER = "+8613900001111"


@pytest.fixture
def gateway() -> LocalGateway:
    return LocalGateway()


@pytest.fixture
def config(gateway: LocalGateway, settings: Settings) -> Iterator[Settings]:
    with running(gateway) as url:
        yield settings.model_copy(update={"sms_url": url, "sms_secret": SECRET})


@pytest.fixture
async def world(database: Database) -> World:
    return await build(database)


async def put(
    database: Database, clock: SettableClock, world: World, key: str = "order:1", **more: Any
) -> None:
    facts = {
        "service_type": "meal",
        "starts_at": "2025-06-12T03:30:00+00:00",
        "part": "noon",
        "number": "YL25061203",
    }
    given: dict[str, Any] = {
        "kind": "sms",
        "recipient": f"person:{world.senior}",
        "event": "order.booked",
        "about_person": world.senior,
        **facts,
        **more,
    }
    async with database.session() as session:
        await outbox.put(session, clock.now(), event_key=key, **given)


async def rows(database: Database) -> list[OutboxMessage]:
    async with database.session() as session:
        return list(await session.scalars(select(OutboxMessage).order_by(OutboxMessage.created_at)))


async def agree(database: Database, clock: SettableClock, world: World, *scopes: Any) -> uuid.UUID:
    return (await arrange.consent(database, clock.now(), world.senior, world.daughter, *scopes)).id


async def send(database: Database, clock: SettableClock, config: Settings) -> int:
    return await sender.send_due(database, clock.now(), config)


async def test_a_notice_is_signed_and_says_it_plainly(
    database: Database, clock: SettableClock, config: Settings, gateway: LocalGateway, world: World
) -> None:
    await put(database, clock, world)
    assert await send(database, clock, config) == 1
    assert gateway.texts == [(MOTHER, "您的助餐订好了：6月12日星期四中午。订单号YL25061203。")]
    [row] = await rows(database)
    assert (row.status, row.sent_at, gateway.forged) == ("sent", clock.now(), 0)
    assert await send(database, clock, config) == 0


async def test_a_relative_reads_about_whom_it_is(
    database: Database, clock: SettableClock, config: Settings, gateway: LocalGateway, world: World
) -> None:
    await agree(database, clock, world, "notify")
    await put(database, clock, world, recipient=f"person:{world.daughter}", event="checkin_missed")
    await send(database, clock, config)
    [(to, text)] = gateway.texts
    assert to == DAUGHTER and text.startswith("周阿姨今天的问候没有应答")


async def test_without_consent_nothing_leaves(
    database: Database, clock: SettableClock, config: Settings, gateway: LocalGateway, world: World
) -> None:
    consent = await agree(database, clock, world, "notify")
    await put(database, clock, world, recipient=f"person:{world.daughter}")
    await put(database, clock, world, "order:2", recipient=f"person:{world.daughter}", urgent=True)
    clock.advance(timedelta(seconds=1))
    async with database.session() as session:
        await consents.revoke(session, clock.now(), WORKER, world.senior, consent)
    assert await send(database, clock, config) == 0 and gateway.requests == 0
    assert {row.status for row in await rows(database)} == {"suppressed"}


async def test_failures_are_tried_again_with_growing_pauses(
    database: Database, clock: SettableClock, config: Settings, gateway: LocalGateway, world: World
) -> None:
    gateway.answers = [(503, {}), (500, {})]
    await put(database, clock, world)
    for wait in (sender.FIRST_WAIT, sender.FIRST_WAIT * 2):
        assert await send(database, clock, config) == 0
        clock.advance(wait - timedelta(seconds=1))
        assert await send(database, clock, config) == 0
        clock.advance(timedelta(seconds=1))
    assert await send(database, clock, config) == 1 and gateway.requests == 3
    assert [row.attempts for row in await rows(database)] == [3]


async def test_a_limit_stops_all_sending_for_as_long_as_it_asks(
    database: Database, clock: SettableClock, config: Settings, gateway: LocalGateway, world: World
) -> None:
    gateway.answers = [(429, {"retry-after": "90"})]
    for number in range(3):
        await put(database, clock, world, f"order:{number}")
    assert await send(database, clock, config) == 0 and gateway.requests == 1
    clock.advance(timedelta(seconds=89))
    assert await send(database, clock, config) == 2
    clock.advance(timedelta(seconds=1))
    assert await send(database, clock, config) == 1


async def test_what_is_refused_is_not_sent_again(
    database: Database, clock: SettableClock, config: Settings, gateway: LocalGateway, world: World
) -> None:
    gateway.answers = [(400, {})]
    await put(database, clock, world)
    await send(database, clock, config)
    clock.advance(timedelta(hours=1))
    assert await send(database, clock, config) == 0 and gateway.requests == 1
    assert [(row.status, row.error) for row in await rows(database)] == [("failed", "status 400")]


async def test_an_answer_that_was_lost_sends_nothing_twice(
    database: Database, clock: SettableClock, config: Settings, gateway: LocalGateway, world: World
) -> None:
    gateway.loses_answers = 1
    await put(database, clock, world)
    assert await send(database, clock, config) == 0
    clock.advance(sender.FIRST_WAIT)
    assert await send(database, clock, config) == 1
    assert (len(gateway.taken), gateway.twice) == (1, 1)


async def test_a_sender_that_died_loses_nothing(
    database: Database, clock: SettableClock, config: Settings, gateway: LocalGateway, world: World
) -> None:
    await put(database, clock, world)
    async with database.session() as session:
        held = {"status": "sending", "due_at": clock.now() + sender.LEASE}
        await session.execute(update(OutboxMessage).values(**held))
    assert await send(database, clock, config) == 0
    clock.advance(sender.LEASE)
    assert await send(database, clock, config) == 1


async def test_two_senders_share_the_work(
    database: Database, clock: SettableClock, config: Settings, gateway: LocalGateway, world: World
) -> None:
    for number in range(10):
        await put(database, clock, world, f"order:{number}")
    sent = await asyncio.gather(*(send(database, clock, config) for _ in range(3)))
    assert sum(sent) == 10 and gateway.requests == 10


async def test_a_gateway_out_of_reach_is_waited_for(
    database: Database, clock: SettableClock, settings: Settings, world: World
) -> None:
    await put(database, clock, world)
    dark = settings.model_copy(update={"sms_url": "http://127.0.0.1:9/sms", "sms_secret": SECRET})
    assert await send(database, clock, dark) == 0
    assert [(row.status, row.error) for row in await rows(database)] == [("pending", "ConnectError")]
    clock.advance(sender.GIVE_UP + timedelta(seconds=1))
    await send(database, clock, dark)
    assert [row.status for row in await rows(database)] == ["failed"]


async def test_at_night_only_emergencies(
    database: Database, clock: SettableClock, config: Settings, gateway: LocalGateway, world: World
) -> None:
    await agree(database, clock, world, "emergency_contact")
    clock.set(datetime(2025, 6, 11, 23, 0))
    await put(database, clock, world)
    await put(
        database,
        clock,
        world,
        "t",
        recipient=f"person:{world.daughter}",
        event="emergency",
        urgent=True,
        hazard="fall",
    )
    assert await send(database, clock, config) == 1
    [(to, text)] = gateway.texts
    assert to == DAUGHTER and "紧急：周阿姨可能有危险（摔倒）" in text
    clock.set(datetime(2025, 6, 12, 7, 0))
    assert await send(database, clock, config) == 1


async def test_an_emergency_is_rung_as_well(
    database: Database, clock: SettableClock, config: Settings, gateway: LocalGateway, world: World
) -> None:
    await agree(database, clock, world, "emergency_contact")
    await put(
        database, clock, world, "t", recipient=f"person:{world.daughter}", event="emergency", urgent=True
    )
    await send(database, clock, config.model_copy(update={"outbound_calls": True}))
    assert [(row.kind, row.status, row.urgent) for row in await rows(database)] == [
        ("sms", "sent", True),
        ("call", "pending", True),
    ]


@pytest.mark.parametrize(
    ("event", "rings", "error", "becomes"),
    [
        ("order.booked", True, None, ("sms", "no_channel")),
        ("order.rejected", True, None, ("call", "pending")),
        ("order.rejected", True, "no chat", ("call", "pending")),
        ("order.rejected", True, "call: no_answer", ("sms", "no_channel")),
        ("order.rejected", False, None, ("sms", "no_channel")),
    ],
)
async def test_without_a_gateway_it_is_a_call_or_says_so(
    database: Database,
    clock: SettableClock,
    settings: Settings,
    world: World,
    event: str,
    rings: bool,
    error: str | None,
    becomes: tuple[str, str],
) -> None:
    await put(database, clock, world, event=event)
    async with database.session() as session:
        await session.execute(update(OutboxMessage).values(error=error))
    await send(database, clock, settings.model_copy(update={"outbound_calls": rings}))
    [row] = await rows(database)
    assert (row.kind, row.status) == becomes


async def test_somebody_without_a_number_has_no_channel(
    database: Database, clock: SettableClock, config: Settings, gateway: LocalGateway, world: World
) -> None:
    await put(database, clock, world)
    async with database.session() as session:
        for phone in await session.scalars(select(PersonPhone)):
            await session.delete(phone)
    await send(database, clock, config)
    assert [row.status for row in await rows(database)] == ["no_channel"]


async def test_a_forged_message_is_noticed(
    gateway: LocalGateway, config: Settings, clock: SettableClock
) -> None:
    stranger = Gateway(str(config.sms_url), "another")
    outcome = await stranger.send(uuid.uuid4(), MOTHER, "转账", "order.booked", clock.now())
    await stranger.close()
    assert (outcome.result, gateway.forged, gateway.taken) == ("refused", 1, {})


def test_a_gateway_without_its_secret_is_refused_at_start() -> None:
    with pytest.raises(ValidationError, match="YINLING_SMS_SECRET"):
        Settings(sms_url="https://sms.example/send")
