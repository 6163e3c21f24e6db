"""Asterisk's two ways and Twilio's against clients that speak their wire formats."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import numpy as np
import pytest
from websockets.exceptions import InvalidStatus

from channels.phone.leg import CallLeg, CannotTransfer, Digit, HungUp, NotReached, Sound
from channels.phone.legs.asterisk import AsteriskLine
from channels.phone.legs.audiosocket import AudioSocketLine
from channels.phone.legs.stream import StreamLine
from channels.phone.legs.twilio import TwilioLine
from channels.phone.settings import Settings
from tests.channels.phone.legs import power, streams
from tests.channels.phone.legs.lines import Notes, Script, answered, sweep
from tests.channels.phone.peers import free_port, likeness

Caller = Callable[[int], AbstractAsyncContextManager[Any]]
CARRIERS: dict[str, tuple[type[AsteriskLine | TwilioLine | AudioSocketLine], str, Caller]] = {
    "asterisk": (AsteriskLine, "asterisk_port", streams.asterisk),
    "twilio": (TwilioLine, "twilio_port", streams.twilio),
    "audiosocket": (AudioSocketLine, "audiosocket_port", streams.audiosocket),
}
carriers = pytest.mark.parametrize("carrier", CARRIERS)


def settings_of(carrier: str, **changed: Any) -> Settings:
    values: dict[str, Any] = {
        "carriers": (carrier,),
        "stream_token": streams.TOKEN,
        "silent_line_s": 2,
        CARRIERS[carrier][1]: free_port(),
    }
    return Settings(**(values | changed))


@asynccontextmanager
async def stream_line(
    carrier: str, script: Script, settings: Settings | None = None
) -> AsyncIterator[tuple[StreamLine, list[CallLeg], int]]:
    opener, port, _ = CARRIERS[carrier]
    settings = settings or settings_of(carrier)
    line = await opener.open(settings)
    async with answered(line, script) as legs:
        yield line, legs, getattr(settings, port)


@carriers
async def test_sound_there_and_back_keys_and_the_callers_hang_up(carrier: str) -> None:
    notes, voice = Notes(), sweep(3)
    async with stream_line(carrier, notes) as (line, legs, port), CARRIERS[carrier][2](port) as caller:
        await caller.start()
        await streams.say(caller, voice)
        await caller.press("7")
        await caller.press("#")
        await notes.until(Digit("#"))
        await caller.hang_up()
        await notes.until(HungUp("caller"))
        assert line.active == 0
        heard, at = streams.all_heard(caller), np.array(caller.at)
    assert notes.events == [Digit("7"), Digit("#"), HungUp("caller")]
    assert legs[0].info.caller == "+8613900001111"
    assert legs[0].info.carrier == carrier
    assert np.median(likeness(heard, voice)) > 0.98
    assert abs((at[-1] - at[0]) - (len(at) - 1) * 0.02) < 0.12, "paced, neither drifting nor in bursts"


@carriers
async def test_a_flush_stops_sound_and_what_follows_is_whole(carrier: str) -> None:
    unplayed_ms = 0

    async def script(leg: CallLeg) -> None:
        nonlocal unplayed_ms
        loop = asyncio.get_running_loop()
        await leg.answer()
        started = loop.time()
        speaking = asyncio.create_task(power.play(leg, power.tone(600, 5)))
        await asyncio.sleep(0.7)
        speaking.cancel()
        await leg.flush()
        unplayed_ms = int((loop.time() - started) * 1000)
        await power.play(leg, power.tone(1500, 0.5))
        await leg.played()
        assert loop.time() - started < 0.7 + 0.5 + 0.3
        await leg.hang_up()
        assert [event async for event in leg.events() if not isinstance(event, Sound)] == [HungUp("us")]

    async with stream_line(carrier, script) as (line, _, port), CARRIERS[carrier][2](port) as caller:
        await caller.start()
        await asyncio.wait_for(caller.closed.wait(), 5)
        assert caller.flushed == 1
        heard = streams.all_heard(caller)
        assert line.active == 0
    # What the carrier holds is all that could still be heard where it knows no flush.
    assert power.loud_ms(heard, 600) - unplayed_ms <= 100
    assert power.loud_ms(heard, 1500) >= 480


@carriers
async def test_a_silent_stream_a_long_call_and_a_broken_connection_end(carrier: str) -> None:
    notes = Notes()
    settings = settings_of(carrier).model_copy(update={"max_call_s": 3})
    async with stream_line(carrier, notes, settings) as (line, _, port):
        async with CARRIERS[carrier][2](port) as caller:
            await caller.start()
            await asyncio.wait_for(caller.closed.wait(), 5)
        await notes.until(HungUp("lost"))
        async with CARRIERS[carrier][2](port) as caller:
            await caller.start()
            await streams.say(caller, sweep(4))
            await asyncio.wait_for(caller.closed.wait(), 5)
        await notes.until(HungUp("too_long"))
        assert line.active == 0
    assert notes.events == [HungUp("lost"), HungUp("too_long")]


@carriers
async def test_nonsense_ends_nothing_but_itself(carrier: str) -> None:
    notes = Notes()
    async with stream_line(carrier, notes) as (_, legs, port), CARRIERS[carrier][2](port) as caller:
        await caller.start()
        if carrier == "audiosocket":
            caller.frame(0x77, b"what")
            caller.frame(0x03, b"\xff")
            caller.frame(0x10, b"odd")
        else:
            for message in (
                "{",
                "[]",
                '{"event": 7}',
                '{"event": "media", "media": {"payload": "?"}}',
                b"\x00",
            ):
                await caller._socket.send(message)
            await caller._socket.send('{"event": "DTMF_END", "digit": "longer"}')
        await caller.press("1")
        await notes.until(Digit("1"))
        await caller.hang_up()
        await notes.until(HungUp("caller"))
    assert notes.events == [Digit("1"), HungUp("caller")]
    assert len(legs) == 1


@pytest.mark.parametrize("carrier", ["asterisk", "twilio"])
async def test_websockets_need_the_token_and_room(carrier: str) -> None:
    caller: Any = CARRIERS[carrier][2]
    async with stream_line(carrier, Notes(), settings_of(carrier, hard_calls=1)) as (_, legs, port):
        for path in ("/", "/wrong", f"/{streams.TOKEN}x"):
            with pytest.raises(InvalidStatus) as refused:
                async with caller(port, path=path):
                    pass
            assert refused.value.response.status_code == 403
        async with caller(port) as first:
            await first.start()
            await streams.say(first, sweep(0.2))
            with pytest.raises(InvalidStatus) as refused:
                async with caller(port):
                    pass
            assert refused.value.response.status_code == 503
        assert len(legs) == 1


async def test_audiosocket_needs_the_key_and_tells_withheld_numbers() -> None:
    notes = Notes()
    async with stream_line("audiosocket", notes) as (_, legs, port):
        async with streams.audiosocket(port) as stranger:
            await stranger.start(key="0" * 20)
            await asyncio.wait_for(stranger.closed.wait(), 2)
        assert legs == []
        async with streams.audiosocket(port) as caller:
            await caller.start(number="")
            await streams.say(caller, sweep(0.2))
            await caller.hang_up()
            await notes.until(HungUp("caller"))
        assert legs[0].info.caller is None


async def test_asterisk_is_answered_and_told_to_hang_up_and_other_codecs_are_turned_away() -> None:
    async def script(leg: CallLeg) -> None:
        await leg.answer()
        with pytest.raises(CannotTransfer):
            await leg.transfer("sip:operator@127.0.0.1")
        await leg.hang_up()

    async with stream_line("asterisk", script) as (line, legs, port):
        async with streams.asterisk(port) as caller:
            await caller.start("g722")
            await asyncio.wait_for(caller.closed.wait(), 2)
        assert legs == []
        async with streams.asterisk(port) as caller:
            await caller.start()
            await asyncio.wait_for(caller.closed.wait(), 2)
            assert caller.commands == ["ANSWER", "HANGUP"]
        assert legs[0].info.dialled == "055112345"
        with pytest.raises(NotReached):
            await line.dial("+8613900001111")
