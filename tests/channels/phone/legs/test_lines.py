"""Several lines at once."""

from __future__ import annotations

import asyncio
import socket

import numpy as np
import pytest

from channels.phone.leg import CallLeg, HungUp, Sound
from channels.phone.legs.audiosocket import AudioSocketLine
from channels.phone.legs.joining import JoinableLine
from channels.phone.legs.lines import open_lines
from channels.phone.legs.sip import LineUnavailable, SipLine
from tests.channels.phone.legs import power
from tests.channels.phone.legs.lines import answered, sip_settings, sweep
from tests.channels.phone.legs.streams import TOKEN, all_heard, asterisk, say
from tests.channels.phone.peers import free_port, needs_baresip, telephone


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


@needs_baresip
async def test_a_caller_from_asterisk_is_joined_with_a_person_rung_by_sip() -> None:
    settings = sip_settings(carriers=("sip", "asterisk"), stream_token=TOKEN, asterisk_port=free_port())
    endings: list[object] = []
    async with telephone(sweep(8), user="operator", account=";answermode=auto") as operator:

        async def script(leg: CallLeg) -> None:
            await leg.answer()
            await leg.transfer(f"sip:operator@127.0.0.1:{operator.sip_port}")
            endings.extend([event async for event in leg.events() if not isinstance(event, Sound)])

        sip, streams = await open_lines(settings)
        async with answered(streams, script), asterisk(settings.asterisk_port) as caller:
            await caller.start()
            await say(caller, power.tone(600, 3))
            await operator.command("hangup")
            await asyncio.wait_for(caller.closed.wait(), 5)
        await sip.close()
        await operator.stop()
        assert power.loud_ms(operator.heard(), 600) > 1000
        assert np.abs(all_heard(caller)[-8000:].astype(int)).mean() > 1000
    assert endings == [HungUp("transferred")]
