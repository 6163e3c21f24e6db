"""Notices in words: the event of an outbox message, its data and the time make one short text."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import yaml
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from channels.telegram.rendering import Outgoing
from channels.telegram.service import Notice
from channels.telegram.wording import say

CHINA: Final = ZoneInfo("Asia/Shanghai")
ALARM: Final = "emergency"
LATE: Final = timedelta(hours=1)
WEEKDAYS: Final = "一二三四五六日"
_DATA: Final[dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("notices.yaml").read_text(encoding="utf-8")
)


def write(notice: Notice, now: datetime) -> Outgoing:
    """The message for a notice; an alarm carries its buttons."""
    template = _DATA["events"].get(notice.event, _DATA["other"])
    text = template.format_map(defaultdict(str, _words(notice)))
    if notice.data.get("demo"):
        text += _DATA["demo"]
    if notice.event == ALARM:
        return Outgoing(_urgency(notice) + text, _alarm_buttons(notice))
    return Outgoing(_lateness(notice, now) + text)


def plainly(notice: Notice) -> Outgoing:
    """A sentence that is true of every notice; of an urgent one, that it is."""
    return Outgoing(_DATA["urgent" if notice.urgent else "other"].format(about=notice.about or "老人"))


def _words(notice: Notice) -> dict[str, Any]:
    """The data of a notice as it is read; what is missing leaves no gap."""
    data = notice.data
    words: dict[str, Any] = {key: value for key, value in data.items() if value is not None}
    words["about"] = notice.about or "老人"
    words["service"] = _DATA["services"].get(data.get("service_type"), "服务")
    words["matter"] = _DATA["matters"].get(data.get("ticket_kind"), "事")
    words["when"] = _when(data)
    words["place_text"] = f"，{data['place']}" if data.get("place") else ""
    words["reason_text"] = f"（{data['reason']}）" if data.get("reason") else ""
    words["quantity_text"] = f"{data['quantity']}{data.get('unit') or '份'}，" if data.get("quantity") else ""
    words["hazard_text"] = _DATA["hazards"].get(data.get("hazard"), "求助")
    words["address_text"] = f"地址：{data['address']}。" if data.get("address") else ""
    words["scopes_text"] = "、".join(say(f"scope_{scope}") for scope in data.get("scopes", []))
    return words


def _when(data: dict[str, Any]) -> str:
    """6月12日星期四中午; the hour where no part of the day was chosen."""
    if not data.get("starts_at"):
        return ""
    at = datetime.fromisoformat(data["starts_at"]).astimezone(CHINA)
    part = _DATA["parts"].get(data.get("part")) or f"{at:%H:%M}"
    return f"{at.month}月{at.day}日星期{WEEKDAYS[at.weekday()]}{part}"


def _lateness(notice: Notice, now: datetime) -> str:
    """Says of when a notice is that waited for the end of quiet hours or of a failure."""
    if now - notice.created_at < LATE:
        return ""
    at = notice.created_at.astimezone(CHINA)
    return str(_DATA["late"].format(at=f"{at.month}月{at.day}日{at:%H:%M}"))


def _urgency(notice: Notice) -> str:
    return _DATA["repeated"].format(times=notice.times + 1) + "\n" if notice.times else ""


def _alarm_buttons(notice: Notice) -> InlineKeyboardMarkup:
    ticket = notice.data["ticket_id"]
    return InlineKeyboardMarkup(
        [
            [InlineKeyboardButton(title, callback_data=f"alarm:{ticket}:{choice}")]
            for choice, title in _DATA["alarm_buttons"]
        ]
    )
