"""The caller at the receiver, or a television across the room: told apart by how loud the voice is."""

from __future__ import annotations

from typing import Final

from speech.audio import Samples
from speech.audio.level import SILENCE_DBFS, dbfs

FALL_DB: Final = 1.5
"""How fast the envelope falls a frame: it bridges the soft sounds of a syllable, not a pause."""
USUAL_DBFS: Final = -20.0
"""Of a caller nobody has heard yet."""
OVER_US_DB: Final = 14.0
"""So much softer than the caller usually is, a voice does not stop us."""
OWN_DB: Final = 22.0
"""So much softer than what this turn has been so far, a voice is not the caller's, and the turn may end."""
LEARN: Final = 0.5


class Nearness:
    """Fed with every frame; ``is_caller`` says whether a voice in it may be the caller's."""

    def __init__(self) -> None:
        self._usual = USUAL_DBFS
        self._envelope = SILENCE_DBFS
        self._loudest = SILENCE_DBFS

    def push(self, frame: Samples, *, in_turn: bool) -> None:
        """The next 20 ms; ``in_turn``: the caller has the floor and speaks."""
        self._envelope = max(dbfs(frame), self._envelope - FALL_DB)
        self._loudest = max(self._loudest, self._envelope) if in_turn else SILENCE_DBFS

    def is_caller(self, *, over_us: bool) -> bool:
        """Whether a voice that is heard now is near enough."""
        if over_us:
            return self._envelope >= self._usual - OVER_US_DB
        return self._envelope >= self._loudest - OWN_DB

    def turn_over(self) -> None:
        """A turn was understood: that is how loud this caller is."""
        if self._loudest > SILENCE_DBFS:
            self._usual += LEARN * (self._loudest - self._usual)
