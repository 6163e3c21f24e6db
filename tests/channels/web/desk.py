"""A desk that answers by script, over HTTP, with the idempotency of the real one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, Response

from assistant.desk.schemas import Choice, Handoff, Message, Reply, TurnIn, Word

MEAL_STATION = {
    "kind": "place",
    "offering": {"name": "老年午餐", "unit": "份", "unit_price_fen": 1250, "demo": True},
    "place": {
        "name": "三眼桥社区居家养老服务站",
        "address": "岳阳楼区三眼桥街道（示例地址）",
        "phone": "0730-0000000",
        "lat": 29.3571,
        "lng": 113.1289,
        "demo": True,
        "verified_at": "2025-06-01",
    },
    "distance_m": 412,
    "hours_text": "每天上午十点半到下午一点",
    "bookable": True,
}
ORDER = {
    "number": "YL25061203",
    "senior": {"form_of_address": "周阿姨"},
    "offering": "老年午餐",
    "place": "三眼桥社区居家养老服务站",
    "place_phone": "0730-0000000",
    "demo": True,
    "starts_at_local": "2025-06-12T11:30:00",
    "quantity": 1,
    "unit": "份",
    "payable_fen": 850,
    "covered_fen": 400,
    "status": "requested",
    "address": None,
    "remarks": "少盐",
}


def message(text: str, **more: Any) -> Message:
    return Message(text=text, speech=text, **more)


GREETING = Reply(messages=[message("您好，我是岳阳养老服务助手银铃，是智能助手，不是真人。您想办什么事？")])
PLACES = Reply(
    messages=[
        message("离您最近的是三眼桥社区居家养老服务站。", card=MEAL_STATION),
        message("要不要我帮您订一份？"),
    ],
    expects="yes_no",
)
TIMES = Reply(
    messages=[
        message(
            "明天中午有两个时间，您要哪一个？",
            choices=[
                Choice(title="11点半", value="十一点半", key="1"),
                Choice(title="12点", value="十二点", key="2"),
            ],
        )
    ],
    asks="time",
    expects="choice",
)
BOOKED = Reply(messages=[message("订好了，单号YL25061203。", card={"kind": "order", "orders": [ORDER]})])
PERSON = Reply(
    messages=[message("好的，我马上给您转工作人员，您说过的我都告诉他，请稍等。")],
    expects="none",
    handoff=Handoff(to="operator", reason="来电人要找工作人员", summary="要找工作人员", ticket="GD25061101"),
)
ALARM = Reply(messages=[message("请马上打120。我已经通知工作人员。", protected=True)])

SCRIPT: dict[str, Reply] = {
    "我想订饭": PLACES,
    "是的": TIMES,
    "十一点半": BOOKED,
    "转人工": PERSON,
    "0": PERSON,
    "start": GREETING,
    "location": PLACES,
    "sos": ALARM,
}


class ScriptedDesk:
    """Answers turns by ``SCRIPT``; what it does not know it repeats."""

    def __init__(self) -> None:
        self.turns: list[TurnIn] = []
        """Every turn carried here, repeated ones too."""
        self.replies: dict[tuple[str, str], Reply] = {}
        """One for each turn that was taken."""
        self.fault: Callable[[TurnIn], Response | None] = lambda turn: None
        """Breaks a turn: a response that is sent instead of the reply (after it was taken)."""
        self.app = FastAPI()
        self.said_unasked: dict[str, list[Word]] = {}
        """By conversation: what a worker says in it."""
        self.app.add_api_route("/desk/words", self.words, methods=["GET"])
        self.app.add_api_route("/desk/turns", self.take, methods=["POST"], response_model=Reply)

    def take(self, turn: TurnIn) -> Reply | Response:
        self.turns.append(turn)
        said = turn.text or turn.digits or turn.event or ""
        reply = SCRIPT.get(said) or Reply(messages=[message(f"您说的是：{said}")])
        first = self.replies.setdefault((turn.conversation, turn.turn_id), reply)
        return self.fault(turn) or first

    def words(self, channel: str, conversation: str, after: str | None = None) -> list[Word]:
        words = self.said_unasked.get(conversation, [])
        known = [word.turn_id for word in words]
        return words[known.index(after) + 1 if after in known else 0 :]

    def operator(self, conversation: str, text: str, name: str = "小李") -> None:
        """A worker says something; who is connected must yet be told."""
        words = self.said_unasked.setdefault(conversation, [])
        reply = Reply(messages=[message(text)], speaker=name)
        words.append(Word(turn_id=f"operator-{len(words)}", reply=reply))

    def said(self) -> list[str]:
        """What arrived, without the greeting."""
        return [turn.text or turn.digits or turn.event or "" for turn in self.turns if turn.event != "start"]
