"""An emergency: repeated until answered, the ticket shows who, the others hear of it."""

from __future__ import annotations

import uuid
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select

from assistant.kit.actor import Actor
from assistant.kit.clock import SettableClock
from assistant.kit.db import Database
from assistant.kit.outbox import OutboxMessage
from assistant.people import consents
from assistant.people import repository as people
from assistant.safety import service as safety
from assistant.tickets import service as tickets
from assistant.tickets.models import Ticket, TicketEvent
from tests import arrange
from tests.links.conftest import CHAT, Family
from tests.links.helpers import claim, decide, invite, link, redeem

SON = CHAT + 1
WORKER = Actor(kind="worker", channel="console", person_id=uuid.UUID(int=7))


@pytest.fixture
async def both(
    api: httpx.AsyncClient, channel: httpx.AsyncClient, family: Family, clock: SettableClock
) -> Family:
    """Daughter and son linked, both told so."""
    await link(api, channel, family)
    son = await invite(api, family, relation="儿子")
    await redeem(channel, son["code"], chat=SON)
    await decide(api, son["id"], family.as_senior)
    report = None
    for _ in range(2):
        told = await claim(channel, report)
        assert told is not None
        report = {"id": told["id"], "result": "sent"}
    assert await claim(channel, report) is None
    return family


async def alarm(database: Database, clock: SettableClock, family: Family) -> Ticket:
    where = "三眼桥街道春晓里2栋301"
    return await arrange.fall(
        database, clock.now(), person_id=family.senior, actor=family.as_senior, address=where
    )


async def round_of(channel: httpx.AsyncClient) -> list[tuple[int, str, int]]:
    """Send everything that is due: chat, event and how often it had arrived before."""
    sent, report = [], None
    while notice := await claim(channel, report):
        report = {"id": notice["id"], "result": "sent"}
        sent.append((notice["chat"], notice["event"], notice["times"]))
    return sorted(sent)


async def press(channel: httpx.AsyncClient, ticket: Ticket, choice: str, chat: int = CHAT) -> httpx.Response:
    body = {"chat": chat, "ticket": str(ticket.id), "choice": choice}
    return await channel.post("/v1/links/alarms", json=body)


async def test_it_is_repeated_every_two_minutes_until_somebody_answers(
    channel: httpx.AsyncClient, both: Family, database: Database, clock: SettableClock
) -> None:
    ticket = await alarm(database, clock, both)
    assert await round_of(channel) == [(CHAT, "emergency", 0), (SON, "emergency", 0)]
    clock.advance(timedelta(seconds=119))
    assert await round_of(channel) == []
    clock.advance(timedelta(seconds=1))
    assert await round_of(channel) == [(CHAT, "emergency", 1), (SON, "emergency", 1)]

    answer = (await press(channel, ticket, "take")).json()
    assert (answer["state"], answer["by"], answer["number"]) == ("taken", "女儿", ticket.number)
    assert await round_of(channel) == [(SON, "emergency_taken", 2)]
    clock.advance(timedelta(hours=1))
    assert await round_of(channel) == []


async def test_the_ticket_shows_who(
    channel: httpx.AsyncClient, both: Family, database: Database, clock: SettableClock
) -> None:
    ticket = await alarm(database, clock, both)
    await press(channel, ticket, "call_120")
    async with database.session() as session:
        found = await session.get(Ticket, ticket.id)
        notes = set(await session.scalars(select(TicketEvent.note)))
    assert found is not None and found.status == "acknowledged" and found.acknowledged_by is not None
    assert found.acknowledged_by["person_id"] == str(both.daughter)
    assert found.acknowledged_by["channel"] == "telegram"
    assert "家属在 Telegram 上表示由其拨打120" in notes


async def test_the_second_to_press_hears_who_was_first(
    channel: httpx.AsyncClient, both: Family, database: Database, clock: SettableClock
) -> None:
    ticket = await alarm(database, clock, both)
    await press(channel, ticket, "take")
    assert (await press(channel, ticket, "take")).json()["state"] == "taken", "a press repeated"
    second = (await press(channel, ticket, "take", chat=SON)).json()
    assert (second["state"], second["by"]) == ("already", "女儿")


async def test_the_community_is_asked_once_and_the_alarm_goes_on(
    channel: httpx.AsyncClient, both: Family, database: Database, clock: SettableClock
) -> None:
    ticket = await alarm(database, clock, both)
    await round_of(channel)
    for _ in range(2):
        assert (await press(channel, ticket, "community")).json()["state"] == "told"
    async with database.session() as session:
        asked = select(OutboxMessage).where(OutboxMessage.event == "family_asks_community")
        (row,) = (await session.scalars(asked)).all()
    assert (row.kind, row.recipient, row.urgent) == ("operator", "operator:yueyang", True)
    clock.advance(timedelta(minutes=2))
    assert await round_of(channel) == [(CHAT, "emergency", 1), (SON, "emergency", 1)]


async def test_a_worker_who_takes_it_ends_the_repeats(
    channel: httpx.AsyncClient, both: Family, database: Database, clock: SettableClock
) -> None:
    ticket = await alarm(database, clock, both)
    await round_of(channel)
    async with database.session() as session:
        await tickets.acknowledge(session, clock.now(), WORKER, str(ticket.id))
    clock.advance(timedelta(minutes=2))
    assert await round_of(channel) == [(CHAT, "emergency_taken", 1), (SON, "emergency_taken", 1)]
    clock.advance(timedelta(hours=1))
    assert await round_of(channel) == []


async def test_a_false_alarm_is_told(
    channel: httpx.AsyncClient, both: Family, database: Database, clock: SettableClock
) -> None:
    ticket = await alarm(database, clock, both)
    await round_of(channel)
    async with database.session() as session:
        await safety.false_alarm(session, clock.now(), conversation="call-1", actor=both.as_senior)
    clock.advance(timedelta(minutes=2))
    assert {event for _, event, _ in await round_of(channel)} == {"emergency_false"}
    assert (await press(channel, ticket, "take")).json()["state"] == "over"


async def test_a_revoked_contact_hears_no_repeat_and_can_take_nothing(
    channel: httpx.AsyncClient, both: Family, database: Database, clock: SettableClock
) -> None:
    ticket = await alarm(database, clock, both)
    await round_of(channel)
    async with database.session() as session:
        given = await people.consents(session, clock.now(), senior=both.senior, delegate=both.daughter)
        await consents.revoke(session, clock.now(), both.as_senior, both.senior, given[0].id)
    clock.advance(timedelta(minutes=2))
    assert await round_of(channel) == [(SON, "emergency", 1)]
    assert (await press(channel, ticket, "take")).status_code == 403


async def test_a_stranger_cannot_answer_an_alarm(
    channel: httpx.AsyncClient, both: Family, database: Database, clock: SettableClock
) -> None:
    ticket = await alarm(database, clock, both)
    assert (await press(channel, ticket, "take", chat=CHAT + 9)).status_code == 403
    nothing = {"chat": CHAT, "ticket": str(uuid.uuid4()), "choice": "take"}
    assert (await channel.post("/v1/links/alarms", json=nothing)).status_code == 404
