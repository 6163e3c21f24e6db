"""Who rings and what was rung, out of SIP headers: E.164, or nothing when it is withheld or no number."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal

import phonenumbers

IDENTITY_HEADERS: Final = ("To", "P-Asserted-Identity", "Remote-Party-ID", "Privacy", "Diversion", "Via")
_QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
"""A display name: whatever the caller likes, even an address."""
_ADDRESS: Final = re.compile(r"(?:sips?:|tel:)([^@;>?\s]*)", re.IGNORECASE)
_NUMBER: Final = re.compile(r"\+?[0-9()\-. ]{3,20}$")
_HOST: Final = re.compile(r"^SIP/2\.0/\w+\s+\[?([^\s;\]]+?)\]?(?::\d+)?(?:;|\s|$)", re.IGNORECASE)


def user_of(address: str) -> str:
    """The user part of a SIP or tel address, or of a header that holds one."""
    found = _ADDRESS.search(_QUOTED.sub("", address))
    return found.group(1) if found else ""


def e164(number: str, area_code: str | None = None) -> str | None:
    """A number as a Chinese trunk writes it, in E.164; None when it is none (a name, an extension, a short code).

    ``area_code`` completes landline numbers of 7 or 8 digits.
    """
    if not _NUMBER.match(number):
        return None
    digits = re.sub(r"[^0-9+]", "", number)
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    elif digits.startswith("86") and len(digits) in (12, 13):
        digits = "+" + digits
    elif digits.startswith("01") and len(digits) == 12 and digits[2] != "0":
        digits = digits[1:]  # a mobile number with the long-distance prefix
    elif len(digits) in (7, 8) and area_code and digits[0] in "2345678":
        digits = "0" + area_code.lstrip("0") + digits
    try:
        parsed = phonenumbers.parse(digits, "CN")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def caller_number(from_: str, headers: Mapping[str, str], area_code: str | None = None) -> str | None:
    """Number of the caller: what the network vouches for, else what the caller says; withheld means None."""
    named = {name.lower(): value for name, value in headers.items()}
    privacy = {part.strip() for part in named.get("privacy", "").lower().replace(",", ";").split(";")}
    if privacy & {"id", "user", "header"} or user_of(from_).lower() == "anonymous":
        return None
    for address in (named.get("p-asserted-identity", ""), named.get("remote-party-id", ""), from_):
        if number := e164(user_of(address), area_code):
            return number
    return None


def source_host(headers: Mapping[str, str]) -> str:
    """The host that sent a request, as its topmost Via says."""
    via = next((value for name, value in headers.items() if name.lower() == "via"), "")
    found = _HOST.match(via.strip())
    return found.group(1) if found else ""


def dialled_address(number: str, domain: str, form: Literal["national", "e164"]) -> str:
    """The SIP address to ring for a number in E.164 (or written nationally); SIP addresses stay as they are."""
    if number.lower().startswith(("sip:", "sips:")):
        return number
    if "@" in number:
        return f"sip:{number}"
    written = number
    if form == "national" and number.startswith("+86"):
        rest = number[3:]
        written = rest if re.fullmatch(r"1\d{10}|[48]00\d{7}", rest) else "0" + rest
    return f"sip:{written}@{domain}"
