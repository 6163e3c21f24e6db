"""What happened in a call, written down at the API beside the call, never in its way."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import structlog

from assistant.calls.schemas import CallIn, EndedBy, EntryIn, EntryKind
from assistant.client import Refused, ServiceDown
from channels.phone.leg import CallInfo, Ending

RETRY_S: Final = (0.5, 2.0, 5.0)
"""Pauses before a record is tried again; after the last it is given up and said so in the log."""
CLOSING_S: Final = 12.0
"""Longest wait for what is not written yet when a call is over."""
ENDED_BY: Final[dict[Ending, EndedBy]] = {
    "caller": "caller",
    "us": "assistant",
    "transferred": "transferred",
    "lost": "lost",
    "too_long": "limit",
    "refused": "error",
}

Write = Callable[[], Awaitable[Any]]

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Entry:
    """One turn or event (``assistant.calls.schemas.EntryIn`` without its number)."""

    kind: EntryKind
    heard: str | None = None
    confidence: float | None = None
    alternatives: tuple[str, ...] = ()
    digits: str | None = None
    said: str | None = None
    interrupted: bool = False
    decisions: dict[str, Any] = field(default_factory=dict)
    timings: dict[str, float] = field(default_factory=dict)


class Journal(Protocol):
    """Where call records go: the API (``assistant.client.Client``), or a list in tests."""

    async def begin_call(self, call: CallIn) -> Any: ...

    async def add_entry(self, conversation: str, entry: EntryIn) -> None: ...

    async def end_call(self, conversation: str, ended_by: EndedBy, **more: Any) -> None: ...


class Records:
    """The record of one call: entries wait in order until the API has taken them."""

    def __init__(self, journal: Journal, conversation: str) -> None:
        self.conversation = conversation
        self._journal = journal
        self._waiting: asyncio.Queue[Write | None] = asyncio.Queue()
        self._count = 0
        self._writer = asyncio.create_task(self._write())

    def begin(self, info: CallInfo, process: str, outbound: uuid.UUID | None = None) -> None:
        """The call has been answered."""
        call = CallIn(
            conversation=self.conversation,
            direction=info.direction,
            carrier=info.carrier,
            process=process,
            caller=info.caller,
            dialled=info.dialled,
            outbound=outbound,
        )
        self._put(lambda: self._journal.begin_call(call))

    def add(self, entry: Entry) -> None:
        """Something happened."""
        numbered = EntryIn(number=self._count, **{**vars(entry), "alternatives": list(entry.alternatives)})
        self._count += 1
        self._put(lambda: self._journal.add_entry(self.conversation, numbered))

    async def end(self, why: Ending, recording: str | None = None) -> None:
        """The call is over; returns when all is written, or cannot be."""
        self._put(
            lambda: self._journal.end_call(
                self.conversation, ENDED_BY[why], why=why, **({"recording": recording} if recording else {})
            )
        )
        self._waiting.put_nowait(None)
        await asyncio.wait([self._writer], timeout=CLOSING_S)
        self._writer.cancel()

    def _put(self, write: Write) -> None:
        self._waiting.put_nowait(write)

    async def _write(self) -> None:
        while (write := await self._waiting.get()) is not None:
            for pause in (*RETRY_S, None):
                try:
                    await write()
                    break
                except ServiceDown:
                    if pause is None:
                        log.error("call record lost", conversation=self.conversation)
                        break
                    await asyncio.sleep(pause)
                except Refused as error:
                    log.error("call record refused", conversation=self.conversation, code=error.code)
                    break
