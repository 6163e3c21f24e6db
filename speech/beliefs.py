"""How much is believed of each reading of a sound, and when that is enough to take one of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

BELIEVED, AHEAD = 0.4, 0.15
"""Belief from which a phrase that is so far ahead of the next is what was said: of 72 words by 6 people, each among 12,
Whisper alone then takes 50 right and none wrong, among 20 48."""
ONE_OF_THEM: Final = 5.0
"""Odds on one of the phrases against none of them before anything is heard, which both hearings have already counted."""
_HARDLY: Final = 1e-9


@dataclass(frozen=True)
class Alternative:
    """A reading of a sound, with its share of belief 0..1."""

    text: str
    share: float


def picked(beliefs: Sequence[Alternative]) -> Alternative | None:
    """The phrase that was said; None if none of them, or nobody can tell which. `beliefs`: best first."""
    if not beliefs:
        return None
    best, second = beliefs[0], beliefs[1].share if len(beliefs) > 1 else 0.0
    return best if best.share >= BELIEVED and best.share - second >= AHEAD else None


def ranked(shares: dict[str, float]) -> tuple[Alternative, ...]:
    """Best first."""
    return tuple(Alternative(text, shares[text]) for text in sorted(shares, key=lambda text: -shares[text]))


def together(first: Sequence[Alternative], second: Sequence[Alternative]) -> tuple[Alternative, ...]:
    """Two independent hearings of one sound as one, best first; what is missing from 1 is "none of them".

    One that has no beliefs is left out; else the phrases that both have are kept.
    """
    if not first or not second:
        return tuple(first or second)
    own = {belief.text: belief.share for belief in first}
    both = {belief.text: belief.share * own[belief.text] for belief in second if belief.text in own}
    none = (
        max(_HARDLY, 1 - sum(own.values()))
        * max(_HARDLY, 1 - sum(belief.share for belief in second))
        / ONE_OF_THEM
    )
    total = sum(both.values()) + none
    return ranked({text: share / total for text, share in both.items()})
