"""The phones of the model: silence, 21 initials, 38 finals in five tones (5 is the neutral one)."""

from functools import lru_cache
from typing import Final

from pypinyin import Style, pinyin

from speech.saying import pronounce, say
from speech.saying.syllables import FINALS, INITIALS, Syllable, parse

PHONES: Final = ("SIL", *sorted(INITIALS), *(f"{final}{tone}" for final in FINALS for tone in range(1, 6)))
PHONE_ID: Final = {phone: i + 1 for i, phone in enumerate(PHONES)}
"""Kaldi's ids: 1 is silence."""
SANDHI_COST: Final = 1.5
"""-log of how often a word is followed by a tone that changes its own: about one time in five."""


def phones_of(syllables: list[Syllable]) -> tuple[str, ...]:
    """Initials and toned finals in order; 儿 that colours a final is a final of its own."""
    return tuple(
        phone
        for syllable in syllables
        for phone in (syllable.initial, f"{syllable.final}{syllable.tone}", "er5" if syllable.erhua else "")
        if phone
    )


@lru_cache(maxsize=20_000)
def phones_said(text: str) -> tuple[str, ...]:
    """The phones of a written text as it is said."""
    return phones_of(pronounce(say(text)))


@lru_cache(maxsize=100_000)
def pronunciations(word: str) -> dict[tuple[str, ...], float]:
    """How a word may sound, with a cost in nats: the rarer sound of a last syllable before some others is dearer.

    A single character may have all its readings; a longer word the one it has as a word.
    """
    readings = [pronounce(word)]
    if len(word) == 1:
        for spelled in pinyin(word, style=Style.TONE3, heteronym=True, neutral_tone_with_five=True)[0][:3]:
            try:
                readings.append([parse(spelled)])
            except ValueError:
                continue
    found = {phones_of(reading): 0.0 for reading in readings if reading}
    for reading in readings:
        for tone in _tones_before_others(word, reading):
            found.setdefault(phones_of([*reading[:-1], reading[-1]._replace(tone=tone)]), SANDHI_COST)
    return found


def _tones_before_others(word: str, reading: list[Syllable]) -> tuple[int, ...]:
    """What sandhi across the end of a word makes of its last tone: 一 and 不 rise or fall, a third tone rises."""
    if not reading:
        return ()
    if word[-1] in "一不":
        return (2, 4)
    return (2,) if reading[-1].tone == 3 else ()
