"""A trunk's registrar: asks for a password (RFC 2617 digest), remembers who came, and rings them."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

REALM: Final = "trunk"


class Registrar(asyncio.DatagramProtocol):
    """Use ``registrar``. ``contacts`` holds the addresses of those who are registered now."""

    def __init__(self, user: str, password: str) -> None:
        self._user, self._password = user, password
        self.contacts: list[str] = []
        self.refused = 0
        self.changed = asyncio.Event()

    def connection_made(self, transport: Any) -> None:
        self._transport: asyncio.DatagramTransport = transport
        self.port = int(transport.get_extra_info("sockname")[1])

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        text = data.decode(errors="replace")
        if not text.startswith("REGISTER"):
            return
        if self._proven(text):
            contact = re.search(r"^Contact: *<([^>]+)>(.*)$", text, re.MULTILINE)
            assert contact
            leaves = re.search(r"^Expires: *0\b", text, re.MULTILINE) or "expires=0" in contact.group(2)
            self.contacts = [] if leaves else [contact.group(1)]
            self._answer(text, addr, "200 OK", f"Contact: <{contact.group(1)}>;expires=600")
        else:
            self.refused += "Authorization:" in text
            challenge = f'WWW-Authenticate: Digest realm="{REALM}", nonce="n1", algorithm=MD5'
            self._answer(text, addr, "403 No" if self.refused else "401 Who", challenge)
        self.changed.set()

    def _proven(self, text: str) -> bool:
        told = dict(
            re.findall(r'(\w+)="([^"]*)"', text.partition("Authorization: Digest")[2].partition("\r\n")[0])
        )
        if told.get("username") != self._user:
            return False
        secret = _md5(f"{self._user}:{REALM}:{self._password}")
        return told.get("response") == _md5(f"{secret}:n1:{_md5('REGISTER:' + told['uri'])}")

    def _answer(self, request: str, addr: tuple[str, int], status: str, header: str) -> None:
        kept = [
            line for line in request.split("\r\n") if re.match(r"(?i)(via|from|to|call-id|cseq)\s*:", line)
        ]
        lines = [f"SIP/2.0 {status}", *kept, header, "Content-Length: 0", "", ""]
        self._transport.sendto("\r\n".join(lines).encode(), addr)


def _md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


@asynccontextmanager
async def registrar(user: str, password: str) -> AsyncIterator[Registrar]:
    """On a port of 127.0.0.1."""
    transport, trunk = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: Registrar(user, password), local_addr=("127.0.0.1", 0)
    )
    try:
        yield trunk
    finally:
        transport.close()
