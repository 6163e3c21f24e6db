"""What is free is answered from the schedule, and the booking goes on with the day and hour that were asked about."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.booking.wondering import wonders
from actions.single import Pending
from actions.turn import Turn
from tests.actions.test_asking import BATH, Talk
from tests.actions.test_corrections import Town
from tests.actions.test_words import turn

SATURDAY = {"date": "2025-06-14"}
SATURDAY_NINE = SATURDAY | {"time": "09:00"}


class Day(Town):
    """As ``Town``, open from eight to twelve, where some hours of Saturday are taken."""

    taken: tuple[int, ...] = ()

    async def slots(self, actor: Any, offering: str, day: Any) -> list[dict[str, Any]]:
        saturday = day == date(2025, 6, 14)
        return [
            {
                "starts_at": f"{day}T{hour:02}:00:00",
                "ends_at": f"{day}T{hour + 1:02}:00:00",
                "free": 0 if saturday and hour in self.taken else 2,
            }
            for hour in range(8, 12)
        ]


@pytest.fixture
def talk() -> Talk:
    return Talk(Day())


async def test_an_hour_that_is_free_is_told_and_offered(talk: Talk) -> None:
    said = await talk("洗澡周六九点有空吗", "find_service", BATH, **SATURDAY_NINE)
    assert said == ["utter_free_at", "utter_offer_booking"]
    offer = talk.slots["pending"]["offer"]
    assert (offer["service_type"], offer["date"], offer["time"]) == ("bath", "2025-06-14", "09:00")
    assert talk.slots["requested_slot"] is None
    talk.slots["offer"] = offer
    assert await talk("那就订", "affirm") == ["utter_confirm_booking"]
    assert talk.frame.slot == "2025-06-14T09:00:00"


async def test_for_an_hour_that_is_taken_the_nearest_free_ones_are_offered(talk: Talk) -> None:
    talk.api.taken = (9,)  # type: ignore[attr-defined]
    assert await talk("洗澡周六九点有空吗", "find_service", BATH, **SATURDAY_NINE) == ["utter_ask_full"]
    offered = [each["title"] for each in talk.custom[0]["choices"]]
    assert offered[0] == "大后天，6月14日星期六上午8点"
    assert await talk("行，就这个", "affirm") == ["utter_confirm_booking"]
    assert talk.frame.slot == "2025-06-14T08:00:00"


async def test_a_day_is_answered_with_its_free_hours(talk: Talk) -> None:
    assert await talk("周六洗澡还能约吗", "book_service", BATH, **SATURDAY) == ["utter_ask_free_day"]
    assert await talk("九点", time="09:00") == ["utter_confirm_booking"]
    assert talk.frame.slot == "2025-06-14T09:00:00"


@pytest.mark.parametrize("asked", [None, "utter_ask_date", "utter_confirm_booking"])
async def test_which_day_is_free_is_told_day_by_day(talk: Talk, asked: str | None) -> None:
    if asked == "utter_ask_date":
        assert await talk("想洗个澡", "book_service", BATH) == [asked]
    elif asked:
        assert await talk("周六九点洗澡", "book_service", BATH, **SATURDAY_NINE) == [asked]
    entities = () if asked else (BATH,)
    assert await talk("最早哪天有空位", "find_service", *entities) == ["utter_ask_free"]
    days = [each["title"][:2] for each in talk.custom[0]["choices"]]
    assert days == ["今天", "明天", "后天"]
    assert await talk("那就明天", date="2025-06-12") == ["utter_confirm_booking"]
    assert str(talk.frame.slot).startswith("2025-06-12")


async def test_within_a_booking_the_answer_comes_before_the_next_question(talk: Talk) -> None:
    await talk("想洗个澡", "book_service", BATH)
    said = await talk("周六九点有空吗", "find_service", **SATURDAY_NINE)
    assert said == ["utter_free_at", "utter_confirm_booking"]
    talk.api.taken = (10,)  # type: ignore[attr-defined]
    said = await talk("周六十点还有位置吗", "find_service", **SATURDAY, time="10:00")
    assert said == ["utter_ask_full"]


async def test_a_stranger_is_answered_before_the_name_is_asked(talk: Talk) -> None:
    talk.speaker |= {"person_id": None, "phone": "13900001111"}
    said = await talk("想洗个澡，周六九点有空吗", "book_service", BATH, **SATURDAY_NINE)
    assert said[0] == "utter_free_at"
    await talk("想洗个澡", "book_service", BATH, date="2025-06-13")
    said = await talk("周六九点有空吗", "inform", **SATURDAY_NINE)
    assert said[0] == "utter_free_at" and "utter_ask_name" in said


async def test_where_nothing_is_free_a_person_is_offered(talk: Talk) -> None:
    talk.api.taken = tuple(range(8, 12))  # type: ignore[attr-defined]
    talk.api.slots = _none  # type: ignore[method-assign]
    assert await talk("洗澡哪天有空位", "find_service", BATH) == ["utter_none_free"]
    assert talk.slots["pending"]["kind"] == "person"


async def _none(actor: Any, offering: str, day: Any) -> list[dict[str, Any]]:
    return []


async def test_the_service_is_asked_for_once_and_the_day_kept(talk: Talk) -> None:
    assert await talk("周六九点有空吗", "find_service", **SATURDAY_NINE) == ["utter_ask_which_service"]
    assert talk.slots["requested_slot"] is None
    message = {
        "text": "洗澡",
        "intent": {"name": "inform", "confidence": 1.0},
        "entities": [{"entity": "service_type", "value": "bath", "start": 0, "end": 2}],
        "metadata": {"now": "2025-06-11T10:00:00", "asked": "service", "speaker": _speaker(talk)},
    }
    tracker = Tracker("s", talk.slots, message, [], False, None, {}, "action_listen")
    dispatcher = CollectingDispatcher()
    events = await Pending(talk.api).run(dispatcher, tracker, {})  # type: ignore[arg-type]
    said = [each["response"] for each in dispatcher.messages]
    assert said == ["utter_free_at", "utter_offer_booking"]
    pending = next(each["value"] for each in events if each.get("name") == "pending")
    assert (pending["offer"]["date"], pending["offer"]["time"]) == ("2025-06-14", "09:00")
    assert not any(each["event"] == "active_loop" for each in events)
    talk.api.taken = (9,)  # type: ignore[attr-defined]
    events = await Pending(talk.api).run(dispatcher, tracker, {})  # type: ignore[arg-type]
    assert [each["name"] for each in events[-2:]] == ["booking_form", "action_listen"]


def _speaker(talk: Talk) -> dict[str, Any]:
    who = turn("", **talk.speaker).speaker
    return {name: getattr(who, name) for name in who.__dataclass_fields__}


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("周六九点有空吗", True),
        ("明天下午还能约吗", True),
        ("哪天有空位", True),
        ("周六下午三点还有位置吗", True),
        ("下周二能约上不", True),
        ("明天约满了没有", True),
        ("最早什么时候能约", True),
        ("师傅明天有空没", True),
        ("我明天没空", False),
        ("闺女周六有空吗", False),
        ("哪天有空我再打", False),
        ("那天没有空位了", False),
        ("啥时候有空啥时候来", False),
        ("你们几点开门", False),
        ("这个补贴还能报吗", False),
    ],
)
def test_questions_for_what_is_free(text: str, asked: bool) -> None:
    assert turn(text).asks_free is asked


@pytest.mark.parametrize(
    ("text", "intent", "asked"),
    [("周六还能约吗", "order_status", True), ("你有空吗", "chat", False), ("还有名额吗", "human", False)],
)
def test_the_question_goes_to_the_booking_whatever_it_was_taken_for(
    text: str, intent: str, asked: bool
) -> None:
    said = turn(text, intent)
    said = Turn(**{**vars(said), "when": said.clauses[0].when})
    assert wonders(said, {}) is asked
