"""A booking that breaks off in a call is offered at the next one of the same number, once, for a day."""

from __future__ import annotations

from datetime import timedelta

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from assistant.client import Client
from assistant.kit.clock import SettableClock
from assistant.kit.db import Database
from assistant.kit.outbox import OutboxMessage
from assistant.safety.triage import NONE, Verdict
from tests.talk import ScriptedRasa, Talk, says, scripted
from tests.world import World, build

WANTED = "我想订明天的午饭"


@pytest.fixture
def rasa(app: FastAPI) -> ScriptedRasa:
    rasa = scripted(app)
    rasa.intents[WANTED] = "book_service"
    return rasa


@pytest.fixture
async def world(database: Database) -> World:
    return await build(database)


async def break_off(phone: Client, rasa: ScriptedRasa) -> Talk:
    """A call in which lunch is wanted, one question answered, the next one not."""
    talk = Talk(phone.http)
    rasa.replies = [says("您要几份？", asks="quantity"), says("订到哪家？", asks="place")]
    await talk.start()
    await talk(WANTED)
    await talk("两份")
    return talk


async def letters(database: Database) -> list[str]:
    async with database.session() as session:
        return list(await session.scalars(select(OutboxMessage.event)))


async def test_it_is_offered_and_taken_up_with_the_day_that_was_meant(
    phone: Client,
    rasa: ScriptedRasa,
    clock: SettableClock,
    world: World,
) -> None:
    await (await break_off(phone, rasa)).hang_up()
    clock.advance(timedelta(hours=20))
    talk = Talk(phone.http)
    assert "送饭，还没订好" in await talk.start()
    assert talk.last["expects"] == "yes_no"
    rasa.replies = [says("请问哪家？", asks="place")]
    assert await talk("好的") == "请问哪家？"
    said, metadata = rasa.got[-1]
    assert said == f"{WANTED}，两份"
    assert metadata["heard"]["when"]["date"] == "2025-06-12", "tomorrow, as it was said on the 11th"


async def test_it_is_offered_once(phone: Client, rasa: ScriptedRasa, world: World) -> None:
    await (await break_off(phone, rasa)).hang_up()
    talk = Talk(phone.http)
    await talk.start()
    assert "不办了" in await talk("不用了")
    assert "还没订好" not in await Talk(phone.http).start()


async def test_a_second_break_is_offered_again(
    phone: Client,
    rasa: ScriptedRasa,
    clock: SettableClock,
    world: World,
) -> None:
    await (await break_off(phone, rasa)).hang_up()
    clock.advance(timedelta(minutes=1))
    talk = Talk(phone.http)
    await talk.start()
    rasa.replies = [says("请问哪家？", asks="place")]
    await talk(digits="1")
    rasa.intents[f"{WANTED}，两份"] = "book_service"
    assert "还没订好" in await Talk(phone.http).start(), "also when nobody told of the end of the call"


async def test_something_else_is_answered_and_the_offer_dropped(
    phone: Client,
    rasa: ScriptedRasa,
    world: World,
) -> None:
    await (await break_off(phone, rasa)).hang_up()
    talk = Talk(phone.http)
    await talk.start()
    rasa.replies = [says("您有一个预约。"), says("嗯。")]
    assert await talk("查一下我的预约") == "您有一个预约。"
    await talk("好的")
    assert rasa.got[-1][0] == "好的", "a later yes does not book"


async def test_after_a_day_it_is_forgotten(
    phone: Client,
    rasa: ScriptedRasa,
    clock: SettableClock,
    world: World,
) -> None:
    await (await break_off(phone, rasa)).hang_up()
    clock.advance(timedelta(hours=24, seconds=1))
    assert "还没订好" not in await Talk(phone.http).start()


async def test_what_was_done_is_not_offered(
    phone: Client,
    rasa: ScriptedRasa,
    world: World,
    database: Database,
) -> None:
    talk = await break_off(phone, rasa)
    rasa.replies = [says("订好了。")]
    await talk("春晓食堂，对")
    await talk.hang_up()
    assert "还没订好" not in await Talk(phone.http).start()
    assert "booking_unfinished" not in await letters(database)


async def test_a_complaint_is_not_repeated_to_the_next_caller(
    phone: Client,
    rasa: ScriptedRasa,
    world: World,
) -> None:
    rasa.intents[WANTED] = "complain"
    await (await break_off(phone, rasa)).hang_up()
    assert "上次" not in await Talk(phone.http).start()


async def test_another_number_hears_nothing(
    phone: Client,
    rasa: ScriptedRasa,
    world: World,
) -> None:
    await (await break_off(phone, rasa)).hang_up()
    assert "上次" not in await Talk(phone.http, caller={"phone": "13900002222"}).start()


async def test_a_message_says_that_nothing_is_booked(
    phone: Client,
    rasa: ScriptedRasa,
    world: World,
    database: Database,
) -> None:
    talk = await break_off(phone, rasa)
    await talk.hang_up()
    await talk.hang_up()
    assert await letters(database) == ["booking_unfinished"]


async def test_danger_comes_before_the_offer(
    phone: Client,
    rasa: ScriptedRasa,
    world: World,
) -> None:
    await (await break_off(phone, rasa)).hang_up()
    talk = Talk(phone.http)
    await talk.start()
    assert "120" in await talk("老伴叫不醒了")
    rasa.replies = [says("嗯。")]
    await talk("好的")
    assert rasa.got[-1][0] == "好的"


async def test_a_false_alarm_offers_what_it_broke_into(
    phone: Client, rasa: ScriptedRasa, world: World
) -> None:
    talk = Talk(phone.http)
    rasa.replies = [says("您要几份？", asks="quantity"), says("您要几份？", asks="quantity")]
    await talk.start()
    await talk(WANTED)
    alarm = await talk("哎哟，我头晕得厉害，站不住了")
    assert alarm.count("请马上打120") == 1
    said = await talk("哦没事了，坐下来好多了")
    assert "误报" in said and "送饭还没订好" in said
    assert await talk("好的") == "您要几份？"
    assert rasa.got[-1][0] == WANTED


async def test_a_wish_that_was_taken_for_danger_is_taken_up_once_that_is_taken_back(
    phone: Client, rasa: ScriptedRasa, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    complaint = "昨天送的饭是馊的全倒了"
    rasa.intents[complaint] = "complain"
    verdict = Verdict("danger", "help", "voice", "听着像紧急情况", ("120",), "help")
    monkeypatch.setattr(
        "assistant.desk.service.triage", lambda text, **_: verdict if text == complaint else NONE
    )
    talk = Talk(phone.http)
    await talk.start()
    assert "120" in await talk(complaint)
    rasa.replies = [says("是哪天的事？", asks="date")]
    said = await talk("人没事，就是要个说法")
    assert "误报" in said and said.endswith("是哪天的事？")
    assert rasa.got[-1][0] == f"{complaint}，人没事,就是要个说法"


async def test_in_danger_words_that_nobody_understood_bring_no_menu(
    phone: Client, rasa: ScriptedRasa, world: World
) -> None:
    talk = Talk(phone.http)
    await talk.start()
    await talk("煤气好像没关，屋里有煤气味")
    rasa.replies = [[{"custom": {"misunderstood": True}}]]
    said = await talk("拧好了拧好了")
    assert "现在怎么样" in said and "按1" not in said
