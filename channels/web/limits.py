"""How often one browser and one address may ask (generic cell rate algorithm, in memory)."""

from __future__ import annotations

import ipaddress
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from channels.web.refusals import too_fast

REMEMBERED: Final = 20_000
"""Names kept before those that have long been quiet are forgotten."""


@dataclass(frozen=True)
class Rate:
    """``burst`` at once, then ``per_minute``."""

    per_minute: float
    burst: int


TURNS = Rate(per_minute=20, burst=10)
TURNS_OF_ADDRESS = Rate(per_minute=240, burst=120)
"""A whole care home may sit behind one address."""
ALARMS = Rate(per_minute=6, burst=6)
"""Alarms have their own measure: chatter must never use up the call for help."""
SPEECH = Rate(per_minute=20, burst=10)
SESSIONS_OF_ADDRESS = Rate(per_minute=60, burst=60)


class Limiter:
    """Remembers for every name when its allowance is whole again; ``seconds`` is a monotonic clock."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._whole_at: dict[str, float] = {}

    def take(self, name: str, rate: Rate) -> None:
        """Count one request. Raises Refusal, with the seconds to wait, when it is one too many."""
        now, step = self._seconds(), 60 / rate.per_minute
        whole_at = max(now, self._whole_at.get(name, now)) + step
        wait = whole_at - now - rate.burst * step
        if wait > 1e-9:
            raise too_fast(math.ceil(wait))
        if len(self._whole_at) >= REMEMBERED:
            self._whole_at = {known: at for known, at in self._whole_at.items() if at > now}
        self._whole_at[name] = whole_at


def network(host: str | None) -> str:
    """What counts as one address: an IPv4 address, or the /64 that one IPv6 subscriber has."""
    try:
        address = ipaddress.ip_address(host or "")
    except ValueError:
        return host or "unknown"
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network((address, 64), strict=False))
