"""Several bookings in one breath: every person and every day keeps its own service, time and number."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from actions.booking import Booking
from actions.booking.amending import put_off_some
from actions.booking.learning import learn
from actions.booking.several import several, tells_over
from actions.naming import also_named, partial
from actions.turn import Spoken, Turn, _wanted
from actions.who import Who, listed
from tests.actions.test_asking import BATH, SENIOR, TOMORROW, Talk
from tests.actions.test_corrections import Town
from tests.actions.test_words import turn

WORDS = {"午餐": "meal", "午饭": "meal", "饭": "meal", "保洁": "cleaning", "助浴": "bath", "理发": "haircut"}
NUMBERS = {"三位": 3, "1份": 1, "2份": 2, "3份": 3, "一份": 1, "两份": 2}


def said(text: str, *names: str, **speaker: Any) -> Turn:
    """A turn with its entities where they stand; ``names`` are on record."""
    entities = []
    for name, values in (("service_type", WORDS), ("quantity", NUMBERS)):
        taken: set[int] = set()
        for word, value in values.items():
            start = text.find(word)
            while start >= 0:
                if start not in taken and start - 1 not in taken:
                    entities.append(
                        {"entity": name, "value": value, "start": start, "end": start + len(word)}
                    )
                    taken |= set(range(start, start + len(word)))
                start = text.find(word, start + 1)
    for word in ("我爸", "我妈", "爸妈"):
        if (start := text.find(word)) >= 0:
            entities.append({"entity": "person", "value": word, "start": start, "end": start + 2})
    people = {name: f"id-{name}" for name in names}
    return turn(text, "book_service", entities, people=people, **speaker)


def brief(wishes: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Names, service, day, time or part, number of each wish."""
    return [
        (
            "、".join(who["name"] or who["relation"] for who in each.get("people", [])),
            each.get("service_type"),
            (each.get("date") or "")[-2:],
            each.get("time") or each.get("part"),
            each.get("quantity"),
        )
        for each in wishes
    ]


WORKER = {"kind": "worker", "person_id": SENIOR}
CHILD = {"kind": "relative", "person_id": SENIOR}


@pytest.mark.parametrize(
    ("text", "names", "wishes"),
    [
        (
            "明天午餐：龚德厚1份，富察永1份，易长生2份",
            ("龚德厚", "富察永", "易长生"),
            [("龚德厚、富察永", "meal", "12", "noon", 1), ("易长生", "meal", "12", "noon", 2)],
        ),
        (
            "给矣正明、那桂芝各订1份明天午饭，修玉华2份",
            ("矣正明", "那桂芝", "修玉华"),
            [("矣正明、那桂芝", "meal", "12", "noon", 1), ("修玉华", "meal", "12", "noon", 2)],
        ),
        (
            "下周四上午9点富察永保洁，下周四下午2点修玉华助浴，各下一单",
            ("富察永", "修玉华"),
            [("富察永", "cleaning", "19", "09:00", None), ("修玉华", "bath", "19", "14:00", None)],
        ),
        (
            "龚德厚1份，易长生3份，明天中午的饭",
            ("龚德厚", "易长生"),
            [("龚德厚", "meal", "12", "noon", 1), ("易长生", "meal", "12", "noon", 3)],
        ),
        (
            "龚德厚1份，汤小山2份，明天午饭",
            ("龚德厚",),
            [("龚德厚", "meal", "12", "noon", 1), ("汤小山", "meal", "12", "noon", 2)],
        ),
        (
            "后天助浴两单：刀文光9:00，沐秀英10:00",
            ("刀文光", "沐秀英"),
            [("刀文光", "bath", "13", "09:00", None), ("沐秀英", "bath", "13", "10:00", None)],
        ),
        (
            "明天 凌伯年午餐1，鄢冬秀午餐2",
            ("凌伯年", "鄢冬秀"),
            [("凌伯年", "meal", "12", "noon", 1), ("鄢冬秀", "meal", "12", "noon", 2)],
        ),
        (
            "明天：龚自强午餐1份；飞秀仙15:00代购；玉波罕9:00康复训练",
            ("龚自强", "飞秀仙", "玉波罕"),
            [
                ("龚自强", "meal", "12", "noon", 1),
                ("飞秀仙", "shopping", "12", "15:00", None),
                ("玉波罕", "rehab", "12", "09:00", None),
            ],
        ),
    ],
)
def test_a_line_of_a_worker(text: str, names: tuple[str, ...], wishes: list[tuple[Any, ...]]) -> None:
    assert brief(several(said(text, *names, **WORKER))) == wishes


