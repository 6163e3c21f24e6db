"""A conversation over the wire: text, buttons, voice, place, contact, photo, edits, groups."""

from __future__ import annotations

import asyncio

import httpx
import numpy as np
import pytest
from sqlalchemy import select

from assistant.client import Client
from assistant.desk.schemas import Choice, Message, Reply
from assistant.kit.db import Database
from assistant.links.models import Photo
from channels.telegram.context import App
from channels.telegram.hearing import RATE, Heard, decode
from tests.channels.telegram.bot_api import USERNAME, BotApi, Fault
from tests.channels.telegram.conftest import Desk, plain, running
from tests.channels.telegram.sound import Ears, opus
from tests.channels.telegram.updates import (
    DAUGHTER,
    GROUP,
    contact,
    edit,
    location,
    photo,
    press,
    text,
    voice,
)
from tests.links.conftest import Family
from tests.links.helpers import link

YES_NO = Reply(
    messages=[
        Message(
            text="明天中午一份午饭，对吗？",
            speech="明天中午一份午饭，对吗？",
            choices=[
                Choice(title="对，就这样", value="对", key="1"),
                Choice(title="不对，要改", value="不对", key="2"),
            ],
        )
    ],
    asks="confirm",
    expects="yes_no",
)


async def test_text_goes_to_the_desk_and_its_answer_comes_back(
    telegram: BotApi, bot: App, desk: Desk
) -> None:
    update_id = await telegram.push(text("明天中午订一份饭"))
    await telegram.until_sent(1)
    (turn,) = desk.turns
    assert (turn.channel, turn.text, turn.turn_id) == ("telegram", "明天中午订一份饭", str(update_id))
    assert turn.caller.telegram == DAUGHTER and turn.caller.person is None
    assert str(DAUGHTER) not in turn.conversation
    assert telegram.texts() == ["收到：明天中午订一份饭"]


async def test_a_linked_chat_speaks_as_its_person(
    telegram: BotApi, bot: App, desk: Desk, api: httpx.AsyncClient, channel: httpx.AsyncClient, family: Family
) -> None:
    await telegram.push(text("你好"))
    await telegram.until_sent(1)
    await link(api, channel, family, chat=DAUGHTER)
    await telegram.push(text("我妈的订单"))
    await telegram.until(lambda: len(desk.turns) == 2)
    stranger, daughter = desk.turns
    assert (stranger.caller.person, daughter.caller.person) == (None, family.daughter)
    assert stranger.conversation != daughter.conversation


async def test_an_update_that_comes_twice_is_answered_once(telegram: BotApi, bot: App, desk: Desk) -> None:
    telegram.twice = True
    await telegram.push(text("甲"))
    await telegram.push(text("乙"))
    await telegram.until_sent(2)
    await telegram.push(text("丙"))
    await telegram.until_sent(3)
    assert [turn.text for turn in desk.turns] == ["甲", "乙", "丙"]
    assert telegram.texts() == ["收到：甲", "收到：乙", "收到：丙"]


async def test_messages_of_one_chat_stay_in_order(telegram: BotApi, bot: App, desk: Desk) -> None:
    said = [str(number) for number in range(12)]
    for one in said:
        await telegram.push(text(f"第{one}句"))
    await telegram.until_sent(12)
    assert [turn.text for turn in desk.turns] == [f"第{one}句" for one in said]


async def test_choices_are_buttons_and_a_press_is_a_turn(telegram: BotApi, bot: App, desk: Desk) -> None:
    desk.answer = lambda turn: YES_NO if turn.text == "订饭" else plain("好的，订好了。")
    await telegram.push(text("订饭"))
    (question,) = await telegram.until_sent(1)
    buttons = [button for row in question["reply_markup"]["inline_keyboard"] for button in row]
    assert [button["text"] for button in buttons] == ["对，就这样", "不对，要改"]
    await telegram.push(press(buttons[0]["callback_data"], telegram.calls[-1].message_id or 0))
    await telegram.until_sent(2)
    assert desk.turns[1].text == "对"
    assert telegram.called("answerCallbackQuery") and telegram.called("editMessageReplyMarkup")


async def test_a_button_of_an_earlier_question_is_not_taken_for_this_one(
    telegram: BotApi, bot: App, desk: Desk
) -> None:
    desk.answer = lambda turn: YES_NO
    await telegram.push(text("订饭"))
    await telegram.until_sent(1)
    first = telegram.calls[-1].message_id
    await telegram.push(text("订两份"))
    await telegram.until_sent(2)
    await telegram.push(press("v:对", first or 0))
    await telegram.until(lambda: bool(telegram.called("answerCallbackQuery")))
    assert telegram.called("answerCallbackQuery")[0]["text"] == "这个按钮已经过期了，请直接告诉我您要办什么。"
    assert len(desk.turns) == 2


