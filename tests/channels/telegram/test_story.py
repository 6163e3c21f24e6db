"""The whole story: link, book for mother by voice, hear that it was delivered, be woken when she calls."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from assistant.client import Client
from assistant.desk.schemas import Choice, Message, Reply, TurnIn
from assistant.kit import tokens
from assistant.kit.actor import Actor
from assistant.kit.clock import SettableClock
from assistant.kit.crypto import Keyring
from assistant.kit.db import Database
from assistant.kit.outbox import OutboxMessage
from assistant.tickets.models import Ticket, TicketEvent
from channels.telegram.hearing import Heard
from tests.channels.telegram.bot_api import BotApi
from tests.channels.telegram.conftest import Desk, plain, running
from tests.channels.telegram.sound import Ears, opus
from tests.channels.telegram.updates import DAUGHTER, press, text, voice
from tests.links.conftest import Family
from tests.links.helpers import decide, invite
from tests.links.test_alarms import alarm
from tests.world import World, build, lunch, post, senior_actor

SAID = "明天中午给我妈订一份饭"


def understanding(api: httpx.AsyncClient, world: World) -> Callable[[TurnIn], object]:
    """The desk's part of the story: reads the booking back, books it on a yes, as the daughter."""

    async def answer(turn: TurnIn) -> Reply:
        if turn.text == SAID:
            read_back = "6月12日星期四中午，春晓食堂，午餐一份，12元，给周桂英，对吗？"
            yes = Choice(title="对，就这样", value="对", key="1")
            question = Message(text=read_back, speech=read_back, choices=[yes], protected=True)
            return Reply(messages=[question], asks="confirm", expects="yes_no")
        assert turn.text == "对"
        actor = Actor(kind="relative", channel="telegram", person_id=turn.caller.person, conversation="c-9")
        booked = await post(api, "/v1/orders", lunch(world, key=turn.turn_id), actor)
        assert booked.status_code == 201, booked.text
        return plain(f"好的，订好了，订单号 {booked.json()['number']}。")

    return answer


@pytest.fixture
async def provider(app: FastAPI, keyring: Keyring, clock: SettableClock) -> httpx.AsyncClient:
    """The API with the provider's token."""
    headers = {"authorization": f"Bearer {tokens.issue(keyring, 'provider', clock.now())}"}
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://yinling", headers=headers)


async def test_the_whole_story(
    telegram: BotApi,
    client: Client,
    desk: Desk,
    api: httpx.AsyncClient,
    channel: httpx.AsyncClient,
    provider: httpx.AsyncClient,
    database: Database,
    clock: SettableClock,
) -> None:
    world = await build(database)
    family = Family(world.senior, world.daughter)
    desk.answer = understanding(api, world)  # type: ignore[assignment]
    telegram.files["voice-1"] = opus(1.5)
    async with running(telegram, client, Ears(Heard(SAID, 0.9))):
        # The mother asks for a code on the telephone, the daughter uses it, the mother says yes.
        scopes = ["see_orders", "book", "notify", "emergency_contact"]
        invited = await invite(api, family, scopes=scopes, delegate_id=str(family.daughter))
        await telegram.push(text(invited["code"]))
        await telegram.until_sent(1)
        assert (await decide(api, invited["id"], family.as_senior)).status_code == 200
        await telegram.until_sent(2)

        # The daughter books lunch by voice.
        await telegram.push(voice("voice-1"))
        await telegram.until_sent(4)
        assert telegram.texts()[2] == f"我听到的是：“{SAID}”"
        button = telegram.sent()[3]["reply_markup"]["inline_keyboard"][0][0]
        await telegram.push(press(button["callback_data"], telegram.calls[-1].message_id or 0))
        await telegram.until_sent(6)
        # Which of the two comes first, the reply or the notice, is the network's affair.
        reply, notice = sorted(telegram.texts()[4:6], key=lambda one: one.startswith("周阿姨"))
        number = reply[-11:-1]
        assert notice.startswith("周阿姨的助餐订好了：6月12日星期四中午，春晓食堂") and number in notice

        # The senior hears of it.
        async with database.session() as session:
            to_senior = select(OutboxMessage.kind).where(
                OutboxMessage.recipient == f"person:{world.senior}", OutboxMessage.event == "order.booked"
            )
            assert list(await session.scalars(to_senior)) == ["sms"]

        # It is delivered, and the daughter is told.
        server = Actor(kind="provider", channel="api", person_id=world.provider)
        for step in ("accept", "start", "finish"):
            assert (await post(provider, f"/v1/orders/{number}/{step}", {}, server)).status_code == 200
        await telegram.until_sent(9)
        assert telegram.texts()[-1].startswith("周阿姨的助餐已经送到或完成")

        # The mother falls; the daughter is woken and answers; the ticket shows who.
        ticket = await alarm(database, clock, family)
        await telegram.until_sent(10)
        assert telegram.texts()[-1].startswith("紧急：周阿姨可能有危险（摔倒）。")
        take = telegram.sent()[-1]["reply_markup"]["inline_keyboard"][0][0]
        await telegram.push(press(take["callback_data"], telegram.calls[-1].message_id or 0))
        await telegram.until_sent(11)
        assert telegram.texts()[-1] == f"好的，已经记下由您处理（工单 {ticket.number}）。工作人员看得到。"

    assert {int(one["chat_id"]) for one in telegram.sent()} == {DAUGHTER}
    async with database.session() as session:
        found = await session.get(Ticket, ticket.id)
        actions = list(await session.scalars(select(TicketEvent.action).order_by(TicketEvent.at)))
    assert found is not None and found.acknowledged_by is not None
    assert found.acknowledged_by["person_id"] == str(world.daughter)
    assert "acknowledged" in actions


async def test_revocation_in_the_middle_of_the_story(
    telegram: BotApi,
    client: Client,
    desk: Desk,
    api: httpx.AsyncClient,
    channel: httpx.AsyncClient,
    database: Database,
) -> None:
    """The mother takes it back between booking and delivery: the chat hears nothing more."""
    world = await build(database)
    family = Family(world.senior, world.daughter)
    invited = await invite(api, family, delegate_id=str(family.daughter))
    await channel.post("/v1/links/redeem", json={"chat": DAUGHTER, "code": invited["code"]})
    await decide(api, invited["id"], family.as_senior)
    mother = senior_actor(world.senior)
    async with running(telegram, client):
        await telegram.until_sent(1)
        delegates = await api.get(f"/v1/people/{world.senior}/delegates")
        for consent in delegates.json():
            gone = f"/v1/people/{world.senior}/consents/{consent['id']}"
            answer = await api.delete(gone, headers={"x-yinling-actor": mother.model_dump_json()})
            assert answer.status_code in (200, 204)
        await post(api, "/v1/orders", lunch(world), mother)
        await telegram.push(text("订饭"))
        await telegram.until_sent(2)
    assert telegram.texts()[1] == "收到：订饭"
    assert len(telegram.sent()) == 2
