"""What the booking form asks back, answers in between, and gives up on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.answers import ask_subsidy, find_service
from actions.booking import Booking, BookingForm
from actions.naming import asked_beside, asks_for_money
from actions.orders import OneOrder, choose_order
from actions.out import Out
from actions.places import Option, either, resembling
from actions.requests import AssessmentForm, ComplaintForm
from actions.turn import Turn
from assistant.client import Refused
from assistant.desk.reading import heard
from tests.actions.test_words import clauses, mentions, turn

SENIOR = "8f0c0000-0000-4000-8000-000000000001"
HOME = "洛王街道演示花园5栋602"


class Api:
    """A city with one bath house, a catalogue of names and a person on record."""

    def __init__(self) -> None:
        self.names: list[dict[str, Any]] = []
        self.opens = 9
        """Hour of the one slot of a day."""
        self.searched: list[dict[str, Any]] = []
        self.price: int | None = 6000
        self.at_home = True
        self.orders: list[dict[str, Any]] = []
        self.documents: list[str] = []
        self.questions: list[dict[str, Any]] = []
        self.people: dict[str, str] = {}
        self.tickets: list[dict[str, Any]] = []

    async def resolve(self, actor: Any, name: str, city: str | None = None) -> list[dict[str, Any]]:
        return self.names

    async def person(self, actor: Any, person_id: str, *, confirmed: bool) -> dict[str, Any]:
        return {"home": HOME}

    async def find_people(self, actor: Any, name: str, **where: Any) -> dict[str, Any]:
        return {"candidates": []}

    async def acts_for(self, actor: Any, person_id: str) -> list[dict[str, Any]]:
        return []

    async def open_ticket(self, actor: Any, ticket: dict[str, Any]) -> dict[str, Any]:
        self.tickets.append(ticket)
        return {"number": f"GD{len(self.tickets)}"}

    async def order(self, actor: Any, number: str) -> dict[str, Any]:
        raise Refused(404, {"code": "order_not_found", "message": "没有这个订单"})

    async def orders_of(self, actor: Any, person_id: str) -> list[dict[str, Any]]:
        return self.orders

    async def match_benefits(self, actor: Any, question: dict[str, Any]) -> dict[str, Any]:
        self.questions.append(question)
        found = [{"text": each} for each in self.documents]
        return {"found": bool(found), "answers": found, "message": "没有查到"}

    async def search(self, actor: Any, **query: Any) -> dict[str, Any]:
        self.searched.append(query)
        offering = {"id": "o", "name": "助浴", "service_type": "bath", "unit": "次", "unit_price_fen": self.price,
                    "at_home": self.at_home}  # fmt: skip
        place = {"name": query.get("q") or "和风站", "address": None, "phone": None}
        return {"known_city": True, "results": [{"place": place, "offering": offering, "bookable": True}]}

    async def slots(self, actor: Any, offering: str, day: Any) -> list[dict[str, Any]]:
        return [
            {
                "starts_at": f"{day}T{self.opens:02}:00:00",
                "ends_at": f"{day}T{self.opens + 1}:00:00",
                "free": 3,
            }
        ]


class Talk:
    """The booking form over several turns, as Rasa would run it."""

    def __init__(self, api: Api, **speaker: Any) -> None:
        self.form = BookingForm(api)  # type: ignore[arg-type]
        self.api, self.slots = api, dict[str, Any]()
        self.speaker = {"person_id": SENIOR} | speaker
        self.patience = 3
        self.sure = 1.0
        """The classifier's confidence in the entities."""
        self.custom: list[dict[str, Any]] = []
        self.values: list[dict[str, Any]] = []
        """What the responses were filled with."""

    async def __call__(
        self, text: str, intent: str = "inform", *entities: tuple[str, Any], **heard: Any
    ) -> list[str]:
        """Say something; returns the names of the responses, whose custom parts stand in ``custom``."""
        asked = (self.slots.get("frame") or {}).get("asked")
        who = turn(text, **self.speaker).speaker
        message = {
            "text": text,
            "intent": {"name": intent, "confidence": 1.0},
            "entities": [
                {"entity": name, "value": value, "text": str(value), "start": 0, "end": len(text)}
                | {"confidence_entity": self.sure}
                for name, value in entities
            ],
            "metadata": {
                "now": "2025-06-11T10:00:00",
                "asked": asked,
                "heard": {"when": heard} | clauses(text),
                "patience": self.patience,
                "people": mentions(text, self.api.people),
                "speaker": {name: getattr(who, name) for name in who.__dataclass_fields__},
            },
        }
        dispatcher = CollectingDispatcher()
        tracker = Tracker("s", self.slots, message, [], False, None, {}, "action_listen")
        for event in await self.form.run(dispatcher, tracker, {}):
            if event["event"] == "slot":
                self.slots[event["name"]] = event["value"]
        self.custom = [each["custom"] for each in dispatcher.messages if each.get("custom")]
        told = ("response", "custom", "text", "buttons", "elements", "template", "image", "attachment")
        self.values = [{k: v for k, v in each.items() if k not in told} for each in dispatcher.messages]
        return [each["response"] for each in dispatcher.messages if each.get("response")]

    @property
    def frame(self) -> Booking:
        return Booking.model_validate(self.slots["frame"])


