"""The hotline's ear: the caller's frames become events – speech begins, a turn ends, danger is heard, silence lasts."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from channels.phone.hints import Question
from channels.phone.leg import FRAME_MS
from channels.phone.nearness import Nearness
from channels.phone.wording import is_urgent
from speech.audio import Samples, bytes_of
from speech.recognizer import Heard, PooledRecognition
from speech.turntaking import Event, PreRoll, TurnTaking, VoiceDetector

CHUNK_MS: Final = 60
"""Sound that goes to the recogniser at once: long enough to be cheap, short enough for barge-in."""
FORGET_MS: Final = 800
"""Silence after sound that was no turn of its own (a "嗯" while we speak), after which it is forgotten."""
PATIENCE: Final = 0.65
"""Share of the usual patience with a caller nobody knows yet: 520 ms for a free answer, twice that after half a
sentence. Whoever is cut off once gets a quarter more each time."""
URGENT_MS: Final = 1_000
"""So long after a word of danger its sentence may go on: "救命，我喘不上气了" tells which first aid is needed."""
URGENT_PAUSE_MS: Final = 300
"""A pause after it ends the turn sooner."""
TAIL_MS: Final = 300
"""Quiet after such sound that still goes to the recogniser; more would only be heard as words."""
ANSWERED_EARLY_MS: Final = 500
"""An answer that ended at most so long before our question did was an answer to it."""
SOMETHING: Final = 4
"""Characters that are more than a "嗯" or a "好的"."""
SAID_MS: Final = 400
"""Voice as near as the caller's that it takes to say so much."""
LONGEST_KEPT_MS: Final = 20_000
"""Sound of a turn that is kept for a second hearing."""


@dataclass(frozen=True)
class Started:
    """The caller speaks; ``over_us``: while we did, and so that we must stop."""

    over_us: bool
    word_at: float = 0.0
    """Over us: when the first character of it was recognised, by the ear's clock."""
    since_word_ms: float = 0.0


@dataclass(frozen=True)
class Utterance:
    """A turn has been said."""

    heard: Heard
    pcm: bytes
    """s16le, 8 kHz, with the half second before it."""
    voiced_ms: float
    spoke_until: float
    """When the last of the voice came in, by the ear's clock; s."""
    ended_at: float
    """When the turn was taken for ended."""
    final_at: float
    """When the recogniser had its last word."""
    urgent: bool = False


@dataclass(frozen=True)
class Silent:
    """Nothing has been said for so long that something should be done."""


Noticed = Started | Utterance | Silent


