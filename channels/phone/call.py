"""One call from ring to goodbye: what is heard goes to the desk, what the desk answers is said.

Two tasks: one reads the line and never waits for anything slower than the recogniser; the other takes what was
noticed, one thing at a time, asks the desk and has the answer spoken, which whatever comes next may stop.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
from dataclasses import dataclass, replace
from typing import Final, Literal, Protocol

import structlog

from assistant.client import Refused, ServiceDown
from assistant.desk.schemas import Caller, Event, Reply, TurnIn
from channels.phone import metrics
from channels.phone.answering import Answering
from channels.phone.happenings import Answered, Command, Happening, Keys, Spoken, TooLong
from channels.phone.hints import Question
from channels.phone.keypad import Keypad
from channels.phone.leg import (
    FRAME_MS,
    Brief,
    CallLeg,
    CannotTransfer,
    Digit,
    Ending,
    Held,
    HungUp,
    Sound,
)
from channels.phone.listening import Ear, Noticed, Silent, Started, Utterance
from channels.phone.outbound import WhoAnswers
from channels.phone.records import Entry, Records
from channels.phone.second import Understood, settle, with_names, worth_asking
from channels.phone.speaking import Mouth
from channels.phone.wording import SENTENCES
from speech.audio import Samples
from speech.names import NO_NAMES, Names
from speech.recognizer import Heard
from speech.synthesizer import Delivery

TONE_AFTER_S: Final = 0.6
"""An answer later than this is announced by a soft tone: the caller has been heard."""
MEANT_MS: Final = 800
"""Voice this long without a word in it was meant to be something, and is answered."""
DOWN: Final = 2
"""So many turns in a row that the API does not answer end the call."""

log = structlog.get_logger(__name__)


class Desk(Protocol):
    """The one conversation desk behind every channel."""

    async def turn(self, turn: TurnIn) -> Reply: ...


class HearsAgain(Protocol):
    """A second hearing of an utterance; None when it would come too late."""

    async def __call__(self, pcm: bytes, question: Question) -> Heard | None: ...


@dataclass(frozen=True)
class Plan:
    """How calls are to be led; the same for all of a process."""

    operator: str | None = None
    """Where a person is reached; None: nobody can be put through."""
    whisper: bool = True
    """Whoever takes over first hears who is there and what it is about."""
    longest_s: float = 1_790
    """After this we say goodbye."""
    trial_model: bool = False
    """The recogniser is not made for real callers: everything is heard twice."""
    city: str | None = None
    opening: str | None = None
    """Sentence of ours within the greeting, e.g. that the call is recorded."""


class Call:
    """A call that has just been answered.

    Args:
        leg: the line; not yet answered when it is an incoming call.
        desk: takes turns.
        mouth, ear: of this call.
        records: of this call.
        conversation: name at the desk.
        hear_again: the second hearing; None when there is none.
        machine_message: what an answering machine is told, for calls of ours.
        names: streets, places and services of the city.
    """

    def __init__(
        self,
        leg: CallLeg,
        desk: Desk,
        mouth: Mouth,
        ear: Ear,
        records: Records,
        plan: Plan,
        *,
        conversation: str,
        hear_again: HearsAgain | None = None,
        machine_message: str | None = None,
        names: Names = NO_NAMES,
    ) -> None:
        self.leg = leg
        self.conversation = conversation
        self._desk = desk
        self._mouth = mouth
        self._ear = ear
        self._records = records
        self._plan = plan
        self._hear_again = hear_again
        self._machine_message = machine_message
        self._names = names
        self.machine = False
        """An answering machine took the call."""
        self._who = WhoAnswers() if leg.info.direction == "out" else None
        self._inbox: asyncio.Queue[Happening] = asyncio.Queue()
        self._keypad = Keypad()
        self._question = Question()
        self._answering = Answering(mouth, ear, records, plan.opening, self._inbox)
        self._tone: asyncio.Task[None] | None = None
        self._turns = 0
        self._down = 0
        self._heard_ms = 0
        self._held = False
        self._busy = False
        self._muted = False
        """Somebody at the console wants us quiet; what must not be cut, first aid, is said all the same."""
        self._why: Ending = "us"

    # --- from outside -------------------------------------------------------------------------

    def command(self, command: Command) -> None:
        """Something from the console."""
        self._inbox.put_nowait(command)

    async def run(self) -> Ending:
        """Lead the call to its end; returns why it ended."""
        reading = asyncio.create_task(self._read())
        try:
            if self._who is None:
                await self._event("start")
            while not isinstance(happening := await self._inbox.get(), HungUp):
                await self._handle(happening)
            self._why = happening.why
        finally:
            await self._hush()
            await self.leg.hang_up()
            reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await reading
        await self._gone()
        return self._why

    # --- the line -----------------------------------------------------------------------------

    async def _read(self) -> None:
        """The line to its end; a fault of ours here must not leave a call that nobody listens to."""
        try:
            await self._read_events()
        except Exception as error:
            log.exception("phone.deaf", conversation=self.conversation, error=type(error).__name__)
            self._inbox.put_nowait(HungUp("lost"))

    async def _read_events(self) -> None:
        async for event in self.leg.events():
            if isinstance(event, Sound):
                await self._hear(event.samples)
            elif isinstance(event, Digit):
                self._keyed(self._keypad.press(event.key))
            elif isinstance(event, Held):
                self._held = event.on
            elif isinstance(event, HungUp):
                self._inbox.put_nowait(event)
                return

    async def _hear(self, samples: Samples) -> None:
        self._heard_ms += FRAME_MS
        if self._heard_ms == int(self._plan.longest_s * 1000) // FRAME_MS * FRAME_MS:
            self._inbox.put_nowait(TooLong())
        if self._held:
            return
        if self._who is not None:
            self._answered_by(self._who.push(FRAME_MS, self._ear.voice(samples)))
            return
        self._keyed(self._keypad.pass_time(FRAME_MS))
        noticed = await self._ear.push(samples)
        if noticed is not None:
            await self._notice(noticed)

    def _answered_by(self, verdict: Literal["person", "machine"] | None) -> None:
        if verdict is not None:
            self._who = None
            self._inbox.put_nowait(Answered(verdict))

    async def _notice(self, noticed: Noticed) -> None:
        if isinstance(noticed, Started):
            if noticed.over_us:
                self._end_tone()
                await self._answering.interrupt(noticed)
        elif isinstance(noticed, Utterance):
            if noticed.heard or noticed.voiced_ms >= MEANT_MS:
                await self._hush()
                self._inbox.put_nowait(noticed)
        elif not self._busy and not self._muted:
            self._inbox.put_nowait(noticed)

    def _keyed(self, digits: str | None) -> None:
        if digits is not None:
            self._inbox.put_nowait(Keys(digits))

    # --- one thing after another --------------------------------------------------------------

    async def _handle(self, happening: Happening) -> None:
        if isinstance(happening, Answered):
            await (self._event("start") if happening.by == "person" else self._leave_message())
        elif isinstance(happening, Utterance):
            await self._said(happening)
        elif isinstance(happening, Keys):
            await self._hush()
            await self._ask(Entry("digits", digits=happening.digits), digits=happening.digits)
        elif isinstance(happening, Silent):
            await self._event("silence")
        elif isinstance(happening, Spoken):
            await self._after(happening.reply)
        elif isinstance(happening, Command):
            await self._obey(happening)
        elif isinstance(happening, TooLong):
            await self._bid_farewell("too_long", "too_long")

    async def _event(self, event: Event) -> None:
        await self._ask(Entry("start" if event == "start" else "silence"), event=event)

    async def _said(self, said: Utterance) -> None:
        """Answer an utterance; a tone tells the caller when it takes longer."""
        self._busy = True
        if not said.urgent:
            self._tone = asyncio.create_task(self._tone_later())
        try:
            await self._understood(said)
        finally:
            self._busy = False

    async def _tone_later(self) -> None:
        await asyncio.sleep(TONE_AFTER_S)
        await self._mouth.tone()

    async def _understood(self, said: Utterance) -> None:
        understood = await self._understand(said)
        timings = {
            "endpoint": (said.ended_at - said.spoke_until) * 1000,
            "final_result": (said.final_at - said.ended_at) * 1000,
            "second_hearing": (self._mouth.now() - said.final_at) * 1000,
        }
        if not understood.text:
            await self._ask(Entry("silence", timings=timings), event="silence", said=said)
            return
        entry = Entry(
            "turn",
            heard=understood.text,
            confidence=understood.confidence,
            alternatives=understood.alternatives,
            decisions={"by": understood.by, "urgent": said.urgent},
            timings=timings,
        )
        await self._ask(entry, understood=understood, said=said)

    async def _understand(self, said: Utterance) -> Understood:
        second = None
        doubtful = worth_asking(said.heard, self._question, trial_model=self._plan.trial_model)
        if self._hear_again is not None and doubtful and not said.urgent:
            second = await self._hear_again(said.pcm, self._question)
        return with_names(settle(said.heard, second, self._question), self._names, self._question)

    async def _ask(
        self,
        entry: Entry,
        *,
        event: Event | None = None,
        digits: str | None = None,
        understood: Understood | None = None,
        said: Utterance | None = None,
    ) -> None:
        """One turn with the desk; its reply is spoken while the call goes on."""
        self._turns += 1
        turn = TurnIn(
            channel="phone",
            conversation=self.conversation,
            turn_id=str(self._turns),
            text=understood.text if understood else None,
            digits=digits,
            event=event,
            caller=Caller(phone=self.leg.info.caller),
            confidence=understood.confidence if understood else None,
            alternatives=list(understood.alternatives) if understood else [],
            city=self._plan.city,
            direction=self.leg.info.direction,
        )
        try:
            reply = await self._desk.turn(turn)
            self._down = 0
            self._mouth.delivery = Delivery(reply.pace, 20 * math.log10(reply.loudness))
        except (ServiceDown, Refused) as error:
            await self._without_desk(entry, type(error).__name__)
            return
        if self._muted and not any(message.protected for message in reply.messages):
            self._records.add(replace(entry, decisions={**entry.decisions, "muted": True}))
            return
        await self._utter(reply, entry, said)

    async def _without_desk(self, entry: Entry, error: str) -> None:
        """The API is gone: say so, name the emergency numbers, do not leave the caller in silence."""
        self._down += 1
        log.error("desk out of reach", conversation=self.conversation, error=error)
        if self._down >= DOWN or entry.kind == "start":
            await self._bid_farewell("unavailable", "lost")
        else:
            await self._utter(Reply.model_validate({"messages": [_message("unavailable_now")]}), entry)

    # --- speaking -----------------------------------------------------------------------------

    async def _utter(self, reply: Reply, entry: Entry, said: Utterance | None = None) -> None:
        """Begin to speak a reply; ``Spoken`` follows when it is over."""
        await self._hush()
        if reply.messages:
            self._question = Question.of(reply)
            self._keypad.ask(self._question)
            await self._ear.expect(self._question)
        self._answering.begin(reply, entry, said)

    async def _hush(self) -> None:
        """Stop speaking at once."""
        self._end_tone()
        await self._answering.stop()

    def _end_tone(self) -> None:
        # What is cancelled keeps its frame, and that this call: it is not held on to.
        tone, self._tone = self._tone, None
        if tone is not None:
            tone.cancel()

    # --- the end of things --------------------------------------------------------------------

    async def _after(self, reply: Reply) -> None:
        """What follows once a reply has been heard."""
        if reply.handoff is not None and reply.handoff.to == "operator" and reply.expects == "none":
            await self._transfer(self._plan.operator, reply.handoff.summary)
        if reply.end:
            await self.leg.hang_up()

    async def _transfer(self, target: str | None, summary: str | None) -> None:
        """Put the caller through; if that is not possible the ticket stays, and the caller is told.

        ``summary`` is for the ears of whoever takes over.
        """
        try:
            if target is None:
                raise CannotTransfer
            await self.leg.transfer(target, self._brief(summary))
        except CannotTransfer:
            metrics.TRANSFERS.labels("failed").inc()
            await self._utter(Reply.model_validate({"messages": [_message("not_connected")]}), Entry("note"))
        else:
            metrics.TRANSFERS.labels("done").inc()

    def _brief(self, summary: str | None) -> Brief | None:
        if not summary or not self._plan.whisper:
            return None

        async def told(person: CallLeg) -> None:
            mouth = self._mouth.on(person)
            await mouth.say(summary)
            await mouth.heard_out()

        return told

    async def _obey(self, command: Command) -> None:
        """What the console wants."""
        if command.kind == "say" and command.speech:
            reply = Reply.model_validate({"messages": [{"text": command.speech, "speech": command.speech}]})
            await self._utter(reply, Entry("operator"))
        elif command.kind == "transfer":
            await self._hush()
            await self._transfer(command.target or self._plan.operator, command.speech)
        elif command.kind in ("mute", "unmute"):
            self._muted = command.kind == "mute"
            await self._hush()
        elif command.kind == "hangup":
            await self._hush()
            await self.leg.hang_up()

    async def _leave_message(self) -> None:
        """An answering machine: who rang, and nothing that only the person may hear."""
        self.machine = True
        text = self._machine_message or SENTENCES("machine")
        message = {"text": text, "speech": text, "protected": True}
        reply = Reply.model_validate({"messages": [message], "end": True, "expects": "none"})
        await self._utter(reply, Entry("note", decisions={"answered_by": "machine"}))

    async def _bid_farewell(self, sentence: str, why: Ending) -> None:
        await self._utter(
            Reply.model_validate({"messages": [_message(sentence)], "end": True, "expects": "none"}),
            Entry("note", decisions={"why": why}),
        )

    async def _gone(self) -> None:
        """The caller has hung up, or we have: the desk keeps what was begun."""
        self._turns += 1
        with contextlib.suppress(ServiceDown, Refused):
            await self._desk.turn(
                TurnIn(
                    channel="phone",
                    conversation=self.conversation,
                    turn_id=str(self._turns),
                    event="hangup",
                    caller=Caller(phone=self.leg.info.caller),
                    direction=self.leg.info.direction,
                )
            )
        self._records.add(Entry("hangup", decisions={"why": self._why}))


def _message(sentence: str) -> dict[str, object]:
    text = SENTENCES(sentence)
    return {"text": text, "speech": text, "protected": True}