def named(name: str, score: float, kind: str = "area", matched_by: str = "pinyin") -> dict[str, Any]:
    return {"type": kind, "name": name, "score": score, "matched_by": matched_by}


@pytest.fixture
def talk() -> Talk:
    return Talk(Api())


BATH = ("service_type", "bath")
TOMORROW = {"date": "2025-06-12", "time": "09:00"}


@pytest.mark.parametrize("answer", ["春晓路", "第二个", "是路，春晓路那个"])
async def test_a_place_that_sounds_like_two_is_asked_back_and_the_answer_taken(
    talk: Talk, answer: str
) -> None:
    talk.api.names = [named("春晓里", 0.9), named("春晓路", 0.88), named("春柳巷", 0.7)]
    said = await talk("明天九点去春小鹿洗澡", "book_service", BATH, ("place", "春晓里"), **TOMORROW)
    assert said == ["utter_ask_place"]
    assert [each["title"] for each in talk.custom[0]["choices"]] == ["春晓里", "春晓路"]
    assert await talk(answer) == ["utter_confirm_booking"]
    assert talk.frame.place == talk.api.searched[-1]["q"] == "春晓路"


async def test_neither_of_the_places_is_an_answer_too(talk: Talk) -> None:
    talk.api.names = [named("春晓里", 0.9), named("春晓路", 0.88)]
    await talk("明天九点去春小鹿洗澡", "book_service", BATH, ("place", "春晓里"), **TOMORROW)
    assert await talk("都不是", "deny") == ["utter_confirm_booking"]
    assert talk.frame.place is None


@pytest.mark.parametrize(
    "names",
    [
        [named("春晓里", 1.0, matched_by="exact"), named("春晓路", 0.96)],
        [named("春晓里", 0.96, matched_by="part"), named("春晓里服务中心", 0.96, "place", "part")],
        [named("春晓里", 0.9), named("春柳巷", 0.72)],
        [],
    ],
)
async def test_a_place_that_is_clear_is_not_asked_back(talk: Talk, names: list[dict[str, Any]]) -> None:
    talk.api.names = names
    said = await talk("明天九点去春晓里洗澡", "book_service", BATH, ("place", "春晓里"), **TOMORROW)
    assert said == ["utter_confirm_booking"]


async def test_the_street_of_an_address_is_asked_back_and_corrected(talk: Talk) -> None:
    talk.api.names = [named("和枫街道", 0.9), named("荷峰街道", 0.9)]
    said = await talk(
        "明天九点洗澡，到和丰街道3栋201", "book_service", BATH, ("address", "和丰街道3栋201"), **TOMORROW
    )
    assert said == ["utter_ask_street"]
    assert await talk("荷峰街道") == ["utter_confirm_booking"]
    assert talk.frame.address == "荷峰街道3栋201"


