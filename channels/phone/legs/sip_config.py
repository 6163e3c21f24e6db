"""What the SIP stack is told at its start: where it listens, by which transports, as whom, and from where it is rung."""

from __future__ import annotations

import asyncio
from ipaddress import IPv4Network
from pathlib import Path
from typing import Literal

from baresip import Account, Config

from channels.phone.legs.identity import IDENTITY_HEADERS, dialled_address
from channels.phone.settings import Settings

Transport = Literal["udp", "tcp", "tls"]


def accounts(settings: Settings) -> list[Account]:
    """One agent a transport that is listened on; the last is the trunk's, and dials."""
    media = {"off": (), "offered": ("mediaenc=srtp",), "required": ("mediaenc=srtp-mand",)}[settings.srtp]
    agents = [
        Account(
            user=settings.sip_user,
            domain=settings.sip_host,
            password="",
            reg_interval=0,
            transport=transport,
            audio_codecs=settings.sip_codecs,
            extra_params=("catchall=yes", "video_codecs=none", *media),
        )
        for transport in sorted(transports(settings), key=lambda one: one == settings.sip_transport)
    ]
    if settings.sip_domain:
        agents.append(
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
    return agents


def transports(settings: Settings) -> list[Transport]:
    """What is listened on besides UDP: what the trunk speaks, and TLS if there is a certificate."""
    found: list[Transport] = ["udp"]
    if settings.sip_transport == "tcp":
        found.append("tcp")
    if settings.tls_certificate or settings.sip_transport == "tls":
        found.append("tls")
    return found


def stack_config(settings: Settings, folder: Path) -> Config:
    """The stack's configuration; ``folder`` holds a certificate that had to be put together while it starts."""
    lines = [
        f"sip_listen {settings.sip_host}:{settings.sip_port}",
        f"sip_transports {','.join(transports(settings))}",
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


async def networks_of(domain: str | None) -> list[IPv4Network]:
    """Where the trunk answers from; nothing when its name is not known now."""
    if not domain:
        return []
    host, _, port = domain.partition(":")
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port or None)
    except OSError:
        return []
    return [IPv4Network(str(address[0])) for family, *_, address in found if ":" not in str(address[0])]


def address_of(number: str, settings: Settings) -> str | None:
    """Whom to ring; None for a number when there is no trunk to ring it through."""
    if settings.sip_domain is None and "@" not in number:
        return None
    return dialled_address(number, settings.sip_domain or "", settings.sip_numbers)
