"""What the actions tell the desk beside what they say."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Signals:
    """A person is wanted, danger was heard, say it again …; and the messages that have words."""

    person: str | None = None
    alarm: float | None = None
    repeat: bool = False
    pace: str | None = None
    misunderstood: bool = False
    end: bool = False
    messages: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def of(cls, messages: list[dict[str, Any]]) -> Signals:
        found = cls()
        for message in messages:
            custom = message.get("custom") or {}
            found.person = custom.get("person") or found.person
            if "alarm" in custom:
                found.alarm = custom["alarm"]["confidence"]
            found.repeat |= bool(custom.get("repeat"))
            found.pace = custom.get("pace") or found.pace
            found.misunderstood |= bool(custom.get("misunderstood"))
            found.end |= bool(custom.get("end"))
            if message.get("text"):
                found.messages.append(message)
        return found
