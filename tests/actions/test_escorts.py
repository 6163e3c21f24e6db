"""Where somebody is accompanied to, and where they are fetched."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from actions.booking import Booking
from actions.booking.escorts import destination
from actions.who import named
from tests.actions.test_asking import SENIOR, TOMORROW, Talk
from tests.actions.test_corrections import Town
from tests.actions.test_words import turn

ESCORT = ("service_type", "medical_escort")


@pytest.mark.parametrize(
    ("text", "asked", "goal"),
    [
        ("后天去市二医院看骨科", None, "市二医院"),
        ("送她到市中医院眼科看眼睛", None, "市中医院眼科"),
        ("推我上海滨公园转转", None, "海滨公园"),
        ("陪我去医院看病", None, None),
        ("去我妈那边的医院", None, None),
        ("就去市中医院", "destination", "市中医院"),
        ("演示诊所吧", "destination", "演示诊所"),
        ("人民医院那里", "destination", "人民医院"),
        ("去哪里好呢？", "destination", None),
        ("演示诊所", "name", None),
        ("下周二上午八点半去市中心医院", None, "市中心医院"),
        ("没错，请安排", "destination", None),
    ],
)
def test_where_it_goes(text: str, asked: str | None, goal: str | None) -> None:
    frame = Booking(service_type="medical_escort", asked=asked)
    assert destination(frame, turn(text)) == goal


def test_only_an_escort_goes_somewhere() -> None:
    assert destination(Booking(service_type="meal"), turn("送到市中医院")) is None


@pytest.fixture
def talk() -> Talk:
    return Talk(Town())


async def stranger(talk: Talk, said: str) -> list[str]:
    """Book an escort for a father who is not on record, up to where his address is known."""
    talk.api.at_home = False
    assert await talk(said, "book_service", ESCORT, ("person", "我爸"), **TOMORROW) == ["utter_ask_name"]
    await talk("林秀", "inform", ("name", "林秀"))
    assert await talk("13900002222", "inform", ("phone", "13900002222")) == ["utter_ask_address"]
    return await talk("演示街道3栋101", "inform", ("address", "演示街道3栋101"))


async def test_who_is_not_on_record_is_fetched_somewhere_and_taken_somewhere(talk: Talk) -> None:
    assert await stranger(talk, "明天九点给我爸约个陪诊") == ["utter_ask_destination"]
    assert await talk("市中医院") == ["utter_confirm_booking"]
    assert talk.values[-1]["where"].endswith("到演示街道3栋101接")
    assert talk.values[-1]["remarks"] == "，去市中医院"


@pytest.mark.parametrize("said", ["明天九点给我爸约个陪诊，去市中医院看眼睛", "明天九点给我爸找个人推着走走"])
async def test_what_was_said_or_leads_nowhere_is_not_asked(talk: Talk, said: str) -> None:
    assert await stranger(talk, said) == ["utter_confirm_booking"]


async def test_whoever_knows_no_place_is_asked_once(talk: Talk) -> None:
    await stranger(talk, "明天九点给我爸约个陪诊")
    assert await talk("我也不晓得", "deny") == ["utter_confirm_booking"]


async def test_who_is_on_record_is_not_asked(talk: Talk) -> None:
    assert await talk("明天九点陪诊", "book_service", ESCORT, **TOMORROW) == ["utter_confirm_booking"]
    assert talk.speaker == {"person_id": SENIOR}


@pytest.mark.parametrize(
    ("text", "words", "who"),
    [
        ("想请个人陪我老伴去看病", "我老伴", ["老伴"]),
        ("我要陪我老伴去看病，饭没人做", "我老伴", []),
        ("找个人陪对门的易爹爹去医院", "对门的易爹爹", ["邻居"]),
        ("对门的易爹爹陪我去过", "对门的易爹爹", []),
    ],
)
def test_whoever_somebody_is_to_go_with_is_the_one(text: str, words: str, who: list[Any]) -> None:
    start = text.find(words)
    person = {"entity": "person", "value": words, "start": start, "end": start + len(words)}
    line = replace(turn(text, "book_service", [person]), asked=None)
    assert [each.relation for each in named(line)] == who
