"""What stands between a question and its answer: waiting, giving up, questions about a place."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from actions.answers import order_number
from actions.booking import Booking
from actions.orders import CancelForm, Change, ChangeForm
from actions.places import place_said
from actions.requests import ComplaintForm, contact_said
from actions.turn import Spoken
from actions.who import Who
from assistant.client import Refused
from assistant.desk.reading import heard
from tests.actions.test_asking import BATH, SENIOR, TOMORROW, Api, Talk
from tests.actions.test_words import turn


class Catalogue(Api):
    """One place that is known by name, with its telephone."""

    def __init__(self) -> None:
        super().__init__()
        self.covered = True

    async def resolve(self, actor: Any, name: str, city: str | None = None) -> list[dict[str, Any]]:
        found = {"type": "place", "name": "演示助餐点", "score": 0.9, "matched_by": "part"}
        return [found] if "演示助餐点" in name else []

    async def search(self, actor: Any, **query: Any) -> dict[str, Any]:
        answer = await super().search(actor, **query)
        if query.get("q"):
            answer["results"][0]["place"] |= {"address": "演示路21号", "phone": "024-5550060"}
        return answer if self.covered else {"known_city": False, "results": []}


@pytest.fixture
def talk() -> Talk:
    return Talk(Catalogue())


@pytest.mark.parametrize(
    ("text", "waits"),
    [
        ("她住几号楼我一下子想不起来，你等等，我翻翻手机", True),
        ("号码我记不得了，等我找找", True),
        ("等一下，我问问我闺女", True),
        ("等会儿啊，我看看日历", True),
        ("几栋来着，我问问他", True),
        ("我想问一下多少钱", False),
        ("找着了，演示小区8号楼301，你等等我看看对不对", False),
        ("我忘了说，不要辣的", False),
        ("没错", False),
    ],
)
def test_whoever_looks_for_it_is_waited_for(text: str, waits: bool) -> None:
    assert turn(text).waits is waits


async def test_waiting_asks_again_and_counts_for_nothing(talk: Talk) -> None:
    await talk("想约个洗澡", "book_service", BATH)
    for _ in range(7):
        assert await talk("等等，我看看日历") == ["utter_wait", "utter_ask_date"]
    assert await talk("明天九点", **TOMORROW) == ["utter_confirm_booking"]


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("哦 那算了 谢谢", True),
        ("好吧，那先不用了，麻烦你了", True),
        ("还是不订了", True),
        ("不用辣的", False),
        ("算了一下，两份", False),
    ],
)
async def test_a_matter_is_dropped_in_many_words(talk: Talk, text: str, ends: bool) -> None:
    await talk("想约个洗澡", "book_service", BATH)
    assert ("utter_stopped" in await talk(text, "thank")) is ends


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("你们那演示助餐点在哪疙瘩啊，电话多少", {"address", "phone"}),
        ("几点开门几点关门", {"hours"}),
        ("几点开门，多少钱一份", {"hours", "price"}),
        ("电话呢", {"phone"}),
        ("我要订明天的饭", set()),
        ("几点来啊", set()),
        ("我翻翻手机", set()),
        ("稍等，我找一下他电话", set()),
    ],
)
def test_what_is_asked_of_a_place(text: str, facts: set[str]) -> None:
    assert turn(text).asked_facts == facts


async def test_a_place_asked_of_in_between_is_told_of_in_full(talk: Talk) -> None:
    await talk("想约个洗澡", "book_service", BATH)
    said = await talk("等会儿，你们那演示助餐点在哪疙瘩啊，电话多少", "find_service")
    assert said == ["utter_place_facts", "utter_ask_date"]
    assert talk.api.searched[-1]["q"] == "演示助餐点"


async def test_a_question_at_the_read_back_is_about_the_place_that_would_come(talk: Talk) -> None:
    await talk("想约个洗澡，明天", "book_service", BATH, **TOMORROW)
    before = talk.frame
    said = await talk("诶先问一句，你们几点开门", "find_service", part="morning")
    assert said == ["utter_place_facts", "utter_confirm_booking"]
    assert talk.frame.slot == before.slot


async def test_a_kind_of_place_is_no_name() -> None:
    assert await place_said(turn("你们食堂几点开门"), Catalogue(), "铁岭") is None  # type: ignore[arg-type]


async def test_a_city_without_service_is_named_at_once(talk: Talk) -> None:
    talk.api.covered = False  # type: ignore[attr-defined]
    said = await talk("我妈在长沙住，能给她约个洗澡吗", "book_service", BATH, ("city", "长沙"))
    assert said == ["utter_city_not_covered"]
    assert talk.slots["pending"]["kind"] == "person" and talk.slots["requested_slot"] is None


async def test_a_corrected_number_is_read_back_and_nothing_else_is_taken_from_it() -> None:
    talk = Talk(Api(), person_id=None, phone=None, kind="relative")
    await talk("给我外婆约个洗澡", "book_service", BATH, ("person", "我外婆"), **TOMORROW)
    await talk("袁细妹", "inform", ("name", "袁细妹"))
    await talk("13900008253", "inform", ("phone", "13900008253"))
    await talk("演示里6栋402", "inform", ("address", "演示里6栋402"))
    said = await talk("号码后三位不对，是588", "inform", ("phone", "13900008588"))
    assert said == ["utter_confirm_booking"]
    assert (talk.frame.address, talk.frame.new_phone) == ("演示里6栋402", True)


@pytest.mark.parametrize(
    ("text", "contact"),
    [
        ("换成俺二闺女刘敏，她电话是13900008354", ("二闺女", "刘敏")),
        ("改成我儿子，他叫王建国，电话13900001111", ("儿子", "王建国")),
        ("换成我女儿的电话13900001111", ("女儿", None)),
        ("换成李秀英", (None, "李秀英")),
        ("我大儿子不在了，换成小女儿陈芳", ("小女儿", "陈芳")),
        ("对，没错", (None, None)),
    ],
)
def test_the_new_contact_has_a_relation_and_a_name(text: str, contact: tuple[str | None, str | None]) -> None:
    assert contact_said(turn(text), asked=False) == contact


class Orders(Catalogue):
    """Somebody with two meals and a cleaning to come."""

    def __init__(self) -> None:
        super().__init__()
        self.cancelled: list[str] = []
        self.orders = [
            {"id": number, "number": number, "service_type": kind, "status": "requested", "offering_id": "o",
             "starts_at_local": f"2025-06-{day}T12:00:00", "quantity": 1, "unit": "份", "place": "和风站"}
            for number, kind, day in (("1", "meal", 13), ("2", "meal", 14), ("3", "cleaning", 15))
        ]  # fmt: skip

    async def order(self, actor: Any, number: str) -> dict[str, Any]:
        raise Refused(404, {"code": "order_not_found"})

    async def cancel_order(self, actor: Any, order_id: str, reason: str | None) -> None:
        self.cancelled.append(order_id)


@pytest.fixture
def cancelling() -> Talk:
    talk = Talk(Orders())
    talk.form = CancelForm(talk.api)  # type: ignore[arg-type]
    return talk


async def test_all_orders_are_read_back_and_cancelled_together(cancelling: Talk) -> None:
    meal = ("service_type", "meal")
    assert await cancelling("把饭取消了", "cancel_order", meal) == ["utter_ask_which_order"]
    assert await cancelling("对，都不要了", "stop") == ["utter_confirm_cancel"]
    assert await cancelling("对，都不要了", "stop") == ["utter_cancelled"]
    assert cancelling.api.cancelled == ["1", "2"]  # type: ignore[attr-defined]


async def test_one_of_all_may_be_picked_at_the_read_back(cancelling: Talk) -> None:
    await cancelling("预约全部取消", "cancel_order")
    await cancelling("不对，就礼拜五那顿", "deny", ("service_type", "meal"), date="2025-06-13")
    assert await cancelling("对", "affirm") == ["utter_cancelled"]
    assert cancelling.api.cancelled == ["1"]  # type: ignore[attr-defined]


async def test_a_complaint_is_agreed_to_with_more_told() -> None:
    form = ComplaintForm(Catalogue())  # type: ignore[arg-type]
    assert form.agrees(turn("对，昨天的，你们给我记上"))
    assert not form.agrees(turn("对，算了，不投诉了", "deny"))


@pytest.mark.parametrize(
    ("text", "asked", "number"),
    [
        ("查单4217 到哪步了", None, "4217"),
        ("取消4218，殷桂华住院了", None, "4218"),
        ("取消尾号4218那个", None, "4218"),
        ("4218", "which_order", "4218"),
        ("改2025年的", None, None),
        ("取消1201室的", None, None),
        ("4218", "quantity", None),
    ],
)
def test_the_number_of_an_order_is_known_by_what_is_done_with_it(
    text: str, asked: str | None, number: str | None
) -> None:
    assert order_number(replace(turn(text), asked=asked)) == number


async def test_the_last_figures_of_a_number_name_the_order(cancelling: Talk) -> None:
    cancelling.api.orders[1]["number"] = "YL12344218"
    assert await cancelling("取消尾号4218那个", "cancel_order") == ["utter_confirm_cancel"]
    assert await cancelling("对", "affirm") == ["utter_cancelled"]
    assert cancelling.api.cancelled == ["2"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("周五上午九点卢玉成理发", True),
        ("10:00 明天 代理发 谷玉珍", True),
        ("理发改到周五上午九点", False),
        ("周五上午九点能理发吗", False),
        ("左宗玉要理发，周五上午九点行不行", True),
        ("昨天理发", False),
        ("理发", False),
    ],
)
def test_a_service_and_a_moment_note_a_booking(text: str, note: bool) -> None:
    said = turn(text, "change_order", [{"entity": "service_type", "value": "haircut"}])
    when = Spoken.of(heard(text, said.now, None)["when"])
    assert replace(said, when=when).notes_a_booking is note


async def test_a_note_that_seems_a_change_is_a_booking_where_no_such_order_stands() -> None:
    talk = Talk(Orders(), kind="worker")
    talk.form = ChangeForm(talk.api)  # type: ignore[arg-type]
    told = {"date": "2025-06-13", "time": "09:00"}
    await talk("周五上午九点卢玉成理发", "change_order", ("service_type", "haircut"), **told)
    assert [each["intent"] for each in talk.slots["later"]] == ["book_service"]


async def test_the_service_told_of_is_the_one_that_is_booked(talk: Talk) -> None:
    talk.slots["pending"] = {"kind": "told", "parts": {}, "service_type": "bath"}
    assert await talk("我本人去，明天上午九点", "book_service", **TOMORROW) == ["utter_confirm_booking"]
    assert talk.frame.service_type == "bath"


async def test_a_yes_names_no_day(talk: Talk) -> None:
    assert await talk("想约个洗澡", "book_service", BATH) == ["utter_ask_date"]
    assert await talk("对", "affirm") == ["utter_ask_date_again"]
    assert await talk("随便哪天都行", "inform") == ["utter_confirm_booking"]


async def test_whom_it_is_for_may_be_said_beside_the_address(talk: Talk) -> None:
    talk.slots["frame"] = Booking(
        service_type="bath",
        people=[Who(person_id=SENIOR, own=True)],
        asked="address",
        date="2025-06-12",
        home="",
    ).model_dump()
    await talk("是给我爸约的，演示路4号", "inform", ("person", "我爸"), ("address", "演示路4号"))
    assert [who.relation for who in talk.frame.people] == ["父亲"]


async def test_whether_a_city_is_served_is_looked_up_once(talk: Talk) -> None:
    city = ("city", "铁岭")
    assert await talk("在铁岭想洗个澡", "book_service", BATH, city) == ["utter_ask_date"]
    await talk("等等，我看看日历")
    assert await talk("明天九点", **TOMORROW) == ["utter_confirm_booking"]
    looked_up = [query for query in talk.api.searched if query["limit"] == 1]
    assert [query["city"] for query in looked_up] == ["铁岭"]


async def test_a_place_is_sought_once_for_a_question_about_it(talk: Talk) -> None:
    names: list[str] = []

    async def resolve(actor: Any, name: str, city: str | None = None) -> list[dict[str, Any]]:
        names.append(name)
        return []

    await talk("想洗个澡", "book_service", BATH)
    talk.api.resolve = resolve  # type: ignore[method-assign]
    await talk("春晓路老年食堂电话是多少", "find_service")
    assert len(names) == 1


async def test_a_note_of_something_else_changes_no_order_in_hand() -> None:
    talk = Talk(Orders(), kind="worker")
    talk.form = ChangeForm(talk.api)  # type: ignore[arg-type]
    talk.slots["frame"] = Change(order=talk.api.orders[0], asked="new_time").model_dump()
    told = {"date": "2025-06-16", "time": "09:00"}
    errand = ("service_type", "shopping")
    assert await talk("下周一九点 舒望春 代购", "inform", errand, **told) == [
        "utter_later",
        "utter_ask_new_time",
    ]
    assert talk.slots["later"][0]["frame"]["service_type"] == "shopping"
    assert Change.model_validate(talk.slots["frame"]).date is None


@pytest.mark.parametrize(
    ("text", "orders"),
    [
        ("俺订个明天中午的饭，一份，再跟你打听打听上门理发多少钱", True),
        ("想约后天下午洗澡，顺便问下食堂几点开门", True),
        ("上门理发多少钱，明天中午的饭几点送", False),
        ("我昨天订的饭，理发多少钱", False),
    ],
)
def test_a_clause_orders_whatever_is_asked_beside_it(text: str, orders: bool) -> None:
    assert turn(text).orders_in_a_clause is orders
