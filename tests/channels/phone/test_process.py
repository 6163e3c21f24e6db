"""The telephone's own process with an API by script: killed it is soon back, and calls without end leave nothing."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import httpx
import pytest

from assistant.processes import Process
from assistant.seeds import DEMO_PHONE
from channels.phone.bench import percentiles, stages, utterances
from channels.phone.caller import Exchange, Ringing, audible
from channels.phone.leg import NotReached
from speech.audio import Samples
from speech.models import BUNDLED, BUNDLED_FOLDER, is_model
from tests.channels.phone.legs.lines import sweep
from tests.channels.phone.peers import free_port, free_port_pair
from tests.channels.phone.rawsip import raw_caller
from tests.channels.phone.scripted_api import ScriptedApi, scripted_api
from tests.speech.conftest import speech_cache, voice  # noqa: F401

SOAK_S = float(os.environ.get("YINLING_SOAK_S", "0"))
"""Length of the long run of many calls."""
CALLS = int(os.environ.get("YINLING_SOAK_CALLS", "10"))
CALLER_RTP, PHONE_RTP = (24000, 24999), "25000-25999"
WARM_UP_S = 240.0
"""The C library's arenas and the voice's cache grow so long."""
SETTLE_S = 15.0

pytestmark = pytest.mark.skipif(not is_model(BUNDLED_FOLDER / BUNDLED), reason="no recogniser is bundled")


@dataclass
class Phone:
    """The process, where it is rung, and what it was told to tell."""

    process: Process
    address: str
    api: ScriptedApi

    async def well(self, within_s: float = 300) -> float:
        """Wait until it answers for itself; how long that took, s."""
        began = time.monotonic()
        async with asyncio.timeout(within_s):
            while not await asyncio.to_thread(self.process.check):  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.05)
        return time.monotonic() - began

    def footprint(self) -> dict[str, int]:
        assert self.process.child is not None
        proc = Path(f"/proc/{self.process.child.pid}")
        status = dict(
            line.split(":", 1) for line in (proc / "status").read_text().splitlines() if ":" in line
        )
        return {
            "memory_kb": int(status["VmRSS"].split()[0]),
            "threads": int(status["Threads"]),
            "descriptors": len(list((proc / "fd").iterdir())),
        }

    async def calls(self) -> int:
        assert self.process.health is not None
        async with httpx.AsyncClient(timeout=60) as client:
            return int((await client.get(self.process.health)).json()["calls"])


@pytest.fixture(scope="module")
def phone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Phone]:
    home, sip, health = tmp_path_factory.mktemp("phone"), free_port_pair(), free_port()
    with scripted_api() as (api, url):
        environment = {
            **os.environ,
            "YINLING_HOME": str(home),
            "YINLING_API_URL": url,
            "YINLING_API_TOKEN": "test",
            "YINLING_PHONE_SIP_HOST": "127.0.0.1",
            "YINLING_PHONE_SIP_PORT": str(sip),
            "YINLING_PHONE_HEALTH_PORT": str(health),
            "YINLING_PHONE_RTP_PORTS": PHONE_RTP,
            "YINLING_PHONE_SIP_INVITES": "100000",
            "YINLING_PHONE_SECOND_HEARING": "false",
        }
        process = Process(
            "phone",
            [sys.executable, "-m", "channels.phone", "0"],
            environment,
            f"http://127.0.0.1:{health}/health",
            log=home / "phone.log",
        )
        process.start()
        try:
            yield Phone(process, f"sip:hotline@127.0.0.1:{sip}", api)
        finally:
            process.stop()


async def test_killed_in_a_call_it_is_soon_back(phone: Phone) -> None:
    await phone.well()
    port = int(phone.address.rpartition(":")[2])
    async with raw_caller(port) as caller:
        assert await caller.invite(within_s=30) == 200
        assert phone.process.child is not None
        phone.process.child.kill()
        phone.process.child.wait()
    killed = time.monotonic()
    phone.process.start()
    async with raw_caller(port) as caller, asyncio.timeout(300):
        while not caller.responses:
            caller.send(caller.request("OPTIONS").encode())
            await asyncio.sleep(0.1)
        opened_s = time.monotonic() - killed
        assert await caller.invite(within_s=200) == 200
        taken_s = time.monotonic() - killed
        await caller.say(sweep(2))
        heard = [packet.at for packet in caller.packets if audible(packet.samples)]
    print(f"line open after {opened_s:.1f} s, call taken {taken_s:.1f} s, load {os.getloadavg()[0]:.1f}")
    assert heard, "the caller is greeted"
    print(f"greeted {heard[0] - killed:.1f} s after the process was killed")


@pytest.mark.skipif(not SOAK_S, reason="YINLING_SOAK_S is not set")
async def test_calls_without_end_leave_nothing_behind(phone: Phone, speech_cache: Path) -> None:  # noqa: F811
    await phone.well()
    sounds = utterances(speech_cache)
    answers: list[float] = []
    failures: list[str] = []
    over = time.monotonic() + SOAK_S
    before: dict[str, int] = {}

    async def watch() -> None:
        await asyncio.sleep(min(WARM_UP_S, SOAK_S / 3))
        while time.monotonic() < over:
            before.update({} if before else phone.footprint())
            print(
                round(over - time.monotonic()),
                phone.footprint(),
                await phone.calls(),
                len(answers),
                flush=True,
            )
            await asyncio.sleep(60)

    async def caller(exchange: Exchange, number: int) -> None:
        said = cycle(sounds[number % len(sounds)])
        await asyncio.sleep(number * 0.7)
        while time.monotonic() < over:
            try:
                async with exchange.ring() as ringing:
                    await _talk(ringing, [next(said) for _ in range(5)], answers)
            except (NotReached, TimeoutError) as error:  # a machine with too much to do; counted, and told
                failures.append(type(error).__name__)

    port = free_port_pair()
    async with (
        Exchange.open(phone.address, number=DEMO_PHONE, port=port, rtp_ports=CALLER_RTP) as exchange,
        asyncio.TaskGroup() as group,
    ):
        group.create_task(watch())
        for number in range(CALLS):
            group.create_task(caller(exchange, number))
    await asyncio.sleep(SETTLE_S)
    after = phone.footprint()
    print(stages(phone.api.timings))
    print(before, after, phone.api.begun, "calls", failures, percentiles(answers), "load", os.getloadavg()[0])
    assert await phone.calls() == 0 and phone.api.begun == phone.api.ended
    assert after["memory_kb"] <= 1.05 * before["memory_kb"]
    assert after["threads"] <= before["threads"] and after["descriptors"] <= before["descriptors"]


async def _talk(ringing: Ringing, said: list[Samples], answers: list[float]) -> None:
    await ringing.hears_out()
    for sound in said:
        ended = await ringing.say(sound)
        try:
            answers.append((await ringing.answer_begins(ended) - ended) * 1000)
        except TimeoutError:
            continue
        await asyncio.sleep(1.5)
    await ringing.hears_out()
