"""Events, pacing and concealment with a clock that the test moves."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from channels.phone.leg import AHEAD_MS, FRAME, CallInfo, Digit, Held, HungUp, Sound
from channels.phone.legs.common import (
    NOISE_MS,
    UNREAD_MS,
    Events,
    Incoming,
    Leg,
    Outgoing,
    PacedCarriage,
    Ticker,
)
from speech.audio import Samples, bytes_of
from speech.audio.comfort import tone

QUIET = np.zeros(FRAME, np.int16)


class Time:
    """Seconds that stand still until moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Carrier(PacedCarriage):
    """Keeps what it is given."""

    def __init__(self, time: Time) -> None:
        super().__init__(time)
        self.frames: list[Samples] = []

    def send(self, frame: Samples) -> None:
        self.frames.append(frame)
        self.sent()

    def drop(self) -> None:
        self.forgotten()


async def test_a_reader_that_is_behind_loses_old_sound_but_no_key() -> None:
    events, most = Events(), UNREAD_MS // 20
    events.put(Digit("1"))
    for number in range(most + 50):
        events.put(Sound(np.full(FRAME, number, np.int16)))
    events.put(Held(True))
    events.put(HungUp("caller"))
    events.put(Digit("2"))
    got = [event async for event in events.read()]
    sounds = [event.samples[0] for event in got if isinstance(event, Sound)]
    assert sounds == list(range(50, most + 50))
    assert [event for event in got if not isinstance(event, Sound)] == [
        Digit("1"),
        Held(True),
        HungUp("caller"),
    ]


async def test_the_writer_is_paced_by_the_line() -> None:
    time = Time()
    carrier = Carrier(time)
    outgoing = Outgoing(carrier)
    for _ in range(AHEAD_MS // 20):
        await asyncio.wait_for(outgoing.play(QUIET), 1)
    fifth = asyncio.create_task(outgoing.play(QUIET))
    await asyncio.sleep(0)
    outgoing.tick()
    await asyncio.sleep(0)
    assert not fifth.done()
    time.now += 0.02
    outgoing.tick()
    await asyncio.wait_for(fifth, 1)
    assert len(carrier.frames) == AHEAD_MS // 20 + 1


async def test_noise_fills_what_nobody_says_and_a_stall_is_not_made_up_for() -> None:
    time = Time()
    carrier = Carrier(time)
    outgoing = Outgoing(carrier)
    for _ in range(50):
        outgoing.tick()
        time.now += 0.02
    assert 49 <= len(carrier.frames) <= 50 + NOISE_MS // 20
    assert all(frame.any() for frame in carrier.frames)
    before = len(carrier.frames)
    time.now += 5
    outgoing.tick()
    assert len(carrier.frames) - before <= NOISE_MS // 20


async def test_a_late_tick_puts_no_noise_between_words() -> None:
    time = Time()
    carrier = Carrier(time)
    outgoing = Outgoing(carrier)

    async def speak() -> None:
        for _ in range(20):
            await outgoing.play(QUIET)

    speaking = asyncio.create_task(speak())
    await asyncio.sleep(0)
    while not speaking.done():
        time.now += 0.07
        outgoing.tick()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    assert not any(frame.any() for frame in carrier.frames)


async def test_played_waits_for_the_last_word_and_flush_for_nothing() -> None:
    time = Time()
    outgoing = Outgoing(Carrier(time))
    for _ in range(3):
        await outgoing.play(QUIET)
    waiting = asyncio.create_task(outgoing.played())
    for _ in range(2):
        time.now += 0.02
        outgoing.tick()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert not waiting.done()
    time.now += 0.021
    outgoing.tick()
    await asyncio.wait_for(waiting, 1)
    await outgoing.play(QUIET)
    outgoing.flush()
    await asyncio.wait_for(outgoing.played(), 1)


async def test_after_the_end_nothing_waits() -> None:
    outgoing = Outgoing(Carrier(Time()))
    outgoing.close()
    for _ in range(100):
        await asyncio.wait_for(outgoing.play(QUIET), 1)
    await asyncio.wait_for(outgoing.played(), 1)


async def test_whoever_plays_for_ever_does_not_stop_the_others() -> None:
    outgoing = Outgoing(Carrier(Time()))
    outgoing.close()

    async def for_ever() -> None:
        while True:
            await outgoing.play(QUIET)

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(for_ever(), 0.05)


def test_frames_cut_out_by_the_network_are_put_back() -> None:
    time = Time()
    incoming = Incoming(time)
    voice = tone(200, 4000).reshape(-1, FRAME)
    heard: list[Samples] = []
    for number, frame in enumerate(voice):
        lost = number % 25 == 24
        heard += incoming.push(b"" if lost else bytes_of(frame))
        time.now += 0.02
    assert abs(len(heard) - len(voice)) <= Incoming.LATE
    levels = [float(np.abs(frame.astype(float)).mean()) for frame in heard[5:-5]]
    assert min(levels) > 0.3 * max(levels), "a lost frame is no hole"


def test_silence_suppression_is_filled_and_hold_is_not_made_up_for() -> None:
    time = Time()
    incoming = Incoming(time)
    assert list(incoming.push(b"")) == []
    assert len(list(incoming.push(bytes_of(tone(200, 20))))) == 1
    time.now += 1.0
    assert 40 <= len(list(incoming.push(b""))) <= 50
    incoming.pause()
    time.now += 10
    assert list(incoming.push(b"")) == []
    assert len(list(incoming.push(bytes_of(tone(200, 20))))) == 1


def test_a_peer_with_a_fast_clock_does_not_hide_later_losses() -> None:
    time = Time()
    incoming = Incoming(time)
    frame = bytes_of(tone(200, 20))
    for _ in range(200):
        list(incoming.push(frame * 2))
        time.now += 0.02
    invented = 0
    for _ in range(Incoming.EARLY + Incoming.LATE + 2):
        invented += len(list(incoming.push(b"")))
        time.now += 0.02
    assert invented > 0


class Plain(Leg):
    """A leg whose carrier ends the call at once."""

    async def hang_up(self) -> None:
        self.why = self.why or "us"
        self.end("caller")


async def test_the_longest_call_ends_as_such() -> None:
    time = Time()
    leg = Plain(CallInfo("c", "in", "sip", None), Carrier(time), max_call_s=60, clock=time)
    leg.begin()
    time.now += 59
    leg.tick()
    assert not leg.ended
    time.now += 2
    leg.tick()
    assert [event async for event in leg.events()] == [HungUp("too_long")]
    await leg.play(QUIET)
    await leg.flush()


async def test_one_calls_trouble_is_not_anothers() -> None:
    ticker, ticks = Ticker(), 0
    enough = asyncio.Event()

    def broken() -> None:
        raise ValueError

    def fine() -> None:
        nonlocal ticks
        ticks += 1
        if ticks == 5:
            enough.set()

    ticker.add(broken)
    ticker.add(fine)
    await asyncio.wait_for(enough.wait(), 2)
    await ticker.close()
