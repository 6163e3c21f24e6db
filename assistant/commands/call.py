"""``yinling call``: ring the running hotline from the terminal, with recorded sentences or a microphone."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rich.console import Console

from assistant.calls import views
from assistant.calls.schemas import CallOut
from assistant.kit import crypto, postgres
from assistant.kit.crypto import Keyring
from assistant.kit.db import Database
from assistant.processes import SIP_ADDRESS, free_port
from assistant.settings import settings
from channels.phone.caller import Exchange, Ringing
from channels.phone.leg import NotReached
from channels.phone.microphone import NoSound, talk
from channels.phone.settings import Settings as Phone
from speech.audio import TELEPHONE_RATE, Samples
from speech.audio.files import read_sound
from speech.audio.resampling import resample
from speech.synthetic_callers import write_wav

RTP_PORTS: Final = (22000, 22099)
RECORD_S: Final = 5.0
"""Longest wait for the record of a call that is over."""


def call(
    files: Sequence[Path],
    *,
    microphone: bool,
    number: str,
    keys: str | None,
    address: str | None,
    record: Path | None,
) -> int:
    """Ring, speak, print what was heard and said. Returns the exit code."""
    console = Console()
    rung = address or _address()
    console.print(f"正在拨打 {rung}，号码 {number}……")
    started = time.time()
    port = free_port(5090, socket.SOCK_DGRAM)
    try:
        if microphone:
            asyncio.run(talk(rung, number=number, port=port, rtp_ports=RTP_PORTS))
        else:
            asyncio.run(_play(console, rung, files, keys, record, number, port))
    except NotReached as error:
        console.print(f"[red]没有接通（{error.why}）。服务启动了吗？先运行 ./yinling up。[/]")
        return 1
    except NoSound as error:
        console.print(f"[red]这台机器没有可用的话筒和扬声器：{error}。请改用 yinling call 文件.wav。[/]")
        return 1
    asyncio.run(_show(console, number, started))
    return 0


def _address() -> str:
    """Where the hotline of this machine is rung."""
    last = settings().home / SIP_ADDRESS
    if last.exists():
        return last.read_text("utf-8").strip()
    phone = Phone()
    return f"sip:{phone.sip_user}@{phone.shown_host}:{phone.sip_port}"


async def _play(
    console: Console,
    address: str,
    files: Sequence[Path],
    keys: str | None,
    record: Path | None,
    number: str,
    port: int,
) -> None:
    sounds = [_telephone(file) for file in files]
    async with (
        Exchange.open(address, number=number, port=port, rtp_ports=RTP_PORTS) as exchange,
        exchange.ring() as ringing,
    ):
        with contextlib.suppress(TimeoutError):
            await _converse(console, ringing, sounds, keys)
    if record is not None:
        write_wav(record, ringing.recording)
        console.print(f"听到的声音已存到 {record}")


async def _converse(console: Console, ringing: Ringing, sounds: list[Samples], keys: str | None) -> None:
    """Hear the greeting out, then say one sentence or press one key after another, each after the last answer."""
    await ringing.hears_out()
    for sound in sounds:
        ended = await ringing.say(sound)
        begins = await ringing.answer_begins(ended)
        console.print(f"  说完到听见回答：{(begins - ended) * 1000:.0f} 毫秒")
        await ringing.hears_out()
    for key in keys or "":
        await ringing.press(key)
        await ringing.hears_out()


def _telephone(file: Path) -> Samples:
    samples, rate = read_sound(file)
    return resample(samples, rate, TELEPHONE_RATE)


async def _show(console: Console, number: str, started: float) -> None:
    """The call as the hotline wrote it down, when this is its machine."""
    found = await _record(number, started)
    if found is None:
        console.print("通话记录请在工作台查看。")
        return
    for entry in found.entries:
        if entry.heard or entry.digits:
            console.print(f"[bold]您[/]    {entry.heard or '按键 ' + str(entry.digits)}")
        if entry.said:
            console.print(f"[green]银铃[/]  {entry.said}")


async def _record(number: str, started: float) -> CallOut | None:
    config = settings()
    url = config.database_url
    if url is None and not (config.home / "postgres").exists():
        return None
    crypto.use(Keyring.load_or_create(config.keys))
    database = Database(
        url or postgres.ensure_database(postgres.start(config.home / "postgres"), "yinling"), pool_size=1
    )
    try:
        deadline = time.monotonic() + RECORD_S
        while time.monotonic() < deadline:
            async with database.session() as session:
                calls = await views.of_number(session, number, limit=1)
                if calls and calls[0].ended_at and calls[0].started_at.timestamp() >= started - 1:
                    return await views.one(session, calls[0].id)
            await asyncio.sleep(0.3)
    finally:
        await database.close()
    return None