@pytest.mark.parametrize(
    "text",
    [
        "这周六给爸妈都约一下 我爸矣正明上午十点理发 我妈方兰芝下午两点助浴",
        "这周六，我爸矣正明上午十点理发，我妈方兰芝下午两点助浴",
        "这周六上午十点给我爸矣正明理发，下午两点给我妈方兰芝助浴",
        "这周六我爸矣正明上午十点理发我妈方兰芝下午两点助浴",
    ],
)
def test_each_parent_has_a_service_and_a_time(text: str) -> None:
    wishes = brief(several(said(text, "矣正明", "方兰芝", **CHILD)))
    assert wishes == [("矣正明", "haircut", "14", "10:00", None), ("方兰芝", "bath", "14", "14:00", None)]


def test_parents_need_no_names() -> None:
    wishes = brief(several(said("周六我爸上午十点理发，我妈下午两点助浴", **CHILD)))
    assert wishes == [("父亲", "haircut", "14", "10:00", None), ("母亲", "bath", "14", "14:00", None)]


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("我爸佟世海我妈李凤霞 下周四上午都约上门理发 爸九点 妈十点", "09:00", "10:00"),
        ("给我爸佟世海我妈李凤霞都约个理发，下周四晚上，我爸七点，我妈八点", "19:00", "20:00"),
        ("佟世海李凤霞下周四都理发，佟世海上午九点，李凤霞下午两点", "09:00", "14:00"),
    ],
)
def test_each_parent_has_the_hour_told_behind_all(text: str, first: str, second: str) -> None:
    line = said(text, "佟世海", "李凤霞", **CHILD)
    again = [
        {"entity": "person", "value": word, "start": text.rfind(word), "end": text.rfind(word) + 1}
        for word in ("爸", "妈")
        if word in text
    ]
    wishes = brief(several(replace(line, entities=(*line.entities, *again))))
    assert [(wish[0], wish[1], wish[3]) for wish in wishes] == [
        ("佟世海", "haircut", first),
        ("李凤霞", "haircut", second),
    ]


def test_two_days_with_a_number_each() -> None:
    wishes = brief(several(said("明天中午送1份饭，后天2份")))
    assert wishes == [("", "meal", "12", "noon", 1), ("", "meal", "13", "noon", 2)]


@pytest.mark.parametrize(
    "text",
    [
        "给龚德厚和易长生各订1份明天午饭",
        "不是龚德厚，是易长生，明天1份饭",
        "明天1份，不对，后天2份",
        "明天送1份饭",
    ],
)
def test_one_booking_stays_one(text: str) -> None:
    assert several(said(text, "龚德厚", "易长生", **WORKER)) == []


async def test_they_are_read_back_and_booked_one_after_the_other() -> None:
    api = Town()
    api.people = {"富察永": SENIOR, "修玉华": f"{SENIOR[:-1]}2"}
    talk = Talk(api, kind="worker")
    line = said("明天9点富察永助浴，后天9点修玉华助浴", *api.people, **WORKER)
    told = [(each["entity"], each["value"]) for each in line.entities]
    asked = await talk("明天9点富察永助浴，后天9点修玉华助浴", "book_service", *told, date="2025-06-12")
    assert asked == ["utter_confirm_booking"]
    await talk("确认", "affirm")
    (following,) = [each["frame"] for each in talk.slots["later"]]
    assert [each["senior_id"] for each in api.booked] == [SENIOR]
    assert [who["person_id"] for who in following["people"]] == [f"{SENIOR[:-1]}2"]
    assert (following["date"], following["time"]) == ("2025-06-13", "09:00")


async def test_both_of_two_days_are_booked() -> None:
    talk = Talk(Town())
    await talk("明后两天洗澡", "book_service", BATH, date="2025-06-12", further=["2025-06-13"])
    await talk("九点", "inform", time="09:00")
    assert await talk("对", "affirm") == ["utter_booked"]
    (following,) = [each["frame"] for each in talk.slots["later"]]
    told = (following["service_type"], following["date"], following["time"])
    assert told == ("bath", "2025-06-13", "09:00")


