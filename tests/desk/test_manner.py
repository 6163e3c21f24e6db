"""How somebody is spoken to: as they ask, in this call and the next."""

from __future__ import annotations

import httpx
import pytest
from fastapi import FastAPI

from assistant.desk.manner import Wish, wish
from assistant.kit import tokens
from assistant.kit.clock import SettableClock
from assistant.kit.crypto import Keyring
from assistant.kit.db import Database
from assistant.people import repository as people
from tests.talk import Talk, says, scripted
from tests.world import ZHOU, build


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("说慢点", Wish("slower")),
        ("你说慢一点好吗", Wish("slower")),
        ("慢点说，我听不清", Wish("slower")),
        ("慢点说", Wish("slower")),
        ("你说得太快了", Wish("slower")),
        ("请你声音大一点", Wish("louder")),
        ("大声点", Wish("louder")),
        ("啥？你大点声", Wish("louder")),
        ("我耳朵不好听不清", Wish("louder")),
        ("你讲慢点嘛，我耳朵背", Wish("slower")),
        ("听不见", Wish("louder")),
        ("声音太小了", Wish("louder")),
        ("小声一点", Wish("softer")),
        ("声音太大了", Wish("softer")),
        ("说快一点", Wish("faster")),
        ("恢复平常的语速", Wish("usual")),
        ("别记我的语速了", Wish("usual")),
        ("大声点我要订饭", Wish("louder", "我要订饭")),
        ("说慢点，我想订明天的午饭", Wish("slower", "我想订明天的午饭")),
        ("电视声音太大了，邻居投诉", None),
        ("我妈耳朵听不见", None),
        ("慢一点走路还是摔了", None),
        ("快点来人", None),
        ("我要订饭", None),
        ("声音", None),
    ],
)
def test_a_wish_is_told_from_other_matters(said: str, wanted: Wish | None) -> None:
    found = wish(said)
    if wanted is None:
        assert found is None or found.rest
    else:
        assert found == wanted


@pytest.fixture
def call(app: FastAPI, keyring: Keyring, clock: SettableClock) -> Talk:
    token = tokens.issue(keyring, "channel:phone", clock.now())
    http = httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://yinling",
        headers={"authorization": f"Bearer {token}"},
    )
    return Talk(http, caller={"phone": ZHOU["phone"]})


def manner(talk: Talk) -> tuple[float, float]:
    return talk.last["pace"], talk.last["loudness"]


async def test_it_lasts_is_remembered_and_forgotten_on_wish(
    app: FastAPI, call: Talk, database: Database
) -> None:
    world = await build(database)
    scripted(app).replies = [says("您想约哪一天？", asks="date")]
    await call.start()
    assert manner(call) == (1.0, 1.0)
    await call("我想订饭")
    assert "慢一点" in await call("说慢点")
    assert "您想约哪一天？" in call.last["messages"][-1]["text"] and call.last["asks"] == "date"
    await call("大声点")
    assert manner(call) == (0.9, 1.41)
    assert [message["text"] for message in call.last["messages"]] == ["好的，我大声一点。", "您想约哪一天？"]
    again = Talk(call.http, caller={"phone": ZHOU["phone"]})
    await again.start()
    assert manner(again) == (0.9, 1.41), "from the greeting on"
    await again("别记我的语速了")
    async with database.session() as session:
        person = await people.get(session, world.senior)
    assert person is not None and (person.pace, person.loudness) == (1.0, 1.0)


async def test_a_stranger_is_spoken_to_as_they_wish_for_this_call(call: Talk, database: Database) -> None:
    await build(database)
    stranger = Talk(call.http, caller={"phone": "13900009999"})
    await stranger.start()
    for _ in range(5):
        await stranger("大声点")
    assert manner(stranger) == (1.0, 2.0)
    again = Talk(call.http, caller={"phone": "13900009999"})
    await again.start()
    assert manner(again) == (1.0, 1.0)


async def test_a_call_for_help_beside_a_wish_comes_first(call: Talk) -> None:
    await call("大声点救命我摔倒了起不来")
    assert "120" in call.last["messages"][0]["text"]
    await call("大声点", alternatives=["救命啊摔倒了"])
    assert "好的" not in call.last["messages"][0]["text"]


async def test_a_wish_and_a_matter_in_one_breath(app: FastAPI, call: Talk) -> None:
    rasa = scripted(app)
    rasa.replies = [says("您想约哪一天？", asks="date")]
    assert await call("大声点我要订饭") == "您想约哪一天？"
    assert rasa.got[0][0] == "我要订饭" and manner(call) == (1.0, 1.41)
