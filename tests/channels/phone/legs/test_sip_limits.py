"""What a bad network, wrong or hostile peers do to the SIP line, and what stands in the way."""

from __future__ import annotations

import asyncio
import gc
import os
import shutil
import threading
from ipaddress import IPv4Network
from pathlib import Path
from random import Random

import numpy as np
import pytest

from channels.phone.leg import CallLeg, Digit, Held, HungUp, NotReached
from channels.phone.legs.sip import LineUnavailable, SipLine
from speech.audio import TELEPHONE_RATE
from tests.channels.phone.legs.lines import Notes, sip_line, sip_settings, sweep
from tests.channels.phone.peers import likeness, longest_silence_ms, needs_sipp
from tests.channels.phone.rawsip import raw_caller, refusing_peer

SHORT_CALLS = int(os.environ.get("YINLING_SHORT_CALLS", "200"))


async def good_call(port: int, host: str = "127.0.0.1") -> None:
    """The line answers and says something back."""
    async with raw_caller(port, host=host, source=host) as caller:
        assert await caller.invite() == 200
        await caller.say(sweep(0.5))
        caller.bye()
        assert len(caller.packets) > 15


async def test_lost_and_late_packets_leave_speech_whole() -> None:
    notes, settings, voice = Notes(keep=True), sip_settings(), sweep(10)
    async with sip_line(notes, settings), raw_caller(settings.sip_port) as caller:
        assert await caller.invite() == 200
        await caller.say(voice, loss=0.02, jitter_ms=30, random=Random(5))
        caller.bye()
        await notes.until(HungUp("caller"))
    heard = notes.sound()
    assert abs(len(heard) - len(voice)) < TELEPHONE_RATE // 4, "time neither shrinks nor grows"
    scores = likeness(heard, voice[TELEPHONE_RATE:], window=800)
    assert np.mean(np.array(scores) > 0.9) > 0.85
    assert longest_silence_ms(heard[TELEPHONE_RATE:]) <= 5


