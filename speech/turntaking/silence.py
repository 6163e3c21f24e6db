"""What to do when nobody says anything: ask more simply, offer keys, offer a person, say goodbye."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

STEPS_MS: Final = (7_000.0, 14_000.0, 22_000.0, 30_000.0)
"""After the end of our question: time enough to find one's glasses, short enough not to feel alone."""


class SilenceStep(StrEnum):
    """In order."""

    SIMPLER = "simpler"
    KEYS = "keys"
    PERSON = "person"
    GOODBYE = "goodbye"


@dataclass
class SilenceTimer:
    """Runs while the caller is silent and we are too; each step is given once."""

    _silent_ms: float = 0
    _given: int = 0

    def begin(self) -> None:
        """A question of a new kind, or the caller has spoken."""
        self._silent_ms, self._given = 0, 0

    def push(self, ms: float) -> SilenceStep | None:
        """The step that is due, if one is."""
        self._silent_ms += ms
        if self._given < len(STEPS_MS) and self._silent_ms >= STEPS_MS[self._given]:
            self._given += 1
            return list(SilenceStep)[self._given - 1]
        return None
