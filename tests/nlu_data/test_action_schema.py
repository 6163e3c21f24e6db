"""Answers of the action server are checked as Rasa checks them."""

from __future__ import annotations

from typing import Any

import pytest
from components import action_schema
from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction

GOOD: list[dict[str, Any]] = [
    {"events": [], "responses": []},
    {
        "events": [{"event": "slot", "timestamp": None, "name": "frame", "value": {"a": 1}}],
        "responses": [{"text": "好"}],
    },
]
BAD: list[dict[str, Any]] = [
    {"events": {}},
    {"events": [{"event": 5}]},
    {"events": [{"event": "slot", "name": 7}]},
    {"responses": ["好"]},
]


@pytest.fixture(autouse=True)
def original(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Rasa's own check; ours is in force for the test."""
    own = RemoteAction._validate_action_result
    monkeypatch.setattr(RemoteAction, "_validate_action_result", own)
    action_schema.install()
    return own


@pytest.mark.parametrize("answer", GOOD)
def test_a_proper_answer_passes(answer: dict[str, Any], original: Any) -> None:
    action = RemoteAction("booking_form", None)
    assert original(action, answer)
    assert action._validate_action_result(answer)


@pytest.mark.parametrize("answer", BAD)
def test_what_rasa_refuses_is_refused(answer: dict[str, Any], original: Any) -> None:
    action = RemoteAction("booking_form", None)
    with pytest.raises(ValidationError):
        original(action, answer)
    with pytest.raises(ValidationError):
        action._validate_action_result(answer)
