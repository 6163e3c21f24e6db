"""When an answer to the read-back of a cancellation is a clear yes."""

from __future__ import annotations

import pytest

from actions.__main__ import executor
from actions.orders import CancelForm
from assistant.client import Client
from tests.actions.test_words import turn


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
                "metadata": {
                    "now": "2025-06-11T10:00:00",
                    "asked": None,
                    "heard": {},
                    "speaker": {
                        "person_id": None,
                        "kind": "senior",
                        "confirmed": False,
                        "phone": None,
                        "city": "yueyang",
                        "channel": "phone",
                        "direction": "in",
                        "conversation": "c",
                    },
                },
            },
            "events": [],
            "latest_action_name": "action_listen",
        },
    }
    answer = await known.run(call)
    assert answer is not None
    assert answer.responses[0]["custom"] == {"repeat": True}
