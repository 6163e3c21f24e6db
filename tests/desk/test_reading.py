"""What the desk reads of times before Rasa hears a turn."""

from __future__ import annotations

from datetime import datetime

import pytest

from assistant.desk.reading import heard

NOW = datetime(2025, 6, 11, 10, 0)
"""A Wednesday."""


@pytest.mark.parametrize(
    ("text", "date", "time"),
    [
        ("那个单子改到星期六上午十点，后天我要去吃酒", "2025-06-14", "10:00"),
        ("改成后天吧，下午三点", "2025-06-13", "15:00"),
        ("改到周六，不对，周日", "2025-06-15", None),
        ("后天的改到周五下午两点", "2025-06-13", "14:00"),
    ],
)
def test_the_new_value_is_what_follows_and_not_its_reason(text: str, date: str, time: str | None) -> None:
    new = heard(text, NOW, None)["new"]
    assert (new["when"]["date"], new["when"]["time"]) == (date, time)


def test_without_a_change_there_is_no_new_value() -> None:
    assert heard("后天上午来", NOW, None)["new"] is None


def test_a_clause_keeps_the_word_that_joins_it() -> None:
    pieces = [clause["text"] for clause in heard("对，再来", NOW, None)["clauses"]]
    assert pieces == ["对", "再来"]
