"""Who has the floor: voice activity, endpoint, barge-in and silence put together, one decision a chunk."""

from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from speech.turntaking.barge_in import BargeIn
from speech.turntaking.endpoint import Endpointer
from speech.turntaking.patience import Patience
from speech.turntaking.silence import SilenceStep, SilenceTimer
from speech.turntaking.voice_activity import VoiceActivity

PRE_ROLL_MS: Final = 500
_SPOKE_ON_MS: Final = 400
"""Speech that begins this soon after a turn was ended by a pause belonged to it."""


class Event(StrEnum):
    """What happened in a chunk."""

    SPEECH_STARTED = "speech_started"
    BARGE_IN = "barge_in"
    TURN_ENDED = "turn_ended"
    SILENCE = "silence"


@dataclass
class TurnTaking:
    """Fed with chunks in order; holds no clock, so that tests and slow machines get the same decisions.

    `ask` when a question begins to be spoken, `finished_speaking` when its last sound has been heard (or was
    flushed), `push` for every chunk of the caller's sound.
    """

    patience: Patience = field(default_factory=Patience)
    activity: VoiceActivity = field(default_factory=VoiceActivity)
    barge_in: BargeIn = field(default_factory=BargeIn)
    silence: SilenceTimer = field(default_factory=SilenceTimer)
    step: SilenceStep | None = None
    """With Event.SILENCE: what is due."""
    we_speak: bool = False
    _started: bool = False
    _since_end_ms: float = 1e9

    def __post_init__(self) -> None:
        self.endpointer = Endpointer(self.patience)

    def ask(self, asked: str = "free", *, protected: bool = False) -> None:
        """We begin to speak; the caller's next turn answers `asked` (a datum, or what is expected)."""
        self.we_speak = True
        self._started = False
        self.endpointer.begin(asked)
        self.barge_in.begin(protected=protected)

    def finished_speaking(self) -> None:
        """Our sentence has been heard to its end, or was stopped."""
        self.we_speak = False

    def push(self, ms: float, probability: float, partial: str = "") -> Event | None:
        """The next chunk: its length, the voice detector's probability, the recogniser's words of this turn."""
        speaking = self.activity.push(ms, probability)
        self._since_end_ms += ms
        if self.we_speak:
            if self.barge_in.push(ms, probability, partial):
                self.we_speak, self._started = False, True
                self.endpointer.push(ms, True, partial)
                return Event.BARGE_IN
            return None
        if speaking and not self._started:
            self._started = True
            self.silence.begin()
            if self._since_end_ms <= _SPOKE_ON_MS:
                self.patience.cut_off()
            self.endpointer.push(ms, True, partial)
            return Event.SPEECH_STARTED
        if not self._started:
            self.step = self.silence.push(ms)
            return Event.SILENCE if self.step else None
        if self.endpointer.push(ms, speaking, partial):
            self._started = False
            self._since_end_ms = 0
            self.endpointer.begin(self.endpointer.asked)
            return Event.TURN_ENDED
        return None


class PreRoll:
    """The last half second of sound before speech was noticed, so that the first syllable is not lost."""

    def __init__(self, ms: float = PRE_ROLL_MS) -> None:
        self._room = ms
        self._held: deque[tuple[float, bytes]] = deque()
        self._ms = 0.0

    def push(self, ms: float, pcm: bytes) -> None:
        """Keep a chunk, let the oldest go."""
        self._held.append((ms, pcm))
        self._ms += ms
        while self._ms - self._held[0][0] >= self._room:
            self._ms -= self._held.popleft()[0]

    def take(self) -> bytes:
        """All that is held, and forget it."""
        pcm = b"".join(chunk for _, chunk in self._held)
        self._held.clear()
        self._ms = 0.0
        return pcm
