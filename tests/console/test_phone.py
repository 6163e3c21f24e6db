"""Calls in the console: those that run, and their records."""

from __future__ import annotations

import asyncio
import uuid
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from assistant.calls.models import Call
from assistant.console import phone
from assistant.kit import outbox
from assistant.kit.db import Database
from assistant.settings import Settings
from tests.console.conftest import Channel, SignIn, Town
from tests.world import NOW

HERS = "13900003331"
TRIAL = "语音模型仅供试用"


async def ring(channel: Channel, conversation: str, caller: str) -> None:
    """A call is answered, and the caller says something."""
    async with channel("channel:phone") as http:
        begin = {"conversation": conversation, "carrier": "sip", "caller": caller}
        assert (await http.post("/v1/calls", json=begin)).status_code == 201
        turn = {"channel": "phone", "conversation": conversation, "turn_id": "1", "text": "转人工"}
        answer = await http.post("/desk/turns", json={**turn, "caller": {"phone": caller}})
        assert answer.status_code == 200
        entry = {
            "number": 1,
            "heard": "转人工",
            "confidence": 0.82,
            "alternatives": ["找人工"],
            "said": "好的，我马上给您转工作人员。",
            "interrupted": True,
            "timings": {"endpoint": 310.4, "final_result": 80, "desk": 42, "first_audio": 120},
        }
        assert (await http.post(f"/v1/calls/{conversation}/entries", json=entry)).status_code == 204


async def end(channel: Channel, conversation: str) -> None:
    async with channel("channel:phone") as http:
        done = await http.post(f"/v1/calls/{conversation}/end", json={"ended_by": "caller"})
        assert done.status_code == 204


async def test_running_calls_are_seen_by_whom_they_concern(
    sign_in: SignIn, town: Town, channel: Channel
) -> None:
    await ring(channel, "call-1", HERS)
    await ring(channel, "call-2", "13900009999")
    worker = await sign_in("worker")
    queues = (await worker.get("/queues")).text
    assert HERS in queues and "13900009999" not in queues
    for name, hers, strangers in (
        ("neighbour", False, False),
        ("operator", True, True),
    ):
        page = (await (await sign_in(name)).get("/queues")).text
        assert (HERS in page, "13900009999" in page) == (hers, strangers), name
    part = (await worker.get("/queues/calls")).text
    for words in ("正在进行的电话（1）", "赵秀兰", "来电人：转人工", "看对话、接管", "转接线员"):
        assert words in part, words
    await end(channel, "call-1")
    assert "现在没有电话" in (await worker.get("/queues/calls")).text


async def test_a_record_tells_what_was_heard_and_said_and_how_long_it_took(
    sign_in: SignIn, town: Town, channel: Channel, database: Database
) -> None:
    await ring(channel, "call-1", HERS)
    await end(channel, "call-1")
    async with database.session() as session:
        call = await session.scalar(select(Call.id))
    worker = await sign_in("worker")
    senior = (await worker.get(f"/seniors/{town.seniors[0]}")).text
    assert f"/console/calls/{call}" in senior and "对方挂断" in senior
    page = (await worker.get(f"/calls/{call}")).text
    for words in (
        "赵秀兰",
        "也像：找人工",
        "82%",
        "被打断",
        "听完 310",
        "听写 80",
        "想好 42",
        "出声 120",
        "没有录音",
    ):
        assert words in page, words
    assert (await (await sign_in("neighbour")).get(f"/calls/{call}")).status_code == 404


async def test_a_strangers_record_is_for_the_whole_city_only(
    sign_in: SignIn, town: Town, channel: Channel, database: Database
) -> None:
    await ring(channel, "call-2", "13900009999")
    async with database.session() as session:
        call = await session.scalar(select(Call.id))
    assert (await (await sign_in("worker")).get(f"/calls/{call}")).status_code == 404
    assert (await (await sign_in("operator")).get(f"/calls/{call}")).status_code == 200


async def test_the_queues_are_told_of_calls_and_of_tickets(
    app: FastAPI, town: Town, channel: Channel
) -> None:
    """One stream carries both, so that a call does not make all queues ask anew."""
    from assistant.console.streams import _changes

    class Asked:
        """As much of a request as a stream needs."""

        def __init__(self) -> None:
            self.app = app

    told = _changes(Asked(), {"tickets:yueyang": "changed", "calls:yueyang": "called"})  # type: ignore[arg-type]
    assert [(await anext(told))["event"] for _ in range(2)] == ["changed", "called"]
    begin = {"conversation": "call-1", "carrier": "sip", "caller": HERS}
    async with channel("channel:phone") as http:
        await http.post("/v1/calls", json=begin)
    assert (await asyncio.wait_for(anext(told), 5))["event"] == "called"
    await told.aclose()  # type: ignore[attr-defined]
    await app.state.live.close()


async def test_while_the_model_is_for_trials_the_page_says_so(sign_in: SignIn, town: Town) -> None:
    worker = await sign_in("worker")
    assert TRIAL in (await worker.get("/queues")).text


def test_another_model_is_not_for_trials(tmp_path: Path) -> None:
    home = Settings(home=tmp_path)
    assert phone.trial_only(home)
    model = tmp_path / "speech" / "real"
    (model / "am").mkdir(parents=True)
    (model / "am" / "final.mdl").write_bytes(b"model")
    (model / "conf").mkdir()
    (model / "conf" / "model.conf").write_text("--x")
    (tmp_path / "speech" / "current").write_text("real")
    assert not phone.trial_only(home)


@pytest.mark.parametrize(
    ("status", "words"), [("no_channel", "没有可用的渠道"), ("failed", "没有送到"), ("sent", "已送到")]
)
async def test_what_became_of_notices_is_seen_on_the_seniors_page(
    sign_in: SignIn, town: Town, database: Database, status: str, words: str
) -> None:
    senior = town.seniors[0]
    async with database.session() as session:
        await outbox.put(
            session,
            NOW,
            kind="sms",
            recipient=f"person:{town.world.daughter}",
            event="order.delivered",
            event_key=f"order:{uuid.uuid4()}:delivered",
            about_person=senior,
        )
        message = await session.scalar(select(outbox.OutboxMessage))
        assert message is not None
        message.status, message.error = status, "blocked"
    page = (await (await sign_in("worker")).get(f"/seniors/{senior}")).text
    assert words in page and "短信" in page and "对方停用了机器人" in page and "已送到或完成" in page
