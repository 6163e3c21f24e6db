"""All calls of a process: limits, calls out, the console's commands. Lines in memory, the API by script."""

from __future__ import annotations

import asyncio
import gc
import threading
import uuid
import weakref
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.calls.schemas import Command, Outbound
from assistant.client import ServiceDown
from channels.phone.hotline import Hotline
from channels.phone.leg import RATE, CallLeg, NotReached
from channels.phone.legs.sip import SipLine
from channels.phone.listening import Ear
from channels.phone.senses import Senses
from channels.phone.settings import Settings
from channels.phone.wording import SENTENCES
from speech.audio import Samples
from speech.recognizer import Heard, Recognition, RecognizerPool, SpeechModel
from tests.channels.phone.legs.lines import sip_settings
from tests.channels.phone.memory import LOUD, Beeps, MemoryLeg, Notebook, ScriptedDesk, reply
from tests.channels.phone.rawsip import raw_caller

Utter = Callable[[str], Samples]


class MemoryLine:
    """Calls that the test puts through, and numbers that answer as it says."""

    def __init__(self) -> None:
        self.ringing: asyncio.Queue[MemoryLeg | None] = asyncio.Queue()
        self.dialled: list[str] = []
        self.answers: MemoryLeg | NotReached = NotReached("no_answer")

    async def calls(self) -> AsyncIterator[CallLeg]:
        while (leg := await self.ringing.get()) is not None:
            yield leg

    async def dial(self, number: str, *, ring_s: float = 30) -> CallLeg:
        self.dialled.append(number)
        if isinstance(self.answers, NotReached):
            raise self.answers
        return self.answers

    async def close(self) -> None:
        pass


class Api(ScriptedDesk, Notebook):
    """What the API says to the telephone."""

    def __init__(self) -> None:
        ScriptedDesk.__init__(self)
        Notebook.__init__(self)
        self.ticket: str | None = "T1"
        self.away: list[str | None] = []
        self.orders: list[Outbound] = []
        self.reports: list[tuple[str, str | None]] = []
        self.commands: asyncio.Queue[Command] = asyncio.Queue()
        self.abandoned: list[str] = []

    async def turn_away(self, conversation: str, caller: str | None, city: str | None = None) -> str | None:
        self.away.append(caller)
        return self.ticket

    async def claim_call(self) -> Outbound | None:
        if not self.orders:
            raise ServiceDown
        return self.orders.pop()

    async def report_call(self, made: Outbound, result: str, why: str | None = None) -> None:
        self.reports.append((result, why))

    async def call_commands(self, last: int | None = None) -> AsyncIterator[Command]:
        while True:
            yield await self.commands.get()

    async def names(self, city: str | None = None) -> list[str]:
        return ["三眼桥街道"]

    async def abandon_calls(self, process: str) -> int:
        self.abandoned.append(process)
        return 0


@pytest.fixture
async def senses(speech_model: SpeechModel) -> AsyncIterator[Senses]:
    made = Senses(RecognizerPool(speech_model), Beeps(), None, trial_model=False)
    yield made
    await made.close()


@pytest.fixture
def api() -> Api:
    return Api()


@pytest.fixture
def line() -> MemoryLine:
    return MemoryLine()


@pytest.fixture
async def hotline(api: Api, line: MemoryLine, senses: Senses) -> AsyncIterator[Hotline]:
    client: Any = api
    made = Hotline(Settings(max_calls=1), client, senses, [line])
    yield made
    await made.close()


def ordered() -> Outbound:
    return Outbound(
        id=uuid.uuid4(),
        phone="+8613900001111",
        purpose="checkin",
        conversation="out-1",
        attempt=1,
        city="yueyang",
        ring_s=30,
        machine_message="我们会再打来。",
    )


async def until(what: Callable[[], bool]) -> None:
    for _ in range(6000):
        if what():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it never happened")


def said(senses: Senses) -> list[str]:
    assert isinstance(senses.synthesizer, Beeps)
    return senses.synthesizer.said


