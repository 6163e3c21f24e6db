"""What the desk reads from a turn before Rasa sees it: times, clause by clause.

The actions know no calendar; they get the reading with the turn, made under the turn's one clock.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from assistant.kit.when import When, read

CHANGE = re.compile(r"(?:改|换|挪|推迟|推|提前|延|调|变)(?:成|到|为|至)")
"""After these words stands the new value, before them the old one."""
CHANGE_BARE = re.compile(r"[改换挪调]在?(?![天日期])")
"""As ``CHANGE``, where a time follows at once: "改下晌两点半"."""
CLAUSE = re.compile(r"[，。；！？,;!?…\n]+|(?=另外|顺便|然后|再(?:帮|给|替|订|约|来|就是)|还(?:要|想|得))")
"""Where one thing said ends and the next begins."""
MOST_CLAUSES = 16
AMENDED = {"confirm", "correction", "full", "closed", "new_time"}
"""After what was asked the time that stands may be changed, with a reason."""
WHY = re.compile(
    r"(?:[我俺咱他她]|老[伴头婆]|闺女|儿子|孩子|孙[子女]).{0,4}?"
    r"(?:(?:得|要)(?:给|在|看|打(?!扫)|接|送|开|复|住|睡|吃|走|参加|办|带|陪|等)|"
    r"(?:去|克|上(?!午)|来|回)(?=[^\s吧呗啊嘛呢哈])|有事|没空|冇空|还在|正在|约了)|"
    r"(?<![想只])[得要](?:去|克)(?=[^\s吧呗啊嘛呢哈])|有事|没空|冇空|不得空|不在|不方便|起不[来了]|来不及|赶不[上及]|"
    r"太[早晚迟]|不行|不成|不中|不赶趟|去不了|来不了"
)
"""What makes a clause with a time the reason for another time: "礼拜四头晌俺得去打针，改下晌两点半"."""
WISHED = re.compile(
    r"改|换|挪|想|就|的是|要的|给[我俺咱他她]|帮[我俺咱]|[约订]|送来?|行不|中不|成不|可以|能不能"
)
"""It is none where something is wished in it."""
CORRECTED = re.compile(r"不对|不是|错了|哦不|还是")
"""What comes after these words holds."""


def as_json(when: When) -> dict[str, Any]:
    """A reading as metadata for Rasa: ISO texts, nulls where nothing was said."""
    return {
        "date": when.date.isoformat() if when.date else None,
        "time": when.time.strftime("%H:%M") if when.time else None,
        "part": when.part_of_day,
        "recurrence": when.recurrence,
        "ambiguous": when.ambiguous,
        "past": when.past,
        "either_half": when.either_half,
    }


def says_something(when: When) -> bool:
    return bool(when.date or when.time or when.part_of_day or when.recurrence)


def heard(text: str, now: datetime, asked: str | None) -> dict[str, Any]:
    """``{"when": …, "clauses": [{"text", "when", "reason"}], "new": {"text", "when"} | null}``.

    ``new`` is what follows "改成" and its kin, the value a change asks for. A ``reason`` is a clause whose time is not
    wanted; ``when`` is read without it.
    """
    pieces = [piece.strip() for piece in CLAUSE.split(text) if piece.strip()][:MOST_CLAUSES]
    whens = [read(piece, now, asked=asked) for piece in pieces]
    reasons = _reasons(pieces, whens) if asked in AMENDED else set()
    wanted = text
    for index in reasons:
        wanted = wanted.replace(pieces[index], "")
    clauses = [
        {"text": piece, "when": as_json(when), "reason": index in reasons}
        for index, (piece, when) in enumerate(zip(pieces, whens, strict=True))
    ]
    return {
        "when": as_json(read(wanted, now, asked=asked)),
        "clauses": clauses,
        "new": _new(wanted, now, asked),
    }


def _reasons(pieces: list[str], whens: list[When]) -> set[int]:
    """Which clauses tell why another time is wanted; none, where no other is told."""
    changed = any(CHANGE_BARE.search(piece) for piece in pieces)
    reasons = {
        index
        for index, (piece, when) in enumerate(zip(pieces, whens, strict=True))
        if (changed or says_something(when)) and WHY.search(piece) and not WISHED.search(piece)
    }
    told = changed or any(says_something(when) for index, when in enumerate(whens) if index not in reasons)
    return reasons if told else set()


def _new(text: str, now: datetime, asked: str | None) -> dict[str, Any] | None:
    """What is to stand in the place of what stands."""
    change = CHANGE.search(text)
    if change is None:
        bare = (
            each for each in CHANGE_BARE.finditer(text) if _begins_with_time(text[each.end() :], now, asked)
        )
        change = next(bare, None)
    if change is None:
        return None
    rest = _new_value(text[change.end() :], now, asked)
    return {"text": rest, "when": as_json(read(rest, now, asked=asked))}


def _begins_with_time(text: str, now: datetime, asked: str | None) -> bool:
    when = read(text, now, asked=asked)
    return when.span is not None and when.span[0] == 0 and says_something(when)


def _new_value(rest: str, now: datetime, asked: str | None) -> str:
    """What follows "改到" as far as it is the new value: "周六上午，后天我要去吃酒" gives its reason with another day.

    A correction ("周六，不对，周日") is a part of the value.
    """
    if CORRECTED.search(rest):
        return rest
    kept, dated = "", False
    for piece in CLAUSE.split(rest):
        day = read(piece, now, asked=asked).date is not None if piece.strip() else False
        if day and dated:
            break
        kept, dated = (f"{kept}，{piece}" if kept else piece), dated or day
    return kept
