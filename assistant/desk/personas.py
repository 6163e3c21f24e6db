"""Who the desk is on a channel: by ear people give up sooner than by eye."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Persona:
    """How the desk behaves on one channel."""

    patience: int = 3
    """After so many turns in a row that were not understood a person takes over; the last question before that
    offers answers with keys. In a form the answers to one question are counted."""


PERSONAS: Final[Mapping[str, Persona]] = {"phone": Persona(patience=2)}
"""By channel; others are as a ``Persona`` is by default."""


def persona(channel: str) -> Persona:
    """The persona on a channel."""
    return PERSONAS.get(channel, Persona())
