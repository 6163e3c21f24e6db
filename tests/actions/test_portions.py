"""How many portions are wanted where they are told by the head."""

from __future__ import annotations

import pytest

from actions.booking.portions import by_the_head
from tests.actions.test_words import turn


@pytest.mark.parametrize(
    ("text", "people", "portions"),
    [
        ("两份，俺俩一人一份", 1, 2),
        ("一家三口一人一份", 1, 3),
        ("三个人，每人两份", 1, 6),
        ("我们老两口，一人一份", 1, 2),
        ("我跟老伴，一人一份", 1, 2),
        ("每人一份", 1, 1),
        ("给我和我老伴明天中午各订一份饭", 1, 2),
        ("爸妈各一份", 2, 1),
        ("三位老人每人一份", 3, 1),
        ("两份", 1, None),
        ("我一个人吃，一份", 1, None),
    ],
)
def test_by_the_head(text: str, people: int, portions: int | None) -> None:
    assert by_the_head(turn(text), people) == portions
