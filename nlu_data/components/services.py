"""Service types by name: which names of services a text holds, read by characters and by sound."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from components.text import fuzzy_syllables, normalise, syllables

LOOKUP = Path(__file__).parents[1] / "lookups" / "services.yml"


@dataclass(frozen=True)
class Naming:
    """A service's name as it stands in a text; `exact` when written so, else only sounding so."""

    service_type: str
    start: int
    end: int
    exact: bool


@lru_cache(maxsize=1)
def lexicon() -> dict[str, str]:
    """Service type by name."""
    named: dict[str, list[str]] = yaml.safe_load(LOOKUP.read_text(encoding="utf-8"))
    return {name: service_type for service_type, names in named.items() for name in names}


@lru_cache(maxsize=1)
def _by_sound() -> dict[tuple[str, ...], str]:
    """Service type by sound: two syllables without tone, longer names also by fuzzy syllables."""
    sounds: dict[tuple[str, ...], str] = {}
    for name, service_type in lexicon().items():
        sounds[_toneless(name)] = service_type
        if len(name) >= 3:
            sounds[fuzzy_syllables(name)] = service_type
    return sounds


def _toneless(text: str) -> tuple[str, ...]:
    return tuple(syllable.rstrip("12345") for syllable in syllables(text))


@lru_cache(maxsize=8)  # several components ask about the message in hand
def namings(text: str) -> tuple[Naming, ...]:
    """Names of services in the text, longest first at every place, in reading order."""
    said = normalise(text)
    exact, sounds = lexicon(), _by_sound()
    plain, merged = _toneless(said), fuzzy_syllables(said)
    aligned = len(plain) == len(said)
    found: list[Naming] = []
    position = 0
    while position < len(said):
        naming = None
        for length in range(min(7, len(said) - position), 1, -1):
            end = position + length
            if said[position:end] in exact:
                naming = Naming(exact[said[position:end]], position, end, True)
            elif aligned:
                service_type = sounds.get(plain[position:end]) or (
                    sounds.get(merged[position:end]) if length >= 3 else None
                )
                naming = Naming(service_type, position, end, False) if service_type else None
            if naming:
                found.append(naming)
                break
        position = naming.end if naming else position + 1
    return tuple(found)
