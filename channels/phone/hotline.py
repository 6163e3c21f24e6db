"""All calls of a process: from the lines in, to the lines out, each in a task of its own."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import uuid
from collections.abc import Coroutine, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import structlog

from assistant.calls.schemas import Outbound
from assistant.client import Client, Refused, ServiceDown
from channels.phone import metrics
from channels.phone.call import Call, Plan
from channels.phone.happenings import Command
from channels.phone.leg import CallLeg, Ending, Line, NotReached
from channels.phone.outbound import RESULTS
from channels.phone.recording import Recorder
from channels.phone.records import Records
from channels.phone.senses import Senses
from channels.phone.settings import Settings
from channels.phone.speaking import Mouth
from channels.phone.wording import SENTENCES
from speech.names import NO_NAMES, Names

RINGING: Final = 3
"""People rung at once: one who does not answer keeps nobody waiting for 40 s, and the lines stay free for callers."""
RECONNECT_S: Final = 2.0
DAY_S: Final = 86_400.0
FAREWELL_S: Final = 5.0
"""Before the line itself ends the longest call, we say goodbye."""

log = structlog.get_logger(__name__)


class Hotline:
    """Takes calls from lines until it is closed.

    Args:
        settings: of this process.
        client: of the API.
        senses: ears and voice.
        lines: where calls come from; the first is used for calls out.
    """

    def __init__(self, settings: Settings, client: Client, senses: Senses, lines: Sequence[Line]) -> None:
        self.settings = settings
        self.client = client
        self.senses = senses
        self.lines = lines
        self.calls: dict[str, Call] = {}
        self._ringing = 0
        self._names = NO_NAMES
        self._tasks: set[asyncio.Task[None]] = set()
        self.plan = Plan(
            operator=settings.operator,
            whisper=settings.whisper,
            longest_s=max(5.0, settings.max_call_s - FAREWELL_S),
            trial_model=senses.trial_model,
            city=settings.city,
            opening="recorded" if settings.record else None,
        )

    def start(self) -> None:
        """Begin to take calls, to ring people, and to hear what the console wants."""
        for line in self.lines:
            self._spawn(self._take(line))
        self._spawn(self._abandon())
        self._spawn(self._learn_names())
        self._spawn(self._ring_people())
        self._spawn(self._commands())

    async def close(self) -> None:
        """End all calls and leave the lines."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for line in self.lines:
            await line.close()

    @property
    def active(self) -> int:
        return len(self.calls)

    # --- calls in -----------------------------------------------------------------------------

    async def _take(self, line: Line) -> None:
        async for leg in line.calls():
            full = self.active >= self.settings.max_calls
            self._spawn(self._turn_away(leg) if full else self._lead(leg))
        log.critical("phone.line_closed", line=type(line).__name__)
        signal.raise_signal(signal.SIGTERM)  # a new process opens it again

    async def _lead(self, leg: CallLeg, ordered: Outbound | None = None) -> None:
        """A call from its answer to its record."""
        conversation = ordered.conversation if ordered else f"call-{uuid.uuid4().hex}"
        recorder = Recorder(self._recording(conversation)) if self.settings.record else None
        leg = recorder.listen(leg) if recorder else leg
        records, ear = Records(self.client, conversation), self.senses.ear()
        call = Call(
            leg,
            self.client,
            Mouth(leg, self.senses.synthesizer, self.senses.speakers),
            ear,
            records,
            self.plan,
            conversation=conversation,
            hear_again=self.senses.hear_again,
            machine_message=ordered.machine_message if ordered else None,
            names=self._names,
        )
        self.calls[conversation] = call
        metrics.ACTIVE.set(self.active)
        why: Ending = "lost"
        try:
            await leg.answer()
            records.begin(leg.info, self.settings.name, ordered.id if ordered else None)
            why = await call.run()
        except Exception as error:
            log.exception("phone.call_failed", conversation=conversation, error=type(error).__name__)
            await leg.hang_up()
        finally:
            del self.calls[conversation]
            ear.close()
            metrics.ACTIVE.set(self.active)
            metrics.CALLS.labels(leg.info.direction, why).inc()
            if ordered and call.machine:
                # Before the end, which would count a call that nobody spoke in as failed.
                await self._report(ordered, "answering_machine")
            await records.end(why, recorder.close() if recorder else None)

    async def _turn_away(self, leg: CallLeg) -> None:
        """All lines are taken: say so, and ring back if there is a number."""
        metrics.TURNED_AWAY.inc()
        conversation, caller = f"busy-{uuid.uuid4().hex}", leg.info.caller
        ticket = None
        with contextlib.suppress(ServiceDown, Refused):
            ticket = await self.client.turn_away(conversation, caller, self.settings.city)
        await leg.answer()
        mouth = Mouth(leg, self.senses.synthesizer, self.senses.speakers)
        speaking = asyncio.create_task(_say(mouth, SENTENCES("busy" if ticket else "busy_unknown")))
        draining = asyncio.create_task(_drain(leg))
        await asyncio.wait({speaking, draining}, return_when=asyncio.FIRST_COMPLETED)
        speaking.cancel()
        await leg.hang_up()
        await draining

    # --- calls out ----------------------------------------------------------------------------

    async def _ring_people(self) -> None:
        """Ring whoever the API says is to be rung, a few at once, while a line is free."""
        while True:
            ordered = None
            if self._ringing < RINGING and self.active + self._ringing < self.settings.max_calls:
                with contextlib.suppress(ServiceDown, Refused):
                    ordered = await self.client.claim_call()
            if ordered is None:
                await asyncio.sleep(self.settings.claim_s)
            else:
                self._ringing += 1
                self._spawn(self._ring(ordered))

    async def _ring(self, ordered: Outbound) -> None:
        try:
            leg = await self.lines[0].dial(ordered.phone, ring_s=ordered.ring_s)
        except NotReached as error:
            await self._report(ordered, RESULTS[error.why], error.why)
            return
        finally:
            self._ringing -= 1
        await self._report(ordered, "answered")
        self._spawn(self._lead(leg, ordered))

    async def _report(self, ordered: Outbound, result: Any, why: str | None = None) -> None:
        try:
            await self.client.report_call(ordered, result, why)
        except (ServiceDown, Refused) as error:
            # The lease runs out, and the call is made again.
            log.error("phone.report_lost", outbound=str(ordered.id), error=type(error).__name__)

    # --- the console --------------------------------------------------------------------------

    async def _abandon(self) -> None:
        """Calls of a former life of this process are over."""
        with contextlib.suppress(ServiceDown, Refused):
            await self.client.abandon_calls(self.settings.name)

    async def _learn_names(self) -> None:
        """Names of the city's catalogue; what is new in it is known the next day."""
        while True:
            names: list[str] = []
            with contextlib.suppress(ServiceDown, Refused):
                names = await self.client.names(self.settings.city)
            if names:
                self._names = await asyncio.to_thread(Names, names)
            await asyncio.sleep(DAY_S if names else RECONNECT_S)

    async def _commands(self) -> None:
        """What people at the console want done in running calls, without losing anything over a broken stream."""
        last: int | None = None
        while True:
            try:
                async for wanted in self.client.call_commands(last):
                    last = wanted.id
                    call = self.calls.get(wanted.conversation)
                    if call is not None:
                        call.command(Command(wanted.kind, wanted.speech or wanted.text, wanted.target))
            except (ServiceDown, Refused) as error:
                log.warning("phone.commands_interrupted", error=type(error).__name__)
            await asyncio.sleep(RECONNECT_S)

    # --- small things -------------------------------------------------------------------------

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        # A call that refers to itself somewhere would keep megabytes that the collector does not count for hundreds
        # of calls. With what lives for ever set aside (``app``) looking for it takes three milliseconds.
        gc.collect()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("phone.task_failed", error=type(error).__name__, exc_info=error)

    def _recording(self, conversation: str) -> Path:
        day = datetime.now(UTC).strftime("%Y-%m-%d")
        return self.settings.home / "recordings" / day / f"{conversation}.wav"


async def _say(mouth: Mouth, text: str) -> None:
    await mouth.say(text)
    await mouth.heard_out()


async def _drain(leg: CallLeg) -> None:
    """Until the other side has hung up."""
    async for _ in leg.events():
        pass
