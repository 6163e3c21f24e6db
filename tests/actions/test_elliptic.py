"""Said in few words after something else: of another service, thought over first, added to a ticket."""

from __future__ import annotations

from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import benefits
from actions.requests import AssessmentForm, ComplaintForm, DeviceForm, Request
from actions.single import Pending
from tests.actions.test_asking import BATH, SENIOR, TOMORROW, Talk
from tests.actions.test_corrections import Town, order
from tests.actions.test_words import clauses, turn

OFFER = {"kind": "book", "place": "和风站", "offer": {"service_type": "meal"}}


@pytest.fixture
def talk() -> Talk:
    return Talk(Town())


async def answered(talk: Talk, text: str, pending: dict[str, Any], service: str | None = None) -> list[Any]:
    """What a bare answer brings outside a form, though it was taken for a yes; names of responses and of actions."""
    speaker = turn("", **talk.speaker).speaker
    named = {"entity": "service_type", "value": service, "start": 0, "end": 2}
    message = {
        "text": text,
        "intent": {"name": "affirm", "confidence": 0.6},
        "entities": [named] if service else [],
        "metadata": {
            "now": "2025-06-11T10:00:00",
            "asked": "yes_no",
            "heard": {"when": {}} | clauses(text),
            "speaker": {name: getattr(speaker, name) for name in speaker.__dataclass_fields__},
        },
    }
    tracker = Tracker("s", {"pending": pending}, message, [], False, None, {}, "action_listen")
    dispatcher = CollectingDispatcher()
    events = await Pending(talk.api).run(dispatcher, tracker, {})  # type: ignore[arg-type]
    followed = [each["name"] for each in events if each["event"] == "followup"]
    return [each["response"] or "told" for each in dispatcher.messages] + followed


@pytest.mark.parametrize(("text", "service"), [("保洁一次呢", "cleaning"), ("那洗澡呢？", "bath")])
async def test_another_service_asked_after_is_told_of_and_books_nothing(
    talk: Talk, text: str, service: str
) -> None:
    said = await answered(talk, text, OFFER, service)
    assert said == ["utter_found_first", "utter_offer_booking"]
    assert talk.api.searched[-1]["service_type"] == service


async def test_a_no_at_the_read_back_of_a_ticket_adds_nothing(talk: Talk) -> None:
    talk.form = DeviceForm(talk.api)  # type: ignore[arg-type]
    await talk("想要个一键呼叫器", "device")
    assert await talk("不是我要的那个，你搞错了吧", "deny") != ["utter_confirm_device"]
    assert "搞错" not in talk.slots["frame"]["details"]


async def test_after_a_subsidy_that_of_another_service_is_asked_for(talk: Talk) -> None:
    talk.api.documents = ["按文件，2018年每年140元。"]
    await answered(talk, "那洗澡呢", {"kind": "told", "parts": {}}, "bath")
    assert [each["service_type"] for each in talk.api.questions] == ["bath"]


@pytest.mark.parametrize(("text", "asks"), [("我的保洁呢", False), ("保洁的人呢", False), ("保洁呢", True)])
def test_whoever_asks_where_the_cleaner_is_asks_after_no_other_service(text: str, asks: bool) -> None:
    cleaning = [{"entity": "service_type", "value": "cleaning", "start": 0, "end": 2}]
    assert turn(text, entities=cleaning).asks_after_another is asks


async def test_what_is_to_be_talked_over_first_is_no_yes(talk: Talk) -> None:
    assert await answered(talk, "好的，我跟家里商量一下", OFFER) == ["utter_ok_anything_else"]
    assert await answered(talk, "行，我们商量好了", OFFER) == ["booking_form"]
    await talk("明天九点洗澡", "book_service", BATH, **TOMORROW)
    assert await talk("好的，我跟家里商量一下", "affirm") == ["utter_stopped"]
    assert talk.api.booked == []  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("行，我回去跟老伴合计合计", True),
        ("我考虑下再说吧", True),
        ("订吧，不用跟他商量", False),
        ("帮我算个合计", False),
        ("商量好了，就周五", False),
    ],
)
def test_what_is_thought_over_first(text: str, first: bool) -> None:
    assert turn(text, "affirm").postpones is first