class Ear:
    """Hears one call. ``push`` takes frames in order; ``ask`` and ``finished_speaking`` say when we speak.

    Args:
        recognition: of this call.
        detector: of this call.
        turns: who has the floor; its patience may remember this caller.
        clock: seconds, for measuring only; all waiting is counted in frames.
    """

    def __init__(
        self,
        recognition: PooledRecognition,
        detector: VoiceDetector,
        turns: TurnTaking,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.turns = turns
        self._recognition = recognition
        self._detector = detector
        self._clock = clock
        self._before = PreRoll()
        self._nearness = Nearness()
        self._hearing = False
        self._partial = ""
        self._waiting = bytearray()
        self._kept = bytearray()
        self._voiced_ms = self._near_ms = 0.0
        self._quiet_ms = 0.0
        self._spoke_until = 0.0
        self._word_at = 0.0
        self._urgent_ms: float | None = None
        self._question = Question()
        self._open = False
        self.deaf_to_urgent = False
        """While first aid is being told: the caller has been heard, another "救命" would cut it off."""

    def voice(self, frame: Samples) -> float:
        """Only the probability of voice in the next 20 ms; nothing is recognised."""
        return self._detector.push(frame)

    def close(self) -> None:
        """The call is over."""
        self._recognition.close()

    async def expect(self, question: Question) -> None:
        """What the next turn answers. Between turns: a turn under way keeps the hints it began with."""
        self._question = question
        if not self._hearing:
            await self._recognition.hint(question.hints)

    def begin_speaking(self, *, protected: bool) -> None:
        """We speak; ``protected`` sentences are heard to their end."""
        self._open = False
        self.turns.ask(self._question.patience, protected=protected)

    def finished_speaking(self) -> None:
        """Our sentence is over. What the caller began over its last words is the answer to it."""
        self.turns.finished_speaking()
        early = self._quiet_ms <= ANSWERED_EARLY_MS or self.kept_back
        if self._hearing and not self._open and early:
            self._open = self.turns.push(self._voiced_ms, 1.0, self._partial) is Event.SPEECH_STARTED

    @property
    def kept_back(self) -> bool:
        """Something whole was said over a sentence of ours that it did not stop: it is answered after it."""
        return len(self._partial) >= SOMETHING and self._near_ms >= SAID_MS

    async def push(self, frame: Samples) -> Noticed | None:
        """The next 20 ms."""
        probability = self._detector.push(frame)
        voice = probability >= self.turns.activity.on
        await self._hear(bytes_of(frame), voice)
        self._nearness.push(frame, in_turn=self._open)
        if not self._nearness.is_caller(over_us=self.turns.we_speak):
            probability = 0.0
        if probability >= self.turns.activity.on:
            self._spoke_until = self._clock()
            self._near_ms += FRAME_MS
        if self._urgent_now():
            return await self._cut()
        event = self.turns.push(FRAME_MS, probability, self._partial)
        if event in (Event.SPEECH_STARTED, Event.BARGE_IN):
            self._open = True
        if event is Event.SPEECH_STARTED:
            return Started(over_us=False)
        if event is Event.BARGE_IN:
            since_word_ms = (self._clock() - self._word_at) * 1000
            return Started(over_us=True, word_at=self._word_at, since_word_ms=since_word_ms)
        if event is Event.TURN_ENDED:
            return await self._finish(urgent=self._urgent_ms is not None)
        if event is Event.SILENCE:
            return Silent()
        return None

    def _urgent_now(self) -> bool:
        """Danger was heard, and the words that tell its kind have had their moment."""
        if self._urgent_ms is None and self._hearing and not self.deaf_to_urgent and is_urgent(self._partial):
            self._urgent_ms = 0.0
        if self._urgent_ms is None:
            return False
        self._urgent_ms += FRAME_MS
        return self._quiet_ms >= URGENT_PAUSE_MS or self._urgent_ms >= URGENT_MS

    async def _hear(self, pcm: bytes, voice: bool) -> None:
        """Keep the sound for the recogniser from half a second before the voice on; forget what was no turn."""
        if not self._hearing:
            self._before.push(FRAME_MS, pcm)
            if not voice:
                return
            self._hearing = True
            pcm = self._before.take()
        self._voiced_ms += FRAME_MS if voice else 0
        self._quiet_ms = 0 if voice else self._quiet_ms + FRAME_MS
        if self._open or self._quiet_ms <= TAIL_MS:
            self._waiting += pcm
            self._kept += pcm
            del self._kept[: max(0, len(self._kept) - LONGEST_KEPT_MS * 16)]
        if len(self._waiting) >= CHUNK_MS * 16:
            await self._recognise()
        if self._quiet_ms >= FORGET_MS and not self._open and not self.kept_back:
            await self._reset()

    async def _recognise(self) -> None:
        chunk, self._waiting = bytes(self._waiting), bytearray()
        begun = bool(self._partial)
        self._partial = await self._recognition.push(chunk)
        if self._partial and not begun:
            self._word_at = self._clock()

    async def _cut(self) -> Utterance:
        """Danger: no waiting for the end of the sentence, and no second alarm until this one is answered."""
        utterance = await self._finish(urgent=True)
        self.deaf_to_urgent = True
        self.turns.ask(self._question.patience, protected=True)
        return utterance

    async def _finish(self, *, urgent: bool) -> Utterance:
        ended, partial = self._clock(), self._partial
        if self._waiting:
            await self._recognise()
        heard = await self._recognition.finish()
        if urgent and not is_urgent(heard.text):
            heard = Heard(partial, heard.confidence, heard.words, heard.alternatives)
        utterance = Utterance(
            heard, bytes(self._kept), self._voiced_ms, self._spoke_until, ended, self._clock(), urgent
        )
        if heard:
            self._nearness.turn_over()
        await self._reset(finished=True)
        return utterance

    async def _reset(self, *, finished: bool = False) -> None:
        """Ready for another turn."""
        if not finished:
            await self._recognition.finish()
        self._hearing = self._open = False
        self._urgent_ms = None
        self._partial = ""
        self._waiting.clear()
        self._kept.clear()
        self._voiced_ms = self._near_ms = self._quiet_ms = 0.0
        await self._recognition.hint(self._question.hints)
