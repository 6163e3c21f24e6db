"""Who may speak to a listening socket: the kernel drops the rest before the SIP stack sees it.

The stack listens by itself and tells no source address, so the rule hangs on its sockets: a classic BPF program
(Linux socket(7), SO_ATTACH_FILTER), which needs no privilege.
"""

from __future__ import annotations

import ctypes
import os
import socket
import struct
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from ipaddress import IPv4Network
from pathlib import Path
from typing import Final

from channels.phone.legs.common import Clock

_SO_ATTACH_FILTER: Final = 26
_SOURCE_ADDRESS: Final = 0xFFF00000 + 12
"""SKF_NET_OFF (the IP header) and the place of the source in it."""
_LOAD, _AND, _JUMP, _JUMP_EQUAL, _RETURN = 0x20, 0x54, 0x05, 0x15, 0x06
_WHOLE_PACKET: Final = 0xFFFFFFFF

Instruction = tuple[int, int, int, int]
"""Code, jump if true, jump if false, constant (struct sock_filter)."""


def allow_only(networks: Iterable[IPv4Network], *, port: int) -> int:
    """Let only these networks reach this process's sockets that listen on ``port``; how many sockets that is."""
    instructions = _from_networks(tuple(networks))
    found = 0
    for own in _listening(port):
        with own:
            _attach(own, instructions)
        found += 1
    return found


def _attach(own: socket.socket, instructions: list[Instruction]) -> None:
    program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in instructions))
    filter_ = struct.pack("@HP", len(instructions), ctypes.addressof(program))
    own.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, filter_)


def _from_networks(networks: tuple[IPv4Network, ...]) -> list[Instruction]:
    """Take the packet if its source is in one of the networks, else drop it."""
    instructions: list[Instruction] = []
    for index, network in enumerate(networks):
        instructions += [
            (_LOAD, 0, 0, _SOURCE_ADDRESS),
            (_AND, 0, 0, int(network.netmask)),
            (_JUMP_EQUAL, 0, 1, int(network.network_address)),
            (_JUMP, 0, 0, 4 * (len(networks) - index - 1) + 1),
        ]
    return [*instructions, (_RETURN, 0, 0, 0), (_RETURN, 0, 0, _WHOLE_PACKET)]


def _listening(port: int) -> Iterator[socket.socket]:
    """Copies of this process's IPv4 sockets bound to ``port`` (UDP, or TCP that listens)."""
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208 - names, of which some are gone by now
        with suppress(OSError, ValueError):
            if not os.readlink(Path("/proc/self/fd") / name).startswith("socket:"):  # noqa: PTH115
                continue
            own = socket.socket(fileno=os.dup(int(name)))
            if own.family == socket.AF_INET and own.getsockname()[1] == port and _takes_strangers(own):
                yield own
            else:
                own.close()


def _takes_strangers(own: socket.socket) -> bool:
    if own.type == socket.SOCK_DGRAM:
        return True
    return own.type == socket.SOCK_STREAM and bool(own.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))


class InviteLimit:
    """How many calls a source may start in ten seconds."""

    WINDOW_S: Final = 10.0
    MOST_SOURCES: Final = 4096
    """Sources remembered; a flood from more than that many forgets the oldest."""

    def __init__(self, most: int, clock: Clock) -> None:
        self._most = most
        self._clock = clock
        self._recent: dict[str, deque[float]] = {}

    def allows(self, source: str) -> bool:
        """Count one more call from a source; False when it is too many."""
        now = self._clock()
        times = self._recent.pop(source, deque())
        while times and times[0] <= now - self.WINDOW_S:
            times.popleft()
        allowed = len(times) < self._most
        if allowed:
            times.append(now)
        self._recent[source] = times
        if len(self._recent) > self.MOST_SOURCES:
            del self._recent[next(iter(self._recent))]
        return allowed

    def forget(self) -> None:
        """Count from nothing again."""
        self._recent.clear()
