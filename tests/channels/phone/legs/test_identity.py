"""Who rings, out of what trunks write."""

from __future__ import annotations

import pytest

from channels.phone.legs.identity import caller_number, dialled_address, e164, source_host, user_of


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("13900001111", "+8613900001111"),
        ("013900001111", "+8613900001111"),
        ("8613900001111", "+8613900001111"),
        ("+86 139-0000-1111", "+8613900001111"),
        ("008613900001111", "+8613900001111"),
        ("055165012345", "+8655165012345"),
        ("01065012345", "+861065012345"),
        ("65012345", "+8655165012345"),
        ("+442079460000", "+442079460000"),
        ("1001", None),
        ("110", None),
        ("alice", None),
        ("", None),
        ("1" * 50, None),
        ("139000011112222", None),
    ],
)
def test_numbers(written: str, number: str | None) -> None:
    assert e164(written, "0551") == number


def test_a_short_number_needs_an_area_code() -> None:
    assert e164("65012345") is None


@pytest.mark.parametrize(
    ("headers", "number"),
    [
        ({}, "+8613900001111"),
        ({"P-Asserted-Identity": "<sip:+8655165012345@t;user=phone>"}, "+8655165012345"),
        ({"p-asserted-identity": "tel:+8655165012345"}, "+8655165012345"),
        ({"P-Asserted-Identity": '"sip:110@police" <sip:13900002222@t>'}, "+8613900002222"),
        ({"P-Asserted-Identity": "<sip:switchboard@t>"}, "+8613900001111"),
        ({"Remote-Party-ID": '"A" <sip:13900002222@t>;privacy=off'}, "+8613900002222"),
        ({"Privacy": "id"}, None),
        ({"Privacy": "none"}, "+8613900001111"),
        ({"Privacy": "header;id", "P-Asserted-Identity": "<sip:13900002222@t>"}, None),
    ],
)
def test_callers(headers: dict[str, str], number: str | None) -> None:
    assert caller_number("sip:13900001111@t", headers) == number


def test_anonymous_callers() -> None:
    assert caller_number("sip:anonymous@anonymous.invalid", {}) is None
    assert caller_number("sip:Anonymous@t", {"P-Asserted-Identity": "<sip:13900001111@t>"}) is None


def test_addresses() -> None:
    assert user_of('"a <sip:x@y>" <sips:real@host>') == "real"
    assert user_of("nothing") == ""
    assert source_host({"Via": "SIP/2.0/UDP 10.0.0.7:5062;branch=z9hG4bK1"}) == "10.0.0.7"
    assert source_host({"via": "SIP/2.0/TCP trunk.example;branch=z9hG4bK1"}) == "trunk.example"
    assert source_host({}) == ""


@pytest.mark.parametrize(
    ("number", "form", "address"),
    [
        ("+8613900001111", "national", "sip:13900001111@t"),
        ("+8655165012345", "national", "sip:055165012345@t"),
        ("+864001234567", "national", "sip:4001234567@t"),
        ("+8613900001111", "e164", "sip:+8613900001111@t"),
        ("+442079460000", "national", "sip:+442079460000@t"),
        ("operator@10.0.0.9", "national", "sip:operator@10.0.0.9"),
        ("sip:operator@10.0.0.9:5070", "national", "sip:operator@10.0.0.9:5070"),
        ("1001", "national", "sip:1001@t"),
    ],
)
def test_what_is_dialled(number: str, form: str, address: str) -> None:
    assert dialled_address(number, "t", "e164" if form == "e164" else "national") == address
