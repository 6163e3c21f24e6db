"""What is corrected, added or told beside an answer: nothing of it is lost, nothing else is made of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from rasa_sdk.executor import CollectingDispatcher

from actions import spoken
from actions.addresses import completed, put_right, said_address
from actions.answers import upcoming
from actions.booking import Booking
from actions.booking.learning import _own_people, another
from actions.form import MOST_REPEATS
from actions.naming import partial
from actions.orders import Cancel, CancelForm, OneOrder, choose_order, learn_order, title_of
from actions.out import Out
from actions.requests import AssessmentForm, ComplaintForm, DeviceForm
from actions.turn import Clause, Spoken, _aside, _wanted
from actions.who import bare_name, listed, named
from tests.actions.test_asking import BATH, SENIOR, TOMORROW, Api, Talk
from tests.actions.test_words import turn

CLEANING = {"entity": "service_type", "value": "cleaning", "text": "打扫", "start": 0, "end": 2}


class Town(Api):
    """As ``Api``, where booking works, and somebody acts for two parents."""

    def __init__(self) -> None:
        super().__init__()
        self.booked: list[dict[str, Any]] = []
        self.parents: list[dict[str, Any]] = []

    async def book(self, actor: Any, order: dict[str, Any]) -> dict[str, Any]:
        self.booked.append(order)
        return {"number": f"YL{len(self.booked)}"}

    async def acts_for(self, actor: Any, person_id: str) -> list[dict[str, Any]]:
        return self.parents

    async def find_people(self, actor: Any, name: str, **where: Any) -> dict[str, Any]:
        return {"candidates": [{"id": self.people[name], "name": name}] if name in self.people else []}


@pytest.fixture
def talk() -> Talk:
    return Talk(Town())


def order(
    number: str, day: int, service_type: str = "bath", status: str = "accepted", **more: Any
) -> dict[str, Any]:
    start = f"2025-06-{day:02}T09:00:00"
    return {
        "number": number,
        "status": status,
        "service_type": service_type,
        "starts_at_local": start,
        **more,
    }


async def test_a_yes_with_another_wish_books_the_first_and_keeps_the_other(talk: Talk) -> None:
    assert await talk("想约个洗澡，明天", "book_service", BATH, **TOMORROW) == ["utter_confirm_booking"]
    assert await talk("好，再加一份中午饭") == ["utter_booked"]
    assert talk.api.booked[0]["time"] == "09:00"  # type: ignore[attr-defined]
    (noted,) = talk.slots["later"]
    assert (noted["frame"]["service_type"], noted["frame"]["part"]) == ("meal", "noon")


async def test_another_wish_without_a_yes_books_nothing_yet(talk: Talk) -> None:
    await talk("想约个洗澡，明天", "book_service", BATH, **TOMORROW)
    assert await talk("再给我加一份中午饭") == ["utter_later", "utter_confirm_booking"]
    assert (talk.frame.time, talk.frame.part) == ("09:00", None)


def test_a_name_of_a_meal_is_no_time_for_another_service() -> None:
    assert another(Booking(service_type="cleaning"), turn("好，再加一份中午饭")) is not None
    assert another(Booking(service_type="meal"), turn("再加一份中午饭")) is None


async def test_as_many_more_are_added_to_those_read_back(talk: Talk) -> None:
    await talk("想约个洗澡，明天", "book_service", BATH, ("quantity", 1), **TOMORROW)
    assert await talk("好，再加一份", "inform", ("quantity", 1)) == ["utter_confirm_booking"]
    assert talk.frame.quantity == 2


async def test_whoever_leaves_it_open_has_not_said_yes(talk: Talk) -> None:
    await talk("想约个洗澡，明天", "book_service", BATH, **TOMORROW)
    assert await talk("你看着办", "affirm") == ["utter_confirm_booking"]
    assert await talk("对", "affirm") == ["utter_booked"]


@pytest.mark.parametrize(
    ("said", "intent", "booked"),
    [
        ("没有，都对", "inform", True),
        ("对的", "inform", True),
        ("哦对的，听岔了", "inform", True),
        ("没有哪里不对", "inform", True),
        ("没错没错，就这样", "affirm", True),
        ("要得要得，就这样整", "inform", True),
        ("对，就是明天", "inform", True),
        ("没有", "deny", False),
        ("都对，就是晚了点", "inform", False),
        ("名字", "affirm", False),
        ("都对吗", "inform", False),
    ],
)
async def test_a_yes_to_what_is_wrong_books_what_was_read(
    talk: Talk, said: str, intent: str, booked: bool
) -> None:
    await talk("想约个洗澡，明天", "book_service", BATH, **TOMORROW)
    assert await talk("不对", "deny") == ["utter_ask_correction"]
    when = {"date": "2025-06-12"} if "明天" in said else {}
    assert (await talk(said, intent, **when) == ["utter_booked"]) is booked
    assert len(talk.api.booked) == booked  # type: ignore[attr-defined]
    assert booked or talk.slots["frame"]


@pytest.mark.parametrize(
    "relative", ["大姑", "二姨", "舅姥爷", "表叔", "亲家母", "三婶", "战友", "嫂子", "老邻居"]
)
async def test_whoever_of_the_family_it_is_for_is_named_with_it(talk: Talk, relative: str) -> None:
    said = f"给我{relative}盛玉珠订明天九点的洗澡"
    entities = (("person", f"我{relative}"), ("name", "盛玉珠"))
    await talk(said, "book_service", BATH, *entities, **TOMORROW)
    (who,) = talk.frame.people
    assert (who.own, who.name) == (False, "盛玉珠")


@pytest.mark.parametrize(
    ("said", "kind", "meant"),
    [
        ("大姐，帮我订个饭", "relative", False),
        ("我姐想理个发", "relative", True),
        ("我朋友说你们这儿能送饭", "relative", False),
        ("我二姨想理个发", "relative", True),
        ("我二姨说你们这儿能理发", "senior", False),
        ("想把房子过户给我孙子，找人给讲讲法律", "relative", False),
    ],
)
def test_who_is_only_spoken_of_or_to_is_not_booked_for(said: str, kind: str, meant: bool) -> None:
    words = next(word for word in ("我姐", "我朋友", "我二姨", "我孙子", "大姐") if word in said)
    start = said.find(words)
    person = {"entity": "person", "value": words, "text": words, "start": start, "end": start + len(words)}
    people = named(turn(said, entities=[person], kind=kind))
    assert bool(people) is meant


async def test_another_address_at_the_read_back_is_taken(talk: Talk) -> None:
    await talk("想约个洗澡，明天", "book_service", BATH, **TOMORROW)
    assert await talk("不送家里，送到春柳路的演示酒店", "deny") == ["utter_confirm_booking"]
    assert talk.frame.address == "春柳路的演示酒店"


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("红塔区，玉兴路，三号", "红塔区玉兴路三号"),
        ("搬到洛王街道，演示小区，六栋三零二", "洛王街道演示小区六栋三零二"),
        ("不是三号，是玉江大道三十号", "玉江大道三十号"),
        ("我妈闵秋香 三眼桥街道演示里18栋502", "三眼桥街道演示里18栋502"),
    ],
)
def test_an_address_in_several_clauses_is_one(said: str, address: str) -> None:
    cut_off = [{"entity": "address", "value": address[-4:], "start": 0, "end": 1}]
    assert said_address(turn(said), asked=True) == address
    assert said_address(turn(said, entities=cut_off), asked=True) == address


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("等下，门牌是1102，不是1201", "春柳花苑9栋1102"),
        ("更正一下，门牌号是9栋1202，不是1201", "春柳花苑9栋1202"),
        ("不是1201，是1102", "春柳花苑9栋1102"),
        ("不是7栋", None),
        ("不是1201", None),
        ("是1102", None),
    ],
)
def test_a_number_called_wrong_is_replaced_in_the_address(said: str, address: str | None) -> None:
    assert put_right(said, "春柳花苑9栋1201") == address


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("门牌打错了，是502", "春柳花苑9栋502"),
        ("房号不对", None),
        ("门牌错了，是3栋502", None),
        ("下午两点改502", None),
    ],
)
def test_the_one_number_said_of_a_wrong_door_takes_its_place(said: str, address: str | None) -> None:
    assert put_right(said, "春柳花苑9栋402") == address


@pytest.mark.parametrize(
    "said",
    [
        "九点半到就行，住演示路18号4栋601，电话13900017208",
        "下午2点到，住演示路18号4栋601，手机号是13900017208",
        "门牌打错了，是601，演示路18号4栋601",
    ],
)
def test_neither_hour_nor_telephone_is_part_of_an_address(said: str) -> None:
    assert said_address(turn(said), asked=True) == "演示路18号4栋601"


def test_an_address_is_whole_down_to_its_door() -> None:
    street = [{"entity": "address", "value": "三眼桥街道", "start": 19, "end": 24}]
    told = turn("是我爸邓益民，13900017409，三眼桥街道演示坊4号", entities=street)
    assert said_address(told, asked=False) == "三眼桥街道演示坊4号"
    assert said_address(turn("去三眼桥街道看看", entities=street), asked=False) is None


async def test_the_full_name_told_at_the_read_back_takes_the_place_of_the_title(talk: Talk) -> None:
    await talk("帮隔壁的刘娭毑约个洗澡，明天", "book_service", BATH, **TOMORROW)
    await talk("刘娭毑", "inform", ("name", "刘娭毑"))
    await talk("13900003150", "inform", ("phone", "13900003150"))
    assert await talk("演示村2栋102", "inform", ("address", "演示村2栋102")) == ["utter_confirm_booking"]
    assert await talk("她叫刘桂珍", "inform", ("name", "刘桂珍")) == ["utter_confirm_booking"]
    assert (talk.frame.name, talk.frame.people[0].name) == ("刘桂珍", "刘桂珍")


async def test_each_of_two_services_has_the_time_behind_it(talk: Talk) -> None:
    text = "约个打扫，周五上午九点，再约个洗澡，周六下午两点"
    (bath,) = [{"entity": "service_type", "value": "bath", "start": 15, "end": 17}]
    both = turn(text, "book_service", [CLEANING | {"start": 2, "end": 4}, bath])
    told = [partial(each, both, 1) for each in ("cleaning", "bath")]
    assert [(each["date"], each["time"]) for each in told] == [
        ("2025-06-13", "09:00"),
        ("2025-06-14", "14:00"),
    ]


async def test_the_hour_told_beside_an_address_is_taken(talk: Talk) -> None:
    talk.slots["frame"] = Booking(
        service_type="bath", asked="address", date="2025-06-14", part="morning"
    ).model_dump()
    await talk("九点到就行，住演示路18号，电话晚上七点打", "inform", ("address", "演示路18号"))
    assert (talk.frame.date, talk.frame.time, talk.frame.address) == ("2025-06-14", "09:00", "演示路18号")


async def test_a_stay_is_read_back_as_long_as_was_said(talk: Talk) -> None:
    told = ("service_type", "short_stay")
    assert await talk("短期托养，明天九点，住五天", "book_service", told, **TOMORROW) == [
        "utter_confirm_booking"
    ]
    assert talk.frame.stay == "住五天" and talk.frame.quantity is None
    await talk("住一个星期吧")
    assert await talk("对", "affirm") == ["utter_booked"]
    assert talk.api.booked[0]["remarks"] == "住一个星期"  # type: ignore[attr-defined]
    assert talk.api.booked[0]["quantity"] == 1  # type: ignore[attr-defined]


def test_the_corrected_end_of_an_address_keeps_its_street() -> None:
    assert completed("六栋二零三", "洛王街道演示小区六栋三零二") == "洛王街道演示小区六栋二零三"
    assert completed("春晓路8号", "洛王街道演示小区六栋三零二") == "春晓路8号"
    assert completed("六栋二零三", None) == "六栋二零三"
    assert completed("求索路19号5栋303", "演示求索路19号5栋303") == "演示求索路19号5栋303"


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("我姓杨，杨春梅", "杨春梅"),
        ("免贵姓杨，叫春梅", "杨春梅"),
        ("杨春梅", "杨春梅"),
        ("两份", None),
        ("不知道", None),
        ("多少钱啊", None),
    ],
)
def test_a_name_and_what_is_none(said: str, name: str | None) -> None:
    assert bare_name(said) == name


def parent(number: int, name: str, title: str) -> dict[str, Any]:
    return {"person": {"id": f"{SENIOR[:-1]}{number}", "form_of_address": title}, "name": name}


async def test_both_parents_in_one_word_are_both_booked_for() -> None:
    talk = Talk(Town(), kind="relative")
    talk.api.parents = [parent(2, "于振海", "于爷爷"), parent(3, "孙桂花", "孙奶奶")]  # type: ignore[attr-defined]
    said = await talk("给我爸妈都约个洗澡，明天", "book_service", BATH, ("person", "我爸妈"), **TOMORROW)
    assert said == ["utter_confirm_booking"]
    assert [who.name for who in talk.frame.people] == ["于振海", "孙桂花"]


async def test_father_and_mother_are_told_apart_by_what_is_on_record() -> None:
    talk = Talk(Town(), kind="relative")
    talk.api.parents = [parent(2, "于振海", "于爷爷"), parent(3, "孙桂花", "孙奶奶")]  # type: ignore[attr-defined]
    said = await talk("给我妈约个洗澡，明天", "book_service", BATH, ("person", "我妈"), **TOMORROW)
    assert said == ["utter_confirm_booking"]
    assert [who.name for who in talk.frame.people] == ["孙桂花"]


async def test_both_is_an_answer_to_which_of_two() -> None:
    talk = Talk(Town(), kind="relative")
    talk.api.parents = [parent(2, "于振海", "于老师"), parent(3, "孙桂花", "孙老师")]  # type: ignore[attr-defined]
    said = await talk("给老人约个洗澡，明天", "book_service", BATH, **TOMORROW)
    assert said == ["utter_ask_person"]
    assert await talk("对，两个人都要", "affirm") == ["utter_confirm_booking"]
    assert len(talk.frame.people) == 2


async def test_a_question_is_not_put_for_ever_however_much_is_told_beside_it(talk: Talk) -> None:
    await talk("想约个洗澡", "book_service", BATH)
    said = [await talk("要清淡的", "inform", ("quantity", number + 1)) for number in range(MOST_REPEATS)]
    assert said[:-1] and all(said[:-1]) and said[-1] == []
    assert "没有听明白" in talk.custom[0]["person"]


async def test_a_list_of_a_worker_loses_nobody() -> None:
    api = Town()
    api.people = {"普凤仙": SENIOR, "李家福": f"{SENIOR[:-1]}2"}
    said = turn(
        "给普凤仙、李家福、王小二各订一份明天午饭", people=api.people, kind="worker", person_id=SENIOR
    )
    assert [who.name for who in listed(said)] == ["普凤仙", "李家福", "王小二"]
    talk = Talk(api, kind="worker")
    answer = await talk("给普凤仙、李家福、王小二各约一次洗澡，明天", "book_service", BATH, **TOMORROW)
    assert answer == ["utter_person_unknown", "utter_confirm_booking"]
    assert [who.name for who in talk.frame.people] == ["普凤仙", "李家福"]


async def test_an_assessment_by_a_worker_is_for_the_senior_named() -> None:
    talk = Talk(Town(), kind="worker")
    talk.form = AssessmentForm(talk.api)  # type: ignore[arg-type]
    talk.api.people = {"李家福": SENIOR}
    assert await talk("想申请能力评估", "request_assessment") == ["utter_ask_person"]
    assert await talk("李家福", "inform") == ["utter_confirm_assessment"]
    assert talk.slots["frame"]["people"][0]["name"] == "李家福"


async def test_the_same_as_last_time_asks_only_for_the_day(talk: Talk) -> None:
    talk.api.orders = [
        order("YL1", 2, "meal", "done", quantity=1, place="春晓站"),
        order("YL2", 9, "bath", "done", quantity=2, place="和风站"),
        order("YL3", 10, "meal", "cancelled", quantity=1, place="春晓站"),
    ]
    assert await talk("跟上次一样，再给我订一回", "book_service") == ["utter_ask_date"]
    assert (talk.frame.service_type, talk.frame.quantity, talk.frame.time) == ("bath", 2, "09:00")


def test_another_order_than_the_one_read_back() -> None:
    frame = Cancel(asked="confirm", order=order("YL1", 13, "cleaning"), day="2025-06-13")
    bath = {"entity": "service_type", "value": "bath", "text": "洗澡", "start": 6, "end": 8}
    learned = learn_order(
        frame, turn("不是打扫，是洗澡那个", entities=[CLEANING | {"start": 2, "end": 4}, bath]), Spoken()
    )
    assert learned == {"service_type"} and frame.order is None
    assert (frame.service_type, frame.day) == ("bath", None)


async def test_of_many_orders_only_the_next_are_read_out() -> None:
    api = Town()
    api.orders = [order(f"YL{day}", day, "meal") for day in range(12, 20)]
    heard = CollectingDispatcher()
    said = turn("不要送了", "cancel_order", person_id=SENIOR)
    assert await choose_order(CancelForm(api), OneOrder(), said, Out(heard))  # type: ignore[arg-type]
    assert heard.messages[0]["response"] == "utter_ask_which_order_many"
    assert len(heard.messages[0]["custom"]["choices"]) == 3


async def test_a_complaint_takes_up_what_is_told_at_the_read_back() -> None:
    talk = Talk(Town())
    talk.form = ComplaintForm(talk.api)  # type: ignore[arg-type]
    assert await talk("送的饭冰凉的，菜都馊了", "complain") == ["utter_confirm_complaint"]
    assert await talk("就昨天中午，三眼桥那个站的", "inform") == ["utter_confirm_complaint"]
    assert talk.slots["frame"]["details"] == "送的饭冰凉的，菜都馊了；就昨天中午，三眼桥那个站的"
    assert await talk("你们到底管不管", "find_service") == ["utter_confirm_complaint"]
    assert await talk("希望你们查清楚给我回个话", "human") == ["utter_confirm_complaint"]
    assert talk.slots["frame"]["details"].endswith("希望你们查清楚给我回个话")
    await talk("给我转人工，我要个说法", "human")
    assert "person" in talk.custom[-1]


async def test_a_question_about_a_device_is_answered_at_the_read_back_too() -> None:
    talk = Talk(Town())
    talk.form = DeviceForm(talk.api)  # type: ignore[arg-type]
    talk.api.documents = ["按文件，2018年试点发放。"]
    await talk("我想要个手环", "device")
    await talk("要钱吗", "inform")
    assert talk.custom[-1]["asks"] == "confirm"


def test_where_a_child_lives_is_not_where_the_senior_is_served() -> None:
    city = [{"entity": "city", "value": "青岛"}]
    assert turn("我闺女在青岛呢", entities=city).city is None
    assert turn("青岛有没有", entities=city).city == "青岛"


async def test_an_errand_of_ones_own_in_an_answer_is_no_other_service(talk: Talk) -> None:
    await talk("想约个洗澡", "book_service", BATH)
    await talk("明天我要去买菜，后天吧", "inform", ("service_type", "shopping"), date="2025-06-13")
    assert talk.frame.service_type == "bath"


async def test_a_question_at_the_read_back_is_no_yes(talk: Talk) -> None:
    await talk("想约个洗澡，明天", "book_service", BATH, **TOMORROW)
    assert await talk("订上了？", "affirm") == ["utter_confirm_booking"]


async def test_the_price_of_several_people_is_that_of_all() -> None:
    talk = Talk(Town(), kind="relative")
    talk.api.parents = [parent(2, "于振海", "于爷爷"), parent(3, "孙桂花", "孙奶奶")]  # type: ignore[attr-defined]
    heard = CollectingDispatcher()
    await talk("给我爸妈都约个洗澡，明天", "book_service", BATH, ("person", "我爸妈"), **TOMORROW)
    talk.form._confirm(talk.frame, turn("好"), Out(heard))
    assert (heard.messages[0]["what"], heard.messages[0]["price"]) == ("助浴各1次", "一共120元")


async def test_orders_of_two_parents_are_told_apart() -> None:
    api = Town()
    api.parents = [parent(2, "于振海", "于爷爷"), parent(3, "孙桂花", "孙奶奶")]
    api.orders = [order("YL1", 18, "checkup")]
    of_both = await upcoming(turn("改一下预约", kind="relative", person_id=SENIOR), api)  # type: ignore[arg-type]
    assert {title_of(each, date(2025, 6, 11))[:3] for each in of_both} == {"于振海", "孙桂花"}
    father = [{"entity": "person", "value": "我爸"}]
    of_one = await upcoming(turn("我爸那个改一下", entities=father, kind="relative", person_id=SENIOR), api)  # type: ignore[arg-type]
    assert [each["whose"] for each in of_one] == ["于振海"]
    api.parents = []
    own = await upcoming(turn("改一下预约", kind="relative", person_id=SENIOR), api)  # type: ignore[arg-type]
    assert [each["number"] for each in own] == ["YL1"]


async def test_the_number_of_a_door_is_no_day_and_no_number_of_portions(talk: Talk) -> None:
    await talk("想约个洗澡，明天", "book_service", BATH, ("address", "红塔区玉兴路三号"), **TOMORROW)
    said = await talk("不对，是玉江大道三十号", "deny", ("quantity", 30), date="2025-06-30")
    assert said == ["utter_confirm_booking"]
    assert talk.frame.address == "玉江大道三十号"
    assert (talk.frame.quantity, talk.frame.date) == (None, "2025-06-12")
    await talk("是三十号二单元", "inform", ("quantity", 30), date="2025-06-30")
    assert talk.frame.address == "玉江大道三十号二单元"


@pytest.mark.parametrize("said", ["好，两点就两点", "中，明天下午两点", "两点就两点"])
async def test_a_yes_that_says_the_hour_again_books(talk: Talk, said: str) -> None:
    talk.api.opens = 14
    await talk("想约个洗澡，明天下午两点", "book_service", BATH, date="2025-06-12", time="14:00")
    again = {"time": "14:00"} if "下午" in said else {"time": "02:00", "either_half": True}
    assert await talk(said, "affirm", **again) == ["utter_booked"]
    assert talk.api.booked[0]["time"] == "14:00"  # type: ignore[attr-defined]


def test_a_reason_changes_neither_service_nor_person() -> None:
    said = "九点我要去接孙子打针，改九点半"
    spans = [("person", "孙子", 6, 8), ("service_type", "nursing", 8, 10), ("quantity", 1, 11, 12)]
    entities = [{"entity": n, "value": v, "start": a, "end": b} for n, v, a, b in spans]
    clauses = (Clause("九点我要去接孙子打针", Spoken(), reason=True), Clause("改九点半", Spoken()))
    message = {"text": said, "entities": entities}
    kept = _wanted(message, _aside(message, clauses))
    assert [each["entity"] for each in kept] == ["quantity"]


async def test_at_the_read_back_the_person_is_corrected_and_nothing_else() -> None:
    api = Town()
    api.parents = [parent(2, "晏福林", "晏老师"), parent(3, "段淑华", "段老师")]
    api.people = {"晏福林": f"{SENIOR[:-1]}2", "段淑华": f"{SENIOR[:-1]}3"}
    talk = Talk(api, kind="relative")
    father, mother = ("person", "我爸"), ("person", "我妈")
    await talk("给我爸晏福林约个洗澡，明天", "book_service", BATH, father, **TOMORROW)
    assert [who.name for who in talk.frame.people] == ["晏福林"]
    assert await talk("说错人了，是我妈段淑华，别的不变", "deny", mother) == ["utter_confirm_booking"]
    assert [(who.name, who.person_id) for who in talk.frame.people] == [("段淑华", f"{SENIOR[:-1]}3")]
    assert (talk.frame.date, talk.frame.time) == ("2025-06-12", "09:00")
    assert await talk("不是我妈，是我爸", "deny", mother, father) == ["utter_ask_person"]
    assert [who.relation for who in talk.frame.people] == ["父亲"]


async def test_another_person_lives_at_another_address() -> None:
    class Homes(Town):
        async def person(self, actor: Any, person_id: str, *, confirmed: bool) -> dict[str, Any]:
            return {"home": f"{person_id[-1]}栋"}

    api = Homes()
    api.people = {"普凤仙": f"{SENIOR[:-1]}2", "李家福": f"{SENIOR[:-1]}3"}
    talk = Talk(api, kind="worker")
    await talk("给普凤仙约个洗澡，明天", "book_service", BATH, **TOMORROW)
    assert talk.frame.home == "2栋"
    await talk("不是普凤仙，是李家福", "deny")
    assert talk.frame.home == "3栋"


async def test_a_series_is_read_back_as_one_and_can_be_taken_back(talk: Talk) -> None:
    await talk("约洗澡，每天上午九点", "book_service", BATH, recurrence="FREQ=DAILY", time="09:00")
    assert talk.frame.recurrence == "FREQ=DAILY"
    assert await talk("不要天天，就后天一回", date="2025-06-13") == ["utter_confirm_booking"]
    assert talk.frame.recurrence is None and talk.frame.slot and talk.frame.slot.startswith("2025-06-13")


def test_a_series_is_told_as_more_than_one() -> None:
    told = spoken.series(datetime(2025, 6, 12, 12), "FREQ=WEEKLY;BYDAY=MO,WE;COUNT=6", date(2025, 6, 11))
    assert told == "每周一、三都约，不是只约一回，一共6次，从明天，6月12日星期四起，中午12点"


async def test_elsewhere_than_at_home_asks_for_the_address(talk: Talk) -> None:
    await talk("约洗澡，明天上午九点", "book_service", BATH, date="2025-06-12", time="09:00")
    assert await talk("莫到我自己屋里来，我住在我妹妹屋里") == ["utter_ask_address"]


async def test_a_wrong_reading_is_not_read_once_more(talk: Talk) -> None:
    await talk("约洗澡，明天上午九点", "book_service", BATH, date="2025-06-12", time="09:00")
    assert await talk("不对 3典", "deny") == ["utter_ask_correction"]


async def test_for_a_neighbour_name_and_time_may_come_in_any_order(talk: Talk) -> None:
    assert await talk("帮对门的老王头约个洗澡，明天", "book_service", BATH, **TOMORROW) == ["utter_ask_name"]
    assert await talk("上午九点", time="09:00") == ["utter_ask_name"]
    said = await talk("他叫王福生，住演示村2栋202", "inform", ("name", "王福生"), ("address", "演示村2栋202"))
    assert talk.frame.name == "王福生" and talk.frame.time == "09:00" and "utter_ask_name" not in said[0]
    await talk(
        "13900003115，哦不对，是13900003150", "inform", ("phone", "13900003115"), ("phone", "13900003150")
    )
    assert talk.frame.phone == "13900003150" and talk.frame.new_phone


def test_another_service_may_be_for_one_of_them() -> None:
    text, people = "汤德厚、易国良明天洗澡；另外易国良打扫", {"汤德厚": "p1", "易国良": "p2"}
    said = turn(text, "book_service", [CLEANING | {"start": text.find("打扫"), "end": len(text)}], people)
    assert [each["name"] for each in _own_people("cleaning", said)["people"]] == ["易国良"]


@pytest.mark.parametrize(
    ("said", "first"),
    [("我要6月9号上午九点洗澡", True), ("6月9号", False), ("不对，是6月9号", False)],
)
async def test_a_day_gone_by_is_said_to_be_so_and_the_day_asked(talk: Talk, said: str, first: bool) -> None:
    gone = {"date": "2025-06-09", "past": True} | ({"time": "09:00"} if first else {})
    if not first:
        await talk("想洗个澡", "book_service", BATH, **(TOMORROW if "不对" in said else {}))
    assert await talk(said, "book_service" if first else "inform", BATH, **gone) == [
        "utter_date_past",
        "utter_ask_date",
    ]
    assert talk.values[0] == {"day": "6月9日星期一"}
    assert await talk("那就19号", date="2025-06-19") == ["utter_confirm_booking"]
    assert talk.frame.date == "2025-06-19"
    if first or "不对" in said:
        assert talk.frame.time == "09:00"


async def test_a_day_gone_by_that_is_only_told_of_is_passed_over(talk: Talk) -> None:
    gone = {"date": "2025-06-10", "past": True}
    assert await talk("昨天没洗成，想洗个澡", "book_service", BATH, **gone) == ["utter_ask_date"]
    assert await talk("明天九点", **TOMORROW) == ["utter_confirm_booking"]
    assert await talk("不对，昨天也是九点来的", "deny", **gone) == ["utter_ask_correction"]


async def test_a_bare_name_of_a_service_answers_the_question_for_one(talk: Talk) -> None:
    assert await talk("想约个服务", "book_service") == ["utter_ask_service"]
    assert await talk("洗澡") == ["utter_ask_date"]
    assert talk.frame.service_type == "bath"


@pytest.mark.parametrize(
    ("address", "near"),
    [
        ("雨花区演示路8号", "雨花区"),
        ("长沙市雨花区演示路8号", "雨花区"),
        ("岳阳楼区三眼桥街道春晓里", "岳阳楼区三眼桥街道"),
        ("春晓小区5号楼", None),
    ],
)
def test_what_is_near_is_sought_by_street_or_district(address: str, near: str | None) -> None:
    assert Booking(address=address).street_or_town == near


def test_whoever_has_died_is_not_booked_for() -> None:
    family: dict[str, Any] = {"kind": "family", "person_id": "p1"}
    people = [{"entity": "person", "value": "外公"}, {"entity": "person", "value": "老伴"}]
    gone = turn("外公最近老伴走了，想请人开导开导", "book_service", people, **family)
    assert [who.relation for who in named(gone)] == ["外公"]
    both = turn("给外公和老伴都订一份", "book_service", people, **family)
    assert [who.relation for who in named(both)] == ["外公", "老伴"]


def test_an_official_name_is_the_service() -> None:
    def heard_as(text: str, service: str) -> tuple[str, ...]:
        found = _wanted({"text": text, "entities": [{"entity": "service_type", "value": service}]}, [])
        return tuple(each["value"] for each in found)

    assert heard_as("下周一助浴两人：苗本立上午九点", "legal_aid") == ("bath",)
    assert heard_as("助浴再加助洁", "bath") == ("bath",)
    assert heard_as("想买个助行器", "home_adaptation") == ("home_adaptation",)
    assert heard_as("请帮助医生", "family_doctor") == ("family_doctor",)


async def test_a_service_that_is_only_guessed_beside_an_hour_is_no_other_one(talk: Talk) -> None:
    await talk("想约个洗澡，明天", "book_service", BATH, **TOMORROW)
    await talk("啊，我刚找老花镜去了，明儿下午的，三点", "inform", ("service_type", "day_care"), **TOMORROW)
    assert talk.frame.service_type == "bath"


async def test_a_service_that_is_only_guessed_from_an_address_is_no_other_one(talk: Talk) -> None:
    await talk("想约个洗澡，明天下午", "book_service", BATH, part="afternoon", **TOMORROW)
    guess = {"entity": "service_type", "value": "nursing", "start": 13, "end": 15}
    where = {"entity": "address", "value": "演示街道南湖里8栋603", "start": 8, "end": 20}
    line = turn("老人叫方德厚，住演示街道南湖里8栋603", "inform", [where, guess])
    frame = talk.frame
    await talk.form.learn(frame, line, first=False)
    assert frame.service_type == "bath"


async def test_whoever_is_to_be_cared_for_is_the_one_it_is_for(talk: Talk) -> None:
    said = "俺老伴瘫在床上三年了，俺也七十九了，翻不动他了，想叫个护理员来给他翻翻身"
    await talk(said, "book_service", ("service_type", "nursing"), ("person", "俺老伴"))
    assert [who.relation for who in talk.frame.people] == ["老伴"]


async def test_a_rule_that_says_less_changes_nothing(talk: Talk) -> None:
    weekly = "FREQ=WEEKLY;BYDAY=MO,TH"
    await talk("想约个洗澡，每周一四", "book_service", BATH, recurrence=weekly)
    await talk("打下礼拜一开始就中，每个礼拜都来", date="2025-06-16", recurrence="FREQ=WEEKLY")
    assert (talk.frame.recurrence, talk.frame.date) == (weekly, "2025-06-16")


async def test_every_day_of_working_days_is_each_of_them(talk: Talk) -> None:
    days = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"
    await talk("周一到周五天天送饭", "book_service", ("service_type", "meal"), recurrence=days)
    assert talk.frame.asked == "quantity"
    await talk("每天中午一份", "inform", ("quantity", 1), recurrence="FREQ=DAILY", part="noon")
    assert talk.frame.recurrence == days
    frame = talk.frame.model_copy(update={"asked": "confirm"})
    line = replace(turn("每天都要"), when=Spoken(recurrence="FREQ=DAILY"))
    await talk.form.learn(frame, line, first=False)
    assert frame.recurrence == "FREQ=DAILY"


async def test_both_of_them_are_no_number(talk: Talk) -> None:
    await talk("想约个洗澡，明天", "book_service", BATH, **TOMORROW)
    line = turn("俩都对", "affirm", [{"entity": "quantity", "value": 2, "text": "俩", "start": 0, "end": 1}])
    frame = talk.frame
    await talk.form.learn(frame, line, first=False)
    assert frame.quantity is None
