"""Ring the hotline with the sound device of this machine (ALSA), for ``yinling call --mic``."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from pathlib import Path
from typing import Final

import baresip
from baresip import Account, CallState, Config, Runtime, UserAgent

from channels.phone.leg import NotReached

DEVICE: Final = "alsa,default"
DEVICES: Final = Path("/dev/snd")
"""Where Linux lists sound devices; the SIP stack would go on in silence without one."""


class NoSound(Exception):
    """There is no sound device, or the SIP stack was built without one."""


async def talk(
    address: str, *, number: str, port: int, rtp_ports: tuple[int, int], device: str = DEVICE
) -> None:
    """Talk until either side hangs up; lines of standard input are pressed as keys.

    Raises:
        NoSound: no usable device.
        NotReached: the hotline did not take the call.
    """
    if not any(DEVICES.glob("pcm*")):
        raise NoSound(f"nothing in {DEVICES}")
    runtime = Runtime()
    try:
        await runtime.start(
            Config(
                net_interface="127.0.0.1",
                audio_driver=device,
                extra_config_text=f"sip_listen 127.0.0.1:{port}\nrtp_ports {rtp_ports[0]}-{rtp_ports[1]}\n",
            )
        )
    except (baresip.BaresipError, ValueError) as error:
        await runtime.close()
        raise NoSound(str(error)) from error
    try:
        account = Account(user=number, domain="127.0.0.1", password="", reg_interval=0)
        agent = await UserAgent.create(runtime, account)
        try:
            call = await agent.dial(address)
            await call.wait_established(15)
        except baresip.BaresipError as error:
            raise NotReached("failed") from error
        await _until_over(call)
    finally:
        await runtime.close()


async def _until_over(call: baresip.Call) -> None:
    over = asyncio.Event()
    call.on(lambda event: over.set() if call.state is CallState.CLOSED else None)
    keys = asyncio.create_task(_press_what_is_typed(call))
    await over.wait()
    keys.cancel()


async def _press_what_is_typed(call: baresip.Call) -> None:
    loop = asyncio.get_running_loop()
    typed = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(typed), sys.stdin)
    while line := (await typed.readline()).decode(errors="ignore"):
        pressed = "".join(char for char in line if char in "0123456789*#")
        with contextlib.suppress(baresip.BaresipError):
            if pressed:
                await call.send_dtmf(pressed)
