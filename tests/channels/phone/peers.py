"""Callers for tests: Debian's baresip as a telephone, sipp for many calls, and sounds to compare."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import shutil
import socket
import tempfile
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest

from speech.audio import TELEPHONE_RATE, Samples

MODULES: Final = Path("/usr/lib/baresip/modules")
needs_baresip = pytest.mark.skipif(
    shutil.which("baresip") is None or not MODULES.is_dir(), reason="Debian's baresip is not installed"
)
needs_sipp = pytest.mark.skipif(shutil.which("sipp") is None, reason="Debian's sip-tester is not installed")

_CONFIG: Final = """\
poll_method epoll
sip_listen 127.0.0.1:{sip_port}
{certificate}net_interface 127.0.0.1
rtp_ports {rtp_first}-{rtp_last}
audio_player aubridge,phone
audio_source aufile,{voice}
audio_alert aubridge,alert
ausrc_srate 8000
auplay_srate 8000
ausrc_channels 1
auplay_channels 1
jitter_buffer_delay 3-10
module_path {modules}
module g711.so
module aufile.so
module aubridge.so
module sndfile.so
module srtp.so
snd_path {folder}
module_app account.so
module_app menu.so
module_app contact.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:{control_port}
call_accept yes
"""


def free_port(kind: int = socket.SOCK_STREAM) -> int:
    """A port of 127.0.0.1 that nobody uses right now."""
    with socket.socket(socket.AF_INET, kind) as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def free_port_pair() -> int:
    """A port that is free for SIP, as is the next one for TLS; below those that the kernel hands out itself."""
    while True:
        port = secrets.randbelow(10_000) + 10_000
        with (
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
            socket.socket() as tcp,
            socket.socket() as tls,
            suppress(OSError),
        ):
            udp.bind(("127.0.0.1", port))
            tcp.bind(("127.0.0.1", port))
            tls.bind(("127.0.0.1", port + 1))
            return port


def write_wav(path: Path, samples: Samples) -> Path:
    """8 kHz mono."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(TELEPHONE_RATE)
        file.writeframes(samples.astype("<i2").tobytes())
    return path


