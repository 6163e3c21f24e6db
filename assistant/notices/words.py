"""A notice in words: the event of an outbox message and its facts make one short Mandarin text, to read or hear."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import yaml

from assistant.catalog.vocabulary import SERVICE_TYPES
from assistant.kit.clock import china

_DATA: Final[dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("notices.yaml").read_text(encoding="utf-8")
)
WORTH_A_CALL: Final = frozenset(_DATA["calls"])
"""Events for which somebody is rung where no message can be sent."""
WEEKDAYS: Final = "一二三四五六日"


def write(event: str, data: dict[str, Any], about: str | None) -> str:
    """The words of a notice.

    Args:
        event: of the outbox message.
        data: its payload.
        about: the senior, as they are addressed, when a relative is told; None: the recipient's own.
    """
    side = "own" if about is None else "family"
    template = _DATA[side].get(event, _DATA["other"][side])
    text = str(template.format_map(defaultdict(str, _words(data, about))))
    return text + _DATA["demo"] if data.get("demo") else text


def _words(data: dict[str, Any], about: str | None) -> dict[str, Any]:
    """The facts as they are read; what is missing leaves no gap."""
    service = SERVICE_TYPES.get(str(data.get("service_type")))
    hazard = _DATA["hazards"].get(data.get("hazard"))
    return {key: value for key, value in data.items() if value is not None} | {
        "about": about or "",
        "service": service.name if service else "服务",
        "matter": _DATA["matters"].get(data.get("ticket_kind"), "事"),
        "when": _when(data),
        "place_text": f"，{data['place']}" if data.get("place") else "",
        "quantity_text": f"，{data['quantity']}{data.get('unit') or '份'}" if data.get("quantity") else "",
        "reason_text": f"（{data['reason']}）" if data.get("reason") else "",
        "hazard_text": f"（{hazard}）" if hazard else "",
        "address_text": f"地址：{data['address']}。" if data.get("address") else "",
    }


def _when(data: dict[str, Any]) -> str:
    """6月12日星期四中午; the hour where no part of the day was chosen."""
    if not data.get("starts_at"):
        return ""
    at = china(datetime.fromisoformat(data["starts_at"]))
    part = _DATA["parts"].get(data.get("part")) or f"{at:%H:%M}"
    return f"{at.month}月{at.day}日星期{WEEKDAYS[at.weekday()]}{part}"
