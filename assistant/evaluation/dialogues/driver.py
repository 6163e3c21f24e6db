"""Says a dialogue's turns to the desk, answers what it asks from the dialogue's facts."""

from __future__ import annotations

import re
import uuid
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from assistant.client import Client
from assistant.desk.schemas import Caller, Reply, TurnIn
from assistant.evaluation.dialogues.scene import Scene
from assistant.kit.clock import SettableClock
from assistant.kit.when import read

SAME_FACT = 2
"""A fact is told at most so often: whoever asks a third time has not understood."""
MOST_TURNS = 40

ASKED_AS: dict[str, tuple[str, ...]] = {
    "date": ("date", "day", "when", "time"),
    "time": ("time", "clock", "part", "when"),
    "new_time": ("new_time", "new_date", "date", "time"),
    "full": ("alternative", "time", "date"),
    "quantity": ("quantity", "count"),
    "service": ("service", "service_type"),
    "person": ("person", "for_whom", "elder", "name", "who"),
    "name": ("name", "elder_name", "person"),
    "phone": ("phone", "mobile", "contact"),
    "address": ("address", "home"),
    "order": ("order", "order_no", "order_number", "number"),
    "which_order": ("which_order", "order", "service"),
    "details": ("details", "complaint", "reason", "problem", "what"),
    "field": ("field", "what"),
    "rating": ("rating", "score"),
    "age": ("age",),
    "ability": ("ability",),
    "income": ("income",),
    "place": ("place", "facility"),
}
"""Under which names a file may hold the fact that answers what the desk asks for."""


@dataclass
class Played:
    """A dialogue as it ran."""

    lines: list[tuple[str, str]] = field(default_factory=list)
    """Who said what: ``("user"|"assistant"|"facts", text)``."""
    replies: list[Reply] = field(default_factory=list)

    @property
    def said(self) -> str:
        """Everything the assistant said."""
        return "\n".join(text for who, text in self.lines if who == "assistant")

    def transcript(self) -> str:
        names = {"user": "用户", "facts": "用户*", "assistant": "银铃"}
        return "\n".join(f"{names[who]}：{text or '（没有声音）'}" for who, text in self.lines)


async def play(
    item: dict[str, Any], scene: Scene, client: Client, clock: SettableClock, played: Played
) -> None:
    """Say the turns of ``item`` in order; facts are told where the next turn does not give what is asked.

    Args:
        played: what is said is put there, also where a turn is not answered.
    """
    clock.set(scene.now)
    facts = {str(key): _words(value) for key, value in (item.get("facts") or {}).items()}
    told: Counter[str] = Counter()
    turns = [str(turn.get("user") or "") for turn in item.get("turns") or []]
    conversation = uuid.uuid4().hex
    reply: Reply | None = None
    if scene.direction == "out":
        reply = await _say(played, client, scene, conversation, "start")
    while len(played.replies) < MOST_TURNS:
        following = turns[0] if turns else None
        fact = _fact(reply, following, facts, told, scene)
        if fact is not None:
            told[fact] += 1
            played.lines.append(("facts", facts[fact]))
            reply = await _say(played, client, scene, conversation, "facts", facts[fact])
            continue
        if following is None:
            break
        turns.pop(0)
        played.lines.append(("user", following))
        reply = await _say(played, client, scene, conversation, "user", following)


async def _say(
    played: Played, client: Client, scene: Scene, conversation: str, kind: str, text: str = ""
) -> Reply:
    written = scene.channel != "phone"
    turn = TurnIn.model_validate(
        {
            "channel": scene.channel,
            "conversation": conversation,
            "turn_id": str(len(played.replies)),
            "text": text or None,
            "event": "start" if kind == "start" else (None if text else "silence"),
            "city": scene.city,
            "direction": scene.direction,
            "caller": Caller(
                phone=scene.caller_phone,
                person=scene.person_id if written else None,
                worker=scene.worker_id,
            ),
        }
    )
    reply = await client.turn(turn)
    played.replies.append(reply)
    played.lines.extend(("assistant", message.text) for message in reply.messages)
    return reply


def _words(value: Any) -> str:
    """A fact as one says it."""
    if isinstance(value, dict):
        return _words(value.get("abs") or next(iter(value.values()), ""))
    if isinstance(value, list):
        return "、".join(_words(each) for each in value)
    return str(value)


def _fact(
    reply: Reply | None, following: str | None, facts: dict[str, str], told: Counter[str], scene: Scene
) -> str | None:
    """The name of the fact to tell now, if the next turn does not give what is asked."""
    if reply is None or not reply.asks or reply.end:
        return None
    if following and _gives(reply.asks, following, scene):
        return None
    names = ASKED_AS.get(reply.asks, (reply.asks,))
    return next((name for name in names if name in facts and told[name] < SAME_FACT), None)


def _gives(asked: str, text: str, scene: Scene) -> bool:
    """Whether a turn seems to hold what was asked for."""
    if asked in ("date", "time", "new_time", "full"):
        return bool(read(text, scene.now))
    if asked == "quantity":
        return (
            re.search(r"[一二两三四五六七八九十俩仨\d]\s*(份|个|人|盒)|^[一二两三四五\d]$|俩|仨", text)
            is not None
        )
    if asked == "phone":
        return len(re.findall(r"[\d零一二三四五六七八九幺]", text)) >= 7
    if asked == "address":
        return re.search(r"[栋幢号楼室村组路街巷区苑]", text) is not None
    if asked in ("order", "which_order"):
        return re.search(r"YL|\d{4}|第[一二三]", text) is not None
    if asked == "name":
        return re.fullmatch(r"(我?叫|我?是|他叫|她叫)?[一-鿿]{2,4}[。]?", text) is not None and text not in (
            "对的",
            "好的",
            "不是",
            "是的",
        )
    if asked in ("details", "service", "field"):
        return len(text) >= 4
    if asked == "age":
        return re.search(r"\d|[六七八九]十", text) is not None
    return False
