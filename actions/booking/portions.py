"""How many portions are wanted where they are told by the head: "俺俩一人一份", "一家三口，每人两份"."""

from __future__ import annotations

import re

from actions.turn import Turn

NUMBERS = {
    "一": 1,
    "二": 2,
    "两": 2,
    "俩": 2,
    "三": 3,
    "仨": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
COUNT = rf"[{''.join(NUMBERS)}\d]"
PER_HEAD = re.compile(rf"(?:(?:每|一)个?人(?:各|都)?|各)(?:要|来|订|吃|送)?({COUNT})份|人手({COUNT})份")
"""So many for each."""
HEADS = re.compile(
    rf"({COUNT})\s*(?:个|口|位|名)?(?:老人|大人|人)(?!一?份)|({COUNT})\s*(?:口子?|位)(?!人)|(?:[们俺我咱他她]|兄弟|姐妹|夫妻|爷)([俩仨])"
)
"""How many people there are: 三个人, 一家三口, 俺俩, 老两口."""
WITH_SOMEBODY = re.compile(
    r"[我俺咱](?:们)?[和跟同与](?:[我俺咱]家?)?的?[^，。,\s]{1,4}?(?=每|各|都|一个?人|[今明后周礼晚]|星期|[上中下]午|，|,|\s)"
)
"""我跟老伴 are two."""


def by_the_head(turn: Turn, people: int) -> int | None:
    """Portions for each order; None where they are not told by the head.

    Args:
        people: for how many an order of their own is made.
    """
    each = PER_HEAD.search(turn.text)
    if each is None:
        return None
    portions = _number(each[1] or each[2])
    if people > 1:
        return portions
    others = turn.text[: each.start()] + "，" + turn.text[each.end() :]
    heads = HEADS.search(others)
    if heads:
        return portions * _number(heads[1] or heads[2] or heads[3])
    return portions * 2 if WITH_SOMEBODY.search(turn.text) else portions


def _number(words: str) -> int:
    return NUMBERS.get(words) or int(words)
