import pytest
from components import context, views
from rasa.shared.nlu.training_data.message import Message


def test_asked_of_a_live_message() -> None:
    assert context.asked(Message(data={"text": "好", "metadata": {"asked": "yes_no"}})) == "yes_no"
    assert context.asked(Message(data={"text": "好", "metadata": {"asked": None}})) is None
    assert context.asked(Message(data={"text": "好"})) is None


def test_asked_of_a_training_example() -> None:
    message = Message.build("好", "affirm", intent_metadata={"asked": "yes_no", "service_type": "meal"})
    assert context.asked(message) == "yes_no"
    assert context.service_types(message) == ["meal"]


@pytest.mark.parametrize(
    ("asked", "group"), [(None, "none"), ("yes_no", "yes_no"), ("address", "datum"), ("something", "datum")]
)
def test_group(asked: str | None, group: str) -> None:
    assert context.group(asked) == group


def test_the_same_word_differs_by_what_was_asked() -> None:
    assert set(views.situation("好", "yes_no")) != set(views.situation("好", "checkin"))
    assert "has:asked" in views.situation("13900001111", "phone")
    assert "has:asked" not in views.situation("13900001111", "date")


def test_figures_and_punctuation_carry_no_meaning() -> None:
    assert views.characters("订3份。", None) == views.characters("订 5份", None)
