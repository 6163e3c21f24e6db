"""How long a silence may last before a turn is over: by question, by how the caller has spoken so far."""

from dataclasses import dataclass, field
from statistics import median
from typing import Final

BASE_MS: Final = {
    "yes_no": 450.0,
    "choice": 550.0,
    "digits": 1_200.0,
    "phone": 1_500.0,
    "address": 1_500.0,
    "name": 900.0,
    "date": 800.0,
    "time": 800.0,
    "free": 800.0,
}
"""ms by what was asked. Published agents use 200 (pipecat) to 3,000 (LiveKit); older speakers pause 400–600 ms more
inside a sentence, most of all inside addresses and numbers they read off a paper."""
SHORTEST_MS: Final = 350.0
LONGEST_MS: Final = 2_500.0
_REMEMBERED: Final = 12


@dataclass
class Patience:
    """Learns within a call: pauses the caller spoke on after, and answers cut off, make it longer."""

    factor: float = 1.0
    """What is remembered of this caller from earlier calls; 1 for strangers."""
    _pauses: list[float] = field(default_factory=list)

    def for_question(self, asked: str) -> float:
        """ms of silence that end an answer to `asked` (a datum or an `expects`; unknown ones count as free)."""
        base = BASE_MS.get(asked, BASE_MS["free"]) * self.factor
        if len(self._pauses) >= 3:
            # A caller who usually goes on after a pause of p gets at least half as much again.
            base = max(base, 1.5 * median(self._pauses))
        return min(LONGEST_MS, max(SHORTEST_MS, base))

    def went_on_after(self, pause_ms: float) -> None:
        """The caller paused inside a sentence and spoke on."""
        if pause_ms >= 150:
            self._pauses = [*self._pauses, pause_ms][-_REMEMBERED:]

    def cut_off(self) -> None:
        """The caller spoke on right after the turn had been taken for ended."""
        self.factor = min(2.0, self.factor * 1.25)
