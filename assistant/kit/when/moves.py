"""How far something that stands is to be moved: 往后挪一天, 提前半个小时, 晚两天."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from assistant.kit.text import MAX_INPUT, number
from assistant.kit.when.clocks import MINUTES
from assistant.kit.when.days import PERIODS
from assistant.kit.when.hearing import mend
from assistant.kit.when.words import COUNT

FURTHEST: Final = timedelta(days=400)
_MINUTES: Final = {unit: count * 24 * 60 for unit, count in PERIODS.items()} | MINUTES
_MOVE: Final = re.compile(
    rf"""(?:[往向朝][后前]?\S{{0,2}}?)?(?:(?P<sooner>[往向朝]前[挪推移提赶]?|提前|提早|提|赶早|早)|
    [往向朝]后[挪推移延拖]?|[推延挪拖][迟后]|顺延|推|延|拖|晚|迟)
    (?:上|个|了|到|来)?(?P<count>{COUNT}|半)个?(?P<half>半)?(?P<unit>天|日|周|礼拜|星期|小时|钟头|刻钟|分钟)
    (?!.{{0,3}}(?:打|告诉|通知|提醒|联系|说一?声|吱))""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Move:
    """By how much what stands is to come later (or, negative, sooner), and where in the text that is said."""

    by: timedelta
    start: int
    end: int


def moved(text: str) -> Move | None:
    """The move that a text names, if any."""
    match = _MOVE.search(mend(text[:MAX_INPUT]))
    if not match:
        return None
    count = (
        0.5 if match["count"] == "半" else float(number(match["count"]) or 0) + (0.5 if match["half"] else 0)
    )
    far = timedelta(minutes=round(count * _MINUTES[match["unit"]]))
    if not timedelta(0) < far <= FURTHEST:
        return None
    return Move(-far if match["sooner"] else far, match.start(), match.end())
