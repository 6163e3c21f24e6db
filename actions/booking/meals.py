"""Meals name their part of the day, and several of a day are several bookings."""

from __future__ import annotations

import re
from typing import Any

from actions.booking.frame import Booking
from actions.booking.several import UNDONE
from actions.turn import Turn

MEALS = {"早饭": "morning", "早餐": "morning", "早点": "morning", "午饭": "noon", "午餐": "noon",
         "中饭": "noon", "中餐": "noon", "晌午饭": "noon", "晚饭": "evening", "晚餐": "evening",
         "夜饭": "evening"}  # fmt: skip
"""Meals by their names."""
TOGETHER = re.compile(r"(早)?(?:、|和|跟|餐)?([中午])?(?:、|和|跟|餐)?(晚)?(?:上|饭)?[两二三]?(?:餐|顿|饭)")
"""Several in one word: 中晚两餐, 早中晚三顿."""
PARTS = ("morning", "noon", "evening")
ONE_OR_OTHER = re.compile(rf"{UNDONE.pattern}|不[要订送]|[别莫甭]")
"""Beside such words a second meal is none that is wanted too."""
ALONE = r"(?:只|就|光|单)(?:留|要|订|定|送|吃|剩|保留)?"
DROPPED = (
    r"(?:那顿|那餐|的)?(?:就|都|先|也)*(?:不(?:要|用|订|送|吃)|[莫别甭](?:要|送|订)|取消|去掉|算了|免了)"
)


def mealtime(turn: Turn) -> str | None:
    """The part of the day of the meal that is named, and not called off."""
    dropped = _dropped(turn)
    return next((part for word, part in MEALS.items() if word in turn.text and part not in dropped), None)


def several_meals(frame: Booking, turn: Turn) -> list[dict[str, Any]]:
    """ "中饭晚饭都要", "中晚两餐": each with the number that is told behind it; empty where there are not several."""
    if frame.service_type != "meal" or ONE_OR_OTHER.search(turn.text):
        return []
    named = {part: turn.text.find(word) for word, part in MEALS.items() if word in turn.text}
    if len(named) < 2:
        found = [
            [at for at, said in enumerate(each.groups()) if said] for each in TOGETHER.finditer(turn.text)
        ]
        named = {PARTS[at]: -1 for at in max(found, key=len, default=[])}
    if len(named) < 2:
        return []
    ordered = sorted(named.items(), key=lambda each: PARTS.index(each[0]))
    return [{"part": part, "time": None, **_number(start, named, turn)} for part, start in ordered]


def _number(start: int, named: dict[str, int], turn: Turn) -> dict[str, Any]:
    """How many are told behind a meal, before the next one."""
    end = min((each for each in named.values() if each > start), default=len(turn.text))
    said = [
        each for each in turn.entities if each["entity"] == "quantity" and 0 <= start < each["start"] < end
    ]
    return {"quantity": int(said[0]["value"])} if said else {}


def drop_meals(frame: Booking, turn: Turn) -> bool:
    """Drop those of several meals of a day that are called off ("晚饭不要了", "只要中饭"); whether any was."""
    wishes = [each for each in frame.more if each.get("service_type") == "meal" and each.get("part")]
    if not (wishes and frame.service_type == "meal" and frame.part):
        return False
    alone = {part for word, part in MEALS.items() if re.search(ALONE + word, turn.text)}
    gone = {frame.part, *(each["part"] for each in wishes)} - alone if alone else _dropped(turn)
    left = [each for each in wishes if each["part"] not in gone]
    if frame.part in gone and not left:
        return False
    if frame.part in gone:
        first = left.pop(0)
        frame.part, frame.quantity = first["part"], first.get("quantity") or frame.quantity
        frame.time = frame.slot = None
    frame.more = left + [each for each in frame.more if each not in wishes]
    return len(left) < len(wishes)


def _dropped(turn: Turn) -> set[str]:
    """The parts of the day of the meals that are called off."""
    return {part for word, part in MEALS.items() if re.search(word + DROPPED, turn.text)}