@pytest.mark.parametrize(("ticket", "sentence"), [("T1", "busy"), (None, "busy_unknown")])
async def test_a_caller_too_many_is_told_and_rung_back(
    hotline: Hotline, api: Api, line: MemoryLine, senses: Senses, ticket: str | None, sentence: str
) -> None:
    api.ticket = ticket
    hotline.start()
    first, second = MemoryLeg(), MemoryLeg("13900002222")
    line.ringing.put_nowait(first)
    await until(lambda: hotline.active == 1)
    line.ringing.put_nowait(second)
    await until(lambda: second.over == "us")
    assert api.away == ["13900002222"] and SENTENCES(sentence) in said(senses)
    assert hotline.active == 1 and len(api.calls) == 1, "the one who was turned away had no call"
    first.hang_up_there()
    await until(lambda: api.ended == ["caller"])
    third = MemoryLeg()
    line.ringing.put_nowait(third)
    await until(lambda: len(api.calls) == 2)


async def test_a_second_hearing_that_comes_late_helps_calls_that_have_begun(
    hotline: Hotline, api: Api, line: MemoryLine, senses: Senses, utter: Utter
) -> None:
    class Again:
        async def hear(self, pcm: bytes, prompt: str, phrases: object) -> Heard:
            return Heard("我想订一份午饭", 0.9)

        async def close(self) -> None:
            pass

    hotline.plan = replace(hotline.plan, trial_model=True)
    hotline.start()
    leg = MemoryLeg()
    line.ringing.put_nowait(leg)
    await leg.hears_out()
    ready: Any = Again()
    senses.second = ready
    leg.say(utter("我想订个明天的午饭"))
    await until(lambda: bool(api.texts))
    assert "我想订一份午饭" in [api.texts[0], *api.turns[1].alternatives]


async def test_somebody_is_rung_and_talked_to(
    hotline: Hotline, api: Api, line: MemoryLine, utter: Utter
) -> None:
    api.orders.append(ordered())
    leg = MemoryLeg("+8613900001111", direction="out")
    leg.say(utter("喂你好"))
    line.answers = leg
    hotline.start()
    await until(lambda: bool(api.turns))
    assert line.dialled == ["+8613900001111"] and api.reports == [("answered", None)]
    assert api.turns[0].conversation == "out-1" and api.turns[0].direction == "out"
    assert api.calls[0].conversation == "out-1" and api.calls[0].outbound is not None


@pytest.mark.parametrize(
    ("why", "result"), [("busy", "busy"), ("no_answer", "no_answer"), ("declined", "busy")]
)
async def test_nobody_there_is_reported(
    hotline: Hotline, api: Api, line: MemoryLine, why: Any, result: str
) -> None:
    api.orders.append(ordered())
    line.answers = NotReached(why)
    hotline.start()
    await until(lambda: bool(api.reports))
    assert api.reports == [(result, why)] and not api.calls


async def test_a_machine_is_left_a_message_and_reported(
    hotline: Hotline, api: Api, line: MemoryLine, senses: Senses, utter: Utter
) -> None:
    api.orders.append(ordered())
    leg = MemoryLeg("+8613900001111", direction="out")
    leg.say(np.concatenate([utter("您好这里没有人接电话请在听到提示音以后留言谢谢")] * 2))
    line.answers = leg
    hotline.start()
    await until(lambda: len(api.reports) == 2)
    assert api.reports == [("answered", None), ("answering_machine", None)]
    assert "我们会再打来。" in said(senses) and "start" not in api.events


async def test_the_console_speaks_in_the_call_it_means(
    hotline: Hotline, api: Api, line: MemoryLine, senses: Senses
) -> None:
    hotline.start()
    leg = MemoryLeg()
    line.ringing.put_nowait(leg)
    await until(lambda: bool(api.calls))
    for number, conversation in enumerate(("another call", api.calls[0].conversation)):
        said_there = Command(
            id=number, conversation=conversation, kind="say", text="我在", speech=f"我在{number}"
        )
        api.commands.put_nowait(said_there)
    await until(lambda: "我在1" in said(senses))
    assert "我在0" not in said(senses)
    api.commands.put_nowait(Command(id=3, conversation=api.calls[0].conversation, kind="hangup"))
    await until(lambda: api.ended == ["assistant"])
    assert api.abandoned == ["phone"]


