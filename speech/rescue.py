"""What was meant, among what can be meant now: alternatives of a recogniser compared with phrases by their sound.

A recogniser that writes 护里 for 护理, or 是是的 for 是的, heard right and wrote wrong; toneless syllables tell.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from speech.saying import pronounce, say
from speech.saying.syllables import Syllable

SURE: Final = 0.6
"""As like as this, a phrase is what was said."""
POSSIBLE, LEAD = 0.35, 0.15
"""Less like, it must be this much ahead of the next. Measured with 20 phrases: of 84 utterances that were none of
them one was taken for one; real people's speech is picked out 19 times in 24, 8 with the first rule alone."""
INITIALS_ALIKE: Final = tuple(
    map(
        frozenset,
        (("z", "zh"), ("c", "ch"), ("s", "sh"), ("l", "n"), ("f", "h"), ("l", "r"), ("j", "q"), ("d", "t")),
    )
)
FINALS_ALIKE: Final = tuple(
    map(
        frozenset,
        (
            ("an", "ang"),
            ("en", "eng"),
            ("in", "ing"),
            ("ii", "iii"),
            ("uan", "uang"),
            ("ian", "iang"),
            ("o", "uo"),
            ("e", "ei"),
        ),
    )
)
_HALF: Final = 0.4
"""What it costs to confuse sounds that dialects and telephones confuse; other confusions cost 1."""


class Match(NamedTuple):
    """A phrase and how like what was heard it sounds, 0..1."""

    phrase: str
    likeness: float


def matches(heard: Iterable[tuple[str, float]], phrases: Sequence[str]) -> list[Match]:
    """Phrases by likeness to what was heard, best first. `heard`: texts with their shares of belief."""
    readings = [(_syllables(text), share) for text, share in heard if text]
    total = sum(share for _, share in readings) or 1.0
    found = []
    for phrase in dict.fromkeys(phrases):
        wanted = _syllables(phrase)
        likeness = sum(share * _likeness(said, wanted) for said, share in readings) / total if wanted else 0.0
        found.append(Match(phrase, likeness))
    return sorted(found, key=lambda match: -match.likeness)


def meant(heard: Iterable[tuple[str, float]], phrases: Sequence[str]) -> Match | None:
    """The phrase that was said, or None if it was none of them."""
    ranked = matches(heard, phrases)
    if not ranked:
        return None
    best, second = ranked[0], ranked[1].likeness if len(ranked) > 1 else 0.0
    sure = best.likeness >= SURE or (best.likeness >= POSSIBLE and best.likeness - second >= LEAD)
    return best if sure else None


@lru_cache(maxsize=20_000)
def _syllables(text: str) -> tuple[Syllable, ...]:
    return tuple(pronounce(say(text)))


def _likeness(said: tuple[Syllable, ...], wanted: tuple[Syllable, ...]) -> float:
    """1 − edit distance over the longer of the two, in syllables."""
    row = [float(i) for i in range(len(wanted) + 1)]
    for i, left in enumerate(said, 1):
        diagonal, row[0] = row[0], float(i)
        for j, right in enumerate(wanted, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + confusion(left, right))
    return 1 - row[-1] / max(1, len(said), len(wanted))


def confusion(a: Syllable, b: Syllable) -> float:
    """What it costs to take one syllable for the other: 0 for the same sound, 1 for quite another."""
    return min(
        1.0, _confusion(a.initial, b.initial, INITIALS_ALIKE) + _confusion(a.final, b.final, FINALS_ALIKE)
    )


def _confusion(a: str, b: str, alike: tuple[frozenset[str], ...]) -> float:
    if a == b:
        return 0.0
    return _HALF if frozenset((a, b)) in alike else 0.7
