"""Settings of the telephone's lines, read from the environment; see docs/telephone.md."""

from __future__ import annotations

import socket
from ipaddress import IPv4Network
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

ROOT: Final = Path(__file__).resolve().parents[2]
PRIVATE_NETWORKS: Final = tuple(
    IPv4Network(network) for network in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
)
"""Loopback and RFC 1918: what may ring unless an operator names more."""

Carrier = Literal["sip", "asterisk", "audiosocket", "twilio"]
Listed = NoDecode
"""Lists are written with commas, not as JSON."""


def own_address(towards: str = "198.51.100.1") -> str:
    """The IPv4 address by which this machine reaches another; loopback when it has no way. Nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((towards, 9))
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


class Settings(BaseSettings):
    """What an operator may change about the lines."""

    model_config = SettingsConfigDict(env_prefix="YINLING_PHONE_", env_ignore_empty=True, extra="ignore")

    api_url: str = Field(default="http://127.0.0.1:8000", validation_alias="YINLING_API_URL")
    api_token: str = Field(default="", validation_alias="YINLING_API_TOKEN")
    """Token of this process at the API, subject ``channel:phone``."""
    home: Path = Field(default=ROOT / "var", validation_alias="YINLING_HOME")
    log_level: str = Field(default="INFO", validation_alias="YINLING_LOG_LEVEL")

    name: str = "phone"
    """Name of this process in call records, kept over restarts."""
    health_port: int = 5730
    """``/health`` and ``/metrics`` on loopback."""
    second_hearing: bool = True
    """Hear doubtful utterances again with Whisper where its weights are installed."""
    record: bool = False
    """Keep the sound of calls below ``home``; every caller is told so first."""

    carriers: Annotated[tuple[Carrier, ...], Listed] = ("sip",)
    """Which lines are open."""
    city: str | None = None
    """City of the operator when the dialled number does not tell it."""
    area_code: str | None = None
    """Completes callers' landline numbers of 7 or 8 digits, e.g. 0551."""
    operator: str | None = None
    """Who takes over when a person is asked for: a SIP address or a number of the trunk."""
    whisper: bool = True
    """Whoever takes over hears a short summary before the two are joined here; false: the call is handed away by
    REFER where the other side knows it, which frees our line, and the summary stands in the console alone."""

    processes: int = Field(default=1, ge=1, le=32)
    """Telephone processes; each has its own ports, a SIP balancer in front shares the calls out."""
    max_calls: int = Field(default=20, ge=1)
    """Calls a process talks with at once; the next ones hear an apology and are called back."""
    hard_calls: int = Field(default=60, ge=1)
    """Calls a process takes at all; the next ones get 486. About 60 is what two cores carry."""
    claim_s: float = Field(default=5.0, gt=0)
    """Pause between two questions whether somebody is to be rung, s, when nobody was."""
    max_call_s: int = Field(default=1800, ge=10)
    """Longest call, s."""
    silent_line_s: int = Field(default=20, ge=2)
    """A call without a single packet for so long is over, s."""

    sip_host: str = "0.0.0.0"
    """Address that is listened on; 0.0.0.0 is the one by which this machine reaches others (SIP tells one address
    in every call). Who may ring is ``sip_sources``, not this."""
    sip_port: int = Field(default=5060, ge=1, le=65534)
    """UDP, and TCP if the trunk speaks it; TLS is on the next port when there is a certificate."""
    sip_sources: Annotated[tuple[IPv4Network, ...], Listed] = PRIVATE_NETWORKS
    """Networks that may speak SIP to us; all else is dropped by the kernel. The trunk's own address is added."""
    sip_invites: int = Field(default=30, ge=1)
    """Calls one source may start in ten seconds; further ones get 486."""
    sip_user: str = "hotline"
    """Our name at the trunk, and the user part of the address that is rung."""
    sip_domain: str | None = None
    """Registrar or peer of the trunk; without it we are only called at our fixed address."""
    sip_password: SecretStr = SecretStr("")
    sip_auth_user: str | None = None
    """Name for the trunk's password when it is not ``sip_user``."""
    sip_register: bool = True
    """Register with ``sip_domain``; false for trunks that know our address."""
    sip_transport: Literal["udp", "tcp", "tls"] = "udp"
    """How the trunk is spoken to."""
    sip_codecs: Annotated[tuple[Literal["pcma", "pcmu"], ...], Listed] = ("pcma", "pcmu")
    sip_numbers: Literal["national", "e164"] = "national"
    """How numbers are dialled: 13900001111 and 055162345678, or +8613900001111."""
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    """PEM; not needed when the certificate's file holds the key too."""
    srtp: Literal["off", "offered", "required"] = "off"
    jitter_ms: Annotated[tuple[int, int], Listed] = (40, 200)
    """Least and most that packets are held back so that late ones still come in time; 0-0: not at all."""
    rtp_ports: Annotated[tuple[int, int], Listed] = (20000, 21999)
    """First and last; a call takes two, and they are shared out between the processes."""

    stream_host: str = "127.0.0.1"
    asterisk_port: int = 5710
    """WebSocket for Asterisk's chan_websocket."""
    audiosocket_port: int = 5711
    """TCP for Asterisk's AudioSocket."""
    twilio_port: int = 5712
    """WebSocket for Twilio-style media streams; a TLS proxy stands in front of it."""
    stream_token: SecretStr = SecretStr("")
    """Shared secret of media streams: a part of the WebSocket's path, the first bytes of AudioSocket's UUID."""

    @field_validator("carriers", "sip_sources", "sip_codecs", "jitter_ms", "rtp_ports", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        return tuple(part.strip() for part in value.replace("-", ",").split(",") if part.strip())

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        first, last = self.rtp_ports
        if last - first < 2 * self.processes:
            raise ValueError("YINLING_PHONE_RTP_PORTS leaves a process without ports")
        if self.tls_key and not self.tls_certificate:
            raise ValueError("YINLING_PHONE_TLS_KEY needs YINLING_PHONE_TLS_CERTIFICATE")
        if {"asterisk", "twilio", "audiosocket"} & set(
            self.carriers
        ) and not self.stream_token.get_secret_value():
            raise ValueError("media streams need YINLING_PHONE_STREAM_TOKEN")
        return self

    @property
    def shown_host(self) -> str:
        """Address at which the hotline is rung, from the network and from this machine."""
        return own_address() if self.sip_host == "0.0.0.0" else self.sip_host

    def of_process(self, index: int) -> Self:
        """The settings of process ``index`` (from 0): its own SIP, stream and RTP ports."""
        first, last = self.rtp_ports
        share = (last - first + 1) // self.processes
        ports = (first + index * share, first + (index + 1) * share - 1)
        return self.model_copy(
            update={
                "name": f"{self.name}-{index}" if self.processes > 1 else self.name,
                "health_port": self.health_port + index,
                "sip_port": self.sip_port + 2 * index,
                "asterisk_port": self.asterisk_port + 10 * index,
                "audiosocket_port": self.audiosocket_port + 10 * index,
                "twilio_port": self.twilio_port + 10 * index,
                "rtp_ports": ports,
            }
        )
