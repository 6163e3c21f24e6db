"""One telephone call as the call logic sees it, whoever carries it (SIP, Asterisk, a media stream).

Sound is 8 kHz mono PCM in frames of 20 ms (160 samples, int16) in both directions.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol

from speech.audio import Samples

RATE: Final = 8000
"""Samples a second of every leg, Hz."""
FRAME_MS: Final = 20
FRAME: Final = RATE * FRAME_MS // 1000
"""Samples in a frame."""
AHEAD_MS: Final = 80
"""Most sound that lies unplayed in a leg that cannot take it back: little, so that ``flush`` is heard at once. A leg
that can (SIP) takes up to 1,000 ms, so that a busy machine is not heard."""

Ending = Literal["caller", "us", "transferred", "lost", "too_long", "refused"]
"""Why a call ended: either side hung up, it was handed over, the line went dead, our limits."""


@dataclass(frozen=True)
class CallInfo:
    """What the line tells of a call before a word is said."""

    call_id: str
    """Unique; becomes the conversation of the desk."""
    direction: Literal["in", "out"]
    carrier: Literal["sip", "asterisk", "audiosocket", "twilio"]
    caller: str | None
    """Number of the other party as the line gives it; None when withheld. Never to be logged."""
    dialled: str | None = None
    """Number that was rung: it may tell the city."""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sound:
    """A frame of the caller's sound; lost packets are already concealed."""

    samples: Samples


@dataclass(frozen=True)
class Digit:
    """A key was pressed: ``0``-``9``, ``*`` or ``#``."""

    key: str


@dataclass(frozen=True)
class Held:
    """The other party put us on hold (``on``) or came back."""

    on: bool


@dataclass(frozen=True)
class HungUp:
    """The call is over; the last event of every leg."""

    why: Ending


LegEvent = Sound | Digit | Held | HungUp


class NotReached(Exception):
    """An outbound call was not taken; ``why`` says how it failed."""

    def __init__(self, why: Literal["busy", "no_answer", "declined", "unreachable", "failed"]) -> None:
        super().__init__(why)
        self.why = why


class CannotTransfer(Exception):
    """The other side refused or does not know how to transfer; the call goes on."""


Brief = Callable[["CallLeg"], Awaitable[None]]
"""Speaks on the leg of a person who is to take a call over, and returns when all is said."""


class CallLeg(Protocol):
    """A call. All methods may be called after its end and then do nothing."""

    @property
    def info(self) -> CallInfo: ...

    async def answer(self) -> None:
        """Take an incoming call; sound flows from here on."""

    async def refuse(self, status: int = 486) -> None:
        """Do not take it; ``status`` as SIP has it (486 busy, 603 declined)."""

    def events(self) -> AsyncIterator[LegEvent]:
        """What comes from the other party, in order, ending with ``HungUp``. To be read once."""

    async def play(self, frame: Samples) -> None:
        """Queue 20 ms of sound; waits while ``AHEAD_MS`` lie unplayed, so the writer is paced by the line.

        The leg sends comfort noise by absolute deadlines when nothing is queued: never a gap.
        """

    async def played(self) -> None:
        """Return when all that was queued has been sent.

        The other side may still hold up to 200 ms in its jitter buffer and drops it when the call ends: wait 300 ms
        between the last word and ``hang_up``.
        """

    async def flush(self) -> None:
        """Drop what is queued: the caller has begun to speak."""

    async def transfer(self, target: str, brief: Brief | None = None) -> None:
        """Hand the call to a person (REFER, or the carrier's own way). Raises CannotTransfer.

        ``brief`` speaks to the person alone before the two are joined, where they are joined by us; whoever hands
        the call away cannot.
        """

    async def hang_up(self) -> None:
        """End the call."""


class Line(Protocol):
    """Where calls come from and go to."""

    def calls(self) -> AsyncIterator[CallLeg]:
        """Incoming calls as they ring, until the line is closed."""

    async def dial(self, number: str, *, ring_s: float = 30) -> CallLeg:
        """Ring somebody; returns when they take it. Raises NotReached."""

    async def close(self) -> None:
        """End all calls and leave the line."""