async def test_what_is_sent_has_no_gap_and_does_not_drift() -> None:
    seconds = int(os.environ.get("YINLING_GAP_SECONDS", "10"))
    voice = np.tile(sweep(10), seconds // 10 + 1)[: seconds * TELEPHONE_RATE]

    async def script(leg: CallLeg) -> None:
        await leg.answer()
        for frame in voice.reshape(-1, 160):
            await leg.play(frame)
        await leg.played()
        await leg.hang_up()

    settings = sip_settings()
    async with sip_line(script, settings), raw_caller(settings.sip_port) as caller:
        assert await caller.invite() == 200
        speaking = asyncio.create_task(caller.say(voice))
        await caller.ended(seconds + 5)
        speaking.cancel()
    arrived = np.array([packet.at for packet in caller.packets])
    heard = caller.heard()
    spoken = np.flatnonzero(np.abs(heard.astype(int)) > 2000)
    speech = heard[spoken[0] : spoken[-1]]
    print("speech, s", len(speech) / TELEPHONE_RATE, "longest gap, ms", longest_silence_ms(speech, below=200))
    assert longest_silence_ms(speech, below=200) <= 20
    assert abs(len(speech) / TELEPHONE_RATE - seconds) < 0.002 * seconds + 0.1
    assert abs((arrived[-1] - arrived[0]) - (len(arrived) - 1) * 0.02) < 0.1 + 0.001 * seconds


async def test_who_rings_is_what_the_network_says() -> None:
    notes, settings = Notes(), sip_settings(area_code="0551")
    callers = {
        ('P-Asserted-Identity: "sip:110@x" <sip:+8655161234567@trunk>',): "+8655161234567",
        ("P-Asserted-Identity: <tel:65012345>",): "+8655165012345",
        ("P-Asserted-Identity: <sip:+8613900001111@trunk>", "Privacy: id"): None,
        (): "+8613900002222",
    }
    async with sip_line(notes, settings) as (_, legs):
        for headers in callers:
            async with raw_caller(settings.sip_port, user="13900002222", headers=headers) as caller:
                assert await caller.invite() == 200
                caller.bye()
    assert [leg.info.caller for leg in legs] == list(callers.values())
    assert len({leg.info.call_id for leg in legs}) == len(legs)


async def test_keys_both_ways_and_hold_by_reinvite() -> None:
    notes, settings = Notes(), sip_settings()
    async with sip_line(notes, settings), raw_caller(settings.sip_port) as caller:
        assert await caller.invite() == 200
        speaking = asyncio.create_task(caller.say(sweep(5)))
        await notes.heard_something()
        await caller.press("3")
        await notes.until(Digit("3"))
        caller.info_digit("#")
        await notes.until(Digit("#"))
        assert await caller.invite(direction="sendonly") == 200
        await notes.until(Held(True))
        before = notes.frames
        await asyncio.sleep(0.3)
        assert notes.frames == before, "music on hold is nobody's speech"
        assert await caller.invite() == 200
        await notes.until(Held(False))
        await notes.heard_something()
        speaking.cancel()
        caller.bye()
        await notes.until(HungUp("caller"))
    assert notes.events == [Digit("3"), Digit("#"), Held(True), Held(False), HungUp("caller")]


async def test_a_dead_line_and_a_long_call_are_ended() -> None:
    notes, settings = Notes(), sip_settings(silent_line_s=2, max_call_s=10)
    settings = settings.model_copy(update={"max_call_s": 3})
    async with sip_line(notes, settings) as (line, _):
        async with raw_caller(settings.sip_port) as silent:
            assert await silent.invite() == 200
            await silent.ended(10)
        async with raw_caller(settings.sip_port) as talker:
            assert await talker.invite() == 200
            speaking = asyncio.create_task(talker.say(sweep(10)))
            await talker.ended(10)
            speaking.cancel()
        await notes.until(HungUp("too_long"))
        assert line.active == 0
    assert notes.events == [HungUp("lost"), HungUp("too_long")]


async def test_a_call_that_is_not_taken_is_refused_and_one_too_many_is_busy() -> None:
    answered = 0

    async def script(leg: CallLeg) -> None:
        nonlocal answered
        answered += 1
        if answered == 1:
            await leg.refuse()
            assert [event async for event in leg.events()] == [HungUp("refused")]
        else:
            await leg.answer()

    settings = sip_settings(hard_calls=2)
    async with sip_line(script, settings) as (line, legs):
        async with raw_caller(settings.sip_port) as caller:
            assert await caller.invite() == 486
        async with (
            raw_caller(settings.sip_port) as first,
            raw_caller(settings.sip_port) as second,
            raw_caller(settings.sip_port) as third,
        ):
            assert [await caller.invite() for caller in (first, second, third)] == [200, 200, 486]
            assert line.active == 2
            first.bye()
            second.bye()
    assert len(legs) == 3


async def test_strange_networks_are_not_even_answered() -> None:
    settings = sip_settings(sip_sources=(IPv4Network("127.0.0.1/32"),), sip_transport="tcp")
    async with sip_line(Notes(), settings):
        async with raw_caller(settings.sip_port, source="127.0.0.2") as stranger:
            assert await stranger.invite(0.7) == 0
            assert stranger.statuses == []
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(
                asyncio.open_connection("127.0.0.1", settings.sip_port, local_addr=("127.0.0.2", 0)), 0.5
            )
        await good_call(settings.sip_port)


async def test_on_the_network_it_is_rung_at_this_machines_address() -> None:
    settings = sip_settings(sip_host="0.0.0.0")
    async with sip_line(Notes(), settings):
        await good_call(settings.sip_port, settings.shown_host)


async def test_it_answers_whether_it_is_there() -> None:
    settings = sip_settings()
    async with sip_line(Notes(), settings) as (line, _), raw_caller(settings.sip_port) as caller:
        caller.send(caller.request("OPTIONS").encode())
        assert (await caller.response("OPTIONS")).startswith("SIP/2.0 200")
        assert line.active == 0


async def test_video_is_declined() -> None:
    settings = sip_settings()
    async with sip_line(Notes(), settings), raw_caller(settings.sip_port) as caller:
        caller.more_sdp = "m=video 5002 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n"
        assert await caller.invite() == 200
        assert "m=video 0 " in await caller.response("INVITE")
        await caller.say(sweep(0.3))
        assert caller.requests == [], "no re-INVITE follows"


async def test_one_source_may_not_ring_without_end() -> None:
    settings = sip_settings(sip_invites=3)
    async with sip_line(Notes(), settings) as (_, legs):
        for expected in (200, 200, 200, 486, 486):
            async with raw_caller(settings.sip_port) as caller:
                assert await caller.invite() == expected
                caller.bye()
        assert len(legs) == 3


async def test_no_common_codec_is_said_so() -> None:
    settings = sip_settings()
    async with sip_line(Notes(), settings) as (_, legs):
        for codecs in ("3", "18 101", "0"):
            async with raw_caller(settings.sip_port, codecs=codecs) as caller:
                assert await caller.invite() == (200 if codecs == "0" else 488)
                caller.bye()
        assert len(legs) == 1


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (486, "busy"),
        (603, "declined"),
        (404, "unreachable"),
        (480, "no_answer"),
        (500, "failed"),
        (0, "no_answer"),
    ],
)
async def test_why_somebody_was_not_reached(status: int, why: str) -> None:
    settings = sip_settings()
    async with sip_line(Notes(), settings) as (line, _), refusing_peer(status) as port:
        with pytest.raises(NotReached) as failed:
            await line.dial(f"sip:13900001111@127.0.0.1:{port}", ring_s=1)
        assert failed.value.why == why
        assert line.active == 0


