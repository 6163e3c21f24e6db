"""Who takes a call of ours: a person says a word and waits, a machine talks on."""

from __future__ import annotations

import pytest

from channels.phone.outbound import WhoAnswers


def verdict(*pieces: tuple[float, int]) -> str | None:
    """Of (probability of voice, ms) one after another; the first verdict."""
    who = WhoAnswers()
    for probability, ms in pieces:
        for _ in range(ms // 20):
            if found := who.push(20, probability):
                return found
    return None


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        ([(0.0, 2000)], "person"),
        ([(0.9, 500), (0.0, 800)], "person"),
        ([(0.0, 500), (0.9, 3000), (0.0, 800)], "person"),
        ([(0.9, 3000), (0.0, 300), (0.9, 3500), (0.0, 1200)], "machine"),
        ([(0.9, 6500), (0.0, 800)], None),
        ([(0.9, 6500), (0.0, 1200)], "machine"),
    ],
)
def test_who_answers(pieces: list[tuple[float, int]], expected: str | None) -> None:
    assert verdict(*pieces) == expected
