"""A SIP line in a process of its own, for what might kill it: ``python -m tests.channels.phone.legs.attacked PORT``."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.channels.phone.legs.lines import echo, sip_line, sip_settings
from tests.channels.phone.peers import free_port_pair

CALLS = 400
"""Calls at once: damaged INVITEs that still are INVITEs ring, and nobody acknowledges them."""


@asynccontextmanager
async def attacked() -> AsyncIterator[tuple[asyncio.subprocess.Process, int]]:
    """The process, listening by UDP and TCP, and its port. It must live to the end, and end well: what was corrupted
    in its memory is often found out only then."""
    port = free_port_pair()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        __name__,
        str(port),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdin is not None and process.stdout is not None
        await asyncio.wait_for(process.stdout.readuntil(b"open\n"), 90)
        yield process, port
        process.stdin.close()
        assert await asyncio.wait_for(process.wait(), 90) == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _serve(port: int) -> None:
    settings = sip_settings(
        sip_port=port, sip_transport="tcp", silent_line_s=2, sip_invites=1_000_000, hard_calls=CALLS
    )
    async with sip_line(echo, settings):
        print("open", flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
