"""Queues: what waits, who may see it, what is done with it; taking over a running chat."""

from __future__ import annotations

import asyncio
import uuid

import pytest

from assistant.desk.models import Conversation, Turn
from assistant.desk.schemas import Message, Reply
from assistant.kit.actor import Actor
from assistant.kit.db import Database
from assistant.kit.live import Live
from assistant.tickets import service as tickets
from assistant.tickets.models import Ticket
from assistant.tickets.schemas import TicketIn
from tests import arrange
from tests.console.conftest import SignIn, Town
from tests.world import NOW

CALLER = Actor(kind="unknown", channel="web")


@pytest.fixture
async def talk(town: Town, database: Database) -> uuid.UUID:
    """A web chat in which 赵秀兰 asked for a person."""
    async with database.session() as session:
        talk = Conversation(
            id=uuid.uuid4(),
            channel="web",
            key="web-1",
            city="yueyang",
            person_id=town.seniors[0],
            created_at=NOW,
            updated_at=NOW,
        )
        session.add(talk)
        await session.flush()
        reply = Reply(messages=[Message(text="好的，给您转人工。", speech="好的")])
        session.add(
            Turn(
                id=uuid.uuid4(),
                conversation_id=talk.id,
                turn_id="1",
                at=NOW,
                said="我要找人",
                reply=reply.model_dump_json(),
                took_ms=1,
            )
        )
        return talk.id


@pytest.fixture
async def alarm(town: Town, database: Database, talk: uuid.UUID) -> uuid.UUID:
    said = "我摔倒了起不来 <script>alert(1)</script>"
    caller = {"caller_phone": None, "conversation": str(talk), "actor": CALLER}
    return (await arrange.fall(database, NOW, said=said, person_id=town.seniors[0], **caller)).id


async def test_an_alarm_stands_first_and_above_every_page(sign_in: SignIn, alarm: uuid.UUID) -> None:
    browser = await sign_in("worker")
    page = (await browser.get("/queues")).text
    assert page.index("紧急求助") < page.index("转人工") < page.index("待回电")
    assert "我摔倒了起不来" in page and "<script>alert" not in page
    assert "有1个紧急求助还没人受理" in (await browser.get("/queues/waiting")).text
    await browser.post(f"/queues/tickets/{alarm}/acknowledge")
    assert "还没人受理" not in (await browser.get("/queues/waiting")).text


async def test_the_page_of_an_alarm_tells_where_whom_and_what(sign_in: SignIn, alarm: uuid.UUID) -> None:
    browser = await sign_in("worker")
    page = (await browser.get(f"/queues/tickets/{alarm}")).text
    for words in ("跌倒", "三眼桥街道春晓社区5号楼101", "13900003331", "我要找人", "看整段对话，可以接管"):
        assert words in page, words


async def test_steps_of_a_ticket_are_kept_with_who_did_them(
    sign_in: SignIn, alarm: uuid.UUID, database: Database
) -> None:
    browser = await sign_in("worker")
    path = f"/queues/tickets/{alarm}"
    assert (await browser.post(f"{path}/close", {"outcome": " "})).status_code == 422
    for step, form in (("acknowledge", {}), ("start", {}), ("note", {"text": "已联系家属"})):
        assert (await browser.post(f"{path}/{step}", form)).status_code == 303
    assert (await browser.post(f"{path}/false-alarm", {"reason": "孩子按错"})).status_code == 303
    page = (await browser.get(path)).text
    assert "小王：受理" in page and "小王：备注，已联系家属" in page and "孩子按错" in page
    async with database.session() as session:
        ticket = await session.get(Ticket, alarm)
        assert ticket is not None and ticket.status == "cancelled"


async def test_who_sees_which_ticket(sign_in: SignIn, alarm: uuid.UUID, database: Database) -> None:
    """A worker those about their seniors; an operator also those about nobody known."""
    async with database.session() as session:
        asked = TicketIn(
            kind="callback", city="yueyang", summary="不知道是谁", phone="13900009999", idempotency_key="x"
        )
        await tickets.open_ticket(session, NOW, CALLER, asked)
    for name, own, nobodys in (
        ("worker", True, False),
        ("neighbour", False, False),
        ("operator", True, True),
    ):
        page = (await (await sign_in(name)).get("/queues")).text
        assert ("我摔倒了" in page, "不知道是谁" in page) == (own, nobodys), name
    neighbour = await sign_in("boss")
    assert "我摔倒了" in (await neighbour.get("/queues/part/emergencies")).text


async def test_a_new_ticket_is_told_at_once(database: Database, database_url: str, town: Town) -> None:
    live = Live(database_url)
    async with live.subscribe("tickets:yueyang") as told:
        async with database.session() as session:
            asked = TicketIn(kind="complaint", city="yueyang", summary="饭凉了", idempotency_key="y")
            ticket = await tickets.open_ticket(session, NOW, CALLER, asked)
        assert (await asyncio.wait_for(told.get(), 5))["ticket"] == str(ticket.id)
    await live.close()
