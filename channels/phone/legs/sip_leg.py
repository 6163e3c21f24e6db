"""One call of the SIP stack as a leg: sound, keys, hold and transfer."""

from __future__ import annotations

import math
from contextlib import suppress
from typing import Final

import baresip
import structlog
from baresip import Event, StackEvent

from channels.phone.leg import Brief, CallInfo, CannotTransfer, Digit, Ending, Held, Sound
from channels.phone.legs.common import Incoming, Leg, Ticker
from channels.phone.legs.sip_config import address_of
from channels.phone.settings import Settings
from speech.audio import Samples, bytes_of

log = structlog.get_logger()

_BYTES_A_MS: Final = 16
_READ_BYTES: Final = 16_000
_ANSWER_S: Final = 10.0
_TRANSFER_S: Final = 20.0


class _Sender:
    """The stack's own buffer: it sends 20 ms at a time by a clock of its own, and forgets the rest when told to."""

    most_ms: float = 1000
    """Of the two seconds the stack takes: so long this process may stand still before a caller hears a gap."""

    def __init__(self, call: baresip.Call) -> None:
        self._call = call

    def ahead_ms(self) -> float:
        try:
            info = self._call.audio.info()
        except baresip.AudioNotActive:
            return math.inf
        return info.tx_buffered / _BYTES_A_MS if info.tx_ready else math.inf

    def send(self, frame: Samples) -> None:
        # A re-INVITE replaces the streams; the frame in between is lost with them.
        with suppress(baresip.AudioRestarted, baresip.AudioNotActive):
            self._call.audio.write(bytes_of(frame))

    def drop(self) -> None:
        with suppress(baresip.AudioRestarted, baresip.AudioNotActive):
            self._call.audio.flush_tx()


class SipLeg(Leg):
    """One SIP call."""

    def __init__(
        self, call: baresip.Call, info: CallInfo, ticker: Ticker, settings: Settings, legs: set[SipLeg]
    ) -> None:
        """``legs`` holds it until its call has closed."""
        super().__init__(info, _Sender(call), max_call_s=settings.max_call_s)
        legs.add(self)
        self._legs = legs
        self._call = call
        self._ticker = ticker
        self._settings = settings
        self._incoming = Incoming()
        self._held = False
        call.on(self._on_stack_event)

    async def answer(self) -> None:
        if self.ended or self._answered_at is not None:
            return
        try:
            # video=True: without it the stack re-invites 100 ms later, which confuses some peers; no video is
            # negotiated with a caller that offers none.
            await self._call.answer(video=True)
            await self._call.wait_established(_ANSWER_S)
        except baresip.BaresipError as error:
            log.info("phone.answer_failed", call=self.info.call_id, error=type(error).__name__)
            self._on_closed("")
            return
        self.begin()

    def begin(self) -> None:
        super().begin()
        self._ticker.add(self.tick)
        self._outgoing.tick()

    async def refuse(self, status: int = 486) -> None:
        """The stack knows one refusal, 486; other values are sent as that."""
        self.why = "refused"
        with suppress(baresip.StaleHandleError):
            await self._call.reject()

    async def hang_up(self) -> None:
        self.why = self.why or "us"
        await self._bye()

    async def _bye(self) -> None:
        if self.ended:
            return
        with suppress(baresip.StaleHandleError):
            await self._call.hangup()

    async def send_keys(self, keys: str) -> None:
        """Press keys, for calls of ours to a machine (RFC 4733)."""
        if not self.ended:
            await self._call.send_dtmf(keys)

    async def transfer(self, target: str, brief: Brief | None = None) -> None:
        if self.ended:
            return
        address = address_of(target, self._settings)
        if address is None:
            raise CannotTransfer("a number needs a trunk")
        try:
            await self._call.transfer(address, timeout=_TRANSFER_S)
        except (baresip.BaresipError, ValueError) as error:
            if not self.ended:
                raise CannotTransfer(str(error)) from error

    def tick(self) -> None:
        super().tick()
        try:
            pcm = self._call.audio.read(_READ_BYTES)
        except (baresip.AudioRestarted, baresip.AudioNotActive):
            self._incoming.pause()
            return
        if not self._held:
            for frame in self._incoming.push(pcm):
                self._events.put(Sound(frame))

    def _on_stack_event(self, event: StackEvent) -> None:
        match event.event:
            case Event.CALL_DTMF_START if event.text:
                self._events.put(Digit(event.text))
            case Event.CALL_HOLD | Event.CALL_RESUME:
                self._on_hold(event.event is Event.CALL_HOLD)
            case Event.CALL_CLOSED:
                self._call.off(self._on_stack_event)
                self._legs.discard(self)
                self._on_closed(event.text or "")
            case _:
                pass

    def _on_hold(self, on: bool) -> None:
        if on != self._held:
            self._held = on
            self._incoming.pause()
            self._events.put(Held(on))

    def _on_closed(self, reason: str) -> None:
        self._ticker.remove(self.tick)
        self.end(_ending(reason))


def _ending(reason: str) -> Ending:
    """Why a call closed, from the stack's text."""
    if reason.startswith("Call transfer"):
        return "transferred"
    if "rtp" in reason.lower() or "timed out" in reason.lower():
        return "lost"
    return "caller"
