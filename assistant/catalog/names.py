"""Names as people say them: the keys of the text index, and how alike two names look and sound."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import pairwise
from typing import Final, Literal

from assistant.kit.text import clean, fuzzy, syllables

GENERIC: Final = re.compile(
    r"居家养老|社区养老|养老服务|综合|服务|中心|养老|老年人|老年|社区|街道|智能|人民政府|办事处|有限公司|分公司|公司|演示"
)
"""Words that nearly every place has in its name; an index on them would find everything."""

ENOUGH: Final = 0.5
"""Below this two names have nothing to do with each other; chosen on the names of the five documents, where
unrelated pairs stay under 0.45."""
SURE: Final = 0.7
"""From here on a name may be taken as meant where nobody can be asked."""

MatchedBy = Literal["exact", "part", "text", "pinyin"]
Likeness = tuple[float, MatchedBy]
UNLIKE: Final[Likeness] = (0.0, "text")


def tidy(text: str) -> str:
    """A name without spaces and punctuation."""
    return re.sub(r"[\W_]+", "", clean(text))


def distinctive(name: str) -> str:
    """What tells a name from others: 三眼桥街道综合养老服务中心 → 三眼桥. The whole when nothing remains."""
    rest = GENERIC.sub("", tidy(name))
    return rest if len(rest) >= 2 else tidy(name)


def pinyin(name: str) -> str:
    """Toneless syllables apart by a space."""
    return " ".join(syllables(name))


def keys(names: Iterable[str]) -> list[str]:
    """Index keys of a thing with these names: pairs of characters, pairs of folded syllables (``~a.b``)."""
    return sorted(frozenset[str]().union(*map(keys_of, names)))


@lru_cache(maxsize=20_000)
def keys_of(name: str) -> frozenset[str]:
    """The index keys of one name."""
    core = distinctive(name)
    sounds = [fuzzy(each) for each in syllables(core)]
    pairs = {core[i : i + 2] for i in range(len(core) - 1)}
    return frozenset(pairs | {f"~{a}.{b}" for a, b in pairwise(sounds)})


def likeness(asked: str, names: Sequence[str]) -> Likeness:
    """How well what was asked names a thing with these names: a score 0..1 and how it matched
    (``exact``, ``part``, ``text`` or ``pinyin``). Text comes before sound where both match."""
    asked = tidy(asked)
    best = UNLIKE
    for name in map(tidy, names):
        best = max(best, _by_text(asked, name), _by_sound(asked, name))
    return best


def _by_text(asked: str, name: str) -> Likeness:
    if not asked or not name:
        return UNLIKE
    if asked == name:
        return 1.0, "exact"
    core_asked, core = distinctive(asked), distinctive(name)
    if core_asked == core:
        return 0.96, "part"
    if core in core_asked or core_asked in core:
        shorter, longer = sorted((len(core_asked), len(core)))
        return 0.75 + 0.2 * shorter / longer if shorter >= 2 else 0.0, "part"
    common = sum(block.size for block in SequenceMatcher(None, core_asked, core).get_matching_blocks())
    return 0.5 * common / len(core_asked) + 0.35 * common / len(core) if common >= 2 else 0.0, "text"


def _by_sound(asked: str, name: str) -> Likeness:
    a, b = syllables(distinctive(asked)), syllables(distinctive(name))
    if not a or not b:
        return UNLIKE
    shorter, longer = sorted((a, b), key=len)
    if len(shorter) < 2:
        return UNLIKE
    # The best stretch of the longer name, so that part of a name is enough.
    windows = range(len(longer) - len(shorter) + 1)
    cost = min(_distance(shorter, longer[start : start + len(shorter)]) for start in windows)
    covered = 1 - 0.15 * (1 - len(shorter) / len(longer))
    # Two syllables are heard in too many sentences to forgive much.
    steep = 2.0 if len(shorter) == 2 else 1.25
    return 0.94 * covered * max(0.0, 1 - steep * cost / len(shorter)), "pinyin"


def _distance(a: Sequence[str], b: Sequence[str]) -> float:
    """Edit distance of two lists of syllables (Levenshtein with ``_unlike`` for substitution)."""
    row = [float(i) for i in range(len(b) + 1)]
    for i, left in enumerate(a, 1):
        previous, row[0] = row[0], float(i)
        for j, right in enumerate(b, 1):
            change = previous + _unlike(left, right)
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, change)
    return row[-1]


def _unlike(a: str, b: str) -> float:
    """0 for the same sound, a little for sounds that accents merge, half when initial or final agree."""
    if a == b:
        return 0.0
    a, b = fuzzy(a), fuzzy(b)
    if a == b:
        return 0.1
    initial_a, initial_b = (re.match(r"[^aeiouv]*", s)[0] for s in (a, b))  # type: ignore[index]
    same = initial_a == initial_b or a[len(initial_a) :] == b[len(initial_b) :]
    return 0.5 if same else 1.0
