"""May the caller's sound stop ours? Only speech that lasts and has a word in it; never over protected sentences."""

import re
from dataclasses import dataclass
from typing import Final

_BACKCHANNEL: Final = re.compile(r"^(?:嗯*了|不?过)|[嗯哦啊呃哎噢唔欸诶对是好行的喔哈呵]")
"""What people say to show that they listen, and what the recogniser makes of it at the beginning ("哦": "不过"); one more
syllable beside it is likelier misheard than meant, after "嗯" two ("嗯嗯": "嗯了而")."""
_OPENINGS: Final = re.compile(r"^[你您等]")
"""What nobody murmurs: one syllable of it is word enough."""
_COMMANDS: Final = (
    "停",
    "别说",
    "等一下",
    "等等",
    "不对",
    "不是",
    "人工",
    "听不",
    "救命",
    "慢",
    "重说",
    "再说",
)


@dataclass
class BargeIn:
    """Decides anew for each sentence of ours. Figures: least duration, and a higher bar than for ordinary turns
    because our own echo and a television reach the line too."""

    least_ms: float = 250
    """Speech this long, with a word in it that is no "嗯", interrupts."""
    command_ms: float = 120
    """Enough for words that can only mean stop."""
    probability: float = 0.7
    """Of the voice detector, while we speak."""
    protected: bool = False
    _voiced_ms: float = 0
    _quiet_ms: float = 0

    def begin(self, *, protected: bool = False) -> None:
        """We begin to speak; `protected` sentences (a read-back, emergency instructions) are heard to their end."""
        self.protected = protected
        self._voiced_ms = self._quiet_ms = 0

    def push(self, ms: float, probability: float, partial: str) -> bool:
        """Whether to stop speaking now. `partial` is what the recogniser made of the sound since we began."""
        if probability >= self.probability:
            self._voiced_ms += ms
            self._quiet_ms = 0
        else:
            self._quiet_ms += ms
            if self._quiet_ms > 300:
                self._voiced_ms = 0
        if self.protected:
            return False
        words = partial.replace(" ", "")
        if any(command in words for command in _COMMANDS):
            return self._voiced_ms >= self.command_ms
        least = 3 if words.startswith("嗯") else 2
        word = _OPENINGS.match(words) or len(_BACKCHANNEL.sub("", words)) >= least
        return bool(word) and self._voiced_ms >= self.least_ms
