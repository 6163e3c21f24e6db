"""Taking over a running conversation: one way for every channel that can carry words."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from assistant.calls import commands
from assistant.desk.models import Conversation
from assistant.desk.schemas import Caller, Reply, TurnIn
from assistant.kit.clock import SettableClock
from assistant.kit.db import Database
from assistant.kit.live import Live
from assistant.tickets.models import Ticket
from tests.console.conftest import Channel, SignIn, Town

CHAT = 700_000_009
"""A made-up chat."""


@pytest.fixture
async def live(database_url: str) -> AsyncIterator[Live]:
    live = Live(database_url)
    yield live
    await live.close()


async def say(app: FastAPI, channel: str, words: str | None, **more: Any) -> Reply:
    """A turn of 赵秀兰 in her conversation of that channel."""
    turn = TurnIn.model_validate(
        {
            "channel": channel,
            "conversation": f"{channel}-1",
            "turn_id": uuid.uuid4().hex,
            "text": words,
            **more,
        }
    )
    reply: Reply = await app.state.desk.take(turn)
    return reply


async def begun(app: FastAPI, database: Database, town: Town, channel: str, **caller: Any) -> uuid.UUID:
    """A conversation in which she has asked for a person."""
    who = Caller(person=town.seniors[0], **caller)
    await say(app, channel, "我要找人", caller=who.model_dump())
    async with database.session() as session:
        found = await session.scalar(select(Conversation.id).where(Conversation.channel == channel))
        assert found is not None
        return found


@pytest.fixture
async def talk(app: FastAPI, town: Town, database: Database) -> uuid.UUID:
    return await begun(app, database, town, "web")


def texts(words: list[dict[str, Any]]) -> list[str]:
    return [word["reply"]["messages"][0]["text"] for word in words]


async def test_taking_over_speaking_and_giving_back(
    app: FastAPI, sign_in: SignIn, talk: uuid.UUID, database: Database, live: Live, channel: Channel
) -> None:
    worker, operator = await sign_in("worker"), await sign_in("operator")
    path = f"/conversations/{talk}"
    assert (await worker.post(f"{path}/say", {"text": "您好"})).status_code == 409
    async with live.subscribe("words:web:web-1") as told, live.subscribe(f"turns:{talk}") as watched:
        assert (await worker.post(f"{path}/take")).status_code == 303
        assert (await operator.post(f"{path}/take")).status_code == 409
        assert (await operator.post(f"{path}/say", {"text": "我也说"})).status_code == 409
        answer = await worker.post(f"{path}/say", {"text": "您好，我是小王<b>"})
        assert "您好，我是小王&lt;b&gt;" in answer.text and "工作人员小王" in answer.text
        for _ in range(2):
            assert await asyncio.wait_for(told.get(), 5) == {}
        while not watched.empty():
            watched.get_nowait()
        reply = await say(app, "web", "那就好")
        assert reply.messages == [] and reply.expects == "none"
        await asyncio.wait_for(watched.get(), 5)
        assert "那就好" in (await worker.get(f"{path}/lines")).text
        assert (await worker.post(f"{path}/return")).status_code == 303
    async with database.session() as session:
        kept = await session.get(Conversation, talk)
        assert kept is not None and kept.status == "open"
    assert (await say(app, "web", "转人工")).messages != []


async def test_words_are_kept_for_a_page_that_was_away(
    app: FastAPI, sign_in: SignIn, talk: uuid.UUID, channel: Channel
) -> None:
    """What the page reads after it was connected again: what it missed, in order, each once."""
    worker = await sign_in("worker")
    await worker.post(f"/conversations/{talk}/take")
    for text in ("第一句", "第二句"):
        await worker.post(f"/conversations/{talk}/say", {"text": text})
    where = {"channel": "web", "conversation": "web-1"}
    async with channel("channel:web") as http:
        words = (await http.get("/desk/words", params=where)).json()
        assert texts(words) == ["人工客服已接入，下面由工作人员和您说。", "第一句", "第二句"]
        assert [word["reply"]["speaker"] for word in words] == [None, "小王", "小王"]
        missed = await http.get("/desk/words", params={**where, "after": words[1]["turn_id"]})
        assert texts(missed.json()) == ["第二句"]
        other = await http.get("/desk/words", params={**where, "conversation": "web-2"})
        assert other.json() == []


async def test_words_are_read_by_their_own_channel_only(talk: uuid.UUID, channel: Channel) -> None:
    where = {"channel": "web", "conversation": "web-1"}
    for subject, status in (("channel:web", 200), ("channel:telegram", 403), ("actions", 403)):
        async with channel(subject) as http:
            assert (await http.get("/desk/words", params=where)).status_code == status, subject


@pytest.mark.parametrize(
    "turn",
    [{"text": "转人工"}, {"text": "我要订饭"}, {"digits": "0"}, {"event": "start"}, {"event": "silence"}],
)
async def test_the_machine_is_silent_while_a_worker_speaks(
    app: FastAPI, sign_in: SignIn, talk: uuid.UUID, database: Database, turn: dict[str, Any]
) -> None:
    worker = await sign_in("worker")
    await worker.post(f"/conversations/{talk}/take")
    async with database.session() as session:
        before = len((await session.scalars(select(Ticket))).all())
    reply = await say(app, "web", turn.get("text"), **{key: turn[key] for key in turn if key != "text"})
    assert reply.messages == [] and reply.handoff is None
    async with database.session() as session:
        assert len((await session.scalars(select(Ticket))).all()) == before


async def test_danger_is_answered_even_then(
    app: FastAPI, sign_in: SignIn, talk: uuid.UUID, database: Database
) -> None:
    worker = await sign_in("worker")
    await worker.post(f"/conversations/{talk}/take")
    reply = await say(app, "web", "老伴叫不醒了，快来人啊")
    assert "120" in reply.messages[0].text and reply.messages[0].protected
    async with database.session() as session:
        kinds = set(await session.scalars(select(Ticket.kind)))
        kept = await session.get(Conversation, talk)
    assert "emergency" in kinds
    assert kept is not None and kept.status == "human", "the worker goes on speaking"
    assert (await worker.post(f"/conversations/{talk}/say", {"text": "我马上来"})).status_code == 200


async def test_a_telegram_chat_gets_the_words_at_once_and_before_notices(
    app: FastAPI, sign_in: SignIn, town: Town, database: Database, clock: SettableClock, channel: Channel
) -> None:
    """Through the outbox: claimed by the bot for the very chat, also in quiet hours, and told as a worker's."""
    talk = await begun(app, database, town, "telegram", telegram=CHAT)
    worker = await sign_in("worker")
    assert (await worker.post(f"/conversations/{talk}/take")).status_code == 303
    await worker.post(f"/conversations/{talk}/say", {"text": "您好，我是小王"})
    assert (await say(app, "telegram", "那就好")).messages == []
    told = []
    async with channel("channel:telegram") as http:
        done = None
        while notice := (await http.post("/v1/outbox/telegram/claim", json={"report": done})).json()[
            "notice"
        ]:
            told.append((notice["chat"], notice["event"], notice["data"]))
            done = {"id": notice["id"], "result": "sent"}
    assert [(chat, event, data["text"]) for chat, event, data in told] == [
        (CHAT, "said.notice", "人工客服已接入，下面由工作人员和您说。"),
        (CHAT, "said.operator", "您好，我是小王"),
    ]
    assert told[1][2]["name"] == "小王"


