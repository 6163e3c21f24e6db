"""What whoever takes a call over is told."""

from __future__ import annotations

import httpx
import pytest
from fastapi import FastAPI

from assistant.kit import tokens
from assistant.kit.clock import SettableClock
from assistant.kit.crypto import Keyring
from assistant.kit.db import Database
from tests.talk import Talk, says, scripted
from tests.world import ZHOU, build


@pytest.fixture
def http(app: FastAPI, keyring: Keyring, clock: SettableClock) -> httpx.AsyncClient:
    token = tokens.issue(keyring, "channel:phone", clock.now())
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://yinling",
        headers={"authorization": f"Bearer {token}"},
    )


async def test_who_from_where_what_and_no_danger(
    app: FastAPI, http: httpx.AsyncClient, database: Database
) -> None:
    await build(database)
    scripted(app).replies = [says("您想约哪一天？", asks="date")]
    call = Talk(http, caller={"phone": ZHOU["phone"]})
    await call.start()
    await call("我想订个明天的午饭")
    await call("转人工")
    summary = call.last["handoff"]["summary"]
    assert ZHOU["name"] in summary and ZHOU["street"] in summary and "岳阳" in summary
    assert "我想订个明天的午饭" in summary and "没有听到危险" in summary
    assert summary.count("转人工") == 0 and len(summary) < 120


async def test_a_stranger_in_danger(http: httpx.AsyncClient, database: Database) -> None:
    await build(database)
    call = Talk(http, caller={"phone": "13900009999"})
    await call("救命我喘不上气了")
    await call("转人工")
    summary = call.last["handoff"]["summary"]
    assert "没有登记" in summary and "紧急情况" in summary and "救命" in summary


async def test_other_channels_are_told_nothing_of_it(http: httpx.AsyncClient, database: Database) -> None:
    await build(database)
    chat = Talk(http, channel="web", caller={})
    await chat("转人工")
    assert chat.last["handoff"]["summary"] == chat.last["handoff"]["reason"]