@pytest.mark.parametrize(
    ("rule", "left"),
    [
        ("FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA"),
        ("FREQ=WEEKLY;BYDAY=WE,FR,SU;COUNT=6", "FREQ=WEEKLY;BYDAY=WE,FR;COUNT=6"),
        ("FREQ=WEEKLY;BYDAY=MO,WE", "FREQ=WEEKLY;BYDAY=MO,WE"),
        ("FREQ=MONTHLY;BYMONTHDAY=1", "FREQ=MONTHLY;BYMONTHDAY=1"),
    ],
)
async def test_a_day_left_out_at_the_read_back_leaves_the_series(rule: str, left: str) -> None:
    talk = Talk(Town())
    series = {"recurrence": rule, "date": "2025-06-16", "time": "09:00"}
    assert await talk("每天洗澡", "book_service", BATH, **series) == ["utter_confirm_booking"]
    others = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA"
    await talk("礼拜天不要来", "deny", recurrence=others, excluded=["SU"])
    assert talk.frame.recurrence == left


async def test_a_day_left_out_is_no_series_of_the_others() -> None:
    talk = Talk(Town())
    await talk("周日九点洗澡", "book_service", BATH, date="2025-06-15", time="09:00")
    others = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA"
    assert await talk("周日不要来", "deny", recurrence=others, excluded=["SU"]) == ["utter_ask_date"]
    assert talk.frame.recurrence is None


async def test_a_series_begins_on_one_of_its_days() -> None:
    talk = Talk(Town())
    rule = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA"
    await talk(
        "从十五号起每天洗澡，周日不要", "book_service", BATH, recurrence=rule, date="2025-06-15", time="09:00"
    )
    assert talk.frame.slot == "2025-06-16T09:00:00"


async def test_a_service_written_with_a_character_that_looks_alike_is_understood() -> None:
    talk = Talk(Town())
    told = {"date": "2025-06-14", "time": "09:00"}
    assert await talk("约个助俗，周六上午九点", "book_service", **told) == ["utter_confirm_booking"]
    assert talk.frame.service_type == "bath"


async def test_a_name_and_an_address_book_no_service_that_is_only_guessed() -> None:
    talk = Talk(Town(), person_id=None, kind=None)
    assert await talk("给我妈约一个，明天九点", "book_service", ("person", "我妈"), **TOMORROW) == [
        "utter_ask_service"
    ]
    guess = [("address", "天元区演示家园3栋1201"), ("service_type", "health_guidance")]
    talk.sure = 0.16
    assert await talk("罗秀英 天元区演示家园3栋1201", "inform", *guess) == ["utter_ask_service"]
    talk.sure = 0.9
    await talk("健康指导，住天元区演示家园3栋1201", "inform", *guess)
    assert talk.frame.service_type == "health_guidance"


@pytest.mark.parametrize(
    ("said", "intent"), [("再见", "goodbye"), ("不订了", "stop"), ("算了，先挂了", "inform")]
)
async def test_whoever_ends_at_the_first_hears_what_else_is_not_booked(said: str, intent: str) -> None:
    talk = Talk(Town())
    both = ("service_type", "bath"), ("service_type", "cleaning")
    await talk("明天九点洗澡，再来个打扫", "book_service", *both, **TOMORROW)
    assert talk.frame.more
    assert await talk(said, intent) == ["utter_stopped_several"]
    assert talk.slots["later"] == [] and talk.slots["frame"] is None
    assert talk.values[-1]["what"] == "洗澡、打扫都"


async def test_whoever_ends_at_the_second_hears_that_it_alone_is_not_booked() -> None:
    talk = Talk(Town())
    await talk("明后两天洗澡", "book_service", BATH, date="2025-06-12", further=["2025-06-13"])
    assert await talk("不订了", "stop") == ["utter_stopped_several"]
    assert talk.values[-1]["what"] == "明天的洗澡、后天的洗澡都"
    await talk("明天九点洗澡", "book_service", BATH, **TOMORROW)
    await talk("对", "affirm")
    await talk("再来个打扫", "book_service", ("service_type", "cleaning"))
    assert await talk("算了", "stop") == ["utter_stopped_several"]
    assert talk.values[-1]["what"] == "打扫"


async def test_a_complaint_at_the_read_back_is_a_matter_of_its_own() -> None:
    talk = Talk(Town())
    await talk("明天九点洗澡", "book_service", BATH, **TOMORROW)
    meal = ("service_type", "meal")
    assert await talk("我还要投诉上次送饭的", "complain", meal) == ["utter_later", "utter_confirm_booking"]
    assert (talk.frame.more, talk.frame.at_home) == ([], None)
    assert await talk("先挂了", "goodbye") == ["utter_stopped_several"]
    assert talk.values[-1] == {"what": "洗澡、投诉都", "done": "办"}
    assert talk.slots["later"] == []


