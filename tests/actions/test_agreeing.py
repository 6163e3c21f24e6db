"""When an answer to the read-back of a cancellation is a clear yes."""

from __future__ import annotations

import pytest

from actions.__main__ import executor
from actions.booking import Booking, BookingForm
from actions.form import SECOND_THOUGHT, YES_FIRST, _said_again
from actions.orders import CancelForm
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
    assert _said_again(before, Booking(date="2025-06-12"), {"date"})
    assert not _said_again(before, Booking(date="2025-06-13"), {"date"})
    assert not _said_again(before, before, set())


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
