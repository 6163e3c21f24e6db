"""Errors have a status for programs and a sentence for people."""

from __future__ import annotations

import pytest

from assistant.kit import errors
from assistant.kit.errors import YinlingError

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, YinlingError)]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_error_says_something_a_person_understands(kind: type[YinlingError]) -> None:
    body = kind().as_dict()
    assert 400 <= kind.status <= 599 and body["code"].isidentifier()
    assert body["message"].endswith(("。", "？")) and any(
        "\u4e00" <= sign <= "\u9fff" for sign in body["message"]
    )


def test_codes_are_told_apart() -> None:
    assert len({kind.code for kind in KINDS}) == len(KINDS) > 5


def test_an_own_sentence_and_details_go_along() -> None:
    error = errors.Conflict("这个时间已经满了。", slot="noon")
    assert error.as_dict() == {
        "code": "conflict",
        "message": "这个时间已经满了。",
        "details": {"slot": "noon"},
    }
    assert str(error) == "这个时间已经满了。"
    assert errors.Conflict().message != error.message