async def test_whoever_talks_it_over_at_once_is_waited_for(talk: Talk) -> None:
    await talk("明天九点洗澡", "book_service", BATH, **TOMORROW)
    said = await talk("你等一下，我跟老伴商量一下", "affirm")
    assert said == ["utter_wait", "utter_confirm_booking"]


async def test_when_somebody_comes_is_told_where_nothing_else_was_understood(talk: Talk) -> None:
    said = "我前几天喊你们来人帮我洗澡，是定了哪天呢？我记性不好"
    assert "utter_order_status" not in await answered(talk, said, {})
    talk.api.orders = [order("YL1", 12, quantity=1, unit="次")]
    talk.speaker["person_id"] = SENIOR
    assert await answered(talk, said, {}) == ["utter_order_status"]


async def test_a_caller_that_is_worn_is_no_service_though_one_was_guessed(talk: Talk) -> None:
    said = "隔壁老李脖子上挂个东西，一按就有人来，我也想要一个"
    assert await talk(said, "book_service", ("service_type", "family_doctor")) == []
    assert [each["intent"] for each in talk.slots["later"]] == ["device"]


@pytest.mark.parametrize(
    ("kind", "first", "more", "intent"),
    [
        (ComplaintForm, "昨天的饭一点多才送到，菜都凉了", "就昨天那单 希望你们查清楚给我回个话", "human"),
        (ComplaintForm, "昨天的饭一点多才送到，菜都凉了", "对了汤还洒了一半 你们问问他", "nlu_fallback"),
        (DeviceForm, "我那个呼叫器坏了，按了没反应", "你们来的时候先给我打个电话", "human"),
        (AssessmentForm, "我想申请个老年人能力评估", "我上厕所要人扶 走路靠助行器", "inform"),
        (AssessmentForm, "我想申请个老年人能力评估", "我耳朵背 电话多响几声", "find_service"),
        (DeviceForm, "想要个一键呼叫器", "她一个人住，晚上起夜怕摔", "deny"),
    ],
)
async def test_what_is_added_at_the_read_back_of_a_ticket_stands_in_it(
    talk: Talk, kind: type[Any], first: str, more: str, intent: str
) -> None:
    talk.form = kind(talk.api)
    talk.speaker["phone"] = "13900001111"
    begun = "complain" if kind is ComplaintForm else "device"
    read_back = await talk(first, begun)
    assert await talk(more, intent) == read_back
    assert more in "".join(str(value) for each in talk.values for value in each.values())
    await talk("对", "affirm")
    (opened,) = talk.api.tickets
    assert opened["details"]["text"].count(more) == 1


@pytest.mark.parametrize(
    "text", ["还是现在就叫个人给我打电话吧", "我要跟你们负责人讲这个话", "我要个说法 叫你们领导出来说话"]
)
async def test_whoever_asks_for_a_person_at_the_read_back_gets_one(talk: Talk, text: str) -> None:
    talk.form = ComplaintForm(talk.api)  # type: ignore[arg-type]
    talk.speaker["phone"] = "13900001111"
    await talk("昨天的饭一点多才送到，菜都凉了", "complain")
    assert await talk(text, "human") == []
    assert talk.slots["frame"] is None and any(each.get("person") for each in talk.custom)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("俺今年七十三了，那个家庭医生签约，国家给补多少钱啊", True),
        ("想订个饭，明天中午的，再问问高龄津贴一个月多少钱", False),
    ],
)
def test_a_question_for_money_that_names_nothing_is_about_what_was_named_before(
    text: str, kept: bool
) -> None:
    assert (benefits.subject(turn(text)) == text) is kept


@pytest.mark.parametrize(
    ("text", "intent", "learned"),
    [
        ("还有 再帮我订个明天的午饭", "book_service", set()),
        ("你们午饭一份多少钱", "find_service", set()),
        ("就是昨天那顿午饭，汤洒了一半", "inform", {"service_type", "details"}),
    ],
)
async def test_another_matter_tells_nothing_of_the_ticket(
    talk: Talk, text: str, intent: str, learned: set[str]
) -> None:
    start = text.index("午饭")
    meal = [{"entity": "service_type", "value": "meal", "start": start, "end": start + 2}]
    form, frame = ComplaintForm(talk.api), Request(asked="confirm", details="饭没送来")  # type: ignore[arg-type]
    assert await form.learn(frame, turn(text, intent, meal), first=False) == learned
