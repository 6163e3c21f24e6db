"""Debian's baresip rings the hotline: real SIP and RTP, real ears, a scripted desk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import numpy as np
import pytest

from channels.phone.hotline import Hotline
from channels.phone.legs.sip import SipLine
from channels.phone.senses import Senses
from speech.audio import TELEPHONE_RATE, Samples
from speech.recognizer import RecognizerPool, SpeechModel
from tests.channels.phone.legs.lines import sip_settings
from tests.channels.phone.memory import Beeps, ScriptedDesk, reply
from tests.channels.phone.peers import needs_baresip, telephone
from tests.channels.phone.test_hotline import Api, until

pytestmark = needs_baresip


def answer(turn: Any) -> Any:
    return reply(
        "您好，我是智能语音助手。您要什么？" if turn.event else "好的，您要订几份？", asks="quantity"
    )


@pytest.fixture
async def api(speech_model: SpeechModel) -> AsyncIterator[tuple[Api, str]]:
    """The API's side of a running hotline, and the address to ring."""
    settings = sip_settings(rtp_ports=(22400, 22499))
    api, senses = Api(), Senses(RecognizerPool(speech_model), Beeps(), None, trial_model=False)
    api.answer = answer
    client: Any = api
    hotline = Hotline(settings, client, senses, [await SipLine.open(settings)])
    hotline.start()
    yield api, f"sip:hotline@127.0.0.1:{settings.sip_port}"
    await hotline.close()
    await senses.close()


async def test_a_telephone_rings_speaks_hears_presses_a_key_and_hangs_up(
    api: tuple[Api, str], utter: Callable[[str], Samples]
) -> None:
    desk, address = api
    pause = np.zeros(3 * TELEPHONE_RATE, np.int16)
    voice = np.concatenate([pause, utter("我想订个明天的午饭"), pause, pause, pause])
    async with telephone(voice, user="13900001111", rtp=(22500, 22599)) as phone:
        await phone.dial(address)
        await phone.event("CALL_ESTABLISHED")
        await until(lambda: bool(desk.texts))
        await asyncio.sleep(1.5)  # the answer is spoken
        await phone.press("0")
        await until(lambda: any(turn.digits == "0" for turn in desk.turns))
        await phone.command("hangup")
        await until(lambda: desk.ended == ["caller"])
        heard = phone.heard()
    assert desk.turns[0].caller.phone == "+8613900001111" and desk.calls[0].carrier == "sip"
    assert desk.texts == ["我想订个明天的午饭"]
    assert isinstance(desk, ScriptedDesk) and desk.events == ["start", "hangup"]
    assert _seconds_of_tone(heard) > 1.0, "it heard the greeting and the answer"


def _seconds_of_tone(sound: Samples, frequency: float = 400) -> float:
    """How long the voice of the tests (a tone) was heard."""
    windows = sound[: len(sound) // 160 * 160].reshape(-1, 160).astype(np.float64)
    wave = np.exp(2j * np.pi * frequency * np.arange(160) / TELEPHONE_RATE)
    return float((np.abs(windows @ wave) / 160 > 1000).sum() * 0.02)
