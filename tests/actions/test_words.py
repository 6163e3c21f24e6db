"""What the actions read from and put into words."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import pytest
from rasa_sdk import Tracker

from actions import spoken
from actions.addresses import completed, said_address
from actions.answers import order_number
from actions.turn import Turn, services_named
from assistant.catalog.vocabulary import ServiceType
from assistant.client import SERVICE_TYPES
from assistant.desk.reading import heard

TODAY = date(2025, 6, 11)
NOW = "2025-06-11T10:00:00"
CALLER: dict[str, Any] = {
    "person_id": None,
    "kind": "senior",
    "confirmed": False,
    "phone": None,
    "city": "yueyang",
    "channel": "phone",
    "direction": "in",
    "conversation": "c",
}
"""Speaker of a turn, as the desk tells it."""


def clauses(text: str) -> dict[str, Any]:
    """The clauses of a turn, and the times in it, as the desk tells them."""
    read = heard(text, datetime.fromisoformat(NOW), None)
    return {"clauses": read["clauses"], "times": read["times"]}


def mentions(text: str, people: dict[str, str]) -> list[dict[str, Any]]:
    """Those of ``people`` (ids by name) whose names stand in a turn, as the desk tells them."""
    places = {name: text.find(name) for name in people if name in text}
    return [
        {"id": people[name], "name": name, "start": start, "end": start + len(name)}
        for name, start in sorted(places.items(), key=lambda each: each[1])
    ]


def turn(
    text: str,
    intent: str = "inform",
    entities: list[dict[str, Any]] | None = None,
    people: dict[str, str] | None = None,
    **speaker: Any,
) -> Turn:
    """A turn as the actions see it; ``people`` are on record, ids by name."""
    named = mentions(text, people or {})
    places = [(each["start"], each["end"]) for each in named]
    message = {
        "text": text,
        "intent": {"name": intent, "confidence": 1.0},
        "entities": entities or [],
        "metadata": {
            "now": NOW,
            "asked": None,
            "heard": heard(text, datetime.fromisoformat(NOW), None, places) if people else clauses(text),
            "people": named,
            "speaker": CALLER | speaker,
        },
    }
    return Turn.of(Tracker("s", {}, message, [], False, None, {}, "action_listen"))


@pytest.mark.parametrize(
    "said",
    ["对", "嗯呐", "是呢是呢", "好，好", "对的🙏", "中，就这么着", "确认", "对 确认修改", "👌", "行，就这样"],
)
def test_a_yes(said: str) -> None:
    assert turn(said).affirms


@pytest.mark.parametrize("said", ["不对", "不是", "对不起我没听清", "好贵啊", "是吗", "行不行啊"])
def test_no_yes(said: str) -> None:
    assert not turn(said, "deny").affirms


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("我住洛王街道演示花园5栋602", "洛王街道演示花园5栋602"),
        ("就在春晓里2栋301吧", "春晓里2栋301"),
        ("好，好", None),
        ("再说一遍", None),
        ("三份吧，亲戚来了", None),
    ],
)
def test_an_address_that_was_asked_for(said: str, address: str | None) -> None:
    assert said_address(turn(said), asked=True) == address


def test_order_numbers_of_any_length() -> None:
    assert order_number(turn("订单1005改到后天")) == "1005"
    assert order_number(turn("单号是YL25061203")) == "YL25061203"
    assert order_number(turn("订单在哪查")) is None


def test_days_times_and_money() -> None:
    assert spoken.day(date(2025, 6, 12), TODAY) == "明天，6月12日星期四"
    assert spoken.moment(datetime(2025, 6, 18, 15, 30), TODAY) == "6月18日星期三下午3点半"
    assert spoken.clock(time(0, 5)) == "凌晨0点5分"
    assert [spoken.yuan(fen) for fen in (800, 850, 805)] == ["8元", "8.5元", "8.05元"]
    assert spoken.recurrence("FREQ=WEEKLY;BYDAY=TU,TH") == "每周二、四"
    assert spoken.recurrence("FREQ=DAILY;COUNT=14") == "每天，一共14次"


@pytest.mark.parametrize(
    ("said", "index"),
    [("第二个", 1), ("2", 1), ("就第一个吧", 0), ("下午3点", 1), ("最后一个", 2), ("随便说说", None)],
)
def test_picking_from_what_was_offered(said: str, index: int | None) -> None:
    assert spoken.picked(said, ["上午9点", "下午3点", "晚上7点"]) == index


@pytest.mark.parametrize("kind", list(SERVICE_TYPES.values()), ids=lambda kind: str(kind.key))
def test_every_name_of_a_service_is_known_wherever_one_is_looked_for(kind: ServiceType) -> None:
    for name in (kind.name, kind.called, *kind.aliases):
        assert services_named(f"就{name}吧")[0] == (kind.key, 1, 1 + len(name))


def test_the_longest_name_of_a_service_counts() -> None:
    assert [key for key, _, _ in services_named("想做家电维修，再打扫一下")] == ["urgent_repair", "cleaning"]


@pytest.mark.parametrize(
    ("text", "remarks"),
    [
        ("我住六楼没得电梯", ["六楼没得电梯"]),
        ("在五楼，没电梯", ["五楼，没电梯"]),
        ("屋里养了条狗", ["养了条狗"]),
        ("少放盐啊", ["少放盐"]),
        ("我住六楼", []),
    ],
)
def test_what_whoever_comes_should_know(text: str, remarks: list[str]) -> None:
    assert turn(text).remarks == remarks


def test_a_part_of_an_address_said_again_in_words_is_the_same() -> None:
    assert completed("二栋三单元四零二", "演示镇祥和家园2栋3单元402") == "演示镇祥和家园2栋3单元402"
    assert completed("二栋三单元四零三", "演示镇祥和家园2栋3单元402") != "演示镇祥和家园2栋3单元402"
