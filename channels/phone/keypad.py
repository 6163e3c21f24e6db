"""Keys of the telephone: a choice counts at once, a number when ``#`` or a pause ends it, 0 is a person, ``*`` says it
again; ``#`` without a number asks how to be spoken to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from channels.phone.hints import Question

PAUSE_MS: Final = 2_500
"""Silence of the keys after which a number is taken for whole."""
LONGEST: Final = 20
"""Keys that the desk takes in one turn."""


@dataclass
class Keypad:
    """Fed with keys and with time that passes; hands out what is to be sent to the desk."""

    question: Question = field(default_factory=Question)
    _held: str = ""
    _waited_ms: int = 0

    def ask(self, question: Question) -> None:
        """A new question: keys left over from the last one are dropped."""
        self.question = question
        self._held = ""

    def press(self, key: str) -> str | None:
        """The digits of a turn, or None while more may come."""
        self._waited_ms = 0
        if self.question.expects != "digits" and (key == "0" or key in self.question.keys):
            self._held = ""
            return key
        if key in "*#" and not self._held:
            return key
        if key == "*":
            self._held = ""
            return None
        if key == "#":
            return self._take()
        self._held += key
        return self._take() if len(self._held) == LONGEST else None

    def pass_time(self, ms: int) -> str | None:
        """The number that was keyed in, once nothing has followed for ``PAUSE_MS``."""
        self._waited_ms += ms
        return self._take() if self._waited_ms >= PAUSE_MS else None

    def _take(self) -> str | None:
        taken, self._held = self._held, ""
        return taken or None
