"""One entity: its name, its value, and where it stands in the message."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Entity:
    """`value` is canonical (an int, fen, digits, a code) where there is one, else the words said."""

    name: str
    value: str | int
    start: int
    end: int
