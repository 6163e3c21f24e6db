"""What is said of an order just made: a change of it, another of its kind, or something else."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from rasa_sdk.executor import CollectingDispatcher

from actions.afterwards import follows, new_address, portions, wish_of
from actions.orders import Change, ChangeForm
from actions.out import Out
from actions.turn import Clause, Spoken, Turn
from assistant.client import Client
from assistant.desk.reading import heard
from tests.actions.test_asking import SENIOR, TOMORROW, Talk
from tests.actions.test_corrections import Town
from tests.actions.test_several import said
from tests.actions.test_words import NOW, turn

CALLER: dict[str, Any] = {"person_id": SENIOR}


def made(service_type: str = "meal", quantity: int = 1, **more: Any) -> dict[str, Any]:
    """An order for the day after tomorrow, 11:30."""
    order: dict[str, Any] = {
        "id": "o1",
        "number": "YL1",
        "status": "requested",
        "service_type": service_type,
        "starts_at_local": "2025-06-13T11:30:00",
        "quantity": quantity,
        "unit": "份",
        "unit_price_fen": 1200,
        "senior": {"id": SENIOR},
    }
    return order | more


class Kitchen(Town):
    """As ``Town``, with one order just made."""

    def __init__(self, order: dict[str, Any]) -> None:
        super().__init__()
        self.made = order
        self.refuses = False

    async def order(self, actor: Any, number: str) -> dict[str, Any]:
        if self.refuses:
            return await super().order(actor, number)
        return self.made


async def meant(text: str, order: dict[str, Any] | None = None, intent: str = "inform") -> str | None:
    found = await follows("YL1", counted(text, intent), Kitchen(order or made()))  # type: ignore[arg-type]
    return found and found[1]


def counted(text: str, intent: str = "inform") -> Turn:
    """A turn with the portions and services it names, and its time as the desk reads it."""
    read = heard(text, datetime.fromisoformat(NOW), None)
    new = read["new"]
    return replace(
        said(text, **CALLER),
        intent=intent,
        when=Spoken.of(read["when"]),
        changed_to=Clause(new["text"], Spoken.of(new["when"])) if new else None,
        changed_from=Spoken.of((new or {}).get("old")),
    )


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("我崽讲他也来，3份", "change"),
        ("再加一份", "change"),
        ("哎，改两份吧", "change"),
        ("我老伴也要一份", "change"),
        ("对了，时间改成十二点", "change"),
        ("哎，刚才那个十一点半早了点，俺还得吃药，改成十二点半吧", "change"),
        ("还是下午吧", "change"),
        ("少放盐", "change"),
        ("再订一个后天的", None),  # the order is for that day, and no number is told
        ("再订一个大后天的", "again"),
        ("大后天也要", "again"),
        ("晚上也要一份", "again"),
        ("隔壁老刘也要一份", "again"),
        ("再约个理发", None),
        ("以后每天都要", "again"),
        ("莫放辣椒啊", "change"),
        ("能不能再来一份吗", None),
        ("谢谢", None),
        ("对，一份", "same"),
        ("晌午，一份", "same"),
        ("后天中午", "same"),
        ("谢谢，后天中午见", None),
        ("订一份后天中午的", None),
        ("确认，三位都订", None),
        ("把明天的饭改到大后天", None),  # of another order
    ],
)
async def test_what_follows_an_order(text: str, wanted: str | None) -> None:
    assert await meant(text) == wanted


async def test_of_a_visit_another_is_made_and_only_its_hour_changed() -> None:
    assert await meant("我老伴也要洗", made("bath")) == "again"
    assert await meant("还是下午吧", made("bath")) == "change"


@pytest.mark.parametrize("order", [made(status="done"), made(starts_at_local="2025-06-10T11:30:00")])
async def test_what_stands_no_more_is_not_changed(order: dict[str, Any]) -> None:
    assert await meant("再加一份", order) is None


async def test_an_order_that_may_not_be_looked_at_is_let_be() -> None:
    town = Kitchen(made())
    town.refuses = True
    assert await follows("YL1", counted("再加一份"), town) is None  # type: ignore[arg-type]


async def test_questions_and_cancellations_are_something_else() -> None:
    assert await meant("再加一份多少钱", intent="find_service") is None
    assert await meant("再来一份的那个取消", intent="cancel_order") is None


@pytest.mark.parametrize(
    ("text", "stands", "number"),
    [
        ("我崽讲他也来，3份", 1, 3),
        ("再加一份", 1, 2),
        ("再来两份", 2, 4),
        ("加到3份", 2, 3),
        ("少送一份", 3, 2),
        ("我老伴也要一份", 1, 2),
        ("我老伴也在家吃", 1, 2),
        ("改成两份", 1, 2),
        ("只要一份", 2, 1),
        ("对，一份", 1, None),
    ],
)
def test_how_many_there_are_to_be(text: str, stands: int, number: int | None) -> None:
    assert portions("meal", stands, counted(text)) == number


def test_heads_beside_portions_are_not_counted() -> None:
    text = "四份，连我带她们娘仨正好四口人"
    heads = [{"entity": "quantity", "value": 4, "start": 0, "end": 2}]
    heads += [{"entity": "quantity", "value": 3, "start": 9, "end": 10}]
    assert portions("meal", 1, turn(text, "inform", heads)) == 4
    changed = Change(order=made(), quantity=4)
    ChangeForm._portions(changed, turn(text, "inform", heads))
    assert changed.quantity == 4


async def test_another_keeps_what_is_known_and_takes_the_day_that_is_said() -> None:
    api: Any = Kitchen(made())
    wish = await wish_of(made(quantity=2), counted("再订一个大后天的"), api)
    assert (wish["quantity"], wish["time"], wish["people"][0].own, "date" in wish) == (
        2,
        "11:30",
        True,
        False,
    )
    evening = await wish_of(made(), counted("晚上也要一份"), api)
    assert evening["date"] == "2025-06-13"


async def test_a_series_follows_the_order_that_stands() -> None:
    api: Any = Kitchen(made())
    wish = await wish_of(made(), counted("以后每天都要"), api)
    assert (wish["date"], wish["time"]) == ("2025-06-14", "11:30")


@pytest.mark.parametrize(
    ("text", "wanted"), [("改一下地址，送到演示里7栋202", "change"), ("我搬家了，以后送到演示里7栋202", None)]
)
async def test_where_it_is_to_come_is_no_change_of_the_record(text: str, wanted: str | None) -> None:
    address = {"entity": "address", "value": "演示里7栋202", "start": text.find("演示里"), "end": len(text)}
    line = turn(text, "profile", [address], **CALLER)
    found = await follows("YL1", line, Kitchen(made()))  # type: ignore[arg-type]
    assert (found and found[1]) == wanted


async def test_somebody_else_on_record_has_an_order_of_their_own() -> None:
    api: Any = Kitchen(made())
    api.parents = [{"person": {"id": "p2", "form_of_address": "方爷爷"}, "name": "方兰生"}]
    person: dict[str, Any] = {"entity": "person", "value": "我爸", "start": 0, "end": 2}
    quantity: dict[str, Any] = {"entity": "quantity", "value": 1, "start": 4, "end": 6}
    line = turn("我爸也要一份", "book_service", [person, quantity], **CALLER | {"kind": "relative"})
    found = await follows("YL1", line, api)
    assert found and found[1] == "again"
    wish = await wish_of(found[0], line, api)
    assert [who.person_id for who in wish["people"]] == ["p2"]
    assert (wish["date"], wish["time"], wish["quantity"]) == ("2025-06-13", "11:30", 1)


async def test_the_booking_form_hands_the_change_over() -> None:
    talk = Talk(Kitchen(made()))
    talk.slots["last_order"] = "YL1"
    assert await talk("我老伴也要一份", "book_service", ("service_type", "meal"), ("quantity", 1)) == []
    assert talk.slots["later"] == [{"intent": "change_order", "frame": {"noted": False}}]


async def test_the_booking_form_begins_with_what_is_known() -> None:
    talk = Talk(Kitchen(made("bath", starts_at_local="2025-06-12T09:00:00")))
    talk.slots["last_order"] = "YL1"
    assert await talk(
        "再订一个大后天的", "book_service", **TOMORROW | {"date": "2025-06-14", "time": None}
    ) == ["utter_confirm_booking"]
    assert (talk.frame.service_type, talk.frame.date, talk.frame.time) == ("bath", "2025-06-14", "09:00")


async def test_the_change_form_takes_the_order_just_made() -> None:
    form = ChangeForm(Kitchen(made()))  # type: ignore[arg-type]
    frame = Change(made="YL1")
    await form.learn(frame, counted("再加一份", "change_order"), first=True)
    assert (frame.order or {})["number"] == "YL1"
    assert frame.quantity == 2


async def test_so_many_more_wait_until_it_is_known_of_which_order() -> None:
    form = ChangeForm(Client("http://127.0.0.1:1", "none"))
    frame = Change()
    await form.learn(frame, counted("明天的饭再加一份", "change_order"), first=True)
    assert (frame.quantity, frame.added) == (None, 1)


def test_the_hour_stays_where_only_its_part_of_the_day_is_said() -> None:
    slots = [
        {"starts_at": f"2025-06-14T{hour}:00", "ends_at": f"2025-06-14T{end}:00", "free": 2}
        for hour, end in (("11:00", "11:30"), ("11:30", "12:00"))
    ]
    old = datetime.fromisoformat("2025-06-13T11:30:00")
    assert ChangeForm._fitting(Change(part="noon"), slots, old) == "2025-06-14T11:30:00"
    assert ChangeForm._fitting(Change(part="noon"), slots[:1], old) == "2025-06-14T11:00:00"


async def test_another_address_is_read_back_and_taken_over() -> None:
    api: Any = Kitchen(made())
    form, frame = ChangeForm(api), Change(made="YL1")
    where = {"entity": "address", "value": "洛王街道演示花园1栋101", "start": 8, "end": 20}
    line = turn("那个送到我女儿家，洛王街道演示花园1栋101", "change_order", [where], **CALLER)
    assert "address" in await form.learn(frame, line, first=True)
    dispatcher = CollectingDispatcher()
    await form.go_on(frame, line, Out(dispatcher))
    assert dispatcher.messages[0]["what"] == "送到洛王街道演示花园1栋101"
    assert (frame.order or {})["number"] == "YL1"


def test_an_address_that_only_tells_whose_order_it_is_is_no_new_one() -> None:
    whose = {"entity": "address", "value": "3栋2单元", "start": 0, "end": 5}
    assert new_address(turn("3栋2单元赵秀兰的饭改成两份", "change_order", [whose], kind="worker")) is None


async def test_what_is_said_again_is_not_ordered_again() -> None:
    talk = Talk(Kitchen(made()))
    talk.slots["last_order"] = "YL1"
    said_again = await talk(
        "晌午，一份", "book_service", ("service_type", "meal"), ("quantity", 1), part="noon"
    )
    assert said_again == ["utter_as_booked"]
    assert (talk.slots["frame"], talk.slots["last_order"]) == (None, "YL1")
