"""Finds the pieces of time in a text: from left to right, the longest wording at each place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from assistant.kit.when.pieces import Piece, Value

Meaning = Callable[[re.Match[str], datetime], Value | None]


@dataclass(frozen=True)
class Rule:
    """A wording, and what it means when said at a moment; ``None`` = nothing after all."""

    pattern: re.Pattern[str]
    means: Meaning


def rule(pattern: str, means: Meaning | Value) -> Rule:
    """A rule from a pattern, whose white space does not count, and a meaning or a function that finds it."""
    return Rule(re.compile(pattern, re.VERBOSE), means if callable(means) else lambda match, now: means)


class Scanner:
    """Rules in the order of their precedence: of equally long wordings the first counts."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = tuple(rules)
        nameless = (re.sub(r"\(\?P<\w+>", "(?:", r.pattern.pattern) for r in self._rules)
        self._anywhere = re.compile("|".join(f"(?:{pattern})" for pattern in nameless), re.VERBOSE)

    def scan(self, text: str, now: datetime) -> list[Piece]:
        """The pieces, in order and without overlaps."""
        pieces: list[Piece] = []
        position = 0
        while found := self._anywhere.search(text, position):
            piece = self._longest(text, found.start(), now)
            if piece:
                pieces.append(piece)
            position = piece.end if piece else found.start() + 1
        return pieces

    def _longest(self, text: str, position: int, now: datetime) -> Piece | None:
        matches = [
            (m, r) for r in self._rules if (m := r.pattern.match(text, position)) and m.end() > position
        ]
        for match, matched in sorted(matches, key=lambda found: -found[0].end()):
            value = matched.means(match, now)
            if value is not None:
                return Piece(position, match.end(), value)
        return None
