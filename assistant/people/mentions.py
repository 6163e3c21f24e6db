"""Who of the people on record is named in a text: looked up, so that no surname is too rare (富察, 矣, 那)."""

from __future__ import annotations

import re
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from assistant.people import coverage, repository
from assistant.people.models import Person

SHORTEST: Final = 2
LONGEST: Final = 8
"""Characters of a name; those of some peoples run longer than four."""
MOST_TEXT: Final = 300
"""Characters of a text in which names are looked for."""
_HAN: Final = re.compile(r"[一-鿿]+")


@dataclass(frozen=True)
class Mention:
    """A name of somebody on record where it stands in a text."""

    person_id: uuid.UUID | None
    """None where several have the name."""
    name: str
    start: int
    end: int


async def by_worker(session: AsyncSession, worker: uuid.UUID | None, text: str) -> list[Mention]:
    """The seniors named in what a worker says, of those the worker covers."""
    windows = {name for _, name in _windows(text[:MOST_TEXT])}
    areas = await coverage.areas_of(session, worker) if worker else []
    return _standing(text, await repository.named(session, windows, areas=areas))


async def by_delegate(session: AsyncSession, now: datetime, delegate: uuid.UUID, text: str) -> list[Mention]:
    """Of the seniors for whom somebody acts, those whom they name."""
    consents = await repository.consents(session, now, delegate=delegate)
    people = await repository.many(session, [consent.senior_id for consent in consents])
    return _standing(text, list(people.values()))


def _windows(text: str) -> Iterable[tuple[int, str]]:
    """Where each run of characters that may be a name starts, and the run; the longest first at every place."""
    for run in _HAN.finditer(text):
        for start in range(run.start(), run.end()):
            for end in range(min(start + LONGEST, run.end()), start + SHORTEST - 1, -1):
                yield start, text[start:end]


def _standing(text: str, people: Sequence[Person]) -> list[Mention]:
    """The names of ``people`` in a text, in order and without overlaps."""
    known: Mapping[str, set[uuid.UUID]] = defaultdict(set)
    for person in people:
        known[person.name].add(person.id)
    found: list[Mention] = []
    for start, name in _windows(text[:MOST_TEXT]):
        if name in known and (not found or start >= found[-1].end):
            only = next(iter(known[name])) if len(known[name]) == 1 else None
            found.append(Mention(only, name, start, start + len(name)))
    return found
