"""The hotline as a SIP endpoint: rung at a fixed address or through a trunk it registers with.

The SIP stack is baresip, in this process (``baresip-python``): signalling, RTP, G.711, jitter buffer, SRTP and both
kinds of key presses. This file hides it; it keeps process-wide state, so there is one line a process.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from ipaddress import IPv4Network
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Literal
from uuid import uuid4

import baresip
import structlog
from baresip import Account, CallState, Config, Event, Runtime, StackEvent, UserAgent

from channels.phone.leg import Brief, CallInfo, CannotTransfer, Digit, Ending, Held, NotReached, Sound
from channels.phone.legs.common import Clock, Incoming, Leg, Ticker
from channels.phone.legs.early_events import allow_early_events, stop_early_events
from channels.phone.legs.identity import (
    IDENTITY_HEADERS,
    caller_number,
    dialled_address,
    e164,
    source_host,
    user_of,
)
from channels.phone.legs.sources import InviteLimit, allow_only
from channels.phone.settings import Settings
from speech.audio import Samples, bytes_of

log = structlog.get_logger()
logging.getLogger("baresip").propagate = False
"""The stack's own lines name callers."""

_BYTES_A_MS: Final = 16
_READ_BYTES: Final = 16_000
_ANSWER_S: Final = 10.0
_REGISTER_S: Final = 5.0
_TRANSFER_S: Final = 20.0
_BUSY: Final = {486, 600}
_DECLINED: Final = {603, 607, 608}
_UNREACHABLE: Final = {404, 410, 484, 502, 503, 604}
_NO_ANSWER: Final = {408, 480, 487}


class LineUnavailable(Exception):
    """The line cannot be opened: the port is taken, or the trunk refuses us."""


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
        address = _address(target, self._settings)
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
                await runtime.start(_config(settings, Path(folder)))
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
        own = await _addresses(settings.sip_host)
        networks = [*settings.sip_sources, *own, *await _addresses(settings.sip_domain)]
        ports = [settings.sip_port, *([settings.sip_port + 1] if "tls" in _transports(settings) else [])]
        for port in ports:
            if not allow_only(networks, port=port):
                raise LineUnavailable(f"port {port} of {settings.sip_host} is taken")
        for account in _accounts(settings):
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
        address = _address(number, self._settings)
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


def _address(number: str, settings: Settings) -> str | None:
    """Whom to ring; None for a number when there is no trunk to ring it through."""
    if settings.sip_domain is None and "@" not in number:
        return None
    return dialled_address(number, settings.sip_domain or "", settings.sip_numbers)


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


def _accounts(settings: Settings) -> list[Account]:
    """One agent a transport that is listened on; the last is the trunk's, and dials."""
    transports = _transports(settings)
    media = {"off": (), "offered": ("mediaenc=srtp",), "required": ("mediaenc=srtp-mand",)}[settings.srtp]
    transports.sort(key=lambda transport: transport == settings.sip_transport)
    accounts = [
        Account(
            user=settings.sip_user,
            domain=settings.sip_host,
            password="",
            reg_interval=0,
            transport=transport,
            audio_codecs=settings.sip_codecs,
            extra_params=("catchall=yes", "video_codecs=none", *media),
        )
        for transport in transports
    ]
    if settings.sip_domain:
        accounts.append(
            Account(
                user=settings.sip_user,
                domain=settings.sip_domain,
                password=settings.sip_password.get_secret_value(),
                auth_user=settings.sip_auth_user,
                reg_interval=600 if settings.sip_register else 0,
                transport=settings.sip_transport,
                audio_codecs=settings.sip_codecs,
                extra_params=("catchall=yes", "video_codecs=none", *media),
            )
        )
    return accounts


def _transports(settings: Settings) -> list[Literal["udp", "tcp", "tls"]]:
    """What is listened on besides UDP: what the trunk speaks, and TLS if there is a certificate."""
    transports: list[Literal["udp", "tcp", "tls"]] = ["udp"]
    if settings.sip_transport == "tcp":
        transports.append("tcp")
    if settings.tls_certificate or settings.sip_transport == "tls":
        transports.append("tls")
    return transports


def _config(settings: Settings, folder: Path) -> Config:
    lines = [
        f"sip_listen {settings.sip_host}:{settings.sip_port}",
        f"sip_transports {','.join(_transports(settings))}",
        f"rtp_ports {settings.rtp_ports[0]}-{settings.rtp_ports[1]}",
        f"audio_jitter_buffer_type {'adaptive' if settings.jitter_ms[1] else 'off'}",
        f"audio_jitter_buffer_ms {settings.jitter_ms[0]}-{settings.jitter_ms[1]}",
    ]
    if settings.tls_certificate:
        lines.append(f"sip_certificate {_certificate(settings, folder)}")
    return Config(
        net_interface=settings.sip_host,
        max_concurrent_calls=settings.hard_calls,
        rtp_timeout=settings.silent_line_s,
        expose_headers=IDENTITY_HEADERS,
        extra_config_text="\n".join(lines) + "\n",
    )


def _certificate(settings: Settings, folder: Path) -> Path:
    """The one file with certificate and key that the stack reads at its start."""
    assert settings.tls_certificate is not None
    if settings.tls_key is None:
        return settings.tls_certificate
    both = folder / "tls.pem"
    both.touch(mode=0o600)
    both.write_bytes(settings.tls_certificate.read_bytes() + b"\n" + settings.tls_key.read_bytes())
    return both


async def _addresses(domain: str | None) -> list[IPv4Network]:
    """Where the trunk answers from; nothing when its name is not known now."""
    if not domain:
        return []
    host, _, port = domain.partition(":")
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port or None)
    except OSError:
        return []
    return [IPv4Network(str(address[0])) for family, *_, address in found if ":" not in str(address[0])]
