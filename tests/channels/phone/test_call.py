"""A call from ring to goodbye, on a line in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import numpy as np
import pytest

from assistant.client import ServiceDown
from assistant.desk.schemas import Choice, Handoff, Reply, TurnIn
from channels.phone.call import Plan
from channels.phone.happenings import Command
from channels.phone.hints import Question
from channels.phone.listening import Ear
from channels.phone.wording import SENTENCES
from speech.audio import Samples
from speech.recognizer import Heard
from tests.channels.phone.conftest import Dial
from tests.channels.phone.memory import LOUD, MemoryLeg, ScriptedDesk, reply

Utter = Callable[[str], Samples]
READ_BACK = "明天星期四中午十二点，一份午饭送到您家，对吗？"


async def test_a_caller_is_greeted_and_heard(dial: Dial, utter: Utter) -> None:
    async with dial() as line:
        await line.leg.hears_out()
        line.leg.say(utter("我想订个明天的午饭"))
        await line.leg.until(lambda: bool(line.desk.texts))
        await line.leg.hears_out()
    start, said = line.desk.turns[0], line.desk.turns[1]
    assert (start.event, start.caller.phone) == ("start", "13900000001")
    assert said.text == "我想订个明天的午饭" and said.confidence and said.confidence > 0.5
    assert line.voice.said[-1] == "好的。"


async def test_the_record_tells_what_was_heard_said_and_how_long_it_took(dial: Dial, utter: Utter) -> None:
    async with dial() as line:
        await line.leg.hears_out()
        line.leg.say(utter("我想订个明天的午饭"))
        await line.leg.until(lambda: bool(line.desk.texts))
        await line.leg.hears_out()
    start, turn, gone = line.notebook.entries
    assert [entry.number for entry in line.notebook.entries] == [0, 1, 2]
    assert start.kind == "start" and turn.kind == "turn" and gone.kind == "hangup"
    assert turn.heard == "我想订个明天的午饭" and turn.said == "好的。" and not turn.interrupted
    assert {"endpoint", "final_result", "desk", "first_audio", "total"} <= turn.timings.keys()
    assert line.notebook.ended == ["caller"] and line.desk.events[-1] == "hangup"


async def test_a_caller_who_interrupts_is_listened_to(dial: Dial, utter: Utter) -> None:
    long = "您好。" + "这是一句很长很长的话，" * 8
    async with dial(ScriptedDesk(lambda turn: reply(long if turn.event else "好的。"))) as line:
        await line.leg.until(line.leg.speaks)
        line.leg.say(utter("等一下我要取消午饭"))
        await line.leg.until(lambda: bool(line.desk.texts))
        loud = [int(np.abs(frame).max()) > LOUD for frame in line.leg.heard]
        assert sum(loud) * 20 < 60 * len(long) / 2, "it should have stopped early"
    assert "取消" in line.desk.texts[0] or "午饭" in line.desk.texts[0]
    assert line.notebook.entries[0].interrupted


async def test_a_protected_sentence_is_heard_to_its_end_and_what_was_said_over_it_is_answered(
    dial: Dial, utter: Utter
) -> None:
    desk = ScriptedDesk(lambda turn: reply(READ_BACK * 2, protected=True) if turn.event else reply("好的。"))
    async with dial(desk) as line:
        await line.leg.until(line.leg.speaks)
        line.leg.say(utter("我想订后天的午饭"))
        await line.leg.until(lambda: bool(line.desk.texts))
        loud = sum(int(np.abs(frame).max()) > LOUD for frame in line.leg.heard)
        assert loud * 20 >= 60 * len(READ_BACK * 2) * 0.95
    assert line.desk.texts[0].startswith("我想订后天的午饭")


async def test_a_call_for_help_does_not_wait_for_anything(dial: Dial, utter: Utter) -> None:
    desk = ScriptedDesk(
        lambda turn: reply(READ_BACK * 4, protected=True) if turn.event else reply("马上打120。")
    )
    async with dial(desk) as line:
        await line.leg.until(line.leg.speaks)
        line.leg.say(utter("救命我喘不上气了"))
        await line.leg.until(lambda: bool(line.desk.texts))
        assert len(line.leg.heard) * 20 < 60 * len(READ_BACK * 4), "not after the read-back"
    assert "救命" in line.desk.texts[0] or "喘不上气" in line.desk.texts[0]


async def test_a_choice_is_made_with_one_key_and_a_person_with_zero(dial: Dial) -> None:
    choices = [Choice(title="订饭", value="我要订饭", key="1")]
    desk = ScriptedDesk(lambda turn: reply("您要哪一样？", expects="choice", choices=choices))
    async with dial(desk) as line:
        await line.leg.hears_out()
        line.leg.press("1")
        await line.leg.until(lambda: len(line.desk.turns) == 2)
        await line.leg.hears_out()
        line.leg.press("0")
        await line.leg.until(lambda: len(line.desk.turns) == 3)
    assert [turn.digits for turn in line.desk.turns[1:3]] == ["1", "0"]


async def test_a_number_is_keyed_in_whole(dial: Dial) -> None:
    desk = ScriptedDesk(lambda turn: reply("您的电话是多少？", expects="digits", asks="phone"))
    async with dial(desk) as line:
        await line.leg.hears_out()
        line.leg.press("13900001111")
        await line.leg.until(lambda: len(line.desk.turns) == 2)
        await line.leg.hears_out()
        line.leg.press("0730#")
        await line.leg.until(lambda: len(line.desk.turns) == 3)
    assert [turn.digits for turn in line.desk.turns[1:3]] == ["13900001111", "0730"]


async def test_silence_is_told_to_the_desk_step_by_step(dial: Dial) -> None:
    def answer(turn: TurnIn) -> Reply:
        silences = [event for event in desk.events if event == "silence"]
        return reply(f"您在吗？{len(silences)}", end=len(silences) == 3)

    desk = ScriptedDesk(answer)
    async with dial(desk) as line:
        assert await line.ended == "us"
    assert desk.events == ["start", "silence", "silence", "silence", "hangup"]


async def test_nothing_is_heard_while_the_caller_holds(dial: Dial, utter: Utter) -> None:
    async with dial() as line:
        await line.leg.hears_out()
        line.leg.hold(True)
        line.leg.say(utter("我想订个明天的午饭"))
        line.leg.hold(False)
        await line.leg.pass_ms(6000)
        assert not line.desk.texts
        line.leg.say(utter("取消我的午饭"))
        await line.leg.until(lambda: bool(line.desk.texts))


def operator(turn: TurnIn) -> Reply:
    handoff = Handoff(to="operator", reason="要人", summary="来电人要找人。", ticket="T1")
    return reply("马上给您转。", handoff=None if turn.event else handoff, expects="none")


async def test_a_caller_is_put_through(dial: Dial, utter: Utter) -> None:
    async with dial(ScriptedDesk(operator), Plan(operator="sip:desk@127.0.0.1")) as line:
        await line.leg.hears_out()
        line.leg.say(utter("转人工"))
        assert await line.ended == "transferred"
    assert line.leg.transferred_to == "sip:desk@127.0.0.1"
    assert line.voice.said[-2:] == ["马上给您转。", "来电人要找人。"], "the second to whoever takes over"


async def test_nobody_is_briefed_where_calls_are_handed_away(dial: Dial) -> None:
    async with dial(ScriptedDesk(operator), Plan(operator="sip:desk@127.0.0.1", whisper=False)) as line:
        await line.leg.hears_out()
        line.leg.press("0")
        assert await line.ended == "transferred"
    assert line.voice.said[-1] == "马上给您转。"


@pytest.mark.parametrize("target", [None, "sip:desk@127.0.0.1"])
async def test_a_caller_who_cannot_be_put_through_is_told(
    dial: Dial, utter: Utter, target: str | None
) -> None:
    leg = MemoryLeg()
    leg.can_transfer = False
    async with dial(ScriptedDesk(operator), Plan(operator=target), leg) as line:
        await line.leg.hears_out()
        line.leg.say(utter("转人工"))
        await line.leg.until(lambda: line.voice.said[-1] == SENTENCES("not_connected"))
        assert not line.ended.done()


async def test_the_longest_call_ends_with_a_goodbye(dial: Dial) -> None:
    async with dial(plan=Plan(longest_s=4)) as line:
        assert await line.ended == "us"
    assert line.voice.said[-1] == SENTENCES("too_long")


async def test_a_desk_out_of_reach_is_not_met_with_silence(dial: Dial, utter: Utter) -> None:
    def answer(turn: TurnIn) -> Reply:
        if turn.text:
            raise ServiceDown
        return reply("您好。")

    async with dial(ScriptedDesk(answer)) as line:
        await line.leg.hears_out()
        line.leg.say(utter("我想订个明天的午饭"))
        await line.leg.until(lambda: line.voice.said[-1] == SENTENCES("unavailable_now"))
        await line.leg.hears_out()
        line.leg.say(utter("我想订个明天的午饭"))
        assert await line.ended == "us"
    assert line.voice.said[-1] == SENTENCES("unavailable")


async def test_people_at_the_console_speak_and_end_the_call(dial: Dial) -> None:
    async with dial() as line:
        await line.leg.hears_out()
        line.call.command(Command("say", "我是社区的小王。"))
        await line.leg.until(lambda: line.voice.said[-1] == "我是社区的小王。")
        line.call.command(Command("hangup"))
        assert await line.ended == "us"


async def test_a_muted_assistant_listens_and_says_only_what_must_be_said(dial: Dial) -> None:
    desk = ScriptedDesk(
        lambda turn: reply("马上打120。", protected=True) if turn.digits == "9" else reply("好的。")
    )
    async with dial(desk) as line:
        await line.leg.hears_out()
        line.call.command(Command("mute"))
        line.leg.press("1#")
        await line.leg.until(lambda: len(desk.turns) == 2)
        line.leg.press("9#")
        await line.leg.until(lambda: "马上打120。" in line.voice.said)
        assert line.voice.said.count("好的。") == 1, "the greeting alone"
        line.call.command(Command("say", "我是社区的小王。"))
        await line.leg.until(lambda: "我是社区的小王。" in line.voice.said)
        line.call.command(Command("unmute"))
        line.leg.press("1#")
        await line.leg.until(lambda: line.voice.said.count("好的。") == 2)
    assert desk.events == ["start", "hangup"], "no silence counts meanwhile"


async def test_the_desk_says_how_fast_and_how_loud(dial: Dial) -> None:
    desk = ScriptedDesk(
        lambda turn: reply("好的。") if turn.event else reply("好的。", pace=0.9, loudness=2.0)
    )
    async with dial(desk) as line:
        await line.leg.hears_out()
        line.leg.press("7#")
        await line.leg.until(lambda: len(line.voice.said) == 2)
        await line.leg.hears_out()
        line.call.command(Command("say", "我是社区的小王。"))
        await line.leg.until(lambda: len(line.voice.said) == 3)
    first, *others = line.voice.deliveries
    assert (first.pace, first.loudness) == (1.0, 0.0)
    assert [(one.pace, round(one.loudness)) for one in others] == [(0.9, 6)] * 2, "a worker's words too"


async def test_a_doubtful_utterance_is_heard_again(dial: Dial, utter: Utter) -> None:
    asked: list[int] = []

    async def again(pcm: bytes, question: Question) -> Heard | None:
        asked.append(len(pcm))
        await asyncio.sleep(0)
        return Heard("我想订一份午饭", 0.9)

    async with dial(plan=Plan(trial_model=True), hear_again=again) as line:
        await line.leg.hears_out()
        line.leg.say(utter("我想订个明天的午饭"))
        await line.leg.until(lambda: bool(line.desk.texts))
    assert asked and asked[0] > 16 * 1000
    assert "我想订一份午饭" in [line.desk.texts[0], *line.desk.turns[1].alternatives]


async def test_a_machine_is_left_a_message_and_a_person_is_talked_to(dial: Dial, utter: Utter) -> None:
    long = np.concatenate([utter("您好这里没有人接电话请在听到提示音以后留言谢谢")] * 2)
    leg = MemoryLeg(direction="out")
    leg.say(long)
    async with dial(leg=leg, machine_message="我们会再打来。") as line:
        assert await line.ended == "us"
    assert line.call.machine and line.voice.said == ["我们会再打来。"] and "start" not in line.desk.events

    leg = MemoryLeg(direction="out")
    leg.say(utter("喂你好"))
    async with dial(leg=leg, machine_message="我们会再打来。") as line:
        await line.leg.hears_out()
    assert not line.call.machine and line.desk.turns[0].direction == "out" and line.desk.events[0] == "start"


async def test_a_late_answer_is_announced_by_a_tone_and_does_not_mix_with_it(
    dial: Dial, utter: Utter
) -> None:
    class SlowDesk(ScriptedDesk):
        async def turn(self, turn: TurnIn) -> Reply:
            if turn.text:
                await late.wait()
            return await super().turn(turn)

    late = asyncio.Event()
    async with dial(SlowDesk()) as line:
        await line.leg.hears_out()
        line.leg.say(utter("我想订个明天的午饭"))
        heard = len(line.leg.heard)
        await line.leg.until(lambda: any(map(_is_tone, line.leg.heard[heard:])))
        late.set()
        await line.leg.until(line.leg.speaks)
        spoken = len(line.leg.heard)
        await line.leg.hears_out()
        assert not any(map(_is_tone, line.leg.heard[spoken:]))


def _is_tone(frame: Samples) -> bool:
    """The tone is far softer than the voice of these tests."""
    return 500 < int(np.abs(frame).max()) <= 2000


async def test_a_fault_of_ours_ends_the_call_and_does_not_leave_it_unheard(
    dial: Dial, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with dial() as line:
        await line.leg.hears_out()

        async def broken(self: Ear, frame: Samples) -> None:
            raise RuntimeError

        monkeypatch.setattr(Ear, "push", broken)
        assert await line.ended == "lost"
