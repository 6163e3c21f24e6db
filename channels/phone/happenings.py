"""What a call takes up, one thing after another, beside what the ear notices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from assistant.desk.schemas import Reply
from channels.phone.leg import HungUp
from channels.phone.listening import Silent, Utterance


@dataclass(frozen=True)
class Keys:
    """Digits of a turn."""

    digits: str


@dataclass(frozen=True)
class Spoken:
    """A reply has been heard to its end."""

    reply: Reply


@dataclass(frozen=True)
class Command:
    """Somebody at the console wants this in the call: words to say, a transfer, the end, or quiet."""

    kind: str
    speech: str | None = None
    target: str | None = None


@dataclass(frozen=True)
class TooLong:
    """The longest time for a call is up."""


@dataclass(frozen=True)
class Answered:
    """It is known who took a call of ours."""

    by: Literal["person", "machine"]


Happening = Answered | Utterance | Silent | Keys | Spoken | Command | TooLong | HungUp
