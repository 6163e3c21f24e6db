"""Said in people's own words: cancelled, for a neighbour, with another name, asked beside an order."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest

from actions.orders import Cancel, CancelForm, OneOrder, learn_order
from actions.out import Out
from actions.turn import Spoken
from actions.who import named, renamed
from assistant.client import Client
from tests.actions.test_asking import BATH, TOMORROW, Talk
from tests.actions.test_corrections import Town, order
from tests.actions.test_words import turn


@pytest.fixture
def talk() -> Talk:
    return Talk(Town())


@pytest.mark.parametrize(
    ("said", "cancels"),
    [
        ("明早不是有个人要来给我洗澡嘛，我不整了，给我撤了吧", True),
        ("明早那个洗澡的别来了", True),
        ("明早给我洗个澡，水不要太烫", False),
        ("明早洗澡的撤了，再订一次后天的", False),
    ],
)
async def test_an_order_that_stands_is_cancelled_rather_than_booked_again(
    talk: Talk, said: str, cancels: bool
) -> None:
    talk.api.orders = [order("YL1", 12)]
    await talk(said, "book_service", BATH, **TOMORROW)
    assert [each["intent"] for each in talk.slots["later"]] == (["cancel_order"] if cancels else [])


@pytest.mark.parametrize(
    ("said", "changes"),
    [
        ("我明天不是约了个洗澡的师傅来么，那天上午我要去开会，来不赢", True),
        ("我之前喊你们明天来洗澡的，我那天要去吃酒，屋里冇得人", True),
        ("我明天不是约了人给我洗澡嘛，我寻思九点去忒晚", True),
        ("我那个洗澡，明天早上九点那个，去不了了", True),
        ("我那个老姐妹来了，有事，明天给我约个洗澡", False),
        ("我爸洗澡的那个单，明天他去我姑妈家不在", True),
        ("我后天不是约了洗澡么，那天来不赢", False),  # nothing stands on that day
        ("约个洗澡，明天，后天我有事", False),
    ],
)
async def test_an_order_that_cannot_be_kept_is_changed_rather_than_booked_again(
    talk: Talk, said: str, changes: bool
) -> None:
    talk.api.orders = [order("YL1", 12)]
    day = {"date": "2025-06-13"} if said.startswith("我后天") else TOMORROW
    await talk(said, "book_service", BATH, **day)
    assert [each["intent"] for each in talk.slots["later"]] == (["change_order"] if changes else [])


@pytest.mark.parametrize(
    "said",
    ["明天上午不是有个人来给我洗澡的啵", "我明天不是定了洗澡么，刚才老姑娘来电话，说领着俩孩子回来"],
)
async def test_an_order_that_is_asked_after_is_told(talk: Talk, said: str) -> None:
    talk.api.orders = [order("YL1", 12, quantity=1, unit="次")]
    told = await talk(said, "book_service", BATH, **TOMORROW)
    assert (told, talk.slots["last_order"], talk.slots["frame"]) == (["utter_order_status"], "YL1", None)


@pytest.mark.parametrize(
    ("said", "changes"),
    [
        ("我订的明天那个洗澡，明天我吃席去，你给我改晚上行不", True),
        ("申请改期：助浴，原定明天上午9点", True),
        ("上次订的洗澡不错，明天再给我约一次", False),
    ],
)
async def test_an_order_that_stands_is_changed_rather_than_booked_again(
    talk: Talk, said: str, changes: bool
) -> None:
    talk.api.orders = [order("YL1", 12)]
    await talk(said, "book_service", BATH, **TOMORROW)
    assert [each["intent"] for each in talk.slots["later"]] == (["change_order"] if changes else [])


async def test_where_nothing_stands_nothing_is_cancelled(talk: Talk) -> None:
    await talk("明早那个洗澡的，撤了吧", "book_service", BATH, **TOMORROW)
    assert talk.slots["later"] == []


def test_a_cancellation_that_cannot_be_meant_otherwise_is_a_yes() -> None:
    form = CancelForm(Client("http://127.0.0.1:1", "none"))
    assert form.agrees(turn("不改日子，就是不要了", "deny"))
    assert not form.agrees(turn("不要取消了，留着吧", "deny"))


@pytest.mark.parametrize(
    ("said", "who"),
    [("俺老伴上青岛给闺女看孩子去了，给俺送个饭", []), ("给闺女订个饭，她坐月子", ["闺女"])],
)
def test_whoever_is_helped_with_the_children_is_not_whom_it_is_for(said: str, who: list[str]) -> None:
    person = {"entity": "person", "value": "闺女", "start": said.index("闺女"), "end": said.index("闺女") + 2}
    assert [each.relation for each in named(turn(said, "book_service", [person]))] == who


def neighbour(text: str) -> list[str | None]:
    words = "对门的易爹爹"
    start = text.index(words)
    person = {"entity": "person", "value": words, "start": start, "end": start + len(words)}
    return [who.relation for who in named(turn(text, "book_service", [person]))]


@pytest.mark.parametrize(
    ("said", "for_them"),
    [
        ("不是给我自己打，是我对门的易爹爹，想请个人给他搞下卫生", True),
        ("帮我对门的易爹爹约个打扫", True),
        ("对门的易爹爹说你们打扫得好，我也想约一个", False),
    ],
)
def test_a_neighbour_may_be_the_one_it_is_for(said: str, for_them: bool) -> None:
    assert neighbour(said) == (["邻居"] if for_them else [])


async def test_of_a_neighbour_name_and_number_are_asked(talk: Talk) -> None:
    talk.speaker["phone"] = "13900001111"
    said = "帮我对门的易爹爹约个洗澡，明天"
    assert await talk(said, "book_service", BATH, ("person", "对门的易爹爹"), **TOMORROW) == [
        "utter_ask_name"
    ]
    assert await talk("易茂林", "inform", ("name", "易茂林")) == ["utter_ask_phone"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("不好意思名字打错了，是韩立明，明天的明", "韩立明"),
        ("姓名不对，应该是韩立明", "韩立明"),
        ("不叫韩立民，叫韩立明", "韩立明"),
        ("是明天", None),
        ("日子错了，是周五", None),
    ],
)
def test_the_right_name(text: str, name: str | None) -> None:
    assert renamed(text) == name


async def test_a_wrong_name_changes_nothing_but_the_name(talk: Talk) -> None:
    await talk("给我爸约个洗澡，明天", "book_service", BATH, ("person", "我爸"), **TOMORROW)
    await talk("韩立民", "inform", ("name", "韩立民"))
    await talk("13900002226", "inform", ("phone", "13900002226"))
    if talk.frame.asked == "address":
        await talk("演示街道6栋101", "inform", ("address", "演示街道6栋101"))
    assert await talk("名字打错了，是韩立明", "deny") == ["utter_confirm_booking"]
    frame = talk.frame
    assert (frame.name, frame.date, frame.phone) == ("韩立明", "2025-06-12", "13900002226")


@pytest.mark.parametrize("said", ["下午三点，对了这个政府给不给补贴", "这个政府给不给补贴"])
async def test_public_money_asked_within_a_booking_is_about_what_is_booked(talk: Talk, said: str) -> None:
    talk.api.documents = ["2023年的材料：……"]
    await talk("想约个洗澡", "book_service", BATH)
    time = {"part": "afternoon"} if "三点" in said else {}
    await talk(said, "ask_subsidy", **time)
    assert str(talk.api.questions[-1]["topic"]).startswith("洗澡") and talk.frame.service_type == "bath"


@pytest.mark.parametrize(
    ("said", "still"),
    [
        ("现在还是这个数吗", True),
        ("那现在呢", True),
        ("今年涨了没", True),
        ("现在订明天的饭", False),
    ],
)
def test_whether_what_was_told_still_holds(said: str, still: bool) -> None:
    assert turn(said).asks_if_still_so is still


async def test_a_question_where_and_by_which_telephone_books_nothing(talk: Talk) -> None:
    said = "我爸病重了，想问下哪有洗澡的 有电话吗"
    assert (await talk(said, "book_service", BATH))[0] == "utter_found_first"
    assert talk.slots["frame"] is None


@pytest.mark.parametrize(
    ("said", "service"),
    [("嗯，就撤饭", "meal"), ("洗澡那个", "bath"), ("头发和饭都撤", None), ("第一个", None)],
)
def test_a_word_of_a_service_points_at_its_order(said: str, service: str | None) -> None:
    pointed = OneOrder()
    learn_order(pointed, turn(said), Spoken())
    assert pointed.service_type == service


@pytest.mark.parametrize(
    ("said", "name"),
    [("老人那春生", "那春生"), ("那春生老人", "那春生"), ("社区的老人", None), ("不知道", None)],
)
def test_a_worker_names_whoever_has_a_rare_surname(said: str, name: str | None) -> None:
    line = replace(turn(said, kind="worker"), asked="person")
    assert [who.name for who in named(line)] == ([name] if name else [])


@pytest.mark.parametrize(
    ("said", "service", "people"),
    [
        ("我家老伴瘫在床上大半年了，头发长得很，请个剪头发的来", "haircut", ["老伴"]),
        ("老伴瘫在床上，我出不了门，给我剪个头发", "haircut", []),
        ("老伴瘫在床上，我出不了门，送份饭来", "meal", []),
    ],
)
def test_who_lies_in_bed_is_the_one_somebody_comes_for(said: str, service: str, people: list[str]) -> None:
    start = said.index("老伴")
    person = {"entity": "person", "value": "老伴", "start": start, "end": start + 2}
    line = turn(
        said, "book_service", [person, {"entity": "service_type", "value": service, "start": 0, "end": 2}]
    )
    assert [each.relation for each in named(line)] == people


async def test_a_name_at_the_read_back_of_ones_own_booking_is_that_of_somebody_else(talk: Talk) -> None:
    await talk("想约个洗澡，明天", "book_service", BATH, **TOMORROW)
    await talk("合呢，她叫禄凤仙", "inform", ("name", "禄凤仙"))
    assert [who.name for who in talk.frame.people] == ["禄凤仙"]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("我跟你们约了个洗澡的，明天来，是吧", True),
        ("我昨天订了洗澡，明天上午的", True),
        ("我明天约得个洗澡的", True),
        ("洗澡约了吧，明天", False),
        ("给我约了洗澡再讲，明天", False),
    ],
)
async def test_an_order_told_of_as_made_is_told_rather_than_booked_again(
    talk: Talk, said: str, told: bool
) -> None:
    talk.api.orders = [order("YL1", 12, quantity=1, unit="次")]
    said_of_it = await talk(said, "book_service", BATH, **TOMORROW)
    assert ("utter_confirm_booking" not in said_of_it) is told


async def test_nobody_is_booked_who_is_called_off_beside_a_yes(talk: Talk) -> None:
    await talk("想约个洗澡，明天", "book_service", BATH, **TOMORROW)
    assert await talk("是的，不要了，麻烦你啊") == ["utter_stopped"]
    assert talk.api.booked == []  # type: ignore[attr-defined]


async def test_a_yes_with_nothing_else_behind_it_is_one(talk: Talk) -> None:
    await talk("想约个洗澡，明天", "book_service", BATH, **TOMORROW)
    assert await talk("中，那没别的了") == ["utter_booked"]


async def test_what_is_unchanged_takes_nothing_back(talk: Talk) -> None:
    await talk("想约个洗澡，明天", "book_service", BATH, **TOMORROW)
    assert await talk("地址没变，就南津里那个", "deny") == ["utter_confirm_booking"]


def test_nothing_more_than_nobody_coming_stands_behind_giving_up() -> None:
    assert turn("那算了，不订了，莫派人来").gives_up
    assert not turn("那算了，还是后天吧").gives_up


async def test_cancelling_is_turned_to_a_change() -> None:
    town = Town()
    town.orders = [order("YL1", 12, "medical_escort")]
    form, made = CancelForm(cast(Client, town)), Cancel(order=town.orders[0], asked="confirm")
    said = turn("先莫退！那么不退了，给我改成后天早上八点半", people={"无": "x"}, person_id="s")
    assert await form.learn(made, said, first=False) == {"turned"}
    await form.go_on(made, said, cast(Out, None))
    assert made.ended
    assert made.later == [{"intent": "change_order", "frame": {"noted": False, "number": "YL1"}}]


async def test_a_yes_that_tells_the_order_over_books_no_other(talk: Talk) -> None:
    await talk("想约个洗澡，明天", "book_service", BATH, **TOMORROW)
    await talk("对")
    assert await talk("对，明天上午九点，就这样", "book_service", BATH, **TOMORROW) == ["utter_as_booked"]


async def test_the_moment_behind_the_new_day_is_taken_with_it(talk: Talk) -> None:
    await talk("想约个洗澡，明天", "book_service", BATH, **TOMORROW)
    new_day = {"date": "2025-06-14", "time": "14:00:00"}
    await talk("那天家里没人，改礼拜六吧，这礼拜六下午两点", **new_day)
    assert talk.frame.date == "2025-06-14"
    assert talk.frame.time == "14:00"