def read_wav(path: Path) -> Samples:
    """All samples of a mono file; a recorder that was killed may not have written its length."""
    data = path.read_bytes()
    start = data.index(b"data") + 8
    return np.frombuffer(data[start : start + (len(data) - start) // 2 * 2], "<i2")


class Telephone:
    """A running baresip: it speaks what is in ``voice`` and records what it hears. Use ``telephone``."""

    def __init__(self, folder: Path, sip_port: int, control_port: int) -> None:
        self.folder = folder
        self.sip_port = sip_port
        self.events: list[dict[str, Any]] = []
        self._control_port = control_port
        self._process: asyncio.subprocess.Process | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()
        self._answers: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def start(self) -> None:
        log = (self.folder / "log").open("wb")
        self._process = await asyncio.create_subprocess_exec(
            "baresip", "-f", str(self.folder), stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log
        )
        log.close()
        for _ in range(100):
            with suppress(OSError):
                reader, self._writer = await asyncio.open_connection("127.0.0.1", self._control_port)
                break
            await asyncio.sleep(0.05)
        else:
            raise RuntimeError((self.folder / "log").read_text(errors="replace"))
        self._reading = asyncio.create_task(self._read(reader))

    async def stop(self) -> None:
        if self._writer is not None:
            self._writer.close()
        if self._reading is not None:
            self._reading.cancel()
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            try:
                await asyncio.wait_for(self._process.wait(), 5)
            except TimeoutError:
                self._process.kill()
                await self._process.wait()

    async def command(self, command: str, params: str = "") -> str:
        """A command of baresip's menu (dial, hangup, hold, resume, transfer, sndcode…); its answer."""
        assert self._writer is not None
        message = json.dumps({"command": command, "params": params, "token": "t"}).encode()
        self._writer.write(b"%d:%s," % (len(message), message))
        answer = await asyncio.wait_for(self._answers.get(), 10)
        return str(answer.get("data", ""))

    async def dial(self, address: str) -> None:
        await self.command("dial", address)

    async def press(self, key: str) -> None:
        """A key of the telephone, 100 ms long."""
        await self.command("sndcode", key)
        await asyncio.sleep(0.1)
        await self.command("sndcode", "\x04")

    async def event(self, kind: str, *, within_s: float = 10) -> dict[str, Any]:
        """Wait until baresip has told of an event of this type (CALL_ESTABLISHED, CALL_CLOSED…)."""
        async with asyncio.timeout(within_s):
            while True:
                for event in self.events:
                    if event.get("type") == kind:
                        return event
                self._changed.clear()
                await self._changed.wait()

    def heard(self) -> Samples:
        """What this telephone has received so far (the file is complete after ``stop``)."""
        files = sorted(self.folder.glob("*dec.wav"), key=lambda path: path.stat().st_mtime)
        return np.concatenate([np.zeros(0, np.int16), *map(read_wav, files)])

    async def _read(self, reader: asyncio.StreamReader) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                length = int((await reader.readuntil(b":"))[:-1])
                message = json.loads((await reader.readexactly(length + 1))[:-1].decode(errors="replace"))
                if message.get("response"):
                    self._answers.put_nowait(message)
                else:
                    self.events.append(message)
                    self._changed.set()


@asynccontextmanager
async def telephone(
    voice: Samples,
    *,
    user: str = "13900001111",
    rtp: tuple[int, int] = (21000, 21099),
    account: str = "",
    transport: str = "udp",
    name: str = "",
) -> AsyncIterator[Telephone]:
    """A telephone that says ``voice`` (8 kHz) in every call; ``account`` holds further account parameters."""
    folder = Path(tempfile.mkdtemp(prefix="yinling-phone-"))
    sip_port, control_port = free_port_pair(), free_port()
    write_wav(folder / "voice.wav", voice)
    (folder / "config").write_text(
        _CONFIG.format(
            sip_port=sip_port,
            certificate="",
            rtp_first=rtp[0],
            rtp_last=rtp[1],
            voice=folder / "voice.wav",
            modules=MODULES,
            folder=folder,
            control_port=control_port,
        )
    )
    shown = f'"{name}" ' if name else ""
    (folder / "accounts").write_text(
        f"{shown}<sip:{user}@127.0.0.1:{sip_port};transport={transport}>;regint=0{account}\n"
    )
    (folder / "contacts").write_text("")
    phone = Telephone(folder, sip_port, control_port)
    try:
        await phone.start()
        yield phone
    finally:
        await phone.stop()
        if not os.environ.get("YINLING_KEEP_CALLS"):
            shutil.rmtree(folder, ignore_errors=True)


def likeness(heard: Samples, said: Samples, *, window: int = 4000) -> list[float]:
    """For each window of ``said`` (0.5 s), the best normalised correlation anywhere near its place in ``heard``."""
    x, ref = heard.astype(np.float64), said.astype(np.float64)
    scores = []
    for start in range(0, len(ref) - window, window):
        piece = ref[start : start + window]
        if np.sqrt(np.mean(piece**2)) < 100:
            continue
        near = x[max(0, start - 8000) : start + window + 16000]
        if len(near) < window:
            scores.append(0.0)
            continue
        energy = np.sqrt(np.convolve(near**2, np.ones(window), "valid") * (piece @ piece)) + 1e-9
        scores.append(float(np.max(np.correlate(near, piece, "valid") / energy)))
    return scores


def longest_silence_ms(samples: Samples, *, below: int = 2) -> float:
    """The longest run of samples no louder than ``below``: a gap, where the line always carries noise."""
    quiet = np.concatenate([[False], np.abs(samples.astype(np.int32)) <= below, [False]])
    edges = np.flatnonzero(np.diff(quiet.astype(np.int8)))
    runs = edges[1::2] - edges[::2]
    return float(runs.max() / 8) if runs.size else 0.0
