"""Finds the pieces of time in a text: from left to right, the longest match at each place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from assistant.kit.when.pieces import Piece, Value


@dataclass(frozen=True)
class Rule:
    """A wording, and what it means when said at a moment; ``None`` = nothing after all."""

    pattern: re.Pattern[str]
    means: Callable[[re.Match[str], datetime], Value | None]


def rule(pattern: str, means: Callable[[re.Match[str], datetime], Value | None]) -> Rule:
    return Rule(re.compile(pattern), means)


def scan(text: str, now: datetime, rules: Iterable[Rule], starters: frozenset[str]) -> list[Piece]:
    """The pieces, in order and without overlaps. ``starters``: characters that a wording may begin with."""
    pieces: list[Piece] = []
    position = 0
    while position < len(text):
        piece = _longest(text, position, now, rules) if text[position] in starters else None
        if piece:
            pieces.append(piece)
        position = piece.end if piece else position + 1
    return pieces


def _longest(text: str, position: int, now: datetime, rules: Iterable[Rule]) -> Piece | None:
    found = ((m.end(), r, m) for r in rules if (m := r.pattern.match(text, position)) and m.end() > position)
    for end, matched, match in sorted(found, key=lambda f: -f[0]):
        value = matched.means(match, now)
        if value is not None:
            return Piece(position, end, value)
    return None
