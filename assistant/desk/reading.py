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
CLAUSE = re.compile(r"[，。；！？,;!?…\n]+|(?=另外|顺便|然后|再(?:帮|给|替|订|约|来|就是)|还(?:要|想|得))")
"""Where one thing said ends and the next begins."""
MOST_CLAUSES = 16
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
    }


def says_something(when: When) -> bool:
    return bool(when.date or when.time or when.part_of_day or when.recurrence)


def heard(text: str, now: datetime, asked: str | None) -> dict[str, Any]:
    """``{"when": …, "clauses": [{"text", "when"}], "new": {"text", "when"} | null}``.

    ``new`` is what follows "改成" and its kin, the value a change asks for.
    """
    whole = read(text, now, asked=asked)
    pieces = [piece.strip() for piece in CLAUSE.split(text) if piece.strip()]
    clauses = [
        {"text": piece, "when": as_json(read(piece, now, asked=asked))} for piece in pieces[:MOST_CLAUSES]
    ]
    change = CHANGE.search(text)
    new = None
    if change:
        rest = _new_value(text[change.end() :], now, asked)
        new = {"text": rest, "when": as_json(read(rest, now, asked=asked))}
    return {"when": as_json(whole), "clauses": clauses, "new": new}


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