@pytest.mark.parametrize(
    ("service", "hour"), [("cleaning", "09:00"), ("bath", "14:00"), ("haircut", "04:00")]
)
def test_each_service_of_one_clause_has_the_hour_before_it(service: str, hour: str) -> None:
    line = said("周五上午九点保洁、下午两点助浴、四点理发，都要")
    told = partial(service, line, 0)
    assert (told["date"], told["time"]) == ("2025-06-13", hour)
    assert bool(told["ambiguous"]) is (service == "haircut")


def test_each_service_of_one_clause_has_the_hour_behind_it() -> None:
    line = said("周五保洁上午九点、助浴下午两点")
    assert [partial(each, line, 0)["time"] for each in ("cleaning", "bath")] == ["09:00", "14:00"]


@pytest.fixture
def talk() -> Talk:
    return Talk(Town())


def test_an_hour_told_behind_all_services_is_that_of_the_one_named_with_it() -> None:
    line = said("帮我约助浴、理发，都要后天，助浴上午九点，理发下午两点")
    line = replace(line, when=Spoken(date=date(2025, 6, 13)))
    told = [partial(each, line, 0) for each in ("bath", "haircut")]
    assert [(each["date"], each["time"]) for each in told] == [
        ("2025-06-13", "09:00"),
        ("2025-06-13", "14:00"),
    ]


async def test_all_services_of_one_breath_are_noted_aloud(talk: Talk) -> None:
    wishes = [("service_type", each) for each in ("bath", "cleaning", "haircut")]
    assert await talk("明天洗澡、保洁、理发", "book_service", *wishes, **TOMORROW) == [
        "utter_several_noted",
        "utter_confirm_booking",
    ]
    assert [each["service_type"] for each in talk.frame.more] == ["cleaning", "haircut"]
    assert await talk("理发算了", "stop", ("service_type", "haircut")) == [
        "utter_dropped",
        "utter_confirm_booking",
    ]


BATH_NAMED = {"entity": "service_type", "value": "bath", "start": 0, "end": 2}


class OnlyCleaning(Town):
    """Nobody baths in this city."""

    async def search(self, actor: Any, **query: Any) -> dict[str, Any]:
        found = await super().search(actor, **query)
        return found if query["service_type"] == "cleaning" else found | {"results": []}


async def test_where_one_of_two_is_not_to_be_had_the_other_is_booked() -> None:
    talk = Talk(OnlyCleaning())
    wishes = [("service_type", "bath"), ("service_type", "cleaning")]
    assert await talk("明天洗澡，再保洁", "book_service", *wishes, **TOMORROW) == [
        "utter_several_noted",
        "utter_not_offered",
        "utter_confirm_booking",
    ]
    assert (talk.frame.service_type, talk.frame.more) == ("cleaning", [])


async def test_where_the_words_name_another_that_is_to_be_had_it_is_taken() -> None:
    talk = Talk(OnlyCleaning())
    assert await talk("明天洗洗窗子打扫下", "book_service", BATH, **TOMORROW) == ["utter_confirm_booking"]
    assert talk.frame.service_type == "cleaning"


def test_another_is_looked_for_in_the_clause_of_the_one_that_is_named() -> None:
    line = said("洗澡打扫，明天")
    assert also_named("bath", replace(line, entities=(BATH_NAMED,))) == ["cleaning"]
    apart = replace(said("洗澡，打扫就算了"), entities=(BATH_NAMED,))
    assert also_named("bath", apart) == []


async def test_where_nothing_else_is_named_a_person_is_offered() -> None:
    talk = Talk(OnlyCleaning())
    assert await talk("明天洗个澡", "book_service", BATH, **TOMORROW) == ["utter_nothing_found"]


