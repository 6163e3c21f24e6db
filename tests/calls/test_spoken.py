"""What somebody hears who is rung: who calls, that a machine speaks, and what it is about."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from fastapi import FastAPI

from assistant.calls import outbound
from assistant.calls.schemas import Outbound
from assistant.client import Client
from assistant.kit.clock import SettableClock
from assistant.kit.db import Database
from tests import arrange
from tests.talk import ScriptedRasa, Talk, says, scripted
from tests.world import World


@pytest.fixture
def rasa(app: FastAPI) -> ScriptedRasa:
    return scripted(app)


async def write(database: Database, clock: SettableClock, world: World, to: uuid.UUID, event: str) -> None:
    facts = {
        "service_type": "bath",
        "starts_at": "2025-06-12T01:00:00+00:00",
        "number": "YL25061203",
        "reason": "师傅病了",
    }
    await arrange.message(database, clock.now(), to, world.senior, kind="call", event=event, **facts)


async def picked_up(phone: Client) -> tuple[Outbound, Talk, str]:
    made = await phone.claim_call()
    assert made is not None
    talk = Talk(phone.http, made.conversation, direction="out", caller={"phone": made.phone})
    return made, talk, await talk.start()


async def test_a_senior_hears_what_became_of_her_order(
    phone: Client, database: Database, clock: SettableClock, world: World, rasa: ScriptedRasa
) -> None:
    await write(database, clock, world, world.senior, "order.rejected")
    _, talk, heard = await picked_up(phone)
    assert "周阿姨您好" in heard and "不是真人" in heard
    assert "您6月12日星期四09:00的助浴，服务方接不了（师傅病了）" in heard
    spoken = " ".join(one["speech"] for one in talk.last["messages"])
    assert "09:00" not in spoken and "九点" in spoken
    rasa.replies = [says("好的，换一家。")]
    assert await talk("那换一家") == "好的，换一家。"
    assert rasa.got[-1][1]["speaker"]["person_id"] == str(world.senior)


async def test_a_relative_hears_about_whom_it_is(
    phone: Client, database: Database, clock: SettableClock, world: World
) -> None:
    await arrange.consent(database, clock.now(), world.senior, world.daughter, "notify")
    await write(database, clock, world, world.daughter, "checkin_missed")
    _, _, heard = await picked_up(phone)
    assert "周阿姨今天的问候没有应答" in heard


async def test_who_was_turned_away_is_told_why_they_are_rung(
    phone: Client, clock: SettableClock, world: World
) -> None:
    await phone.turn_away("call-7", "13900009999")
    clock.advance(outbound.SOON)
    made, _, heard = await picked_up(phone)
    assert made.phone == "+8613900009999" and "刚才您打来时线路忙" in heard


async def test_silence_on_a_call_of_ours_ends_without_a_ticket(
    phone: Client, database: Database, clock: SettableClock, world: World
) -> None:
    await write(database, clock, world, world.senior, "order.rejected")
    _, talk, _ = await picked_up(phone)
    said = [await talk(event="silence") for _ in range(3)]
    assert "晚些时候再给您打" in said[-1]
    assert talk.last["end"] and talk.last["handoff"] is None


async def test_an_order_to_ring_that_nobody_knows_is_a_greeting(phone: Client, world: World) -> None:
    talk = Talk(phone.http, "out-unknown", direction="out", caller={"phone": "13900001111"})
    assert "来问候您" in await talk.start()


async def test_a_stranger_cannot_open_somebody_elses_matter(
    phone: Client, database: Database, clock: SettableClock, world: World
) -> None:
    """The conversation's key is random and known to the phone process alone; an inbound call gets nothing by it."""
    await write(database, clock, world, world.senior, "order.rejected")
    made = await phone.claim_call()
    assert made is not None
    clock.advance(timedelta(seconds=1))
    heard = await Talk(phone.http, made.conversation, caller={"phone": "13900009999"}).start()
    assert "助浴" not in heard
