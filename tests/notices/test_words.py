"""Notices in words: every event that is written has its own, none leaves a gap or a placeholder."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from assistant.notices.words import _DATA, WORTH_A_CALL, write

FACTS = {
    "number": "YL25061203",
    "service_type": "bath",
    "starts_at": "2025-06-12T01:00:00+00:00",
    "quantity": 2,
    "unit": "次",
    "place": "春晓服务站",
    "reason": "师傅病了",
    "hazard": "fall",
    "address": "春晓里2栋301",
    "relation": "女儿",
}
BARE = {"number": "YL25061203"}


@pytest.mark.parametrize("side", ["own", "family"])
@pytest.mark.parametrize("facts", [FACTS, BARE])
def test_no_gaps_and_no_placeholders(side: str, facts: dict[str, object]) -> None:
    for event in _DATA[side]:
        text = write(event, facts, "周阿姨" if side == "family" else None)
        assert text.endswith("。") and not re.search(r"[{}]|None|（）|，，|：，", text), text


def test_it_says_what_when_and_where() -> None:
    assert write("order.rejected", FACTS, "周阿姨") == (
        "周阿姨6月12日星期四09:00的助浴，服务方接不了（师傅病了）。要换一家，请打热线。订单号YL25061203。"
    )
    assert write("order.booked", FACTS | {"part": "morning"}, None) == (
        "您的助浴订好了：6月12日星期四上午，春晓服务站，2次。订单号YL25061203。"
    )


def test_demonstration_data_are_called_so() -> None:
    assert write("order.booked", FACTS | {"demo": True}, None).endswith("（演示数据，不是真实订单）")


def test_an_unknown_event_has_a_sentence() -> None:
    assert "周阿姨" in write("something.new", {}, "周阿姨")


def test_what_is_worth_a_call_has_words() -> None:
    assert set(_DATA["own"]) | set(_DATA["family"]) >= WORTH_A_CALL


def test_every_notice_that_the_service_writes_has_words(repository_root: Path) -> None:
    """Events are literals in the code that writes them to people."""
    written = set()
    for folder in ("orders", "care", "tickets", "safety", "desk", "links"):
        for file in (repository_root / "assistant" / folder).glob("*.py"):
            source = file.read_text(encoding="utf-8")
            written |= set(
                re.findall(
                    r'"(checkin_(?:missed|bad|asked)|booking_unfinished|callback_done|ticket\.(?:registered|done|cancelled)|emergency)"',
                    source,
                )
            )
            written |= {f"order.{one}" for one in re.findall(r'tell\([^)]*"(\w+)"\)', source)}
    assert {"checkin_missed", "order.changed", "ticket.registered", "emergency"} <= written
    assert written <= set(_DATA["own"]) | set(_DATA["family"])
