"""People are rung: real telephones (Debian's baresip) over SIP, real ears, the service and its database; only the
language model is a script."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from assistant.calls import outbound
from assistant.calls.models import Call, OutboundCall
from assistant.care import rounds
from assistant.care import service as care
from assistant.care.models import Checkin
from assistant.client import Client
from assistant.kit import outbox
from assistant.kit.clock import SettableClock
from assistant.kit.db import Database
from assistant.kit.outbox import OutboxMessage
from assistant.tickets.models import Ticket
from channels.phone.hotline import Hotline
from channels.phone.legs.sip import SipLine
from channels.phone.senses import Senses
from speech.audio import TELEPHONE_RATE, Samples
from speech.recognizer import RecognizerPool, SpeechModel
from tests.channels.phone.legs import power
from tests.channels.phone.legs.lines import sip_settings
from tests.channels.phone.memory import Beeps
from tests.channels.phone.peers import needs_baresip, telephone
from tests.channels.phone.rawsip import refusing_peer
from tests.talk import ScriptedRasa, says
from tests.world import World, build

pytestmark = needs_baresip
USER: Final = "13900001111"
"""The senior's number (``tests.world.ZHOU``), as a trunk is given it."""
NIGHT, MORNING = datetime(2025, 6, 11, 22, 0), datetime(2025, 6, 12, 9, 0)
BEEPS_HZ: Final = 400
Utter = Callable[[str], Samples]


class Understands(ScriptedRasa):
    """Knows that somebody is well."""

    async def parse(self, text: str, metadata: dict[str, Any] | None = None) -> dict[str, Any]:
        return {"intent": {"name": "checkin_ok" if "好" in text else "other"}}

    async def send(self, tracker: str, text: str, metadata: dict[str, Any]) -> list[dict[str, Any]]:
        return says("那就好。")


@pytest.fixture
def app(ringing: FastAPI) -> FastAPI:
    ringing.state.desk.rasa = Understands()
    return ringing


@pytest.fixture
async def world(database: Database) -> World:
    return await build(database)


@pytest.fixture
async def senses(speech_model: SpeechModel) -> AsyncIterator[Senses]:
    made = Senses(RecognizerPool(speech_model), Beeps(), None, trial_model=False)
    yield made
    await made.close()


@asynccontextmanager
async def ringing_at(port: int, phone: Client, senses: Senses) -> AsyncIterator[Hotline]:
    """The hotline, with a trunk that leads to ``port``."""

    async def nothing(last: int | None = None) -> AsyncIterator[Any]:
        await asyncio.Event().wait()
        yield

    phone.call_commands = nothing  # type: ignore[method-assign]
    settings = sip_settings(
        sip_domain=f"127.0.0.1:{port}", sip_register=False, rtp_ports=(17200, 17299), claim_s=0.1
    )
    hotline = Hotline(settings, phone, senses, [await SipLine.open(settings)])
    hotline.start()
    try:
        yield hotline
    finally:
        await hotline.close()


