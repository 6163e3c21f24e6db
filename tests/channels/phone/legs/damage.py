"""Sound SIP messages, and what chance makes of them."""

from __future__ import annotations

from random import Random
from typing import Final

_SDP: Final = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8 0 101\r\n"
    "a=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n"
)
_MORE: Final = {
    "INVITE": "Allow: INVITE, ACK, BYE\r\nSupported: timer, 100rel\r\nP-Asserted-Identity: <tel:13900001111>\r\n",
    "INFO": "Info-Package: none\r\n",
    "NOTIFY": "Event: refer\r\nSubscription-State: active;expires=60\r\n",
    "REFER": "Refer-To: <sip:13900002222@127.0.0.1>\r\nReferred-By: <sip:a@127.0.0.1>\r\n",
    "PRACK": "RAck: 1 1 INVITE\r\n",
    "UPDATE": "Session-Expires: 1800;refresher=uac\r\n",
}
_BODIES: Final = {
    "INVITE": ("application/sdp", _SDP),
    "UPDATE": ("application/sdp", _SDP),
    "200": ("application/sdp", _SDP),
    "183": ("application/sdp", _SDP),
    "INFO": ("application/dtmf-relay", "Signal=5\r\nDuration=160\r\n"),
    "NOTIFY": ("message/sipfrag", "SIP/2.0 200 OK\r\n"),
}
_KINDS: Final = (
    *["INVITE"] * 8, "ACK", "BYE", "CANCEL", "OPTIONS", "INFO", "UPDATE", "PRACK", "REFER", "NOTIFY", "SUBSCRIBE",
    "REGISTER", "MESSAGE", "100", "180", "183", "200", "401", "486",
)  # fmt: skip
_SPLINTERS: Final = (
    b"", b"\x00", b"\r\n", b"\r\n\r\n", b"\r\n ", b";", b",", b":", b"<", b">", b'"', b"@", b"=", b"%", b"%00", b"-1",
    b"99999999999999999999", b"4294967296", b"65536", b"\xff\xfe", b"A" * 300, b"A" * 5000, b"sip:", b";tag=",
    b"a=rtpmap:8 ", b"m=audio 0 RTP/AVP 0\r\n", b"c=IN IP6 ::1\r\n", b"%s%n%x", b"Content-Length: 0\r\n",
)  # fmt: skip


def sound(random: Random, port: int, transport: str = "UDP") -> bytes:
    """A message without a fault, of a call of its own."""
    kind, name = random.choice(_KINDS), f"{random.getrandbits(48):x}"
    method = "INVITE" if kind.isdigit() else kind
    inside = kind in ("ACK", "BYE", "UPDATE", "PRACK", "NOTIFY", "INFO")
    body_kind, body = _BODIES.get(kind, ("", ""))
    lines = [
        f"SIP/2.0 {kind} Test" if kind.isdigit() else f"{kind} sip:hotline@127.0.0.1 SIP/2.0",
        f"Via: SIP/2.0/{transport} 127.0.0.1:{port};branch=z9hG4bK{name};rport",
        "Max-Forwards: 70",
        f'From: "Test" <sip:13900001111@127.0.0.1:{port}>;tag={name}',
        f"To: <sip:hotline@127.0.0.1>{';tag=1' if inside else ''}",
        f"Call-ID: {name}@127.0.0.1",
        f"CSeq: 1 {method}",
        f"Contact: <sip:13900001111@127.0.0.1:{port}>",
        *([f"Content-Type: {body_kind}"] if body else []),
        f"Content-Length: {len(body)}",
    ]
    return ("\r\n".join(lines) + "\r\n" + _MORE.get(kind, "") + "\r\n" + body).encode()


def damaged(message: bytes, random: Random) -> bytes:
    """The message after one to four blows."""
    for _ in range(random.randint(1, 4)):
        message = random.choice(_BLOWS)(message, random)
    return message


def _byte(message: bytes, random: Random) -> bytes:
    at = random.randrange(len(message) + 1)
    return message[:at] + bytes([random.randrange(256)]) + message[at + 1 :]


def _insert(message: bytes, random: Random) -> bytes:
    at = random.randrange(len(message) + 1)
    return message[:at] + random.choice(_SPLINTERS) + message[at:]


def _cut(message: bytes, random: Random) -> bytes:
    at = random.randrange(len(message) + 1)
    return message[:at] + message[at + random.randint(1, 40) :]


def _end(message: bytes, random: Random) -> bytes:
    return message[: random.randrange(len(message) + 1)]


def _line(message: bytes, random: Random) -> bytes:
    """A line is lost, doubled, moved, or loses its value."""
    lines = message.split(b"\r\n")
    at, to = random.randrange(len(lines)), random.randrange(len(lines))
    match random.randrange(4):
        case 0:
            del lines[at]
        case 1:
            lines.insert(to, lines[at])
        case 2:
            lines.insert(to, lines.pop(at))
        case _:
            lines[at] = lines[at].partition(b":")[0] + b": " + random.choice(_SPLINTERS)
    return b"\r\n".join(lines)


def _piece(message: bytes, random: Random) -> bytes:
    """What stands between two separators is lost or replaced."""
    separators = [at for at, byte in enumerate(message) if byte in b' ;:<>="@,/\r']
    if len(separators) < 2:
        return message
    first = random.randrange(len(separators) - 1)
    splinter = random.choice(_SPLINTERS) if random.random() < 0.5 else b""
    return message[: separators[first] + 1] + splinter + message[separators[first + 1] :]


_BLOWS: Final = (_byte, _insert, _cut, _end, _line, _line, _piece, _piece)