async def test_a_restart_in_the_middle_of_a_conversation_loses_nothing(
    telegram: BotApi, client: Client, desk: Desk, app: object
) -> None:
    desk.answer = lambda turn: YES_NO if turn.text == "订饭" else plain("订好了。")
    async with running(telegram, client):
        await telegram.push(text("订饭"))
        await telegram.until_sent(1)
        message_id = telegram.calls[-1].message_id or 0
    again = Client("http://yinling", "", httpx.ASGITransport(app))  # type: ignore[arg-type]
    again.http.headers = client.http.headers
    await telegram.push(press("v:对", message_id))
    async with running(telegram, again):
        await telegram.until_sent(2)
    assert desk.turns[0].conversation == desk.turns[1].conversation
    assert desk.turns[1].text == "对"


async def test_a_lost_reply_is_sent_again(telegram: BotApi, bot: App, desk: Desk) -> None:
    faults = iter([Fault(status=502), Fault(lose=True)])
    telegram.fault = lambda method, params: next(faults, None) if method == "sendMessage" else None
    await telegram.push(text("你好"))
    await telegram.until_sent(1)
    assert telegram.faults == 2 and len(desk.turns) == 1


async def test_when_the_system_is_down_the_emergency_numbers_are_named(
    telegram: BotApi, client: Client, desk: Desk
) -> None:
    async with running(telegram, client):
        client.http._transport = httpx.MockTransport(_refuse)
        await telegram.push(text("我妈摔倒了"))
        (sent,) = await telegram.until_sent(1)
    assert "120" in sent["text"] and "连不上" in sent["text"]


