"""A reply of the desk spoken in a call, sentence by sentence, so that whatever comes next may stop it; and its record."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

import structlog

from assistant.desk.schemas import Reply
from channels.phone import metrics
from channels.phone.happenings import Happening, Spoken
from channels.phone.listening import Ear, Started, Utterance
from channels.phone.records import Entry, Records
from channels.phone.speaking import Mouth
from channels.phone.wording import SENTENCES

FULL_STOP: Final = "。"

log = structlog.get_logger(__name__)


class Answering:
    """Speaks one reply at a time.

    Args:
        mouth, ear, records: of the call.
        opening: name of a sentence within the greeting, e.g. that the call is recorded.
        inbox: of the call; told ``Spoken`` of each reply that came to its end.
    """

    def __init__(
        self,
        mouth: Mouth,
        ear: Ear,
        records: Records,
        opening: str | None,
        inbox: asyncio.Queue[Happening],
    ) -> None:
        self._mouth = mouth
        self._ear = ear
        self._records = records
        self._opening = opening
        self._inbox = inbox
        self._speaking: asyncio.Task[None] | None = None
        self._barge_in: Started | None = None

    def begin(self, reply: Reply, entry: Entry, said: Utterance | None) -> None:
        """Begin to speak, when nothing is being said. ``said``: what it answers; ``entry``: the record so far."""
        self._speaking = asyncio.create_task(self._speak(reply, entry, said))

    async def interrupt(self, by: Started) -> None:
        """The caller speaks over us: stop at once."""
        metrics.BARGE_INS.inc()
        self._barge_in = by
        await self.stop()

    async def stop(self) -> None:
        """Be silent at once."""
        # What is cancelled keeps its frame, and that this call: it is not held on to.
        speaking, self._speaking = self._speaking, None
        if speaking is None or speaking.done():
            return
        speaking.cancel()
        await self._mouth.stop()
        with contextlib.suppress(asyncio.CancelledError):
            await speaking

    async def _speak(self, reply: Reply, entry: Entry, said: Utterance | None) -> None:
        interrupted = True
        asked_at = self._mouth.now()
        self._mouth.begin()
        try:
            await self._say(reply, greeting=entry.kind == "start")
            interrupted = False
        except Exception as error:
            log.exception("phone.mute", conversation=self._records.conversation, error=type(error).__name__)
        finally:
            self._ear.finished_speaking()
            if entry.decisions.get("urgent"):
                self._ear.deaf_to_urgent = False
            self._record(reply, entry, said, asked_at, interrupted)
        self._inbox.put_nowait(Spoken(reply))

    async def _say(self, reply: Reply, *, greeting: bool) -> None:
        last = reply.end or reply.handoff is not None
        before = False
        for number, (speech, protected) in enumerate(self._sentences(reply, greeting=greeting)):
            if number and self._ear.kept_back:
                break
            if number:
                await self._mouth.pause()
            if before and not protected:
                await self._mouth.heard_out()  # a second of it may still lie in the line
            before = protected
            self._ear.begin_speaking(protected=protected or last)
            await self._mouth.say(speech)
        await self._mouth.heard_out()

    def _sentences(self, reply: Reply, *, greeting: bool) -> Iterator[tuple[str, bool]]:
        """What is said, and whether it is protected: of a greeting the part that says who speaks, that it is a
        machine, and that the call is recorded if it is; everybody must have heard that."""
        for number, message in enumerate(reply.messages):
            if not greeting or number:
                yield message.speech, message.protected
                continue
            who, mark, rest = message.speech.partition(FULL_STOP)
            yield who + mark, True
            if self._opening:
                yield SENTENCES(self._opening), True
            if rest:
                yield rest, message.protected

    def _record(
        self, reply: Reply, entry: Entry, said: Utterance | None, asked_at: float, interrupted: bool
    ) -> None:
        timings = dict(entry.timings)
        decisions: dict[str, Any] = {**entry.decisions, "asks": reply.asks, "expects": reply.expects}
        if interrupted and self._barge_in is not None:
            timings["barge_in"] = self._barge_in.since_word_ms
            decisions["word_at"] = round(self._barge_in.word_at, 3)
            self._barge_in = None
        first = self._mouth.first_sound_at
        if said is not None:
            timings["desk"] = (asked_at - said.final_at) * 1000 - timings.get("second_hearing", 0.0)
            if first is not None:
                timings["first_audio"] = (first - asked_at) * 1000
                timings["total"] = (first - said.spoke_until) * 1000
                metrics.observe(timings)
        self._records.add(
            replace(
                entry,
                said="".join(message.text for message in reply.messages) or None,
                interrupted=interrupted,
                decisions=decisions,
                timings={name: round(value, 1) for name, value in timings.items()},
            )
        )
