"""Who takes a call that we make: a person says a word and waits, a machine talks on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

from assistant.calls.schemas import OutboundResult
from speech.turntaking import VoiceActivity

RESULTS: Final[dict[str, OutboundResult]] = {
    "busy": "busy",
    "no_answer": "no_answer",
    "declined": "busy",
    "unreachable": "failed",
    "failed": "failed",
}
"""How a call that was not taken is reported."""
FIRST_WORD_MS: Final = 1_500
"""Somebody who has said nothing for so long waits for us to begin."""
PAUSE_MS: Final = 600
"""A pause after the first words: a person who waits for an answer."""
MACHINE_MS: Final = 6_000
"""Speech this long without such a pause is a recorded announcement. Answers of people are shorter; the published
detectors of telephone exchanges use 1.5 to 6 s, and taking a person for a machine is the worse mistake."""
BEEP_MS: Final = 1_000
"""Quiet after the announcement: it waits for the message."""


@dataclass
class WhoAnswers:
    """Fed with the sound after the answer; decides once."""

    activity: VoiceActivity = field(default_factory=VoiceActivity)
    _spoken_ms: int = 0
    _quiet_ms: int = 0
    _machine: bool = False

    def push(self, ms: int, probability: float) -> Literal["person", "machine"] | None:
        """The verdict, or None while it is open; for a machine it comes when its announcement is over."""
        if self.activity.push(ms, probability):
            self._spoken_ms += ms + (self._quiet_ms if self._spoken_ms else 0)
            self._quiet_ms = 0
            self._machine |= self._spoken_ms >= MACHINE_MS
            return None
        self._quiet_ms += ms
        if self._machine:
            return "machine" if self._quiet_ms >= BEEP_MS else None
        return "person" if self._quiet_ms >= (PAUSE_MS if self._spoken_ms else FIRST_WORD_MS) else None
