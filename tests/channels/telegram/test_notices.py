"""Notices in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml

from channels.telegram import notices
from channels.telegram.notices import write
from channels.telegram.service import Notice

NOW = datetime(2025, 6, 11, 2, 0, tzinfo=UTC)
ORDER = {
    "number": "YL00000001",
    "service_type": "meal",
    "starts_at": "2025-06-12T04:00:00+00:00",
    "part": "noon",
    "quantity": 2,
    "unit": "份",
    "place": "春晓里食堂",
    "demo": False,
    "reason": None,
}


def notice(event: str, data: dict[str, Any], **more: Any) -> Notice:
    values = {"id": "1", "chat": 1, "about": "周阿姨", "urgent": False, "times": 0, "doubtful": False}
    return Notice.model_validate({**values, "event": event, "data": data, "created_at": NOW, **more})


def test_an_order_is_told_with_day_place_and_number() -> None:
    text = write(notice("order.booked", ORDER), NOW).text
    assert text == "周阿姨的助餐订好了：6月12日星期四中午，春晓里食堂，2份，订单号 YL00000001。"


def test_without_a_part_of_the_day_the_hour_is_told() -> None:
    text = write(
        notice("order.accepted", {**ORDER, "part": None, "starts_at": "2025-06-12T01:30:00Z"}), NOW
    ).text
    assert "6月12日星期四09:30" in text


def test_demo_data_are_called_so_and_reasons_are_told() -> None:
    text = write(notice("order.cancelled", {**ORDER, "demo": True, "reason": "老人出门了"}), NOW).text
    assert "（老人出门了）" in text and text.endswith("（演示数据，不是真实订单）")


def test_a_late_notice_says_of_when_it_is() -> None:
    assert write(notice("order.delivered", ORDER), NOW + timedelta(hours=9)).text.startswith(
        "（6月11日10:00的消息）"
    )


def test_an_alarm_names_danger_and_place_and_has_its_buttons() -> None:
    data = {"ticket_id": "0b9d5c1e-0000-4000-8000-000000000000", "hazard": "fall", "address": "春晓里2栋301"}
    out = write(notice("emergency", data, urgent=True), NOW)
    assert "周阿姨可能有危险（摔倒）" in out.text and "春晓里2栋301" in out.text
    assert out.keyboard is not None
    buttons = [row[0] for row in out.keyboard.inline_keyboard]
    assert [button.text for button in buttons] == ["我来处理", "打120", "联系社区"]
    assert all(len(str(button.callback_data).encode()) <= 64 for button in buttons)
    again = write(notice("emergency", data, urgent=True, times=2), NOW)
    assert again.text.startswith("第3次提醒")


def test_what_a_worker_types_is_told_as_theirs_word_for_word() -> None:
    out = write(notice("said.operator", {"name": "小王", "text": "花括号{x}也原样"}, urgent=True), NOW)
    assert out.text == "工作人员小王：花括号{x}也原样"
    assert (
        write(notice("said.notice", {"text": "工作人员已离开。"}, urgent=True), NOW).text
        == "工作人员已离开。"
    )


def test_an_unknown_event_still_says_something_true() -> None:
    assert write(notice("something.new", {}), NOW).text.startswith("周阿姨有一条新的消息")


@pytest.mark.parametrize("event", list(notices._DATA["events"]))
def test_no_template_leaves_a_gap_open(event: str) -> None:
    data = {
        **ORDER,
        "ticket_id": "1",
        "by": "女儿",
        "senior": "周阿姨",
        "scopes": ["notify"],
        "hazard": "fall",
        "name": "小王",
        "text": "您好，饭已经改到十二点。",
    }
    text = write(notice(event, data), NOW).text
    assert "{" not in text and "None" not in text and "，，" not in text and len(text) > 8


def test_every_kind_of_danger_and_service_has_a_name() -> None:
    from assistant.catalog.vocabulary import SERVICE_TYPES
    from assistant.safety.rulebook import rulebook

    assert set(rulebook().kinds) <= set(notices._DATA["hazards"])
    assert set(SERVICE_TYPES) <= set(notices._DATA["services"])
    assert yaml.safe_dump(notices._DATA["alarm_buttons"])
