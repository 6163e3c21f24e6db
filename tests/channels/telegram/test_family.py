"""Linking and leaving in the chat itself, and the buttons under an alarm."""

from __future__ import annotations

import httpx

from assistant.kit.clock import SettableClock
from assistant.kit.db import Database
from assistant.tickets.models import Ticket
from channels.telegram.context import App
from tests.channels.telegram.bot_api import BotApi
from tests.channels.telegram.conftest import Desk, plain
from tests.channels.telegram.updates import DAUGHTER, press, text
from tests.links.conftest import Family
from tests.links.helpers import decide, invite, link, who
from tests.links.test_alarms import alarm


async def test_a_code_sent_into_the_chat_waits_for_the_senior(
    telegram: BotApi, bot: App, desk: Desk, api: httpx.AsyncClient, family: Family
) -> None:
    invited = await invite(api, family)
    await telegram.push(text(invited["code"]))
    await telegram.until_sent(1)
    assert telegram.texts() == ["验证码对了。我会请周阿姨确认，确认后马上告诉您。"]
    await telegram.push(text("/family"))
    await telegram.until_sent(2)
    assert telegram.texts()[1].startswith("• 周阿姨：等老人确认")
    await decide(api, invited["id"], family.as_senior)
    await telegram.until_sent(3)
    assert telegram.texts()[2].startswith("周阿姨同意了和您绑定。您现在可以：紧急联系人、收通知、看订单。")
    assert desk.turns == []


async def test_a_link_with_the_code_in_it_works_too(
    telegram: BotApi, bot: App, api: httpx.AsyncClient, family: Family
) -> None:
    invited = await invite(api, family)
    await telegram.push(text(f"/start {invited['code']}"))
    await telegram.until_sent(1)
    assert telegram.texts()[0].startswith("验证码对了")


async def test_a_wrong_code_is_said_and_guessing_is_stopped(
    telegram: BotApi, bot: App, family: Family
) -> None:
    for _ in range(6):
        await telegram.push(text("000000"))
    await telegram.until_sent(6)
    assert [one[:5] for one in telegram.texts()] == ["这个验证码"] * 5 + ["输错的次数"]


async def test_six_digits_that_the_desk_asked_for_are_no_code(telegram: BotApi, bot: App, desk: Desk) -> None:
    desk.answer = lambda turn: plain("请说订单号").model_copy(update={"expects": "digits"})
    await telegram.push(text("取消订单"))
    await telegram.until_sent(1)
    await telegram.push(text("250611"))
    await telegram.until_sent(2)
    assert [turn.text for turn in desk.turns] == ["取消订单", "250611"]


async def test_leaving_asks_first_and_takes_effect_at_once(
    telegram: BotApi, bot: App, api: httpx.AsyncClient, channel: httpx.AsyncClient, family: Family
) -> None:
    await link(api, channel, family, chat=DAUGHTER)
    await telegram.until_sent(1)
    await telegram.push(text("/stop"))
    await telegram.until_sent(2)
    await telegram.push(press("leave:none", 2))
    await telegram.until_sent(3)
    assert (await who(channel, DAUGHTER))["seniors"]
    await telegram.push(press("leave:all", 2))
    await telegram.until_sent(4)
    assert telegram.texts()[2:] == [
        "好的，没有改动。",
        "已经解除，您不会再收到老人的消息。需要时随时可以重新绑定。",
    ]
    assert (await who(channel, DAUGHTER)) == {"person": None, "seniors": [], "waiting": []}


async def test_leaving_one_of_the_seniors(
    telegram: BotApi, bot: App, api: httpx.AsyncClient, channel: httpx.AsyncClient, family: Family
) -> None:
    await link(api, channel, family, chat=DAUGHTER)
    await telegram.push(text("/family"))
    await telegram.until(lambda: any("您已经和下面的老人绑定" in one for one in telegram.texts()))
    shown = next(one for one in telegram.sent() if "您已经和" in one["text"])
    assert "• 周桂英（您是女儿）：紧急联系人、收通知、看订单" in shown["text"]
    (button,) = shown["reply_markup"]["inline_keyboard"][0]
    assert button["text"] == "解除和周桂英的绑定"
    await telegram.push(press(button["callback_data"], 2))
    await telegram.until(lambda: telegram.texts()[-1] == "已经解除和这位老人的绑定。")
    assert (await who(channel, DAUGHTER))["seniors"] == []


async def test_an_alarm_wakes_the_daughter_and_her_answer_is_on_the_ticket(
    telegram: BotApi,
    bot: App,
    api: httpx.AsyncClient,
    channel: httpx.AsyncClient,
    family: Family,
    database: Database,
    clock: SettableClock,
) -> None:
    await link(api, channel, family, chat=DAUGHTER)
    await telegram.until_sent(1)
    ticket = await alarm(database, clock, family)
    sent = (await telegram.until_sent(2))[1]
    message_id = telegram.calls[-1].message_id or 0
    buttons = [row[0] for row in sent["reply_markup"]["inline_keyboard"]]
    await telegram.push(press(buttons[1]["callback_data"], message_id))
    await telegram.until(lambda: bool(telegram.called("editMessageReplyMarkup")))
    assert telegram.texts()[2] == (
        f"请现在就用手机打120。\n地址：三眼桥街道春晓里2栋301\n已经记下由您拨打（工单 {ticket.number}）。"
    )
    async with database.session() as session:
        found = await session.get(Ticket, ticket.id)
    assert found is not None and found.acknowledged_by is not None
    assert found.acknowledged_by["person_id"] == str(family.daughter)


async def test_a_stranger_who_presses_hears_that_it_is_not_theirs(
    telegram: BotApi, bot: App, family: Family, database: Database, clock: SettableClock
) -> None:
    ticket = await alarm(database, clock, family)
    await telegram.push(press(f"alarm:{ticket.id}:take", 2))
    await telegram.until_sent(1)
    assert telegram.texts() == ["您现在不是这位老人的紧急联系人，没有办理。"]
