"""The hotline as a SIP endpoint: rung at a fixed address or through a trunk it registers with.

The SIP stack is baresip, in this process (``baresip-python``): signalling, RTP, G.711, jitter buffer, SRTP and both
kinds of key presses. The three files ``sip*.py`` hide it; it keeps process-wide state, so there is one line a process.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Literal
from uuid import uuid4

import baresip
import structlog
from baresip import CallState, Event, Runtime, StackEvent, UserAgent

from channels.phone.leg import CallInfo, NotReached
from channels.phone.legs.common import Clock, Ticker
from channels.phone.legs.early_events import allow_early_events, stop_early_events
from channels.phone.legs.identity import caller_number, e164, source_host, user_of
from channels.phone.legs.sip_config import accounts, address_of, networks_of, stack_config, transports
from channels.phone.legs.sip_leg import SipLeg
from channels.phone.legs.sources import InviteLimit, allow_only
from channels.phone.settings import Settings

log = structlog.get_logger()
logging.getLogger("baresip").propagate = False
"""The stack's own lines name callers."""

_REGISTER_S: Final = 5.0
_BUSY: Final = {486, 600}
_DECLINED: Final = {603, 607, 608}
_UNREACHABLE: Final = {404, 410, 484, 502, 503, 604}
_NO_ANSWER: Final = {408, 480, 487}


class LineUnavailable(Exception):
    """The line cannot be opened: the port is taken, or the trunk refuses us."""


