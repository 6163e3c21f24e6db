"""Names that are known beforehand – streets, places, services – found by their sound in what a recogniser wrote.

A small recogniser has no word for most names of a city and writes what it has: 三言桥街到 for 三眼桥街道. Nothing needs to be in
its vocabulary for that: heard and known name are compared by syllables, as ``rescue`` does with whole phrases.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from speech.rescue import FINALS_ALIKE, INITIALS_ALIKE, confusion
from speech.saying import pronounce
from speech.saying.syllables import Syllable

ALIKE: Final = 0.8
"""A stretch of speech sounds as like a name as this, 0..1: one syllable in five wrong, or two confused as dialects and
telephones confuse them. Short names must be as good as equal (``_enough``)."""
SHORTEST: Final = 3
"""Syllables of a name that is looked for in any sentence; shorter ones are found in every other word."""

_CHARACTERS: Final = re.compile(r"[\u3400-\u9fff]+")


class Found(NamedTuple):
    """A known name, and where in the text it was heard."""

    start: int
    name: str
    likeness: float


class Names:
    """Known names by their pairs of syllables. Building it takes about 20 µs a name."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._names: dict[str, tuple[Syllable, ...]] = {}
        self._pairs: dict[tuple[str, str], set[tuple[str, int]]] = defaultdict(set)
        for name in dict.fromkeys(names):
            said = tuple(pronounce(name)) if _CHARACTERS.fullmatch(name) else ()
            if len(said) != len(name) or len(said) < 2:
                continue  # with letters or numbers: said in other ways than written
            self._names[name] = said
            for at in range(len(said) - 1):
                self._pairs[_pair(said, at)].add((name, at))

    def __len__(self) -> int:
        return len(self._names)

    def find(self, text: str, *, shortest: int = SHORTEST) -> list[Found]:
        """Names in a text, in order, none over another; the longer and the more alike come first."""
        said = _syllables(text)
        places = {
            (at - offset, name)
            for at in range(len(said) - 1)
            if said[at] and said[at + 1]
            for name, offset in self._pairs.get(_pair(said, at), ())
        }
        found = [Found(start, name, self._likeness(said, start, name)) for start, name in places]
        found = [one for one in found if len(one.name) >= shortest and one.likeness >= _enough(len(one.name))]
        taken: set[int] = set()
        kept = []
        for one in sorted(found, key=lambda one: (-len(one.name) * one.likeness, one.start, one.name)):
            covered = range(one.start, one.start + len(one.name))
            if not taken.intersection(covered):
                taken.update(covered)
                kept.append(one)
        return sorted(kept)

    def written(self, text: str, *, shortest: int = SHORTEST) -> str:
        """The text with the names in it as they are written."""
        for one in self.find(text, shortest=shortest):
            text = text[: one.start] + one.name + text[one.start + len(one.name) :]
        return text

    def _likeness(self, said: Sequence[Syllable | None], start: int, name: str) -> float:
        wanted = self._names[name]
        if start < 0 or start + len(wanted) > len(said):
            return 0.0
        window = said[start : start + len(wanted)]
        cost = sum(confusion(a, b) if a else 1.0 for a, b in zip(window, wanted, strict=True))
        return 1 - cost / len(wanted)


NO_NAMES: Final = Names()


def _enough(length: int) -> float:
    return ALIKE if length > 3 else 0.85 if length == 3 else 0.95


def _syllables(text: str) -> list[Syllable | None]:
    """One syllable a character; None for what is none."""
    said = []
    for character, syllable in zip(text, _each(text), strict=True):
        said.append(syllable if _CHARACTERS.match(character) else None)
    return said


def _each(text: str) -> list[Syllable | None]:
    whole = pronounce(text)
    if len(whole) == len(text):
        return list(whole)
    alone = [pronounce(character) for character in text]
    return [syllables[0] if len(syllables) == 1 else None for syllables in alone]


def _pair(said: Sequence[Syllable | None], at: int) -> tuple[str, str]:
    first, second = said[at], said[at + 1]
    assert first is not None and second is not None
    return _folded(first), _folded(second)


def _folded(syllable: Syllable) -> str:
    """The same for syllables that are confused."""
    initial, final = syllable.initial, syllable.final
    return f"{_INITIALS.get(initial, initial)}-{_FINALS.get(final, final)}"


def _merged(alike: Iterable[frozenset[str]]) -> dict[str, str]:
    """One sound for all that are alike, directly or through others."""
    merged: dict[str, str] = {}
    for pair in alike:
        known = {merged.get(sound, sound) for sound in pair}
        for sound in [*pair, *(other for other, one in merged.items() if one in known)]:
            merged[sound] = min(known)
    return merged


_INITIALS: Final = _merged(INITIALS_ALIKE)
_FINALS: Final = _merged(FINALS_ALIKE)
