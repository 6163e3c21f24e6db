"""To which department a complaint goes, and by when the caller hears back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import yaml

from assistant.kit.clock import china, from_china
from assistant.kit.when.almanac import next_working_day

DATA: Final = Path(__file__).parent / "data" / "departments.yaml"
END_OF_WORK: Final = time(18)
"""China time at which a working day ends for a due date."""


@dataclass(frozen=True)
class Matter:
    """One kind of complaint and who handles it."""

    key: str
    department: str
    about: str
    due_working_days: int
    """Working days until the caller hears back: this installation's own rule, not a document's."""
    strong: tuple[str, ...]
    words: tuple[str, ...]

    def score(self, text: str) -> int:
        return 3 * sum(word in text for word in self.strong) + sum(word in text for word in self.words)


@dataclass(frozen=True)
class Routing:
    """All matters, the one for complaints that name none, and where the split comes from."""

    matters: tuple[Matter, ...]
    default: Matter
    document: str
    city: str
    year: int


@lru_cache
def routing() -> Routing:
    """The table of ``data/departments.yaml``."""
    raw: dict[str, Any] = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    days = raw["due_working_days"]
    matters = tuple(
        Matter(
            one["key"],
            one["department"],
            one["about"],
            one.get("due_working_days", days),
            tuple(one["strong"]),
            tuple(one["words"]),
        )
        for one in raw["matters"]
    )
    default = next(one for one in matters if one.key == raw["default"])
    return Routing(matters, default, raw["document"], raw["city"], raw["year"])


def route(text: str) -> Matter:
    """The matter a complaint is about; service quality (civil affairs) when no word tells."""
    table = routing()
    best = max(table.matters, key=lambda one: one.score(text))
    return best if best.score(text) else table.default


def due(now: datetime, working_days: int) -> datetime:
    """End of the working day so many working days after ``now`` (UTC)."""
    day: date = china(now).date()
    for _ in range(working_days):
        day = next_working_day(day)
    return from_china(datetime.combine(day, END_OF_WORK))