async def test_a_taken_port_is_told() -> None:
    settings = sip_settings()
    async with raw_caller(9) as other:
        taken = settings.model_copy(update={"sip_port": other.sip_port})
        with pytest.raises(LineUnavailable):
            await SipLine.open(taken)
    async with sip_line(Notes(), settings):
        await good_call(settings.sip_port)


_SHORT_CALL = (Path(__file__).parent / "short_call.xml").read_text()


async def _sipp(folder: Path, port: int, *options: str) -> str:
    scenario = folder / "call.xml"
    scenario.write_text(_SHORT_CALL)
    process = await asyncio.create_subprocess_exec(
        shutil.which("sipp") or "sipp", "-sf", str(scenario), f"127.0.0.1:{port}", "-i", "127.0.0.1",
        "-mi", "127.0.0.1", "-nostdin", "-timeout", "120", *options,
        cwd=folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    output, _ = await process.communicate()
    return output.decode(errors="replace")


def _count(output: str, what: str) -> int:
    line = next(line for line in reversed(output.splitlines()) if what in line)
    return int(line.split("|")[-1])


def _footprint(legs: list[CallLeg]) -> dict[str, int]:
    """What this process holds, once the legs there have been are forgotten."""
    legs.clear()
    gc.collect()
    status = Path("/proc/self/status").read_text()
    return {
        "descriptors": len(list(Path("/proc/self/fd").iterdir())),
        "threads": threading.active_count(),
        "objects": len(gc.get_objects()),
        "memory_kb": int(status.split("VmRSS:")[1].split()[0]),
    }


@needs_sipp
async def test_many_short_calls_leave_nothing_behind(tmp_path: Path) -> None:
    settings, notes = sip_settings(sip_invites=100_000), Notes()
    warm_up = SHORT_CALLS // 2 if SHORT_CALLS >= 1000 else 20
    async with sip_line(notes, settings) as (line, legs):
        await _sipp(tmp_path, settings.sip_port, "-m", str(warm_up), "-r", "25", "-l", "20")
        await notes.until(HungUp("caller"), times=warm_up)
        before = _footprint(legs)
        output = await _sipp(tmp_path, settings.sip_port, "-m", str(SHORT_CALLS), "-r", "25", "-l", "20")
        assert _count(output, "Successful call") == SHORT_CALLS
        assert len(legs) == SHORT_CALLS
        await notes.until(HungUp("caller"), times=warm_up + SHORT_CALLS)
        assert line.active == 0
        after = _footprint(legs)
    assert after["descriptors"] <= before["descriptors"]
    assert after["threads"] <= before["threads"]
    assert after["objects"] - before["objects"] < 5 * SHORT_CALLS
    if SHORT_CALLS >= 1000:  # the C library's arenas grow for the first hundreds of calls and then no more
        assert after["memory_kb"] < 1.05 * before["memory_kb"], (before, after)


@needs_sipp
async def test_a_flood_of_invites_is_turned_away(tmp_path: Path) -> None:
    settings = sip_settings(sip_invites=20, hard_calls=5)
    async with sip_line(Notes(), settings) as (line, legs):
        output = await _sipp(
            tmp_path, settings.sip_port, "-m", "600", "-r", "300", "-l", "600", "-timeout", "10"
        )
        assert _count(output, "Failed call") >= 560
        assert len(legs) <= 20
        assert line.active <= 5
        line.forget_sources()
        await good_call(settings.sip_port)
