"""One of several at the read-back: dropped, kept alone or changed, while the others stand."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from actions.booking import Booking, BookingForm
from actions.booking.amending import amend, bring_forward, drop_services, ends
from actions.turn import Clause, Spoken
from actions.who import Who
from assistant.client import Client
from assistant.desk.reading import heard
from tests.actions.test_several import WORKER, said
from tests.actions.test_words import NOW

PEOPLE = {"舒望春": "id-舒望春", "连桂枝": "id-连桂枝", "费桂香": "id-费桂香"}


def booking(*names: str, more: tuple[str, ...] = (), **told: Any) -> Booking:
    """Lunch for ``names`` that was read back, with the same for each of ``more`` behind it."""
    wishes = [{"people": [Who(name=name).model_dump()], "service_type": "meal", **told} for name in more]
    people = [Who(name=name) for name in names]
    return Booking(asked="confirm", service_type="meal", people=people, more=wishes, **told)


def names(frame: Booking) -> list[list[str]]:
    """Who is in the booking in hand and in each of those behind it."""
    wishes = [frame.model_dump(include={"people"}), *frame.more]
    return [[each["name"] for each in wish["people"]] for wish in wishes]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("连桂枝的不要了，她住院，只留舒望春", [["舒望春"]]),
        ("连桂枝取消", [["舒望春"], ["费桂香"]]),
        ("舒望春不用送", [["连桂枝"], ["费桂香"]]),
        ("舒望春、连桂枝都不订了", [["费桂香"]]),
        ("就留费桂香", [["费桂香"]]),
        ("连桂枝来电说不理了，请去掉，只保留舒望春和费桂香两人", [["舒望春"], ["费桂香"]]),
        ("费桂香的算了", [["舒望春", "连桂枝"]]),
        ("连桂枝不要辣", [["舒望春", "连桂枝"], ["费桂香"]]),
        ("舒望春只要1份", [["舒望春", "连桂枝"], ["费桂香"]]),
        ("不要了", [["舒望春", "连桂枝"], ["费桂香"]]),
    ],
)
def test_who_is_dropped_is_booked_no_more(text: str, left: list[list[str]]) -> None:
    frame = booking("舒望春", "连桂枝", more=("费桂香",), quantity=1)
    amend(frame, said(text.replace("1份", "一份"), *PEOPLE, **WORKER))
    kept = sorted(name for wish in names(frame) for name in wish)
    assert kept == sorted(name for wish in left for name in wish)


def test_the_number_of_one_is_changed() -> None:
    frame = booking("舒望春", "连桂枝", quantity=1, part="noon")
    assert [who.name for who in amend(frame, said("连桂枝改成2份", *PEOPLE, **WORKER))] == ["连桂枝"]
    assert (frame.quantity, names(frame)) == (1, [["舒望春"], ["连桂枝"]])
    assert (frame.more[0]["quantity"], frame.more[0]["part"]) == (2, "noon")


def test_the_hour_of_one_is_changed_and_the_others_stays() -> None:
    frame = booking("舒望春", more=("连桂枝",), time="09:00", quantity=1)
    amend(frame, said("连桂枝改成10:30，舒望春不变", *PEOPLE, **WORKER))
    assert (frame.time, frame.more[0]["time"]) == ("09:00", "10:30")


def test_where_it_is_for_one_nothing_is_parted() -> None:
    assert amend(booking("舒望春"), said("舒望春改成2份", *PEOPLE, **WORKER)) == []


@pytest.mark.parametrize(
    ("text", "first", "more"),
    [
        ("理发的不要了", "cleaning", []),
        ("对，只订理发", "haircut", []),
        ("保洁不要了", "haircut", []),
        ("再约个理发，饭不要了", "cleaning", ["haircut"]),
        ("理发和保洁都不要了", "cleaning", ["haircut"]),
    ],
)
def test_one_of_two_services_is_dropped(text: str, first: str, more: list[str]) -> None:
    wish = {"service_type": "haircut", "date": "2025-06-14", "time": "14:00"}
    frame = Booking(
        asked="confirm", service_type="cleaning", date="2025-06-13", people=[Who(own=True)], more=[wish]
    )
    drop_services(frame, said(text))
    assert (frame.service_type, [each["service_type"] for each in frame.more]) == (first, more)
    assert frame.people == [Who(own=True)] and frame.date == (
        "2025-06-14" if first == "haircut" else "2025-06-13"
    )


@pytest.mark.parametrize(
    ("text", "first", "more"),
    [
        ("理发莫搞了", "cleaning", []),
        ("那个理发算了", "cleaning", []),
        ("头发不剪了，别的照旧", "cleaning", []),
        ("打扫不搞了", "haircut", []),
        ("打扫就订明天的", "cleaning", ["haircut"]),
        ("理发不要太短", "cleaning", ["haircut"]),
        ("都不要了", "cleaning", ["haircut"]),
        ("理发，不用了", "cleaning", []),
        ("头发我自己剪，那个不要了", "cleaning", []),
        ("卫生我闺女来搞，只理发", "haircut", []),
    ],
)
def test_one_of_two_services_is_dropped_at_every_question(text: str, first: str, more: list[str]) -> None:
    wish = {"service_type": "haircut", "date": "2025-06-14", "time": "14:00"}
    frame = Booking(asked="date", service_type="cleaning", people=[Who(own=True)], more=[wish])
    drop_services(frame, said(text))
    assert (frame.service_type, [each["service_type"] for each in frame.more]) == (first, more)


def test_one_that_was_put_off_is_dropped() -> None:
    later = [
        {"intent": "book_service", "frame": {"service_type": "haircut"}},
        {"intent": "complain", "frame": {}},
    ]
    frame = Booking(asked="time", service_type="cleaning", later=later)
    assert drop_services(frame, said("理发算了")) == ["haircut"]
    assert [each["intent"] for each in frame.later] == ["complain"]


@pytest.mark.parametrize(
    ("text", "ends"), [("理发算了", False), ("算了", True), ("打扫和理发都不要了", True)]
)
def test_what_ends_one_of_several_ends_not_all(text: str, ends: bool) -> None:
    form = BookingForm(Client("http://127.0.0.1:1", "none"))
    frame = Booking(asked="date", service_type="cleaning", more=[{"service_type": "haircut"}])
    assert form.stops(frame, replace(said(text), intent="stop")) is ends
    assert form.stops(
        Booking(service_type="haircut", asked="confirm"), replace(said("理发不要了，打扫照旧"), intent="deny")
    )
    assert not form.stops(
        Booking(service_type="haircut"), replace(said("理发不要了，换成打扫"), intent="deny")
    )
    assert form.stops(Booking(service_type="haircut"), replace(said("理发算了"), intent="stop"))


def test_one_of_several_that_is_spoken_of_comes_first_and_the_other_is_not_lost() -> None:
    wish = {"service_type": "haircut", "date": "2025-06-14", "time": "14:00"}
    frame = Booking(
        service_type="cleaning", date="2025-06-13", time="09:00", people=[Who(own=True)], more=[wish]
    )
    bring_forward(frame, "haircut")
    assert (frame.service_type, frame.date, frame.time) == ("haircut", "2025-06-14", "14:00")
    (other,) = frame.more
    assert (other["service_type"], other["date"], other["time"]) == ("cleaning", "2025-06-13", "09:00")
    assert frame.people == [Who(own=True)]


@pytest.mark.parametrize(
    ("text", "over"),
    [
        ("饭不要了", True),
        ("明天俺闺女来家做饭，不用。要后天的，后天晌午", False),
        ("送到登记的住址，周六周日不送饭", False),
    ],
)
def test_a_service_is_called_off_only_where_nothing_else_is_told_of_it(text: str, over: bool) -> None:
    read = heard(text, datetime.fromisoformat(NOW), "confirm")
    clauses = tuple(Clause(each["text"], Spoken.of(each["when"]), each["reason"]) for each in read["clauses"])
    line = replace(said(text), clauses=clauses, when=Spoken.of(read["when"]))
    assert ends(Booking(asked="confirm", service_type="meal"), line) == over
