"""The SIP line against real telephones."""

from __future__ import annotations

import asyncio

import numpy as np

from channels.phone.leg import Digit, Held, HungUp
from speech.audio import TELEPHONE_RATE, Samples
from tests.channels.phone.legs.lines import Notes, sip_line, sip_settings
from tests.channels.phone.peers import likeness, longest_silence_ms, needs_baresip, telephone

pytestmark = needs_baresip


def sweep(seconds: float) -> Samples:
    """A tone that rises all the time: no half-second of it is like another."""
    time = np.arange(int(TELEPHONE_RATE * seconds)) / TELEPHONE_RATE
    return (8000 * np.sin(2 * np.pi * (300 * time + 1500 / (2 * seconds) * time**2))).astype(np.int16)


async def test_sound_there_and_back_keys_hold_and_the_callers_hang_up() -> None:
    notes, settings = Notes(), sip_settings()
    voice = sweep(20)
    async with sip_line(notes, settings) as (line, legs), telephone(voice) as phone:
        await phone.dial(f"sip:055155012345@127.0.0.1:{settings.sip_port}")
        await phone.event("CALL_ESTABLISHED")
        await asyncio.sleep(3)
        await phone.press("5")
        await phone.press("#")
        await asyncio.sleep(0.5)
        await phone.command("hold")
        await asyncio.sleep(0.5)
        await phone.command("resume")
        await asyncio.sleep(1.0)
        await phone.command("hangup")
        await asyncio.sleep(0.3)
        assert line.active == 0
        await phone.stop()
        heard = phone.heard()

    assert legs[0].info.caller == "+8613900001111"
    assert legs[0].info.dialled == "+8655155012345"
    assert notes.events == [Digit("5"), Digit("#"), Held(True), Held(False), HungUp("caller")]
    assert min(likeness(heard, voice[: 3 * TELEPHONE_RATE])) > 0.98
    assert longest_silence_ms(heard[800 : 3 * TELEPHONE_RATE]) <= 20
