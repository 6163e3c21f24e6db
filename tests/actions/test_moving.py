"""What stands is moved by so much: "往后挪一天", "晚半个小时"."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from actions.booking.frame import Booking
from actions.booking.learning import learn
from actions.orders import Change, ChangeForm
from assistant.client import Client
from tests.actions.test_words import turn

NOBODY = "老王"
"""On record, so that the turn is read as the desk reads it."""


@pytest.fixture
def api() -> Client:
    return Client("http://127.0.0.1:1", "none")


@pytest.mark.parametrize(
    ("said", "day_meant", "date", "time"),
    [
        ("我约了礼拜五下午洗澡的，那天有事，能不能往后挪一天", "2025-06-13", "2025-06-14", "15:00"),
        ("周五那个提前一天，改上午十点", "2025-06-13", "2025-06-12", "10:00"),
        ("洗澡的推迟半个小时", None, "2025-06-13", "15:30"),
        ("能早一个钟头来不", None, "2025-06-13", "14:00"),
    ],
)
async def test_an_order_is_moved_from_its_own_time(
    api: Client, said: str, day_meant: str | None, date: str, time: str
) -> None:
    form, frame = ChangeForm(api), Change()
    await form.learn(frame, turn(said, "change_order", people={NOBODY: "1"}), first=True)
    assert frame.day == day_meant
    frame.order = {"starts_at_local": "2025-06-13T15:00:00"}
    form.reckon(frame)
    assert (frame.date, frame.time) == (date, time)


@pytest.mark.parametrize(
    ("said", "day", "time"),
    [("哎，往后推一天吧", "2025-06-14", "09:00"), ("晚半个小时", "2025-06-13", "09:30")],
)
async def test_what_is_read_back_is_moved(api: Client, said: str, day: str, time: str) -> None:
    frame: Any = Booking(service_type="cleaning", date="2025-06-13", time="09:00", asked="confirm")
    assert "date" in await learn(api, frame, turn(said, people={NOBODY: "1"}), first=False)
    assert (date.fromisoformat(frame.date), frame.time) == (date.fromisoformat(day), time)
