"""Places and streets that were heard rather than read: what sounds like several is asked back."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import Any

from pydantic import BaseModel

from actions.turn import Turn
from assistant.client import Client

CLOSE = 0.05
"""Candidates whose score is at most so much below the best may be meant as well."""
LIKELY = 0.7
"""Below this score (``assistant.catalog.names.SURE``) a name only resembles what was said."""
ASKED = 3
"""Candidates named in a question: a listener keeps three in mind, hardly more."""
STREET = re.compile(r"[一-鿿]{2,6}?(?:街道|社区|[镇乡里路街巷村苑])")
"""The parts of an address by which a neighbourhood is known."""


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


async def streets_like(address: str, turn: Turn, api: Client) -> tuple[str, list[Option]] | None:
    """The street or neighbourhood of an address that sounds like several, with those; None when none does."""
    for words in STREET.findall(address):
        candidates = await api.resolve(turn.speaker.actor, words, turn.speaker.city)
        options = _several([each for each in candidates if each["type"] == "area"])
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
