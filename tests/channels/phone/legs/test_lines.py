"""Several lines at once."""

from __future__ import annotations

import socket

import pytest

from channels.phone.legs.audiosocket import AudioSocketLine
from channels.phone.legs.joining import JoinableLine
from channels.phone.legs.lines import open_lines
from channels.phone.legs.sip import LineUnavailable, SipLine
from tests.channels.phone.legs.lines import sip_settings
from tests.channels.phone.legs.streams import TOKEN
from tests.channels.phone.peers import free_port


async def test_the_line_that_dials_comes_first() -> None:
    settings = sip_settings(carriers=("audiosocket", "sip"), stream_token=TOKEN, audiosocket_port=free_port())
    lines = await open_lines(settings)
    assert [type(line.line) for line in lines if isinstance(line, JoinableLine)] == [SipLine, AudioSocketLine]
    for line in lines:
        await line.close()
        assert [leg async for leg in line.calls()] == []


async def test_a_line_that_cannot_be_opened_leaves_none_open() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        settings = sip_settings(
            carriers=("sip", "audiosocket"), stream_token=TOKEN, audiosocket_port=taken.getsockname()[1]
        )
        with pytest.raises(OSError, match="in use"):
            await open_lines(settings)
    (again,) = await open_lines(settings.model_copy(update={"carriers": ("sip",)}))
    await again.close()
    with pytest.raises(LineUnavailable):
        await open_lines(sip_settings(sip_host="192.0.2.1"))