class Rows:
    """What stands in the database."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def one(self, table: Any) -> Any:
        async with self.database.session() as session:
            return await session.scalar(select(table))

    async def until(self, what: Callable[[], Awaitable[bool]]) -> None:
        for _ in range(800):
            if await what():
                return
            await asyncio.sleep(0.05)
        raise AssertionError("it never happened")

    async def tried(self, times: int, result: str) -> None:
        """Somebody was rung so often, the last time to this end."""

        async def over() -> bool:
            call = await self.one(OutboundCall)
            return (call.attempts, call.last_result, call.lease_until) == (times, result, None)

        await self.until(over)


@pytest.fixture
def rows(database: Database) -> Rows:
    return Rows(database)


async def ask(app: FastAPI, database: Database, clock: SettableClock, world: World) -> None:
    """A check-in is due now."""
    config = app.state.context.settings
    async with database.session() as session:
        await care.ask(session, clock.now(), world.senior, "test", config, reason="plan")


def pause(seconds: float) -> Samples:
    return np.zeros(int(seconds * TELEPHONE_RATE), np.int16)


async def test_a_senior_who_answers_says_how_she_is(
    app: FastAPI, phone: Client, world: World, clock: SettableClock, senses: Senses, rows: Rows, utter: Utter
) -> None:
    voice = np.concatenate([utter("喂你好"), pause(7.5), utter("我挺好的"), pause(30)])
    async with (
        telephone(voice, user=USER, account=";answermode=auto", rtp=(17000, 17099)) as there,
        ringing_at(there.sip_port, phone, senses),
    ):
        await ask(app, rows.database, clock, world)

        async def answered() -> bool:
            return bool((await rows.one(Checkin)).status == "ok")

        await rows.until(answered)
        await there.command("hangup")

        async def over() -> bool:
            call = await rows.one(Call)
            return call is not None and call.ended_by == "caller"

        await rows.until(over)
        await there.stop()
        assert power.loud_ms(there.heard(), BEEPS_HZ) > 2000, "she heard who called and why"
    made = await rows.one(OutboundCall)
    assert (made.status, made.attempts, made.last_result) == ("answered", 1, "answered")
    assert made.closed_at is not None and await rows.one(Ticket) is None


async def test_who_is_busy_is_rung_three_times_and_then_somebody_looks(
    app: FastAPI, phone: Client, world: World, clock: SettableClock, senses: Senses, rows: Rows
) -> None:
    async with refusing_peer(486) as busy, ringing_at(busy, phone, senses):
        await ask(app, rows.database, clock, world)
        await rows.tried(1, "busy")
        assert (await rows.one(OutboundCall)).due_at == clock.now() + outbound.SOON
        for times in (2, 3):
            clock.advance(outbound.SOON + timedelta(seconds=1))
            await rows.tried(times, "busy")
    assert (await rows.one(OutboundCall)).status == "unreached"
    await rounds.follow_up(rows.database, clock.now(), app.state.context.settings)
    assert (await rows.one(Checkin)).status == "missed" and (await rows.one(Ticket)).kind == "checkin"
    assert await rows.one(Call) is None, "nobody was talked to"


async def test_who_does_not_answer_is_rung_again_later(
    app: FastAPI,
    phone: Client,
    world: World,
    clock: SettableClock,
    senses: Senses,
    rows: Rows,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outbound, "RING_S", 1)
    async with telephone(pause(1), user=USER) as there, ringing_at(there.sip_port, phone, senses):
        await ask(app, rows.database, clock, world)
        await there.event("CALL_INCOMING")
        await rows.tried(1, "no_answer")
        await there.event("CALL_CLOSED")
    made = await rows.one(OutboundCall)
    assert (made.status, made.due_at) == ("waiting", clock.now() + outbound.BACK_OFF[0])
    assert (await rows.one(Checkin)).status == "asked"


async def test_a_machine_is_told_who_rang_and_counts_as_nobody(
    app: FastAPI, phone: Client, world: World, clock: SettableClock, senses: Senses, rows: Rows, utter: Utter
) -> None:
    announcement = utter("您好这里没有人接电话请在听到提示音以后留言谢谢")
    voice = np.concatenate([announcement, announcement[: len(announcement) // 2], pause(30)])
    async with (
        telephone(voice, user=USER, account=";answermode=auto", rtp=(17000, 17099)) as there,
        ringing_at(there.sip_port, phone, senses),
    ):
        await ask(app, rows.database, clock, world)
        await there.event("CALL_CLOSED", within_s=40)
        await rows.tried(1, "answering_machine")
        await there.stop()
        assert power.loud_ms(there.heard(), BEEPS_HZ) > 1000
    assert isinstance(senses.synthesizer, Beeps)
    assert all("身体" not in said for said in senses.synthesizer.said), "nothing that only she may hear"
    made = await rows.one(OutboundCall)
    assert (made.status, (await rows.one(Checkin)).status) == ("waiting", "asked")


async def test_a_notice_waits_for_the_morning(
    app: FastAPI, phone: Client, world: World, clock: SettableClock, senses: Senses, rows: Rows, utter: Utter
) -> None:
    clock.set(NIGHT)
    async with rows.database.session() as session:
        facts: dict[str, Any] = {
            "service_type": "meal",
            "number": "YL25061203",
            "starts_at": "2025-06-12T04:00:00+00:00",
        }
        await outbox.put(
            session,
            clock.now(),
            kind="call",
            recipient=f"person:{world.senior}",
            event="order.rejected",
            event_key="order:1",
            about_person=world.senior,
            **facts,
        )
    voice = np.concatenate([utter("喂你好"), pause(30)])
    async with (
        telephone(voice, user=USER, account=";answermode=auto", rtp=(17000, 17099)) as there,
        ringing_at(there.sip_port, phone, senses),
    ):
        assert await phone.claim_call() is None
        made = await rows.one(OutboundCall)
        assert there.events == [] and (made is None or made.attempts == 0)
        clock.set(MORNING)
        await there.event("CALL_ESTABLISHED", within_s=20)

        async def heard() -> bool:
            assert isinstance(senses.synthesizer, Beeps)
            return any("接不了" in said for said in senses.synthesizer.said)

        await rows.until(heard)
        await there.command("hangup")

        async def sent() -> bool:
            return bool((await rows.one(OutboxMessage)).status == "sent")

        await rows.until(sent)
