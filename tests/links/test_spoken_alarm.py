"""An emergency told to a relative by telephone: who takes it stands in the ticket."""

from __future__ import annotations

import uuid
from datetime import datetime

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from assistant.client import Client
from assistant.kit.actor import Actor
from assistant.kit.clock import SettableClock
from assistant.kit.db import Database
from assistant.kit.outbox import OutboxMessage
from assistant.tickets import service as tickets
from assistant.tickets.models import Ticket
from tests import arrange
from tests.links.conftest import Family
from tests.talk import ScriptedRasa, Talk, says, scripted


@pytest.fixture
def app(ringing: FastAPI) -> FastAPI:
    return ringing


@pytest.fixture
async def alarm(database: Database, clock: SettableClock, family: Family) -> uuid.UUID:
    """The mother has fallen, at night; her daughter has no chat."""
    clock.set(datetime(2025, 6, 11, 23, 0))
    await arrange.consent(database, clock.now(), family.senior, family.daughter, "emergency_contact")
    ticket = await arrange.fall(
        database, clock.now(), person_id=family.senior, actor=family.as_senior, address="春晓里2栋301"
    )
    async with database.session() as session:
        [message] = (
            await session.scalars(select(OutboxMessage).where(OutboxMessage.event == "emergency"))
        ).all()
        message.kind = "call"
    return ticket.id


async def told(phone: Client) -> tuple[Talk, str]:
    made = await phone.claim_call()
    assert made is not None, "quiet hours or not"
    talk = Talk(phone.http, made.conversation, direction="out", caller={"phone": made.phone})
    return talk, await talk.start()


async def ticket_of(database: Database, alarm: uuid.UUID) -> Ticket:
    async with database.session() as session:
        found = await session.get(Ticket, alarm)
        assert found is not None
        return found


@pytest.mark.parametrize("answer", [{"text": "我马上过去"}, {"text": "好的"}, {"digits": "1"}])
async def test_the_daughter_takes_it(
    phone: Client, database: Database, family: Family, alarm: uuid.UUID, answer: dict[str, str]
) -> None:
    talk, heard = await told(phone)
    assert "周阿姨可能有危险（摔倒）" in heard and "不是真人" in heard and "按一" in heard
    assert talk.last["messages"][-1]["protected"]
    assert "由您处理" in await talk(**answer)
    ticket = await ticket_of(database, alarm)
    assert ticket.status == "acknowledged" and ticket.acknowledged_by is not None
    assert (ticket.acknowledged_by["person_id"], ticket.acknowledged_by["channel"]) == (
        str(family.daughter),
        "phone",
    )


@pytest.mark.parametrize("answer", [{"text": "不行"}, {"text": "我去不了"}, {"digits": "2"}])
async def test_who_cannot_go_leaves_it_open(
    phone: Client, database: Database, alarm: uuid.UUID, answer: dict[str, str]
) -> None:
    talk, _ = await told(phone)
    assert "工作人员也在联系" in await talk(**answer)
    assert (await ticket_of(database, alarm)).status == "open"


async def test_what_is_taken_is_said_so(
    phone: Client, database: Database, clock: SettableClock, alarm: uuid.UUID
) -> None:
    worker = Actor(kind="worker", channel="console", person_id=uuid.UUID(int=7))
    async with database.session() as session:
        await tickets.acknowledge(session, clock.now(), worker, str(alarm))
    talk, heard = await told(phone)
    assert "工作人员已经在处理" in heard and talk.last["expects"] == "free"


async def test_a_question_in_between_takes_nothing(
    phone: Client, app: FastAPI, database: Database, alarm: uuid.UUID
) -> None:
    rasa: ScriptedRasa = scripted(app)
    rasa.replies = [says("周阿姨在家里。")]
    talk, _ = await told(phone)
    assert await talk("她在哪里呀") == "周阿姨在家里。"
    assert (await ticket_of(database, alarm)).status == "open"
