"""The SIP line against real telephones (Debian's baresip)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from channels.phone.leg import CallLeg, CannotTransfer, Digit, Held, HungUp, Sound
from channels.phone.legs.joining import JoinableLine
from channels.phone.legs.sip import SipLine
from speech.audio import TELEPHONE_RATE
from tests.channels.phone.legs import power
from tests.channels.phone.legs.lines import Notes, answered, certificate, sip_line, sip_settings, sweep
from tests.channels.phone.peers import likeness, longest_silence_ms, needs_baresip, telephone
from tests.channels.phone.rawsip import RawCaller, raw_caller, refusing_peer

pytestmark = needs_baresip


@asynccontextmanager
async def handed_over(script: Callable[[CallLeg], Coroutine[Any, Any, None]]) -> AsyncIterator[RawCaller]:
    """Somebody who calls a line of joinable legs and speaks (600 Hz) while ``script`` hands them over."""
    settings = sip_settings()
    sip = await SipLine.open(settings)
    async with answered(JoinableLine(sip, sip.dial), script), raw_caller(settings.sip_port) as caller:
        assert await caller.invite() == 200
        speaking = asyncio.create_task(caller.say(power.tone(600, 30)))
        yield caller
        speaking.cancel()


async def test_sound_there_and_back_keys_hold_and_the_callers_hang_up() -> None:
    notes, settings, voice = Notes(), sip_settings(), sweep(20)
    async with sip_line(notes, settings) as (line, legs), telephone(voice) as phone:
        await phone.dial(f"sip:055155012345@127.0.0.1:{settings.sip_port}")
        await phone.event("CALL_ESTABLISHED")
        await asyncio.sleep(3)
        await phone.press("5")
        await phone.press("#")
        await asyncio.sleep(0.5)
        await phone.command("hold")
        await notes.until(Held(True))
        await phone.command("resume")
        await notes.until(Held(False))
        await phone.command("hangup")
        await notes.until(HungUp("caller"))
        assert line.active == 0
        await phone.stop()
        heard = phone.heard()

    assert legs[0].info.caller == "+8613900001111"
    assert legs[0].info.dialled == "+8655155012345"
    assert notes.events == [Digit("5"), Digit("#"), Held(True), Held(False), HungUp("caller")]
    assert min(likeness(heard, voice[TELEPHONE_RATE : 3 * TELEPHONE_RATE])) > 0.98
    assert longest_silence_ms(heard[800 : 3 * TELEPHONE_RATE]) <= 20


@pytest.mark.parametrize(
    ("transport", "srtp", "account"),
    [
        ("tcp", "off", ""),
        ("tls", "required", ";mediaenc=srtp-mand"),
        ("udp", "offered", ""),
        ("udp", "off", ";dtmfmode=info"),
    ],
)
async def test_transports_encryption_and_keys_by_info(
    transport: str, srtp: str, account: str, tmp_path: Path
) -> None:
    chain, key = certificate(tmp_path)
    notes, voice = Notes(), sweep(5)
    settings = sip_settings(tls_certificate=chain, tls_key=key, srtp=srtp, sip_transport=transport)
    port = settings.sip_port + (transport == "tls")
    async with sip_line(notes, settings), telephone(voice, transport=transport, account=account) as phone:
        await phone.dial(f"sip:hotline@127.0.0.1:{port};transport={transport}")
        await phone.event("CALL_ESTABLISHED")
        await asyncio.sleep(1.2)
        await phone.press("7")
        await notes.until(Digit("7"))
        await phone.command("hangup")
        await notes.until(HungUp("caller"))
        await phone.stop()
        assert max(likeness(phone.heard(), voice[: TELEPHONE_RATE * 3 // 2])) > 0.98
    assert notes.events == [Digit("7"), HungUp("caller")]


async def test_what_was_played_is_heard_whole_and_a_flush_stops_it_at_once() -> None:
    long, short = power.tone(600, 5), power.tone(1500, 1)
    spoken_ms = 0.0

    async def script(leg: CallLeg) -> None:
        nonlocal spoken_ms
        loop = asyncio.get_running_loop()
        await leg.answer()
        await asyncio.sleep(0.3)
        started = loop.time()
        speaking = asyncio.create_task(power.play(leg, long))
        await asyncio.sleep(1.2)
        speaking.cancel()
        await leg.flush()
        spoken_ms = (loop.time() - started) * 1000
        await power.play(leg, short)
        await leg.played()
        assert loop.time() - started < 1.2 + 1.0 + 0.25
        await asyncio.sleep(0.3)  # what was sent still waits in the telephone's jitter buffer
        await leg.hang_up()

    settings = sip_settings()
    async with sip_line(script, settings), telephone(sweep(10)) as phone:
        await phone.dial(f"sip:hotline@127.0.0.1:{settings.sip_port}")
        await phone.event("CALL_CLOSED")
        await phone.stop()
        heard = phone.heard()
    # The first word waits for at most 60 ms of comfort noise.
    assert power.loud_ms(heard, 600) - (spoken_ms - 60) <= 150
    assert power.loud_ms(heard, 1500) >= 980


async def test_a_call_is_transferred_to_a_person() -> None:
    settings = sip_settings()
    endings: list[object] = []
    async with telephone(sweep(10), user="operator", account=";answermode=auto") as operator:

        async def script(leg: CallLeg) -> None:
            await leg.answer()
            await asyncio.sleep(0.3)
            await leg.transfer(f"sip:operator@127.0.0.1:{operator.sip_port}")
            endings.extend([event async for event in leg.events() if not isinstance(event, Sound)])

        async with sip_line(script, settings) as (line, _), telephone(sweep(10)) as phone:
            await phone.dial(f"sip:hotline@127.0.0.1:{settings.sip_port}")
            await operator.event("CALL_ESTABLISHED")
            await phone.event("CALL_CLOSED")
            await asyncio.sleep(0.2)
            assert operator.events[0]["peeruri"].startswith("sip:13900001111@")
            assert line.active == 0
    assert endings == [HungUp("transferred")]


async def test_where_the_other_side_knows_no_transfer_the_calls_are_joined_here() -> None:
    settings, voice = sip_settings(), sweep(12)
    endings: list[object] = []
    async with (
        telephone(voice, user="operator", account=";answermode=auto") as operator,
        refusing_peer(486) as busy,
    ):

        async def script(leg: CallLeg) -> None:
            await leg.answer()
            with pytest.raises(CannotTransfer, match="busy"):
                await leg.transfer(f"sip:nobody@127.0.0.1:{busy}")
            await leg.transfer(f"sip:operator@127.0.0.1:{operator.sip_port}")
            await leg.hang_up()
            endings.extend([event async for event in leg.events() if not isinstance(event, Sound)])

        sip = await SipLine.open(settings)
        line = JoinableLine(sip, sip.dial)
        async with answered(line, script), raw_caller(settings.sip_port) as caller:
            caller.answers["REFER"] = 603
            assert await caller.invite() == 200
            speaking = asyncio.create_task(caller.say(power.tone(600, 30)))
            await operator.event("CALL_ESTABLISHED")
            await asyncio.sleep(2)
            assert sip.active == 2
            await operator.command("hangup")
            await caller.ended()
            speaking.cancel()
            await asyncio.sleep(0.2)
            assert sip.active == 0
            await operator.stop()
            assert power.loud_ms(operator.heard(), 600) > 1000
    assert endings == [HungUp("transferred")]
    assert max(likeness(caller.heard()[-24000:], voice[:16000])) > 0.98
    assert power.loud_ms(caller.heard(), 450) >= 20, "ringing is heard meanwhile"


async def test_whoever_takes_over_is_briefed_alone_before_the_calls_are_joined() -> None:
    async def brief(person: CallLeg) -> None:
        await power.play(person, power.tone(1500, 1.5))
        await person.played()

    async with telephone(sweep(12), user="operator", account=";answermode=auto") as operator:

        async def script(leg: CallLeg) -> None:
            await leg.answer()
            await leg.transfer(f"sip:operator@127.0.0.1:{operator.sip_port}", brief)

        async with handed_over(script) as caller:
            await operator.event("CALL_ESTABLISHED")
            await asyncio.sleep(3)
            await operator.command("hangup")
            await caller.ended()
            await operator.stop()
            told, heard = operator.heard(), caller.heard()
    assert power.loud_ms(told, 1500) >= 1400 and power.loud_ms(told, 600) >= 500
    first_of_caller = np.flatnonzero(power.loud(told, 600))[0]
    last_of_brief = np.flatnonzero(power.loud(told, 1500))[-1]
    assert first_of_caller >= last_of_brief - 2, "not joined before all was told"
    assert power.loud_ms(heard, 1500) < 100, "the caller heard nothing of it"
    assert power.loud_ms(heard, 450) >= 500, "but the ringing"


async def test_a_briefing_ends_with_a_key_and_a_briefed_person_may_hang_up() -> None:
    refused: list[str] = []

    async def long(person: CallLeg) -> None:
        await power.play(person, power.tone(1500, 60))

    async with telephone(sweep(20), user="operator", account=";answermode=auto") as operator:

        async def script(leg: CallLeg) -> None:
            await leg.answer()
            address = f"sip:operator@127.0.0.1:{operator.sip_port}"
            try:
                await leg.transfer(address, long)
            except CannotTransfer as error:
                refused.append(str(error))
                await leg.transfer(address, long)

        async with handed_over(script) as caller:
            await operator.event("CALL_ESTABLISHED")
            operator.events.clear()
            await operator.command("hangup")
            await operator.event("CALL_CLOSED")
            await operator.event("CALL_ESTABLISHED")
            await operator.press("1")
            await asyncio.sleep(1.5)
            await operator.command("hangup")
            await caller.ended()
            await operator.stop()
            told = operator.heard()
    assert refused == ["hung up before the calls were joined"]
    assert power.loud_ms(told, 600) >= 500, "joined at the key"


async def test_a_withheld_number_is_nobodys() -> None:
    settings, notes = sip_settings(), Notes()
    async with sip_line(notes, settings) as (_, legs), telephone(sweep(2), user="anonymous") as phone:
        await phone.dial(f"sip:hotline@127.0.0.1:{settings.sip_port}")
        await phone.event("CALL_ESTABLISHED")
    assert legs[0].info.caller is None
    assert legs[0].info.dialled == "hotline"
    assert notes.events == [HungUp("us")]