def _refuse(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("down")


def test_opus_is_decoded_to_the_recognisers_rate() -> None:
    sound = np.frombuffer(decode(opus(1.0)), dtype=np.int16)
    assert abs(len(sound) - RATE) < RATE // 20
    spectrum = np.abs(np.fft.rfft(sound[:RATE]))
    assert abs(int(spectrum.argmax()) * RATE / len(sound[:RATE]) - 440) < 5


async def test_a_voice_message_is_heard_shown_and_taken_as_a_turn(
    telegram: BotApi, client: Client, desk: Desk
) -> None:
    ears = Ears(Heard("明天中午给我妈订份饭", 0.82, ["明天中午给我妈定份饭"]))
    telegram.files["voice-1"] = opus(1.0)
    async with running(telegram, client, ears):
        await telegram.push(voice("voice-1"))
        await telegram.until_sent(2)
    assert telegram.texts()[0] == "我听到的是：“明天中午给我妈订份饭”"
    (turn,) = desk.turns
    assert (turn.text, turn.confidence) == ("明天中午给我妈订份饭", 0.82)
    assert turn.alternatives == ["明天中午给我妈定份饭"]
    assert len(ears.pcm) > RATE


@pytest.mark.parametrize(
    ("file", "heard", "said"),
    [
        (b"no sound at all", "x", "这段语音我没听清，请再说一遍，或者打字告诉我。"),
        (None, "", "这段语音我没听清，请再说一遍，或者打字告诉我。"),
    ],
)
async def test_what_cannot_be_heard_is_asked_for_again(
    telegram: BotApi, client: Client, desk: Desk, file: bytes | None, heard: str, said: str
) -> None:
    telegram.files["voice-1"] = file or opus(0.5)
    async with running(telegram, client, Ears(Heard(heard))):
        await telegram.push(voice("voice-1"))
        await telegram.until_sent(1)
    assert telegram.texts() == [said] and desk.turns == []


async def test_without_a_recogniser_and_for_long_messages_it_says_so(
    telegram: BotApi, client: Client, desk: Desk
) -> None:
    async with running(telegram, client):
        await telegram.push(voice("voice-1"))
        await telegram.until_sent(1)
    assert telegram.texts() == ["我现在还不能听语音，请打字告诉我。"]


async def test_a_place_and_a_contact_are_turns(telegram: BotApi, bot: App, desk: Desk) -> None:
    await telegram.push(location(29.37, 113.09))
    await telegram.push(contact("+8613900001111"))
    await telegram.push(contact("+8613900002222", user_id=DAUGHTER))
    await telegram.until_sent(3)
    place, mother, own = desk.turns
    assert place.event == "location" and place.location and place.location.lat == 29.37
    assert (mother.text, mother.caller.phone) == ("+8613900001111", None)
    assert own.caller.phone == "+8613900002222"


async def test_a_photo_is_kept_encrypted_and_its_caption_is_a_turn(
    telegram: BotApi, bot: App, desk: Desk, database: Database
) -> None:
    telegram.files["photo-1"] = b"\xff\xd8\xff\xe0 cold soup"
    await telegram.push(photo("photo-1", caption="送来的汤是凉的"))
    await telegram.until_sent(2)
    assert telegram.texts()[0] == "照片收到了。请告诉我出了什么问题，我一起交给工作人员。"
    assert [turn.text for turn in desk.turns] == ["送来的汤是凉的"]
    async with database.session() as session:
        (stored,) = (await session.scalars(select(Photo))).all()
    assert stored.conversation == desk.turns[0].conversation
    assert b"soup" not in stored.content


async def test_an_edit_of_the_last_message_is_said_anew(telegram: BotApi, bot: App, desk: Desk) -> None:
    first, last = text("明天订饭"), text("后天订饭")
    for update in (first, last):
        await telegram.push(update)
    await telegram.until_sent(2)
    await telegram.push(edit(last, "大后天订饭"))
    await telegram.push(edit(first, "今天订饭"))
    await telegram.until_sent(4)
    assert [turn.text for turn in desk.turns] == ["明天订饭", "后天订饭", "大后天订饭"]
    assert telegram.texts()[-1] == "改过的旧消息我看不到了，请重新发一条。"


async def test_in_a_group_it_answers_only_when_addressed_and_nothing_personal(
    telegram: BotApi, bot: App, desk: Desk, api: httpx.AsyncClient, channel: httpx.AsyncClient, family: Family
) -> None:
    await link(api, channel, family, chat=DAUGHTER)
    desk.answer = lambda turn: YES_NO if "订" in (turn.text or "") else plain("附近有两个食堂。")
    await telegram.push(text("晚上吃什么", chat=GROUP, user=DAUGHTER))
    await telegram.push(text(f"@{USERNAME} 附近有食堂吗", chat=GROUP, user=DAUGHTER))
    await telegram.until_sent(1)
    await telegram.push(text(f"@{USERNAME} 给我妈订饭", chat=GROUP, user=DAUGHTER))
    await telegram.push(text(f"/orders@{USERNAME}", chat=GROUP, user=DAUGHTER))
    await telegram.push(text("/orders@some_other_bot", chat=GROUP, user=DAUGHTER))
    await telegram.push(text(f"/family@{USERNAME}", chat=GROUP, user=DAUGHTER))
    await telegram.until_sent(4, chat=GROUP)
    assert [turn.text for turn in desk.turns] == ["附近有食堂吗", "给我妈订饭"]
    assert all(turn.caller.person is None and turn.caller.telegram is None for turn in desk.turns)
    private = "这件事要用到个人信息，群里不方便说。请点下面的按钮，我们单独聊。"
    assert telegram.texts(GROUP) == ["附近有两个食堂。", private, private, private]
    assert telegram.sent(GROUP)[0]["reply_parameters"]["message_id"]


async def test_commands_and_menu(telegram: BotApi, bot: App, desk: Desk) -> None:
    commands = telegram.called("setMyCommands")[0]["commands"]
    assert [one["command"] for one in commands] == ["start", "help", "orders", "family", "person", "stop"]
    for said in ("/start", "/help", "/orders", "/person", "/stop", "/family", "/nonsense"):
        await telegram.push(text(said))
    await telegram.until_sent(8)
    assert [turn.event or turn.text for turn in desk.turns] == ["start", "查一下我的订单", "转人工"]
    texts = telegram.texts()
    assert "keyboard" in telegram.sent()[0]["reply_markup"]
    assert texts[5] == "您现在没有绑定任何老人。"
    assert texts[6].startswith("您还没有和老人绑定。")
    assert texts[2] == texts[7]
    await telegram.push(text("我的订单"))
    await telegram.push(text("家人绑定"))
    await telegram.until_sent(10)
    assert desk.turns[-1].text == "查一下我的订单"


async def test_who_writes_too_fast_is_told_once(telegram: BotApi, bot: App, desk: Desk) -> None:
    for number in range(34):
        await telegram.push(text(f"{number}号"))
    await telegram.until(lambda: any("太快" in one for one in telegram.texts()))
    await telegram.until_sent(31)
    await asyncio.sleep(0)
    assert len(desk.turns) == 30
    assert sum("太快" in one for one in telegram.texts()) == 1
