"""The two forms in which every component reads a text: normalised characters and pinyin syllables."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from pypinyin import Style, lazy_pinyin

_HAN = re.compile(r"[\u4e00-\u9fff]")
_FUZZY_INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"), ("h", "f"))
_FUZZY_FINALS = (("ing", "in"), ("eng", "en"), ("ang", "an"), ("ong", "on"))


def normalise(text: str) -> str:
    """Half-width, lower case, length kept, so that offsets stay those of the message."""
    return "".join(_half_width(character) for character in text)


def _half_width(character: str) -> str:
    folded = unicodedata.normalize("NFKC", character).lower()
    return folded if len(folded) == 1 else character


@cache
def _syllable(character: str) -> str:
    """Its commonest reading: a character sounds alike wherever it stands, also in a misheard word."""
    (syllable,) = lazy_pinyin(
        character, style=Style.TONE3, neutral_tone_with_five=True, errors=lambda other: other[:1]
    )
    return syllable


def syllables(text: str) -> tuple[str, ...]:
    """One toned syllable for every Han character (`zhu4`); other characters stand for themselves."""
    return tuple(map(_syllable, text))


@cache
def fuzzy(syllable: str) -> str:
    """The syllable without tone, with the pairs merged that seniors and recognisers confuse.

    n/l, z/zh, c/ch, s/sh, f/h, in/ing, en/eng, an/ang, ong/on.
    """
    plain = syllable.rstrip("12345")
    for initial, merged in _FUZZY_INITIALS:
        if plain.startswith(initial):
            plain = merged + plain[len(initial) :]
            break
    for final, merged in _FUZZY_FINALS:
        if plain.endswith(final):
            return plain[: -len(final)] + merged
    return plain


def fuzzy_syllables(text: str) -> tuple[str, ...]:
    """Fuzzy syllable of every character: one entry a character, so indices are offsets."""
    return tuple(fuzzy(syllable) for syllable in syllables(text))


def is_han(character: str) -> bool:
    """Whether the character is a Chinese character."""
    return bool(_HAN.match(character))
