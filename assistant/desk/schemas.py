"""The turn protocol (docs/architecture.md): what a channel sends and what it gets back."""

from __future__ import annotations

import uuid
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from assistant.kit.actor import Channel

Event = Literal["start", "silence", "hangup", "sos", "location"]
Expects = Literal["free", "yes_no", "choice", "digits", "none"]

MAX_TEXT = 2_000
"""Longest text that is understood, in characters; a longer one is answered with a kind sentence."""


class Caller(BaseModel):
    """How the channel knows who speaks. All may be missing: then the caller is a stranger."""

    phone: str | None = Field(None, examples=["13900001111"])
    telegram: int | None = None
    worker: uuid.UUID | None = None
    person: uuid.UUID | None = None
    """Set by channels that have authenticated the person (a linked account, a console session)."""


class Location(BaseModel):
    lat: float = Field(ge=-90, le=90)
    lng: float = Field(ge=-180, le=180)


class TurnIn(BaseModel):
    """One turn of the person: text, keys pressed, or an event; exactly one of the three."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "channel": "phone",
                    "conversation": "call-7f3a",
                    "turn_id": "3",
                    "text": "我想订个明天的午饭",
                    "caller": {"phone": "13900001111"},
                }
            ]
        }
    )

    channel: Channel
    conversation: str = Field(min_length=1, max_length=80)
    turn_id: str = Field(min_length=1, max_length=80)
    """Unique within the conversation; a repeated one returns the first reply."""
    text: str | None = None
    digits: str | None = Field(None, pattern=r"^[0-9*#]{1,20}$")
    event: Event | None = None
    location: Location | None = None
    caller: Caller = Caller()
    confidence: float | None = Field(None, ge=0, le=1)
    alternatives: list[str] = Field(default_factory=list, max_length=10)
    """Other hearings of the same speech, best first."""
    city: str | None = None
    """City of the number dialled or the page opened, when it is not the installation's own."""
    direction: Literal["in", "out"] = "in"


class Choice(BaseModel):
    """An answer offered; ``key`` 1-9 chooses it on a telephone, 0 is always a person."""

    title: str
    value: str
    key: str


class Message(BaseModel):
    """One thing the assistant says: ``text`` to read, ``speech`` to hear."""

    text: str
    speech: str
    choices: list[Choice] = []
    card: dict[str, Any] | None = None
    """A place or an order, for faces that can show one: ``{"kind": "place"|"order", …}``."""
    protected: bool = False
    """Speech that must not be cut by barge-in: read-backs, emergency instructions."""


class Handoff(BaseModel):
    """The conversation goes to a person."""

    to: Literal["operator", "callback"]
    reason: str
    summary: str
    ticket: str


class Reply(BaseModel):
    """What the channel renders."""

    messages: list[Message]
    asks: str | None = None
    """Name of the datum asked for (``date``, ``quantity``, ``address``, …) or null."""
    expects: Expects = "free"
    pace: float = 1.0
    """Speaking pace for this caller; 1.0 is normal, below is slower."""
    loudness: float = 1.0
    """Amplitude for this caller over the usual one; 2.0 is 6 dB louder."""
    speaker: str | None = None
    """Name of the worker who says it; null: the assistant."""
    handoff: Handoff | None = None
    end: bool = False


class Word(BaseModel):
    """Something said to the person that they had not just asked: by a worker, or by the assistant."""

    turn_id: str
    reply: Reply
