"""Keys: a choice at once, a number whole, zero a person."""

from __future__ import annotations

from channels.phone.hints import Question
from channels.phone.keypad import PAUSE_MS, Keypad

CHOICE = Question("choice", None, ("订饭",), frozenset("12"))
NUMBER = Question("digits", "phone")


def pressed(keypad: Keypad, keys: str) -> list[str]:
    return [digits for key in keys if (digits := keypad.press(key))]


def test_a_choice_counts_at_once_and_zero_is_a_person() -> None:
    assert pressed(Keypad(CHOICE), "2") == ["2"]
    assert pressed(Keypad(CHOICE), "0") == ["0"]
    assert pressed(Keypad(), "0") == ["0"]


def test_a_number_ends_with_a_hash_or_a_pause() -> None:
    keypad = Keypad(NUMBER)
    assert pressed(keypad, "01390#") == ["01390"]
    assert pressed(keypad, "139") == []
    assert keypad.pass_time(PAUSE_MS - 20) is None
    assert pressed(keypad, "0") == []
    assert keypad.pass_time(PAUSE_MS - 20) is None
    assert keypad.pass_time(20) == "1390"
    assert keypad.pass_time(PAUSE_MS) is None


def test_zero_alone_is_a_person_where_a_number_is_asked_for_too() -> None:
    keypad = Keypad(NUMBER)
    assert pressed(keypad, "0") == []
    assert keypad.pass_time(PAUSE_MS) == "0"


def test_a_star_takes_back_and_a_new_question_forgets() -> None:
    keypad = Keypad(NUMBER)
    assert pressed(keypad, "13*45#") == ["45"]
    keypad.press("9")
    keypad.ask(NUMBER)
    assert keypad.pass_time(PAUSE_MS) is None


def test_a_star_and_a_hash_without_a_number_have_a_meaning_of_their_own() -> None:
    assert pressed(Keypad(NUMBER), "*") == ["*"]
    assert pressed(Keypad(CHOICE), "#") == ["#"]
    assert pressed(Keypad(NUMBER), "13**") == ["*"], "the first one took back what was keyed in"
