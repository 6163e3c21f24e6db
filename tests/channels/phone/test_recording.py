"""The sound of a call is kept only where the caller was told, as both heard it."""

from __future__ import annotations

import stat
import wave
from pathlib import Path

import numpy as np

from channels.phone.call import Plan
from channels.phone.leg import FRAME, HungUp, Sound
from channels.phone.recording import Recorder
from channels.phone.wording import SENTENCES
from tests.channels.phone.conftest import Dial
from tests.channels.phone.memory import MemoryLeg


async def test_both_sides_are_written_beside_each_other(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "2025-06-11" / "call-1.wav")
    line = MemoryLeg()
    leg = recorder.listen(line)
    line.say(np.full(3 * FRAME, 500, np.int16))
    await leg.play(np.full(FRAME, 900, np.int16))
    await leg.play(np.full(FRAME, 901, np.int16))
    frames = 0
    async for event in leg.events():
        frames += isinstance(event, Sound)
        if frames == 1:
            await leg.flush()
        if frames == 3:
            line.hang_up_there()
        if isinstance(event, HungUp):
            break
    assert recorder.close() == "2025-06-11/call-1.wav"
    with wave.open(str(recorder.path)) as file:
        assert file.getnchannels() == 2 and file.getframerate() == 8000
        both = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)
    assert len(both) == frames * FRAME
    assert list(both[: 3 * FRAME : FRAME, 0]) == [500, 500, 500]
    assert list(both[: 3 * FRAME : FRAME, 1]) == [900, 0, 0], "what was flushed was not heard"
    assert stat.S_IMODE(recorder.path.stat().st_mode) == 0o600


async def test_the_greeting_says_that_the_call_is_recorded(dial: Dial) -> None:
    async with dial(plan=Plan(opening="recorded")) as line:
        await line.leg.hears_out()
    assert line.voice.said[:2] == ["您好，我是智能语音助手。", SENTENCES("recorded")]
