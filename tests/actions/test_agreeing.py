"""When an answer to the read-back of a cancellation is a clear yes."""

from __future__ import annotations

from datetime import date, time

import pytest

from actions.__main__ import executor
from actions.booking import Booking, BookingForm
from actions.form import SECOND_THOUGHT, YES_FIRST, _said_again
from actions.orders import CancelForm, ChangeForm
from actions.turn import Spoken
from assistant.client import Client
from tests.actions.test_words import CALLER, NOW, turn


@pytest.fixture
def form() -> CancelForm:
    return CancelForm(Client("http://127.0.0.1:1", "none"))


@pytest.mark.parametrize(
    ("text", "intent", "yes"),
    [
        ("对", "affirm", True),
        ("对，不要了", "stop", True),
        ("对，不要了", "deny", True),
        ("不要了，先不取消", "deny", False),
        ("是呢，取消掉", "cancel_order", True),
        ("退了吧", "cancel_order", True),
        ("不取消了", "cancel_order", False),
        ("不用退了，留着吧", "cancel_order", False),
        ("算了", "stop", False),
        ("不对", "deny", False),
        ("嗯呐，就礼拜六那顿", "affirm", True),
        ("对，我闺女回来给我弄", "inform", True),
        ("是的，不过我再问问", "inform", False),
    ],
)
def test_the_wish_said_again_is_a_yes(form: CancelForm, text: str, intent: str, yes: bool) -> None:
    assert form.agrees(turn(text, intent)) is yes


@pytest.mark.parametrize(
    ("text", "yes"),
    [
        ("对，就端午", True),
        ("好的，明天中午", True),
        ("对就明天", True),
        ("是不是端午", False),
        ("好像是明天", False),
    ],
)
def test_a_yes_may_say_once_more_what_was_read_back(text: str, yes: bool) -> None:
    assert (YES_FIRST.match(text) is not None) is yes


@pytest.mark.parametrize(
    ("text", "yes"),
    [
        ("哦哦，刚才在关火，对，是两份，定吧", True),
        ("我听见了，没错", True),
        ("好，我先问问我闺女", False),
        ("我先问问我闺女，好吧", False),
        ("对，不是两份", False),
        ("好，没事了", False),
    ],
)
def test_a_yes_may_come_last(text: str, yes: bool) -> None:
    assert turn(text, "inform").ends_in_yes is yes


def test_nothing_more_wanted_is_no_yes() -> None:
    assert not turn("好，没事了", "affirm").affirms
    assert turn("好，没事了").wants_no_more and not turn("对，没错").wants_no_more


@pytest.mark.parametrize(
    ("text", "taken"), [("嗯，听明白了", True), ("好的，晓得了", True), ("好，转吧", False)]
)
def test_what_is_only_acknowledged(text: str, taken: bool) -> None:
    assert turn(text, "affirm").takes_in is taken


def test_what_is_said_again_is_nothing_new() -> None:
    before = Booking(date="2025-06-12", slot="2025-06-12T11:30")
    assert _said_again(before, Booking(date="2025-06-12"), {"date"}, Spoken())
    assert not _said_again(before, Booking(date="2025-06-13"), {"date"}, Spoken(date=date(2025, 6, 13)))
    assert not _said_again(before, before, set(), Spoken())


@pytest.mark.parametrize(
    ("when", "again"),
    [
        (Spoken(part="afternoon"), True),
        (Spoken(date=date(2025, 6, 13), part="afternoon"), True),
        (Spoken(time=time(3), ambiguous=True), True),
        (Spoken(time=time(3)), False),
        (Spoken(part="morning"), False),
        (Spoken(date=date(2025, 6, 14)), False),
    ],
)
def test_the_moment_read_back_may_be_named_otherwise(when: Spoken, again: bool) -> None:
    before = Booking(time="15:00", slot="2025-06-13T15:00")
    after = Booking(part=when.part, time="03:00" if when.time else None, date=str(when.date))
    learned = {"part", "time", "date"} & {name for name in ("part", "time", "date") if getattr(when, name)}
    assert _said_again(before, after, learned, when) is again


@pytest.mark.parametrize(
    ("text", "intent", "yes"),
    [
        ("对，还是后天，就改个钟点", "change_order", True),
        ("是的，往后挪", "change_order", True),
        ("嗯呐，别忘了告诉师傅", "inform", True),
        ("对，但是三点我不在家", "inform", False),
        ("对，几点来啊", "find_service", False),
        ("对了，你们几点下班", "inform", False),
        ("好，我儿子有钥匙", "inform", False),
    ],
)
def test_a_change_is_agreed_to_in_many_words(text: str, intent: str, yes: bool) -> None:
    assert ChangeForm(Client("http://127.0.0.1:1", "none")).agrees(turn(text, intent)) is yes


@pytest.mark.parametrize(
    ("text", "stops"), [("对，没别的了", False), ("好，没事了", True), ("对，没事了，谢谢", False)]
)
def test_nothing_more_may_follow_a_yes(form: CancelForm, text: str, stops: bool) -> None:
    said = turn(text)
    assert (said.wants_no_more and not form.yes_in_words(said)) is stops


async def test_an_action_runs_without_a_domain() -> None:
    """Rasa sends none, and cannot answer the SDK's request for one."""
    known = executor(Client("http://127.0.0.1:1", "none"))
    call = {
        "next_action": "action_repeat",
        "sender_id": "s",
        "tracker": {
            "sender_id": "s",
            "slots": {},
            "latest_message": {
                "text": "再说一遍",
                "intent": {"name": "repeat", "confidence": 1.0},
                "metadata": {"now": NOW, "asked": None, "heard": {}, "speaker": CALLER},
            },
            "events": [],
            "latest_action_name": "action_listen",
        },
    }
    answer = await known.run(call)
    assert answer is not None
    assert answer.responses[0]["custom"] == {"repeat": True}


@pytest.mark.parametrize(
    ("text", "more"),
    [("不对", False), ("不对，要改", False), ("不是的", False), ("不对，是后天", True), ("等一下", True)],
)
def test_a_bare_no_has_nothing_behind_it(text: str, more: bool) -> None:
    assert (SECOND_THOUGHT.search(text) is not None) is more


@pytest.mark.parametrize(
    ("text", "asked_next"),
    [
        ("日子不对", {"date", "slot"}),
        ("份数错了", {"quantity", "slot"}),
        ("时间不对", {"part", "slot"}),
        ("不对", set()),
        ("地方挺远的", set()),
    ],
)
def test_what_is_called_wrong_is_forgotten(text: str, asked_next: set[str]) -> None:
    before = Booking(service_type="meal", date="2025-06-12", part="noon", quantity=2, slot="2025-06-12T11:00")
    frame = before.model_copy(deep=True)
    doubted = BookingForm(Client("http://127.0.0.1:1", "none")).doubt(frame, turn(text, "deny"))
    changed = {name for name in Booking.model_fields if getattr(frame, name) != getattr(before, name)}
    assert (doubted, changed) == (bool(asked_next), asked_next)


@pytest.mark.parametrize(
    ("text", "yes"),
    [
        ("行吧 那补贴先不管 保洁就照刚才说的订", True),
        ("先按这个来吧，谢谢", True),
        ("哦，那补贴以后再说，先按你说的办", True),
        ("那保洁先不管", False),
        ("不照刚才说的", False),
        ("照这个来行不行", False),
        ("不对，照刚才说的改", False),
    ],
)
def test_what_was_read_back_is_taken_as_it_is(text: str, yes: bool) -> None:
    assert turn(text, "inform").ends_in_yes is yes
