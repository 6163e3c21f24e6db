"""A call by keys alone: nobody is told a menu who speaks, and whoever cannot is told every key."""

from __future__ import annotations

import httpx
import pytest
from fastapi import FastAPI

from assistant.desk.keys import Meant, meant
from assistant.kit import tokens
from assistant.kit.clock import SettableClock
from assistant.kit.crypto import Keyring
from tests.talk import ScriptedRasa, Talk, says, scripted

DATE = says("您想约哪一天？", asks="date")


@pytest.fixture
def rasa(app: FastAPI) -> ScriptedRasa:
    return scripted(app)


@pytest.fixture
def call(app: FastAPI, keyring: Keyring, clock: SettableClock) -> Talk:
    token = tokens.issue(keyring, "channel:phone", clock.now())
    return Talk(
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app),
            base_url="http://yinling",
            headers={"authorization": f"Bearer {token}"},
        )
    )


@pytest.mark.parametrize(
    ("state", "digits", "expected"),
    [
        ({}, "0", Meant("person")),
        ({"expects": "digits", "asks": "phone"}, "0", Meant("person")),
        ({}, "*", Meant("again")),
        ({}, "#", Meant("voice")),
        ({}, "1", Meant("nothing")),
        ({"choices": {"1": "我要订饭"}}, "1", Meant("answer", "我要订饭")),
        ({"choices": {"4": "别的日子"}}, "4", Meant("key_in", "date")),
        ({"expects": "digits", "asks": "date", "keying": "date"}, "0612", Meant("answer", "6月12日")),
        ({"expects": "digits", "asks": "date", "keying": "date"}, "1340", Meant("nothing", "date")),
        ({"expects": "digits", "asks": "time", "keying": "time"}, "1430", Meant("answer", "14点30分")),
        ({"expects": "digits", "asks": "order"}, "25061203", Meant("answer", "订单号YL25061203")),
        ({"expects": "digits", "asks": "phone"}, "13900001111", Meant("answer", "13900001111")),
    ],
)
def test_what_keys_mean(state: dict[str, object], digits: str, expected: Meant) -> None:
    assert meant(state, digits) == expected


async def test_who_speaks_hears_of_no_keys(call: Talk, rasa: ScriptedRasa) -> None:
    rasa.replies = [DATE, says("您要几份？", asks="quantity")]
    assert "按" not in await call.start() + await call("我想订饭") + await call("明天")


async def test_the_first_key_brings_the_keys_and_every_question_has_some(
    call: Talk, rasa: ScriptedRasa
) -> None:
    rasa.replies = [
        DATE,
        says("您要几份？", asks="quantity"),
        says("对吗？", asks="confirm", expects="yes_no"),
    ]
    await call.start()
    menu = await call(digits="1")
    assert "订饭按1" in menu and "找工作人员按0" in menu and "订饭按一" in call.last["messages"][-1]["speech"]
    assert await call(digits="1") == "您想约哪一天？今天按1，明天按2，后天按3，别的日子按4。"
    assert await call(digits="2") == "您要几份？要几份，就按几。"
    assert await call(digits="3") == "对吗？是的按1，不用按2。"
    assert [text for text, _ in rasa.got] == ["我要订饭", "明天", "三份"]


async def test_another_day_is_keyed_in(call: Talk, rasa: ScriptedRasa) -> None:
    rasa.replies = [DATE, says("您要几份？", asks="quantity")]
    await call("我想订饭")
    assert "今天按1" in await call(digits="9"), "the question's keys, before any counts"
    assert "0605" in await call(digits="4") and call.last["expects"] == "digits"
    assert "再按一遍" in await call(digits="9999") and call.last["asks"] == "date"
    assert "几份" in await call(digits="0620")
    assert rasa.got[-1][0] == "6月20日" and rasa.got[-1][1]["heard"]["when"]["date"] == "2025-06-20"


async def test_a_star_says_it_again_and_a_hash_asks_how_to_speak(call: Talk, rasa: ScriptedRasa) -> None:
    rasa.replies = [DATE]
    await call("我想订饭")
    assert (await call(digits="*")).startswith("您想约哪一天？今天按1")
    assert (
        await call(digits="#") == "您想让我怎么说？说慢点按1，说快点按2，大声点按3，小声点按4，恢复平常按5。"
    )
    assert (
        await call(digits="3") == "好的，我大声一点。 您想约哪一天？今天按1，明天按2，后天按3，别的日子按4。"
    )
    assert call.last["loudness"] > 1 and call.last["asks"] == "date"


async def test_silence_brings_the_keys_the_second_time(call: Talk, rasa: ScriptedRasa) -> None:
    rasa.replies = [DATE]
    await call.start()
    await call("我想订饭")
    assert await call(event="silence") == "您想约哪一天？"
    assert "今天按1" in await call(event="silence")


async def test_who_is_not_understood_is_told_the_keys_until_they_are(call: Talk, rasa: ScriptedRasa) -> None:
    rasa.replies = [DATE, says("是哪一天呢？", asks="date"), says("您要几份？", asks="quantity")]
    await call("我想订饭")
    assert await call("嗯那个") == "是哪一天呢？今天按1，明天按2，后天按3，别的日子按4。"
    assert await call("明天吧") == "您要几份？"


async def test_what_no_key_can_say_leads_to_a_person(call: Talk, rasa: ScriptedRasa) -> None:
    rasa.replies = [says("请问您贵姓？", asks="name")]
    await call(digits="1")
    assert "按0" in await call(digits="1")


async def test_nobody_in_danger_is_told_a_menu(call: Talk) -> None:
    await call(digits="7")
    assert "订饭" not in await call("救命我喘不上气了")
    assert "订饭" not in await call(digits="5")


async def test_other_channels_have_no_keys(call: Talk, rasa: ScriptedRasa) -> None:
    rasa.replies = [DATE, DATE]
    call.always["channel"] = "terminal"
    await call("我想订饭")
    await call("嗯")
    assert call.last["messages"][0]["choices"] == [] and "按" not in call.last["messages"][0]["text"]
