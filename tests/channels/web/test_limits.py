"""The measure of requests, with a clock that stands still."""

from __future__ import annotations

import pytest

from channels.web import limits
from channels.web.limits import Limiter, Rate, network
from channels.web.refusals import Refusal

RATE = Rate(per_minute=60, burst=3)


def test_a_burst_then_one_a_second() -> None:
    now = [100.0]
    limiter = Limiter(lambda: now[0])
    for _ in range(3):
        limiter.take("a", RATE)
    with pytest.raises(Refusal) as refused:
        limiter.take("a", RATE)
    assert refused.value.retry_after_s == 1
    now[0] += 1
    limiter.take("a", RATE)
    with pytest.raises(Refusal):
        limiter.take("a", RATE)


def test_names_do_not_share() -> None:
    limiter = Limiter(lambda: 0.0)
    for name in ("a", "b"):
        for _ in range(3):
            limiter.take(name, RATE)


def test_the_quiet_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "REMEMBERED", 10)
    now = [0.0]
    limiter = Limiter(lambda: now[0])
    for name in range(10):
        limiter.take(str(name), RATE)
    now[0] += 60
    limiter.take("new", RATE)
    assert len(limiter._whole_at) == 1


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("testclient", "testclient"),
        (None, "unknown"),
    ],
)
def test_what_counts_as_one_address(host: str | None, name: str) -> None:
    assert network(host) == name
