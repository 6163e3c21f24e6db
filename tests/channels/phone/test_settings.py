"""Settings of the lines, as an operator writes them."""

from __future__ import annotations

from ipaddress import IPv4Network

import pytest
from pydantic import ValidationError

from channels.phone.settings import PRIVATE_NETWORKS, Settings


def test_lists_are_written_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YINLING_PHONE_CARRIERS", "sip, asterisk")
    monkeypatch.setenv("YINLING_PHONE_SIP_SOURCES", "198.51.100.0/24,203.0.113.7")
    monkeypatch.setenv("YINLING_PHONE_RTP_PORTS", "30000-30999")
    monkeypatch.setenv("YINLING_PHONE_STREAM_TOKEN", "secret")
    settings = Settings()
    assert settings.carriers == ("sip", "asterisk")
    assert settings.sip_sources == (IPv4Network("198.51.100.0/24"), IPv4Network("203.0.113.7/32"))
    assert settings.rtp_ports == (30000, 30999)


def test_only_private_networks_may_ring_unless_told() -> None:
    assert Settings().sip_sources == PRIVATE_NETWORKS


def test_secrets_are_not_shown() -> None:
    settings = Settings(sip_password="geheim", stream_token="geheim")  # noqa: S106
    assert "geheim" not in repr(settings)


def test_processes_share_no_port() -> None:
    settings = Settings(processes=3, rtp_ports=(20000, 20299))
    each = [settings.of_process(index) for index in range(3)]
    assert [one.sip_port for one in each] == [5060, 5062, 5064]
    assert [one.rtp_ports for one in each] == [(20000, 20099), (20100, 20199), (20200, 20299)]
    ports = [port for one in each for port in (one.asterisk_port, one.audiosocket_port, one.twilio_port)]
    assert len(set(ports)) == 9


@pytest.mark.parametrize(
    "wrong",
    [
        {"carriers": ("twilio",)},
        {"carriers": ("pigeon",)},
        {"tls_key": "key.pem"},
        {"rtp_ports": (20000, 20001), "processes": 4},
        {"sip_sources": "everybody"},
    ],
)
def test_what_cannot_work_is_said_at_the_start(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Settings(**wrong)  # type: ignore[arg-type]
