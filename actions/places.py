"""Places and streets that were heard rather than read: what sounds like several is asked back."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import Any

from pydantic import BaseModel

from actions.turn import Turn
from assistant.client import Client, Refused

CLOSE = 0.05
"""Candidates whose score is at most so much below the best may be meant as well."""
LIKELY = 0.7
"""Below this score (``assistant.catalog.names.SURE``) a name only resembles what was said."""
ASKED = 3
"""Candidates named in a question: a listener keeps three in mind, hardly more."""
STREET = re.compile(r"[一-鿿]{2,6}?(?:街道|社区|[镇乡里路街巷村苑])")
"""The parts of an address by which a neighbourhood is known."""
DISTRICT = re.compile(r"^(?:[一-鿿]{2,4}?市)?[一-鿿]{1,4}?[区县]")
"""What stands before them: the district that they lie in."""


class Option(BaseModel):
    """An answer that was offered: the title said and the value it stands for."""

    title: str
    value: str


async def like(turn: Turn, api: Client, city: str) -> list[Option]:
    """The places that a turn may mean, when there are several; empty when it is clear or none was named."""
    said = next((each for each in reversed(turn.entities) if each["entity"] == "place"), None)
    if said is None:
        return []
    candidates = await api.resolve(turn.speaker.actor, str(said.get("text") or said["value"]), city)
    return _several([each for each in candidates if each["type"] != "provider"])


FACILITY = re.compile(
    r"[一-鿿]{2,14}?(?:助餐(?:服务)?点|食堂|餐厅|[料务餐心老年]中心|服务站|照料站|驿站|服务点|养老院|敬老院|福利院|幸福院|托老所|公寓)"
)
"""What may be the name of a place, with the words before it."""
BEFORE_NAME = re.compile(
    r"^.*(?:[你您我他她]们?(?:那边?|这边?|家|的)?|那个|这个|那家|附近|请问|问问|一下|去|到|在|有)"
)


async def place_said(turn: Turn, api: Client, city: str) -> str | None:
    """The one place of the catalogue that the words name; None when none does, or several as well."""
    names = [BEFORE_NAME.sub("", words) for words in FACILITY.findall(turn.text)]
    for name in names:
        if len(name) <= SHORT_NAME:
            continue
        try:
            candidates = await api.resolve(turn.speaker.actor, name, city)
        except Refused:
            return None  # a city that nothing is known of
        best = [each for each in candidates if each["score"] >= LIKELY]
        meant = [each["name"] for each in best if each["score"] >= best[0]["score"] - CLOSE]
        if len(meant) == 1 and best[0]["type"] == "place" and best[0]["matched_by"] in ("exact", "part"):
            return str(meant[0])
    return None


SHORT_NAME = 3
"""Up to so many characters it is a kind of place (食堂, 养老院) rather than the name of one."""


async def streets_like(address: str, turn: Turn, api: Client) -> tuple[str, list[Option]] | None:
    """The street or neighbourhood of an address that sounds like several, with those; None when none does.

    Whoever says a name as the catalogue has it means that one, and the district before a street is no other street.
    """
    for words in STREET.findall(DISTRICT.sub("", address)):
        candidates = await api.resolve(turn.speaker.actor, words, turn.speaker.city)
        areas = [each for each in candidates if each["type"] == "area"]
        options = [] if any(each["name"] in address for each in areas) else _several(areas)
        if options:
            return words, options
    return None


def _several(candidates: list[dict[str, Any]]) -> list[Option]:
    """The best candidates when only the sound tells, or a part of the name, and they differ."""
    likely = [each for each in candidates if each["score"] >= LIKELY]
    if not likely or likely[0]["matched_by"] == "exact":
        return []
    best = [each for each in likely if each["score"] >= likely[0]["score"] - CLOSE]
    heard = all(each["matched_by"] == "pinyin" for each in best)
    places = all(each["type"] == "place" for each in best)
    names = list(dict.fromkeys(each["name"] for each in best))
    # A neighbourhood and the places named after it are one answer: what is there is found for both.
    if len(names) < 2 or not (heard or places):
        return []
    return [Option(title=name, value=name) for name in names[:ASKED]]


def resembling(text: str, options: list[Option]) -> Option | None:
    """The one option that shares most characters with an answer; None when two are as near or none is."""
    shares = [_shared(text, each.title) for each in options]
    best = max(shares, default=0.0)
    return options[shares.index(best)] if best >= 0.5 and shares.count(best) == 1 else None


def _shared(text: str, title: str) -> float:
    blocks = SequenceMatcher(None, text, title, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks) / len(title)


def either(options: list[Option]) -> str:
    """春晓里，还是春晓路"""
    return "，还是".join(each.title for each in options)


def offered(options: list[Option]) -> list[tuple[str, str]]:
    """Title and value of every option, for a choice."""
    return [(each.title, each.title) for each in options]
