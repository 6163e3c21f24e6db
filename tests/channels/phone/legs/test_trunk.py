"""The line at a trunk that wants to know who we are."""

from __future__ import annotations

import re

import pytest

from channels.phone.leg import HungUp
from channels.phone.legs.sip import LineUnavailable, SipLine
from tests.channels.phone.legs.lines import Notes, sip_line, sip_settings, sweep
from tests.channels.phone.rawsip import raw_caller, refusing_peer
from tests.channels.phone.registrar import registrar

PASSWORD = "a made-up password"  # noqa: S105


async def test_it_registers_is_rung_there_and_leaves() -> None:
    notes = Notes()
    async with registrar("line-7", PASSWORD) as trunk:
        settings = sip_settings(
            sip_domain=f"127.0.0.1:{trunk.port}",
            sip_user="055155012345",
            sip_auth_user="line-7",
            sip_password=PASSWORD,
            sip_sources=(),
        )
        async with sip_line(notes, settings) as (_, legs):
            (contact,) = trunk.contacts
            at = re.fullmatch(r"sip:([^@]+)@127\.0\.0\.1:(\d+)(;.*)?", contact)
            assert at is not None
            assert int(at.group(2)) == settings.sip_port
            async with raw_caller(settings.sip_port, dialled=at.group(1)) as caller:
                assert await caller.invite() == 200
                await caller.say(sweep(0.3))
                caller.bye()
                await notes.until(HungUp("caller"))
            assert len(legs) == 1
        assert trunk.contacts == []


async def test_a_wrong_password_is_said_at_the_start_and_the_next_start_works() -> None:
    async with registrar("line-7", PASSWORD) as trunk:
        settings = sip_settings(
            sip_domain=f"127.0.0.1:{trunk.port}", sip_user="line-7", sip_password=PASSWORD[:-1]
        )
        with pytest.raises(LineUnavailable, match="403"):
            await SipLine.open(settings)
        assert trunk.refused == 1
    again = await SipLine.open(sip_settings(sip_domain=None))
    await again.close()


async def test_a_silent_trunk_keeps_nobody_else_from_ringing() -> None:
    notes = Notes()
    async with refusing_peer(0) as port:
        settings = sip_settings(sip_domain=f"127.0.0.1:{port}", sip_user="line-7")
        async with sip_line(notes, settings), raw_caller(settings.sip_port) as caller:
            assert await caller.invite() == 200
            caller.bye()
            await notes.until(HungUp("caller"))
