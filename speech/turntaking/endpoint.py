"""When is a turn over? When the silence after speech has lasted as long as the question and the caller deserve."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from speech.turntaking.half_sentence import is_unfinished
from speech.turntaking.patience import LONGEST_MS, Patience

_UNFINISHED_FACTOR: Final = 2.0
_LONGEST_TURN_MS: Final = 45_000.0


class TurnEnd(StrEnum):
    """Why a turn ended."""

    PAUSE = "pause"
    TOO_LONG = "too_long"


@dataclass
class Endpointer:
    """Fed with the length of each chunk, whether the caller is speaking, and the words so far."""

    patience: Patience = field(default_factory=Patience)
    asked: str = "free"
    _spoken_ms: float = 0
    _silent_ms: float = 0
    _partial: str = ""

    def begin(self, asked: str) -> None:
        """A new turn, an answer to `asked`."""
        self.asked = asked
        self._spoken_ms = self._silent_ms = 0
        self._partial = ""

    def push(self, ms: float, speaking: bool, partial: str) -> TurnEnd | None:
        """None while the turn goes on. Silence before the first speech never ends a turn."""
        self._partial = partial
        if speaking:
            if self._silent_ms and self._spoken_ms:
                self.patience.went_on_after(self._silent_ms)
            self._spoken_ms += ms + self._silent_ms
            self._silent_ms = 0
            return TurnEnd.TOO_LONG if self._spoken_ms >= _LONGEST_TURN_MS else None
        if not self._spoken_ms:
            return None
        self._silent_ms += ms
        return TurnEnd.PAUSE if self._silent_ms >= self.wait_ms() else None

    def wait_ms(self) -> float:
        """The silence that would end the turn as it stands."""
        wait = self.patience.for_question(self.asked)
        if is_unfinished(self._partial, asked=self.asked):
            wait = min(LONGEST_MS, wait * _UNFINISHED_FACTOR)
        return wait