async def test_calls_leave_nothing_behind(
    hotline: Hotline,
    api: Api,
    line: MemoryLine,
    speech_model: SpeechModel,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    """Twenty short calls, some hung up in the greeting: no task, thread or descriptor more than after the first, and
    one recogniser for the next, though the garbage collector has not come by."""
    hotline.start()
    made: list[weakref.ref[Recognition]] = []
    recognition = speech_model.recognition

    def noted(*arguments: Any) -> Recognition:
        one = recognition(*arguments)
        made.append(weakref.ref(one))
        return one

    monkeypatch.setattr(speech_model, "recognition", noted)
    gc.disable()
    request.addfinalizer(gc.enable)

    async def short(number: int) -> None:
        leg = MemoryLeg()
        line.ringing.put_nowait(leg)
        await until(lambda: len(api.calls) == number)
        await leg.pass_ms(20 * (number % 5))
        leg.hang_up_there()
        await until(lambda: len(api.ended) == number and hotline.active == 0)

    def held() -> tuple[int, int, int]:
        return len(asyncio.all_tasks()), threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))

    for number in range(1, 4):
        await short(number)
    before = held()
    for number in range(4, 24):
        await short(number)
    assert held() <= (before[0] + 1, before[1], before[2])
    assert 0 < sum(one() is not None for one in made) <= 1


async def test_who_interrupts_over_sip_is_not_talked_over(api: Api, senses: Senses, utter: Utter) -> None:
    """From the first recognised character to the last packet in which we are heard: 150 ms. Twice, and the
    better one counts: a machine with too much to do is no fault, a buffer that is played out would be one both times."""
    api.answer = lambda turn: reply("您好。" + "好" * 100)
    client: Any = api
    settings = sip_settings()
    hotline = Hotline(settings, client, senses, [await SipLine.open(settings)])
    hotline.start()
    sound = np.concatenate([np.zeros(RATE, np.int16), utter("附近有没有老年食堂")])
    try:
        async with raw_caller(settings.sip_port) as caller:
            assert await caller.invite() == 200
            for _ in range(2):
                await caller.say(sound)
            caller.bye()
            await until(lambda: bool(api.ended))
    finally:
        await hotline.close()
    words = [entry.decisions["word_at"] for entry in api.entries if "word_at" in entry.decisions]
    loud = [packet.at for packet in caller.packets if int(np.abs(packet.samples).max()) > LOUD]
    heard_on = [max(at - word for at in loud if at < word + 0.9) for word in words]
    assert len(words) >= 2 and all(any(at < word for at in loud) for word in words)

    assert min(heard_on) <= 0.15


async def test_a_conversation_over_sip_leaves_nothing_to_collect(
    api: Api, senses: Senses, utter: Utter, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """Ears and calls hold megabytes that the collector does not count: they must not need it."""
    made: list[weakref.ref[Ear]] = []
    ear = senses.ear

    def noted() -> Ear:
        one = ear()
        made.append(weakref.ref(one))
        return one

    monkeypatch.setattr(senses, "ear", noted)
    monkeypatch.setattr(gc, "collect", lambda: 0)
    gc.disable()
    request.addfinalizer(gc.enable)
    client: Any = api
    settings = sip_settings()
    hotline = Hotline(settings, client, senses, [await SipLine.open(settings)])
    hotline.start()
    try:
        async with raw_caller(settings.sip_port) as caller:
            assert await caller.invite() == 200
            await caller.say(np.concatenate([utter("我想订个明天的午饭"), np.zeros(RATE, np.int16)]))
            await until(lambda: bool(api.texts))
            caller.bye()
            await until(lambda: bool(api.ended) and [one() for one in made] == [None])
    finally:
        await hotline.close()
