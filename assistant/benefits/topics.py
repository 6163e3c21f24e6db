"""Which benefits a sentence asks for: by words, by sound, by kind of service, or all of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal

import yaml

from assistant.benefits.models import Benefit
from assistant.catalog.vocabulary import SERVICE_TYPES
from assistant.kit.text import clean, pinyin_key

DATA: Final = Path(__file__).parent / "data"
MIN_SOUND: Final = 3
"""Characters that a word must have to be found by sound alone; shorter ones sound like too much else."""


@dataclass(frozen=True)
class Asked:
    """What a sentence asks for: these benefits, benefits in general, or something no document covers."""

    kind: Literal["named", "general", "unknown"]
    benefits: Sequence[Benefit] = ()


def read(text: str, benefits: Sequence[Benefit]) -> Asked:
    """What ``text`` asks for among the benefits of one city."""
    text = clean(text).replace(" ", "")
    if _without_source(text):
        return Asked("unknown")
    scored = [(score, each) for each in benefits if (score := _score(text, each)) > 0]
    if scored:
        best = max(score for score, _ in scored)
        return Asked("named", [each for score, each in scored if score >= min(best, 1.0)])
    kinds = service_types_in(text)
    matching = [each for each in benefits if each.kind != "fact" and kinds & set(each.service_types)]
    if matching:
        return Asked("named", matching)
    return Asked("general" if not kinds and _general(text) else "unknown")


def service_types_in(text: str) -> set[str]:
    """The service types that a sentence names by name or alias."""
    return {
        key for key, each in SERVICE_TYPES.items() if any(word in text for word in (each.name, *each.aliases))
    }


def _score(text: str, benefit: Benefit) -> float:
    """At least 1 for a benefit named by a word in the text, less for one named by sound only."""
    words = [benefit.title, *benefit.topics]
    if (length := _longest(words, text)) > 0:
        return 1 + length / 100
    sounding = [_sound(word) for word in words if len(word) >= MIN_SOUND and "+" not in word]
    heard = f" {_sound(text)} "
    return 0.5 if any(f" {sound} " in heard for sound in sounding if sound.count(" ") >= 2) else 0.0


@lru_cache(maxsize=4096)
def _sound(word: str) -> str:
    return pinyin_key(word)


def _longest(words: Iterable[str], text: str) -> int:
    """Characters of the longest word in the text; a word with "+" is several that must all be there."""
    return max((len(word) for word in words if all(part in text for part in word.split("+"))), default=0)


def _without_source(text: str) -> bool:
    """Whether the text names a benefit known to stand in no document."""
    return _longest(_words()["without_source"], text) > 0


def _general(text: str) -> bool:
    """Whether the text asks for benefits as such ("有什么补贴"), not for a named one ("电梯补贴")."""
    words = _words()
    if not any(word in text for word in words["general"]):
        return False
    named = re.findall(r"([\u4e00-\u9fff]{2})(?:补贴|补助|津贴)", text)
    return all(before in words["not_a_name"] for before in named)


@lru_cache
def _words() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DATA / "topics.yaml").read_text(encoding="utf-8"))
    return found
