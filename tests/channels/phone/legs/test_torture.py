"""Whatever is sent to the SIP port, the line lives, in the same process, and takes the next good call."""

from __future__ import annotations

import asyncio
import os
import re
from contextlib import suppress
from random import Random

from tests.channels.phone.legs.attacked import CALLS, attacked
from tests.channels.phone.legs.damage import damaged, sound
from tests.channels.phone.legs.lines import sweep
from tests.channels.phone.legs.torture import MESSAGES
from tests.channels.phone.rawsip import RawCaller, raw_caller

FUZZED = int(os.environ.get("YINLING_FUZZED", "200"))
"""Damaged messages by UDP; a quarter as many by TCP."""
SEED = int(os.environ.get("YINLING_FUZZ_SEED", "1"))


async def test_the_torture_set_ends_nothing() -> None:
    async with attacked() as (process, port):
        async with raw_caller(port) as caller:
            for name, message in MESSAGES.items():
                caller.send(message.replace(b"{port}", str(caller.sip_port).encode()))
                await asyncio.sleep(0.02)
                assert process.returncode is None, name
        for name, message in MESSAGES.items():
            await _by_tcp(port, message.replace(b"{port}", b"9").replace(b"/UDP", b"/TCP") * 3)
            assert process.returncode is None, name
        await _takes_a_call(port)


async def test_invites_that_cannot_be_answered_leave_no_call_behind() -> None:
    """The stack would begin to accept them, fill up with calls that never end, and give them up twice."""
    random, unusable = (
        Random(4),
        ((b";tag=", b";tug="), (b"Contact:", b"X-Contact:"), (b"<sip:139", b"<sap:139")),
    )
    async with attacked() as (_, port):
        async with raw_caller(port) as attacker:
            for number in range(CALLS + 3):
                invite = next(
                    m for m in iter(lambda: sound(random, attacker.sip_port), b"") if m.startswith(b"INVITE")
                )
                attacker.send(invite.replace(*unusable[number % 3]))
                await asyncio.sleep(0.002)
        await _takes_a_call(port)


async def test_damaged_messages_end_nothing() -> None:
    random = Random(SEED)
    async with attacked() as (process, port):
        async with raw_caller(port) as attacker, raw_caller(port) as caller:
            assert await caller.invite() == 200
            for number in range(FUZZED):
                # Some of the damage is done inside a running call.
                own = caller.request(random.choice(("INVITE", "BYE", "INFO", "UPDATE", "ACK")), caller.sdp())
                message = own.encode() if number % 4 == 0 else sound(random, attacker.sip_port)
                attacker.send(damaged(message, random))
                if number % 20 == 0:
                    await asyncio.sleep(0.02)
                    _hang_up(attacker)
                    assert process.returncode is None, number
        for number in range(FUZZED // 4):
            stream = b"".join(damaged(sound(random, 9, "TCP"), random) for _ in range(random.randint(1, 3)))
            await _by_tcp(port, stream)
            assert process.returncode is None, number
        await _takes_a_call(port)


def _hang_up(attacker: RawCaller) -> None:
    """End the calls that were taken in spite of the damage."""
    for text in attacker.responses:
        if text.startswith("SIP/2.0 200") and re.search(r"(?im)^cseq: *\d+ +invite", text):
            kept = re.findall(r"(?im)^(?:via|from|to|call-id) *:.*$", text)
            for method in ("ACK", "BYE"):
                lines = [
                    f"{method} sip:hotline@127.0.0.1 SIP/2.0",
                    *kept,
                    f"CSeq: 2 {method}",
                    "Max-Forwards: 9",
                ]
                attacker.send("\r\n".join([*lines, "Content-Length: 0", "", ""]).encode())
    attacker.responses.clear()


async def _by_tcp(port: int, stream: bytes) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(stream)
    with suppress(ConnectionError):
        await writer.drain()
    writer.close()
    await asyncio.sleep(0.01)  # its queue of connections is short, and the kernel's next try a second away


async def _takes_a_call(port: int) -> None:
    async with raw_caller(port) as caller:
        assert await caller.invite() == 200
        await caller.say(sweep(0.5))
        caller.bye()
        assert len(caller.packets) > 15
