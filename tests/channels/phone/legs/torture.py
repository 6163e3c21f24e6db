"""Malformed and odd SIP messages, one or more for each kind of trouble that RFC 4475 names.

``{port}`` stands for the sender's port.
"""

from __future__ import annotations

from typing import Final

_SDP: Final = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 8\r\n"
)


def _invite(
    name: str, *, first: str = "", without: str = "", extra: str = "", body: str = "", **changed: str
) -> bytes:
    """A plain INVITE but for what is named; headers are changed by their name in lower case."""
    headers = {
        "Via": f"SIP/2.0/UDP 127.0.0.1:{{port}};branch=z9hG4bK-{name}",
        "Max-Forwards": "70",
        "From": f"<sip:torture@127.0.0.1>;tag={name}",
        "To": "<sip:hotline@127.0.0.1>",
        "Call-ID": f"{name}@127.0.0.1",
        "CSeq": "1 INVITE",
        "Contact": "<sip:torture@127.0.0.1:{port}>",
        "Content-Length": str(len(body)),
    }
    lines = [
        f"{header}: {changed.get(header.replace('-', '').lower(), value)}"
        for header, value in headers.items()
        if header != without
    ]
    start = first or "INVITE sip:hotline@127.0.0.1 SIP/2.0"
    return "\r\n".join([start, *lines, *([extra] if extra else []), "", body]).encode(
        "utf-8", "surrogateescape"
    )


MESSAGES: Final[dict[str, bytes]] = {
    # Syntax that is allowed, but rare.
    "folded and strangely spaced headers": _invite(
        "fold",
        extra="Subject : \r\n  a lamp,\r\n\ta kettle",
        to='"  Bell \\"Ring\\" " <sip:hotline@127.0.0.1>;x=y',
    ),
    "compact header names": b"INVITE sip:hotline@127.0.0.1 SIP/2.0\r\nv: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bK-c\r\n"
    b"f: <sip:t@127.0.0.1>;tag=c\r\nt: <sip:hotline@127.0.0.1>\r\ni: compact@127.0.0.1\r\nCSeq: 1 INVITE\r\n"
    b"Max-Forwards: 70\r\nm: <sip:t@127.0.0.1:{port}>\r\nl: 0\r\n\r\n",
    "escaped characters in the address": _invite("esc", first="INVITE sip:hot%6Cine%00%ff@127.0.0.1 SIP/2.0"),
    "a method nobody knows": _invite(
        "verb", first="RINGBELL sip:hotline@127.0.0.1 SIP/2.0", cseq="1 RINGBELL"
    ),
    "very long values": _invite(
        "long", contact="<sip:" + "b" * 6000 + "@127.0.0.1>", extra="X-Lamp: " + "l" * 20000
    ),
    "two hundred headers": _invite("many", extra="\r\n".join(f"X-Row-{row}: {row}" for row in range(200))),
    # Syntax that is not.
    "a quote that never closes": _invite("quote", to='"Bell <sip:hotline@127.0.0.1>'),
    "no space in the first line": _invite("first", first="INVITEsip:hotline@127.0.0.1SIP/2.0"),
    "spaces inside the address": _invite("space", first="INVITE sip:hot line @127.0.0.1 SIP/2.0"),
    "bytes that are no UTF-8": _invite("bytes", contact="<sip:\udcff\udcfe\udc80@127.0.0.1>"),
    "zero bytes": _invite("zero").replace(b"Max-Forwards: 70", b"Max-Forwards: 70\x00\x00\x00"),
    "a length below zero": _invite("minus", contentlength="-999", body=_SDP),
    "a length larger than the message": _invite("larger", contentlength="9999999999", body=_SDP),
    "numbers too large": _invite("huge", cseq="36893488147419103232 INVITE", maxforwards="300"),
    "no host in Via": _invite("via", via="SIP/2.0/UDP ;branch=z9hG4bK"),
    "a version of the future": _invite("version", first="INVITE sip:hotline@127.0.0.1 SIP/7.0"),
    # Required things missing, doubled or at odds.
    "no Call-ID": _invite("callid", without="Call-ID"),
    "no From": _invite("from", without="From"),
    "no tag": _invite("tag", **{"from": "<sip:torture@127.0.0.1>"}),
    "no CSeq": _invite("cseq", without="CSeq"),
    "two different From": _invite("double", extra="From: <sip:other@127.0.0.1>;tag=other"),
    "a method that is not that of CSeq": _invite("mismatch", cseq="7 OPTIONS"),
    "hops used up": _invite("hops", maxforwards="0"),
    "an extension that is required and unknown": _invite("require", extra="Require: teapot"),
    "a scheme that cannot be rung": _invite("scheme", first="INVITE fax:12345 SIP/2.0"),
    # Bodies.
    "a body of an unknown kind": _invite("kind", extra="Content-Type: application/soup", body="onions"),
    "broken session description": _invite(
        "sdp",
        extra="Content-Type: application/sdp",
        body="v=0\r\nm=audio 99999999 RTP/AVP\r\nc=\r\nm=\r\na=\r\n=",
    ),
    "a description of a thousand streams": _invite(
        "streams", extra="Content-Type: application/sdp", body=_SDP + "m=audio 9 RTP/AVP 8\r\n" * 400
    ),
    # Things out of place.
    "a response to nothing": b"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bK-n\r\n"
    b"From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag=2\r\nCall-ID: nothing\r\nCSeq: 9 INVITE\r\nContent-Length: 0\r\n\r\n",
    "a response with a status of nine digits": b"SIP/2.0 999999999 Well\r\nCSeq: 1 INVITE\r\n\r\n",
    "BYE to a call there never was": _invite("bye", first="BYE sip:hotline@127.0.0.1 SIP/2.0", cseq="5 BYE"),
    "CANCEL of nothing": _invite("cancel", first="CANCEL sip:hotline@127.0.0.1 SIP/2.0", cseq="1 CANCEL"),
    "only line ends": b"\r\n\r\n\r\n\r\n",
    "nothing": b"",
    "noise": bytes(range(256)) * 5,
}