async def test_a_price_asked_within_a_booking_is_told_and_the_booking_goes_on(talk: Talk) -> None:
    assert await talk("想约个洗澡", "book_service", BATH) == ["utter_ask_date"]
    assert await talk("那得多少钱一次", "find_service") == ["utter_price", "utter_ask_date"]
    assert await talk("明天九点，这个怎么收费呀", "inform", **TOMORROW) == [
        "utter_price",
        "utter_confirm_booking",
    ]
    assert await talk("一次多少钱来着", "inform") == ["utter_price", "utter_confirm_booking"]


async def test_a_question_in_between_is_answered_and_tells_no_time(talk: Talk) -> None:
    await talk("想约个洗澡", "book_service", BATH)
    said = await talk(
        "先问一句，你们那个食堂早上几点开门", "find_service", ("service_type", "meal"), part="morning"
    )
    assert said == ["utter_place_facts", "utter_ask_date"]
    assert talk.frame.part is None and talk.api.searched[-1]["service_type"] == "meal"


async def test_a_mere_question_for_the_price_books_nothing(talk: Talk) -> None:
    assert await talk("洗一回澡多少钱", "book_service", BATH) == ["utter_found_first", "utter_offer_booking"]
    assert talk.slots["frame"] is None
    assert talk.slots["pending"]["kind"] == "book"


async def test_one_portion_needs_no_number(talk: Talk) -> None:
    await talk("明天来份盒饭", "book_service", BATH, **TOMORROW)
    assert talk.frame.quantity == 1


async def test_a_question_for_public_money_books_nothing(talk: Talk) -> None:
    talk.api.documents = ["这笔钱补给机构。"]
    said = await talk("一张护理床补五千多，这个钱能给俺不", "book_service", ("service_type", "home_bed"))
    assert said == ["utter_anything_else"] and talk.slots["frame"] is None


async def test_a_price_that_only_the_documents_know_is_told_from_them(talk: Talk) -> None:
    talk.api.price, talk.api.documents = None, ["2018年的文件：一年140元。"]
    said = await talk("签一年多少钱", "book_service", ("service_type", "family_doctor"))
    assert said == [] and talk.slots["frame"] is None


async def test_a_wish_to_change_at_the_read_back_is_about_what_was_read(talk: Talk) -> None:
    await talk("明天九点洗澡", "book_service", BATH, **TOMORROW)
    assert await talk("我想改一下", "change_order") == ["utter_ask_correction"]
    assert await talk("改到后天吧", "change_order", date="2025-06-13") == ["utter_confirm_booking"]
    assert talk.frame.date == "2025-06-13"


@pytest.mark.parametrize(("said", "next_matter"), [("取消吧", []), ("把昨天那单也取消", ["cancel_order"])])
async def test_a_cancellation_at_the_read_back_drops_what_was_read(
    talk: Talk, said: str, next_matter: list[str]
) -> None:
    talk.api.orders = [{"number": "YL1", "status": "accepted", "starts_at_local": "2025-06-20T09:00:00"}]
    await talk("明天九点洗澡", "book_service", BATH, **TOMORROW)
    assert await talk(said, "cancel_order") == ["utter_stopped"]
    assert [each["intent"] for each in talk.slots["later"]] == next_matter


@pytest.mark.parametrize(("patience", "asked"), [(2, ["_choices"]), (3, ["_again", "_choices"])])
async def test_after_so_many_answers_that_tell_nothing_a_person_takes_over(
    talk: Talk, patience: int, asked: list[str]
) -> None:
    talk.patience = patience
    assert await talk("想约个洗澡", "book_service", BATH) == ["utter_ask_date"]
    for level in asked:
        assert await talk("嘟嘟嘟", "inform") == [f"utter_ask_date{level}"]
    assert await talk("嘟嘟嘟", "inform") == []
    assert "没有听明白" in talk.custom[0]["person"]


async def test_a_worker_books_for_somebody_who_is_not_on_record_yet() -> None:
    talk = Talk(Api(), kind="worker", person_id=SENIOR, phone="13900000000")
    said = await talk("为老人预约助浴", "book_service", BATH, **TOMORROW)
    assert said == ["utter_ask_person"]
    said = await talk("服务对象丛培德", "inform", ("person", "丛培德"))
    assert said == ["utter_person_new", "utter_ask_phone"]
    assert await talk("13900002209", "inform", ("phone", "13900002209")) == ["utter_ask_address"]
    assert await talk("演示村23号", "inform", ("address", "演示村23号")) == ["utter_confirm_booking"]
    assert (talk.frame.name, talk.frame.phone, talk.frame.address) == ("丛培德", "13900002209", "演示村23号")