class SipLine:
    """All SIP calls of this process. Use ``open``."""

    def __init__(self, settings: Settings, runtime: Runtime, clock: Clock) -> None:
        self._settings = settings
        self._runtime = runtime
        self._ticker = Ticker()
        self._agents: list[UserAgent] = []
        self._ringing: asyncio.Queue[SipLeg | None] = asyncio.Queue()
        self._limit = InviteLimit(settings.sip_invites, clock)
        self._clock = clock
        self._turned_away = 0
        self._warned_at = -math.inf
        self._legs: set[SipLeg] = set()
        self._refusals: set[asyncio.Task[None]] = set()
        self._closed = self._dead = False

    @classmethod
    async def open(cls, settings: Settings, *, clock: Clock = time.monotonic) -> SipLine:
        """Listen, and register with the trunk if there is one. Raises LineUnavailable."""
        settings = settings.model_copy(update={"sip_host": settings.shown_host})
        runtime = Runtime()
        line = cls(settings, runtime, clock)
        runtime.on_dead = line._on_dead
        with TemporaryDirectory(prefix="yinling-sip-") as folder:
            stop_early_events()
            try:
                await runtime.start(stack_config(settings, Path(folder)))
            except baresip.BaresipError as error:
                allow_early_events()
                address = f"{settings.sip_host}:{settings.sip_port}"
                raise LineUnavailable(f"cannot listen at {address}: {error}") from error
            try:
                await line._listen()
            except BaseException:
                await line.close()
                raise
        return line

    async def _listen(self) -> None:
        settings = self._settings
        own = await networks_of(settings.sip_host)
        networks = [*settings.sip_sources, *own, *await networks_of(settings.sip_domain)]
        ports = [settings.sip_port, *([settings.sip_port + 1] if "tls" in transports(settings) else [])]
        for port in ports:
            if not allow_only(networks, port=port):
                raise LineUnavailable(f"port {port} of {settings.sip_host} is taken")
        for account in accounts(settings):
            agent = await UserAgent.create(self._runtime, account, transfer_policy="reject")
            agent.on_incoming(self._on_invite)
            self._agents.append(agent)
            if account.reg_interval:
                await self._register(agent)
        log.info("phone.sip_open", host=settings.sip_host, port=settings.sip_port, agents=len(self._agents))

    async def _register(self, agent: UserAgent) -> None:
        """A trunk that refuses us is an error of ours; one that is silent is tried again by the stack."""
        agent.on(self._on_registration)
        try:
            await agent.register(timeout=_REGISTER_S)
        except baresip.RegistrationError as error:
            if error.status is not None and 400 <= error.status < 500:
                raise LineUnavailable(f"the trunk refuses registration: {error}") from error

    def _on_registration(self, event: StackEvent) -> None:
        if event.event is Event.REGISTER_OK:
            log.info("phone.trunk_registered")
        elif event.event is Event.REGISTER_FAIL:
            log.error("phone.trunk_lost", reason=event.text)

    @property
    def active(self) -> int:
        """Calls that have not ended."""
        return len(self._legs)

    @property
    def alive(self) -> bool:
        """The stack runs."""
        return not (self._closed or self._dead)

    def forget_sources(self) -> None:
        """Let everybody ring again who has rung too often."""
        self._limit.forget()

    async def calls(self) -> AsyncIterator[SipLeg]:
        """Calls as they ring, until the line is closed or its stack has died."""
        while (leg := await self._ringing.get()) is not None:
            yield leg

    async def dial(self, number: str, *, ring_s: float = 30) -> SipLeg:
        address = address_of(number, self._settings)
        if address is None:
            raise NotReached("unreachable")
        info = CallInfo(
            call_id=uuid4().hex,
            direction="out",
            carrier="sip",
            caller=e164(user_of(address), self._settings.area_code),
        )
        try:
            call = await self._invite(address)
            try:
                await call.wait_established(ring_s)
            except asyncio.CancelledError:
                await call.hangup()
                raise
        except baresip.BaresipError as error:
            raise NotReached(_not_reached(error)) from error
        if call.state is CallState.CLOSED:
            raise NotReached("failed")
        leg = self._leg(call, info)
        leg.begin()
        return leg

    async def _invite(self, address: str) -> baresip.Call:
        """Start ringing. A peer may answer before the stack's Python side listens: that is told it afterwards."""
        missed: list[StackEvent] = []
        self._runtime.subscribe(missed.append)
        try:
            call = await self._agents[-1].dial(address)
        finally:
            self._runtime.unsubscribe(missed.append)
        for event in missed:
            call._on_stack_event(event)
        return call

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        await asyncio.gather(*(leg.hang_up() for leg in tuple(self._legs)), return_exceptions=True)
        await self._ticker.close()
        for agent in self._agents:
            with suppress(baresip.BaresipError):
                await agent.unregister()
        await self._runtime.close()
        allow_early_events()
        for leg in tuple(self._legs):
            leg.end("us")
        self._ringing.put_nowait(None)

    def _on_dead(self) -> None:
        """The stack's thread died; nothing short of a new process helps."""
        log.critical("phone.sip_dead")
        self._dead = True
        for leg in tuple(self._legs):
            leg.end("lost")
        self._ringing.put_nowait(None)

    def _on_invite(self, call: baresip.Call) -> None:
        headers = dict(call.headers)
        if not self._limit.allows(source_host(headers)):
            self._warn_of_flood()
            task = asyncio.ensure_future(_rejected(call))
            self._refusals.add(task)
            task.add_done_callback(self._refusals.discard)
            return
        area = self._settings.area_code
        to = user_of(headers.get("To", ""))
        info = CallInfo(
            call_id=uuid4().hex,  # the caller chooses the SIP Call-ID: it could name another's conversation
            direction="in",
            carrier="sip",
            caller=caller_number(call.peer or "", headers, area),
            dialled=e164(to, area) or to or None,
            headers=headers,
        )
        self._ringing.put_nowait(self._leg(call, info))

    def _warn_of_flood(self) -> None:
        """Once in a while, not once a message."""
        self._turned_away += 1
        if self._clock() - self._warned_at >= InviteLimit.WINDOW_S:
            log.warning("phone.invite_limit", turned_away=self._turned_away)
            self._warned_at = self._clock()

    def _leg(self, call: baresip.Call, info: CallInfo) -> SipLeg:
        return SipLeg(call, info, self._ticker, self._settings, self._legs)


async def _rejected(call: baresip.Call) -> None:
    with suppress(baresip.BaresipError):
        await call.reject()


def _not_reached(error: Exception) -> Literal["busy", "no_answer", "declined", "unreachable", "failed"]:
    status = getattr(error, "status", None)
    if status in _BUSY:
        return "busy"
    if status in _DECLINED:
        return "declined"
    if isinstance(error, baresip.CallTimeout):
        return "no_answer"
    if isinstance(error, baresip.NoLocalAddressError):
        return "unreachable"
    if status in _NO_ANSWER:
        return "no_answer"
    if status in _UNREACHABLE:
        return "unreachable"
    return "failed"