async def test_a_telegram_group_cannot_be_taken_over(
    app: FastAPI, sign_in: SignIn, town: Town, database: Database
) -> None:
    """Nobody is named there, and what is said would be read by all."""
    talk = await begun(app, database, town, "telegram")
    worker = await sign_in("worker")
    assert "接管对话" not in (await worker.get(f"/conversations/{talk}")).text
    assert (await worker.post(f"/conversations/{talk}/take")).status_code == 409


async def test_in_a_call_the_words_are_spoken_and_the_call_is_put_through(
    app: FastAPI, sign_in: SignIn, town: Town, database: Database, channel: Channel, clock: SettableClock
) -> None:
    """As commands that the phone process follows; nothing of it once the call is over."""
    talk = await begun(app, database, town, "phone", phone="13900003331")
    worker, path = await sign_in("worker"), f"/conversations/{talk}"
    assert (await worker.post(f"{path}/take")).status_code == 409, "no call runs"
    async with channel("channel:phone") as phone:
        begin = {"conversation": "phone-1", "carrier": "sip", "caller": "13900003331"}
        assert (await phone.post("/v1/calls", json=begin)).status_code == 201
        assert "转接到接线员电话" in (await worker.get(path)).text
        for step, form in (("take", {}), ("say", {"text": "您好，我是小王"}), ("transfer", {})):
            answer = await worker.post(f"{path}/{step}", form)
            assert answer.status_code in (200, 303), (step, answer.text)
        async with database.session() as session:
            told = await commands.after(session, clock.now(), None)
        assert [(one.conversation, one.kind, one.text) for one in told[:2]] == [
            ("phone-1", "say", "人工客服已接入，下面由工作人员和您说。"),
            ("phone-1", "say", "您好，我是小王"),
        ]
        put_through = told[2]
        assert (put_through.kind, put_through.target) == ("transfer", None)
        assert put_through.speech and "赵秀兰" in put_through.speech, "whoever takes over is told who it is"
        assert "让银铃先别出声" in (await worker.get(path)).text
        await worker.post(f"{path}/mute")
        assert "让银铃继续说" in (await worker.get(path)).text
        await worker.post(f"{path}/unmute")
        async with database.session() as session:
            quiet = await commands.after(session, clock.now(), told[-1].id)
        assert [one.kind for one in quiet] == ["mute", "unmute"]
        await phone.post("/v1/calls/phone-1/end", json={"ended_by": "caller"})
    for step, form in (("say", {"text": "在吗"}), ("transfer", {})):
        assert (await worker.post(f"{path}/{step}", form)).status_code == 409


async def test_nobody_speaks_into_an_ended_conversation(
    app: FastAPI, sign_in: SignIn, talk: uuid.UUID, database: Database
) -> None:
    worker = await sign_in("worker")
    await worker.post(f"/conversations/{talk}/take")
    async with database.session() as session:
        kept = await session.get(Conversation, talk)
        assert kept is not None
        kept.status = "ended"
    assert (await worker.post(f"/conversations/{talk}/say", {"text": "在吗"})).status_code == 409