async def test_an_assessment_keeps_the_day_that_suits_and_who_it_is_for() -> None:
    talk = Talk(Api())
    talk.form = AssessmentForm(talk.api)  # type: ignore[arg-type]
    assert await talk("想做能力评估", "request_assessment") == ["utter_confirm_assessment"]
    for said in ("给我自己评", "就是给我自己"):
        assert await talk(said, "inform", ("person", "self")) == ["utter_confirm_assessment"]
    assert await talk("后天上午", "inform", date="2025-06-13", part="morning") == ["utter_confirm_assessment"]
    assert talk.slots["frame"]["wished"] == "后天，6月13日星期五上午"


async def test_more_is_told_at_the_read_back_of_a_complaint(talk: Talk) -> None:
    talk.form = ComplaintForm(talk.api)  # type: ignore[arg-type]
    talk.speaker["phone"] = "13900001111"
    assert await talk("护工坐了一个钟头看手机，我要反映", "complain") == ["utter_confirm_complaint"]
    assert await talk("前天下午的事，反正要有个说法", "deny") == ["utter_confirm_complaint"]
    assert talk.slots["frame"]["details"].count("；") == 1
    assert await talk("不对", "deny") == ["utter_ask_correction"]
    assert await talk("没有，都对", "inform") == ["utter_opened_complaint"]
    (opened,) = talk.api.tickets
    assert opened["details"]["text"].count("；") == 1


async def test_the_day_of_an_occasion_is_not_the_day_of_the_service(talk: Talk) -> None:
    reason = heard("星期天我孙子结婚，身上几天没洗了", datetime(2025, 6, 11, 10), None)["when"]
    assert await talk("星期天我孙子结婚，身上几天没洗了", "book_service", BATH, **reason) == [
        "utter_ask_date"
    ]
    assert talk.frame.date is None


async def test_what_else_is_done_that_day_is_no_other_service(talk: Talk) -> None:
    await talk("给我洗个澡", "book_service", BATH)
    await talk(
        "后天上午九点，明天我得打针", "inform", ("service_type", "nursing"), date="2025-06-13", time="09:00"
    )
    assert talk.frame.service_type == "bath" and talk.frame.date == "2025-06-13"


async def test_to_the_door_at_the_read_back_is_looked_up_again(talk: Talk) -> None:
    talk.api.at_home = False
    await talk("明天上午九点洗澡", "book_service", BATH, **TOMORROW)
    talk.api.at_home = True
    assert await talk("对，叫人上门来洗", "affirm") == ["utter_confirm_booking"]
    assert talk.frame.at_home and talk.frame.offering
    assert talk.frame.offering["offering"]["at_home"]


async def test_the_one_booked_just_now_is_the_one_meant() -> None:
    api = Api()
    api.orders = [
        {
            "number": number,
            "status": "accepted",
            "service_type": "bath",
            "starts_at_local": f"2025-06-{day}T09:00:00",
        }
        for number, day in (("YL1", 13), ("YL2", 14))
    ]
    frame, form, said = OneOrder(made="YL2"), BookingForm(api), turn("刚才那个不要了", person_id=SENIOR)  # type: ignore[arg-type]
    assert not await choose_order(form, frame, said, Out(CollectingDispatcher()))
    assert frame.order and frame.order["number"] == "YL2"


@pytest.mark.parametrize(
    ("said", "price", "wish"),
    [
        ("一年多少钱", True, False),
        ("咋收费呀", True, False),
        ("签个大夫要交多少钱", True, False),
        ("要钱不", True, False),
        ("给我订一份，多少钱", True, True),
        ("订两份", False, True),
        ("多少号来着", False, False),
    ],
)
def test_questions_for_the_price_and_wishes(said: str, price: bool, wish: bool) -> None:
    assert (turn(said).asks_price, turn(said).wishes) == (price, wish)


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("听说签大夫上头给钱，给多少啊", True),
        ("一张床补五千多，这个钱能给俺不", True),
        ("给我约个助浴，再问问补贴有没有", False),
        ("补个牙多少钱", False),
        ("低保户洗澡能报不", True),
        ("能报名吗", False),
        ("洗澡多少钱", False),
    ],
)
def test_questions_for_public_money(said: str, asked: bool) -> None:
    assert turn(said).asks_subsidy is asked


