"""What the API says about calls: to the phone process that carries them, and to who reads them later."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Direction = Literal["in", "out"]
EntryKind = Literal["start", "turn", "digits", "silence", "operator", "note", "hangup"]
EndedBy = Literal["caller", "assistant", "operator", "transferred", "limit", "lost", "error"]
"""Who or what ended a call. ``lost``: the sound stopped, or the process that carried it did."""
Purpose = Literal["checkin", "link", "notice", "recall"]
"""Why this service rings somebody. ``recall``: they rang while all lines were busy."""
OutboundStatus = Literal["waiting", "taken", "answered", "unreached", "cancelled"]
OutboundResult = Literal["answered", "no_answer", "busy", "answering_machine", "failed"]
CommandKind = Literal["say", "transfer", "hangup", "mute", "unmute"]

Conversation = Field(min_length=1, max_length=80, description="The channel's own id of the call.")


class Strict(BaseModel):
    """A request in which an unknown field is a mistake."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class CallIn(Strict):
    """A call that has been answered."""

    conversation: str = Conversation
    direction: Direction = "in"
    carrier: str = Field(max_length=20, examples=["sip"], description="The adapter that carries it.")
    process: str = Field("phone", max_length=40, description="Name of the phone process, kept over restarts.")
    caller: str | None = Field(
        None, max_length=40, description="Number at the other end; null when it is withheld."
    )
    dialled: str | None = Field(None, max_length=80, description="Our own number or address that was rung.")
    city: str | None = Field(None, max_length=40, description="Code; null: the installation's own.")
    outbound: uuid.UUID | None = Field(
        None, description="The order to ring (``Outbound.id``), if it was one."
    )
    started_at: datetime | None = Field(None, description="When it was answered; null: now.")


class EntryIn(Strict):
    """One thing that happened in a call. The same ``number`` twice is written once."""

    number: int = Field(ge=0, description="Counted by the phone process from 0.")
    kind: EntryKind = "turn"
    at: datetime | None = None
    heard: str | None = Field(None, max_length=4000)
    confidence: float | None = Field(None, ge=0, le=1)
    alternatives: list[str] = Field(default_factory=list, max_length=10)
    digits: str | None = Field(None, max_length=20)
    said: str | None = Field(None, max_length=8000)
    interrupted: bool = Field(False, description="The caller spoke over it.")
    decisions: dict[str, Any] = Field(
        default_factory=dict,
        description="What the call logic decided and why: second hearing, barge-in, rungs.",
    )
    timings: dict[str, float] = Field(
        default_factory=dict,
        description="ms from the end of the caller's speech: endpoint, final_result, desk, first_audio.",
    )


class EndIn(Strict):
    ended_by: EndedBy
    why: str | None = Field(
        None, max_length=200, description="A code or status of the carrier; nothing personal."
    )
    ended_at: datetime | None = None
    recording: str | None = Field(
        None, max_length=200, description="File of the sound, only where it is switched on and was announced."
    )


class CallRef(BaseModel):
    """What the phone process needs to know of the call that it has reported."""

    id: uuid.UUID
    conversation: str


class TurnedAway(Strict):
    """Somebody rang while no line was free, and was told that they will be rung."""

    conversation: str = Conversation
    caller: str | None = Field(None, max_length=40)
    city: str | None = Field(None, max_length=40)


class TurnedAwayOut(BaseModel):
    ticket: str | None = Field(
        description="Number of the call-back ticket; null when there is nobody to ring."
    )


class Abandoned(Strict):
    process: str = Field(max_length=40, description="The phone process that has just started anew.")


class AbandonedOut(BaseModel):
    calls: int = Field(description="Calls of its former life that were still open; they are closed as lost.")


class NamesOut(BaseModel):
    names: list[str] = Field(description="Of streets, places, providers and services; each once.")


class Outbound(BaseModel):
    """Somebody to ring now. The number is dialled, ``report`` says what came of it."""

    id: uuid.UUID
    phone: str = Field(description="E.164.")
    purpose: Purpose
    conversation: str = Field(
        description="To be used for the call record and for the turns (``direction`` out, event ``start``)."
    )
    attempt: int = Field(description="1 for the first time.")
    city: str
    ring_s: int = Field(description="Longest time to let it ring, in seconds.")
    machine_message: str = Field(description="What may be left on an answering machine: nothing personal.")


class Claimed(BaseModel):
    outbound: Outbound | None = None


class Report(Strict):
    """What came of ringing somebody; ``answering_machine`` may follow ``answered``."""

    conversation: str = Conversation
    result: OutboundResult
    why: str | None = Field(None, max_length=200, description="SIP status or the like.")


class Command(BaseModel):
    """Something that a person at the console wants done in a running call, once."""

    id: int = Field(description="Rises; the ``id`` of the server-sent event.")
    conversation: str
    kind: CommandKind
    text: str | None = Field(
        None, description="For ``say``: the words; for ``transfer``: what whoever takes over is told first."
    )
    speech: str | None = Field(None, description="For ``say``: the words as they are spoken.")
    target: str | None = Field(None, description="For ``transfer``: where to; null: the operator desk.")


class CallSummary(BaseModel):
    """One call in a list."""

    id: uuid.UUID
    conversation: str
    direction: Direction
    carrier: str
    purpose: Purpose | None
    phone: str | None
    person_id: uuid.UUID | None
    started_at: datetime
    ended_at: datetime | None
    ended_by: EndedBy | None
    turns: int


class Entry(BaseModel):
    """One thing that happened in a call, as it is read later."""

    number: int
    at: datetime
    kind: EntryKind
    heard: str | None
    confidence: float | None
    alternatives: list[str]
    digits: str | None
    said: str | None
    interrupted: bool
    decisions: dict[str, Any]
    timings: dict[str, float]


class CallOut(CallSummary):
    """One call with all that happened in it."""

    dialled: str | None
    why: str | None
    recording: str | None
    entries: list[Entry]
