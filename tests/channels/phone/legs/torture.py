"""Malformed and odd SIP messages: one for each test message of RFC 4475 (its name in brackets), and some more.

``{port}`` stands for the sender's port. The messages are our own; what is wrong or odd about each is the RFC's.
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


def _response(status: str, *, extra: str = "", **changed: str) -> bytes:
    headers = {
        "Via": "SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bK-r",
        "From": "<sip:a@127.0.0.1>;tag=1",
        "To": "<sip:b@127.0.0.1>;tag=2",
        "Call-ID": "nothing@127.0.0.1",
        "CSeq": "9 INVITE",
        "Content-Length": "0",
    }
    lines = [
        f"{name}: {changed.get(name.replace('-', '').lower(), value)}\r\n" for name, value in headers.items()
    ]
    return f"SIP/2.0 {status}\r\n{''.join(lines)}{extra}\r\n".encode()


MESSAGES: Final[dict[str, bytes]] = {
    # Syntax that is allowed, but rare.
    "folded and strangely spaced headers [wsinv]": _invite(
        "fold",
        extra="Subject : \r\n  a lamp,\r\n\ta kettle",
        to='"  Bell \\"Ring\\" " <sip:hotline@127.0.0.1>;x=y',
    ),
    "compact header names": b"INVITE sip:hotline@127.0.0.1 SIP/2.0\r\nv: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bK-c\r\n"
    b"f: <sip:t@127.0.0.1>;tag=c\r\nt: <sip:hotline@127.0.0.1>\r\ni: compact@127.0.0.1\r\nCSeq: 1 INVITE\r\n"
    b"Max-Forwards: 70\r\nm: <sip:t@127.0.0.1:{port}>\r\nl: 0\r\n\r\n",
    "escaped characters and a null in the address [esc01, escnull]": _invite(
        "esc", first="INVITE sip:hot%6Cine%00%ff@127.0.0.1 SIP/2.0"
    ),
    "a method nobody knows [unksm2]": _invite(
        "verb", first="RINGBELL sip:hotline@127.0.0.1 SIP/2.0", cseq="1 RINGBELL"
    ),
    "very long values [longreq]": _invite(
        "long", contact="<sip:" + "b" * 6000 + "@127.0.0.1>", extra="X-Lamp: " + "l" * 20000
    ),
    "two hundred headers": _invite("many", extra="\r\n".join(f"X-Row-{row}: {row}" for row in range(200))),
    # Syntax that is not.
    "a quote that never closes [quotbal]": _invite("quote", to='"Bell <sip:hotline@127.0.0.1>'),
    "no space in the first line": _invite("first", first="INVITEsip:hotline@127.0.0.1SIP/2.0"),
    "spaces inside the request address [lwsruri]": _invite(
        "space", first="INVITE sip:hot line @127.0.0.1 SIP/2.0"
    ),
    "bytes that are no UTF-8": _invite("bytes", contact="<sip:\udcff\udcfe\udc80@127.0.0.1>"),
    "zero bytes": _invite("zero").replace(b"Max-Forwards: 70", b"Max-Forwards: 70\x00\x00\x00"),
    "a length below zero [ncl]": _invite("minus", contentlength="-999", body=_SDP),
    "a length larger than the message [clerr]": _invite("larger", contentlength="9999999999", body=_SDP),
    "numbers too large in a request [scalar02]": _invite(
        "huge", cseq="36893488147419103232 INVITE", maxforwards="300"
    ),
    "no host in Via": _invite("via", via="SIP/2.0/UDP ;branch=z9hG4bK"),
    "a version of the future [badvers]": _invite("version", first="INVITE sip:hotline@127.0.0.1 SIP/7.0"),
    # Required things missing, doubled or at odds.
    "no Call-ID [insuf]": _invite("callid", without="Call-ID"),
    "no From": _invite("from", without="From"),
    "no tag": _invite("tag", **{"from": "<sip:torture@127.0.0.1>"}),
    "no CSeq": _invite("cseq", without="CSeq"),
    "two different From [multi01]": _invite("double", extra="From: <sip:other@127.0.0.1>;tag=other"),
    "a method that is not that of CSeq [mismatch01]": _invite("mismatch", cseq="7 OPTIONS"),
    "hops used up [zeromf]": _invite("hops", maxforwards="0"),
    "an extension that is required and unknown [bext01]": _invite("require", extra="Require: teapot"),
    "a scheme that cannot be rung [unkscm]": _invite("scheme", first="INVITE fax:12345 SIP/2.0"),
    # Bodies.
    "a body of an unknown kind [invut]": _invite(
        "kind", extra="Content-Type: application/soup", body="onions"
    ),
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
    "a response with a status of nine digits [bigcode]": b"SIP/2.0 999999999 Well\r\nCSeq: 1 INVITE\r\n\r\n",
    "BYE to a call there never was": _invite("bye", first="BYE sip:hotline@127.0.0.1 SIP/2.0", cseq="5 BYE"),
    "CANCEL of nothing": _invite("cancel", first="CANCEL sip:hotline@127.0.0.1 SIP/2.0", cseq="1 CANCEL"),
    "only line ends": b"\r\n\r\n\r\n\r\n",
    "nothing": b"",
    "noise": bytes(range(256)) * 5,
    # The rest of RFC 4475, in its order.
    "a method of strange characters [intmeth]": _invite(
        "meth", first="!lamp%9*_+`.bell'~ sip:hotline@127.0.0.1 SIP/2.0", cseq="1 !lamp%9*_+`.bell'~"
    ),
    "a percent that escapes nothing [esc02]": _invite(
        "esc02", first="RE%47IST sip:hotline@127.0.0.1 SIP/2.0"
    ),
    "no space before an address in brackets [lwsdisp]": _invite("lws", to="bell<sip:hotline@127.0.0.1>"),
    "two requests in one datagram [dblreq]": _invite(
        "one", first="OPTIONS sip:hotline@127.0.0.1 SIP/2.0", cseq="1 OPTIONS"
    )
    + _invite("two", extra="Content-Type: application/sdp", body=_SDP),
    "semicolons in the user part [semiuri]": _invite(
        "semi", first="OPTIONS sip:user;par=u%40bell@127.0.0.1 SIP/2.0", cseq="1 OPTIONS"
    ),
    "transports known and unknown in Via [transports]": _invite(
        "transp",
        via="SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bKt1\r\nVia: SIP/2.0/PIGEON h:5;branch=z9hG4bKt2",
    ),
    "a body of many parts [mpart01]": _invite(
        "parts",
        extra="Content-Type: multipart/mixed;boundary=xx",
        body="--xx\r\nContent-Type: application/sdp\r\n\r\n"
        + _SDP
        + "\r\n--xx\r\nContent-Type: a/b\r\n\r\n\0\1\r\n--xx--\r\n",
    ),
    "a response with a reason in many scripts [unreason]": _response("200 = 2**3 * 5**2 是的 \u0434\u0430"),
    "a response without a reason [noreason]": _response("100 "),
    "separators too many [badinv01]": _invite(
        "sep", contact='"Bell" <sip:t@127.0.0.1>;;,;,,', extra="Via: ;;,;,,"
    ),
    "numbers too large in a response [scalarlg]": _response(
        "503 Gone",
        cseq="9292394834772304023312 OPTIONS",
        extra="Retry-After: 949302838503028349304023988\r\n",
    ),
    "the request address in brackets [ltgtruri]": _invite(
        "ltgt", first="INVITE <sip:hotline@127.0.0.1> SIP/2.0"
    ),
    "several spaces in the first line [lwsstart]": _invite(
        "start", first="INVITE  sip:hotline@127.0.0.1  SIP/2.0"
    ),
    "spaces at the end of the first line [trws]": _invite(
        "trws", first="INVITE sip:hotline@127.0.0.1 SIP/2.0  "
    ),
    "headers in the request address [escruri]": _invite(
        "escruri", first="INVITE sip:hotline@127.0.0.1?Route=%3Csip:bell%3E SIP/2.0"
    ),
    "a date of another zone [baddate]": _invite("date", extra="Date: Fri, 01 Jan 2010 16:00:00 EST"),
    "an address with parameters outside its brackets [regbadct]": _invite(
        "regbadct",
        first="REGISTER sip:127.0.0.1 SIP/2.0",
        cseq="1 REGISTER",
        contact="sip:t@127.0.0.1?Route=%3Csip:x%3E",
    ),
    "spaces inside an address [badaspec]": _invite("aspec", to='"Bell" < sip:hotline@127.0.0.1 >'),
    "a display name that needs quotes [baddn]": _invite("dn", to="Bell, the Second <sip:hotline@127.0.0.1>"),
    "a method nobody knows that is not that of CSeq [mismatch02]": _invite(
        "mis2", first="RINGBELL sip:hotline@127.0.0.1 SIP/2.0", cseq="8 INVITE"
    ),
    "a branch that is only the magic word [badbranch]": _invite(
        "br", via="SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bK"
    ),
    "a scheme nobody has registered [novelsc]": _invite(
        "novel", first="OPTIONS soap.beep://127.0.0.1:3002 SIP/2.0", cseq="1 OPTIONS"
    ),
    "credentials of an unknown kind [regaut01]": _invite(
        "regaut",
        first="REGISTER sip:127.0.0.1 SIP/2.0",
        cseq="1 REGISTER",
        extra="Authorization: Beads row=5",
    ),
    "two lengths [mcl01]": _invite(
        "mcl", extra="Content-Length: 5\r\nContent-Type: application/sdp", body=_SDP
    ),
    "a response that came from everywhere [bcast]": _response(
        "200 OK", via="SIP/2.0/UDP 255.255.255.255;branch=z9hG4bKb"
    ),
    "a parameter of Contact nobody knows [cparam01]": _invite(
        "cp1", contact="sip:t@127.0.0.1:{port};unknown=x"
    ),
    "a parameter of an address nobody knows [cparam02]": _invite(
        "cp2", contact="<sip:t@127.0.0.1:{port};unknown=x>"
    ),
    "an escaped header in Contact [regescrt]": _invite(
        "escrt", contact="<sip:t@127.0.0.1?Route=%3Csip:x%3Blr%3E>"
    ),
    "an answer is wanted that nobody can read [sdp01]": _invite(
        "sdp01", extra="Accept: text/nobodyknowsthis\r\nContent-Type: application/sdp", body=_SDP
    ),
    "a caller of the old standard [inv2543]": _invite(
        "old", via="SIP/2.0/UDP 127.0.0.1:{port}", without="Max-Forwards"
    ),
}