@pytest.mark.parametrize("said", ["劳慰你", "晓得了，难为你", "知道啦，谢谢"])
def test_thanks_are_no_yes(said: str) -> None:
    assert not turn(said, "affirm").affirms


def test_a_yes_with_thanks_is_a_yes() -> None:
    assert turn("好的，谢谢", "affirm").affirms


def test_an_answer_resembles_one_option_or_none() -> None:
    options = [Option(title=each, value=each) for each in ("春晓里", "春晓路")]
    assert resembling("春小里", options) == options[0]
    assert resembling("春晓", options) is None
    assert either(options) == "春晓里，还是春晓路"


def test_a_turn_without_patience_has_the_usual_one() -> None:
    assert turn("好").patience == Turn.patience == 3


async def test_nothing_more_wanted_ends_a_booking_without_an_order(talk: Talk) -> None:
    await talk("明天上午九点洗澡", "book_service", BATH, **TOMORROW)
    assert await talk("好，没事了", "affirm") == ["utter_stopped"]


async def test_a_wish_noted_before_learns_nothing_from_the_last_turn(talk: Talk) -> None:
    talk.slots["offer"] = {"service_type": "bath", "noted": True}
    await talk("对，拖地就那个时间", "affirm", ("service_type", "cleaning"), **TOMORROW)
    assert talk.frame.service_type == "bath" and talk.frame.date is None


async def test_what_is_only_asked_beside_a_wish_is_told_and_not_booked(talk: Talk) -> None:
    said = "明天上午九点洗澡，再帮我查一下食堂几点开门"
    await talk(said, "book_service", BATH, ("service_type", "meal"), **TOMORROW)
    assert "meal" in [query.get("service_type") for query in talk.api.searched]
    assert talk.frame.service_type == "bath" and talk.frame.more == []


def test_public_money_asked_about_beside_a_wish_is_a_question_of_its_own() -> None:
    said = "明天上午九点洗澡，还有装扶手公家补不补"
    adaptation = {"entity": "service_type", "value": "home_adaptation", "start": 11, "end": 14}
    bath = {"entity": "service_type", "value": "bath", "start": 6, "end": 8}
    told = turn(said, "book_service", [bath, adaptation])
    assert asked_beside(told) == ["home_adaptation"] and asks_for_money("home_adaptation", told)


@pytest.mark.parametrize(
    ("said", "city"),
    [("我在深圳，给老家的父亲约一次助浴", None), ("我爸在株洲，给他约一次助浴", "株洲")],
)
async def test_where_a_child_lives_is_not_where_the_parent_is_served(
    talk: Talk, said: str, city: str | None
) -> None:
    told = "深圳" if "深圳" in said else "株洲"
    await talk(said, "book_service", BATH, ("city", told), ("person", "父亲"))
    assert talk.frame.people and talk.frame.city == city


@pytest.mark.parametrize(
    ("said", "cities", "served"),
    [
        ("我在深圳，老家的父亲洗澡有什么补贴", ["深圳"], "yueyang"),
        ("给老家株洲的父亲问问洗澡多少钱，我住在深圳", ["株洲", "深圳"], "株洲"),
        ("我在株洲，想问问洗澡有补贴没有", ["株洲"], "株洲"),
        ("我人在深圳，想给我妈问问洗澡多少钱", ["深圳"], "yueyang"),
    ],
)
async def test_questions_are_answered_for_the_city_of_whom_they_are_about(
    said: str, cities: list[str], served: str
) -> None:
    api = Api()
    told = turn(said, "find_service", [{"entity": "city", "value": each} for each in cities])
    for answer in (find_service, ask_subsidy):
        await answer(told, Out(CollectingDispatcher()), api, inside=True)  # type: ignore[arg-type]
    assert {each["city"] for each in [*api.searched, *api.questions]} == {served}
