"""Lines for tests: a SIP line on loopback whose calls are answered by a small script."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from channels.phone.leg import CallLeg, LegEvent, Line, Sound
from channels.phone.legs.sip import SipLine
from channels.phone.settings import Settings
from speech.audio import TELEPHONE_RATE, Samples
from tests.channels.phone.peers import free_port_pair

Script = Callable[[CallLeg], Coroutine[Any, Any, None]]


def sip_settings(**changed: Any) -> Settings:
    """A line on loopback at a port of its own."""
    values: dict[str, Any] = {
        "sip_host": "127.0.0.1",
        "sip_port": free_port_pair(),
        "rtp_ports": (20000, 20999),
    }
    return Settings(**(values | changed))


@asynccontextmanager
async def answered(line: Line, script: Script) -> AsyncIterator[list[CallLeg]]:
    """Run ``script`` for every call of a line; the legs there have been."""
    legs: list[CallLeg] = []
    tasks: set[asyncio.Task[None]] = set()

    async def take() -> None:
        async for leg in line.calls():
            legs.append(leg)
            task = asyncio.create_task(script(leg))
            tasks.add(task)
            task.add_done_callback(tasks.discard)

    taking = asyncio.create_task(take())
    try:
        yield legs
    finally:
        await line.close()
        await taking
        for failed in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(failed, Exception):
                raise failed


@asynccontextmanager
async def sip_line(
    script: Script, settings: Settings | None = None
) -> AsyncIterator[tuple[SipLine, list[CallLeg]]]:
    """A SIP line that answers with ``script``."""
    line = await SipLine.open(settings or sip_settings())
    async with answered(line, script) as legs:
        yield line, legs


async def echo(leg: CallLeg) -> None:
    """Say back what is heard, until the call is over."""
    await leg.answer()
    async for event in leg.events():
        if isinstance(event, Sound):
            await leg.play(event.samples)


class Notes:
    """An echo that writes down everything but sound (``keep``: that too)."""

    def __init__(self, *, keep: bool = False) -> None:
        self.events: list[LegEvent] = []
        self._keep = keep
        self._sound: list[Samples] = []
        self.frames = 0
        self._changed = asyncio.Event()

    async def __call__(self, leg: CallLeg) -> None:
        await leg.answer()
        async for event in leg.events():
            if isinstance(event, Sound):
                self.frames += 1
                self._changed.set()
                if self._keep:
                    self._sound.append(event.samples)
                await leg.play(event.samples)
            else:
                self.events.append(event)
                self._changed.set()

    def sound(self) -> Samples:
        """All that was heard."""
        return np.concatenate([np.zeros(0, np.int16), *self._sound])

    async def heard_something(self, within_s: float = 5) -> None:
        """Until ten more frames have come."""
        enough = self.frames + 10
        async with asyncio.timeout(within_s):
            while self.frames < enough:
                self._changed.clear()
                await self._changed.wait()

    async def until(self, event: LegEvent, within_s: float = 5, *, times: int = 1) -> None:
        """Until this has come so many times."""
        async with asyncio.timeout(within_s):
            while self.events.count(event) < times:
                self._changed.clear()
                await self._changed.wait()


def sweep(seconds: float) -> Samples:
    """A tone that rises all the time: no half-second of it is like another."""
    moments = np.arange(int(TELEPHONE_RATE * seconds)) / TELEPHONE_RATE
    phase = 300 * moments + 1500 / (2 * seconds) * moments**2
    return (8000 * np.sin(2 * np.pi * phase)).astype(np.int16)


def certificate(folder: Path) -> tuple[Path, Path]:
    """A self-signed certificate for 127.0.0.1 and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2025, 1, 1))
        .not_valid_after(datetime(2045, 1, 1))
        .sign(key, hashes.SHA256())
    )
    (folder / "chain.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return folder / "chain.pem", folder / "key.pem"
