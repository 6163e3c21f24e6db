"""The phones of the model: silence, 21 initials, 38 finals, tones left out."""

from functools import lru_cache
from typing import Final

from pypinyin import Style, pinyin

from speech.saying import pronounce
from speech.saying.syllables import FINALS, INITIALS, Syllable, parse

PHONES: Final = ("SIL", *sorted(INITIALS), *FINALS)
PHONE_ID: Final = {phone: i + 1 for i, phone in enumerate(PHONES)}
"""Kaldi's ids: 1 is silence."""


def phones_of(syllables: list[Syllable]) -> tuple[str, ...]:
    """Initials and finals in order; 儿 that colours a final is a final of its own."""
    return tuple(
        phone
        for syllable in syllables
        for phone in (syllable.initial, syllable.final, "er" if syllable.erhua else "")
        if phone
    )


@lru_cache(maxsize=100_000)
def pronunciations(word: str) -> frozenset[tuple[str, ...]]:
    """How a word may sound. A single character may have all its readings; a longer word the one it has as a word."""
    found = {phones_of(pronounce(word))}
    if len(word) == 1:
        for reading in pinyin(word, style=Style.TONE3, heteronym=True)[0][:3]:
            try:
                found.add(phones_of([parse(reading)]))
            except ValueError:
                continue
    return frozenset(phones for phones in found if phones)