async def test_a_second_order_told_at_the_read_back_of_the_first_follows_it() -> None:
    talk = Talk(Town(), **WORKER)
    talk.api.people = {"阮四妹": "id-a", "柳长庚": "id-b"}
    cleaning = ("service_type", "cleaning")
    assert await talk("第一单：阮四妹，助浴，明天", "book_service", BATH, **TOMORROW) == [
        "utter_confirm_booking"
    ]
    noted = await talk("第二单：柳长庚，上门保洁，明天", "inform", cleaning, **TOMORROW)
    assert noted == ["utter_later", "utter_confirm_booking"]
    assert talk.frame.people[0].person_id == "id-a"
    said_again = await talk("确认。阮四妹助浴，柳长庚保洁", "inform", BATH, cleaning)
    assert said_again == ["utter_booked"]
    (following,) = talk.slots["later"]
    assert (following["frame"]["service_type"], following["frame"]["people"][0]["name"]) == (
        "cleaning",
        "柳长庚",
    )


def test_a_name_on_record_holds_no_relative() -> None:
    message = {
        "text": "阮四妹理发",
        "entities": [{"entity": "person", "value": "四妹", "start": 1, "end": 3}],
        "metadata": {"people": [{"id": "p", "name": "阮四妹", "start": 0, "end": 3}]},
    }
    assert _wanted(message, []) == ()
    assert _wanted({**message, "metadata": {}}, []) != ()


@pytest.mark.parametrize(("text", "each"), [("两份均为中午送达", 1), ("各两份", 2), ("三份", 3)])
async def test_as_many_portions_as_people_are_one_for_each(text: str, each: int) -> None:
    people = [Who(person_id="a", name="普家福"), Who(person_id="b", name="李桂仙")]
    frame = Booking(asked="confirm", service_type="meal", quantity=1, people=people)
    number = {"entity": "quantity", "value": 3 if "三" in text else 2, "start": 0, "end": 2}
    await learn(Town(), frame, turn(text, "inform", [number]), first=False)  # type: ignore[arg-type]
    assert frame.quantity == each


def test_a_number_of_people_is_no_number_of_orders() -> None:
    text = "为两位老人代订：一、龚德厚，明天上午9点，上门理发；二、易长生，后天下午2点，助浴"
    line = said(text, "龚德厚", "易长生", **WORKER)
    people = {"entity": "quantity", "value": 2, "text": "两位", "start": 1, "end": 3}
    wishes = several(replace(line, entities=(*line.entities, people)))
    assert [each.get("quantity") for each in wishes] == [None, None]


@pytest.mark.parametrize(
    ("text", "nothing_new"),
    [
        ("对，龚德厚和易长生，都按登记的地址，请提交", True),
        ("对，明天助浴", True),
        ("对，后天助浴", False),
        ("对，龚德厚和柳春娥", False),
        ("对，明天理发", False),
    ],
)
def test_a_yes_may_tell_over_what_several_wishes_hold(text: str, nothing_new: bool) -> None:
    own = {"service_type": "haircut", "date": "2025-06-12", "time": "09:00", "people": [{"name": "龚德厚"}]}
    other = {"service_type": "bath", "people": [{"name": "易长生"}]}
    line = said(text, "龚德厚", "易长生", "柳春娥", **WORKER)
    assert tells_over([own, other], line) == nothing_new


def test_homes_and_what_holds_for_all_are_told_apart() -> None:
    said_once = said(
        "午餐：余腊梅6月12日1份；闵庚生6月13日2份。均于中午12点送到家中", "余腊梅", "闵庚生", **WORKER
    )
    assert [each["time"] for each in several(said_once)] == ["12:00", "12:00"]
    homes = said(
        "保洁：余腊梅6月12日上午9点，住演示街1栋203；闵庚生6月13日上午9点，住演示街6栋501",
        "余腊梅",
        "闵庚生",
        **WORKER,
    )
    assert [each["address"] for each in several(homes)] == ["演示街1栋203", "演示街6栋501"]


def test_weekdays_set_off_like_names_are_nobody() -> None:
    told = turn("给龚文有申请上门护理，每周一、周四上午9:00", people={"龚文有": "id"}, **WORKER)
    assert [who.name for who in listed(told)] == ["龚文有"]


def test_those_there_is_no_room_for_follow() -> None:
    people = [Who(person_id=each, name=each) for each in ("甲", "乙", "丙")]
    frame = Booking(service_type="haircut", people=people, date="2025-06-13", time="09:00")
    assert frame.needed == 3
    assert put_off_some(frame, 2)
    assert [who.name for who in frame.people] == ["甲", "乙"]
    assert [who["name"] for who in frame.more[0]["people"]] == ["丙"]
    assert not put_off_some(frame, 2)
    assert not put_off_some(frame, 0)
