"""Entities by rule: what people say in one of a few shapes is read by grammar, not guessed."""

from __future__ import annotations

from functools import lru_cache

from components.entities import amounts, numbers, people, places, times
from components.entities.entity import Entity
from components.text import normalise

__all__ = ["Entity", "extract", "numbers"]

READERS = (amounts.read, people.read, places.read, times.read)


@lru_cache(maxsize=8)  # several components ask about the message in hand
def extract(text: str, asked: str | None = None) -> tuple[Entity, ...]:
    """Entities of a message in reading order; `asked` lets a bare answer count as its datum."""
    said = normalise(text)
    found = [entity for read in READERS for entity in read(said, asked)]
    return tuple(sorted(found, key=lambda entity: (entity.start, -entity.end, entity.name)))
