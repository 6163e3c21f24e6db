"""Who opens what: read off the router, so that a new route cannot be forgotten."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from assistant.client import Client, Refused
from assistant.kit import tokens
from assistant.kit.clock import SettableClock
from assistant.kit.crypto import Keyring
from tests.world import World

PHONE = re.compile(r"^/(desk|v1/calls)\b")
"""What the phone process may call."""


def routes(app: FastAPI, wanted: re.Pattern[str], *, matching: bool) -> list[tuple[str, str]]:
    """Method and path of every route of the API, with made-up parameters."""
    found = []
    for path, methods in app.openapi()["paths"].items():
        if path.startswith(("/v1", "/desk")) and bool(wanted.match(path)) is matching:
            filled = re.sub(r"\{\w+\}", str(uuid.UUID(int=1)), path)
            found += [(method.upper(), filled) for method in methods]
    return found


async def test_the_phone_process_opens_the_desk_and_calls_and_nothing_else(
    app: FastAPI, phone: Client, world: World
) -> None:
    others = routes(app, PHONE, matching=False)
    assert len(others) > 40
    for method, path in others:
        answer = await phone.http.request(method, path, json={})
        assert answer.status_code == 403, (method, path, answer.status_code)


async def test_the_console_is_closed_to_the_phone_process(app: FastAPI, phone: Client, world: World) -> None:
    from assistant.console.endpoints import PARTS, router

    pages = [
        router.prefix + route.path
        for part in PARTS
        for route in part.router.routes
        if isinstance(route, APIRoute) and "GET" in (route.methods or ()) and "{" not in route.path
    ]
    assert "/console/queues" in pages
    for path in pages:
        if "sign-in" in path or "oidc" in path or path.endswith((".css", ".js")):
            continue
        answer = await phone.http.get(path)
        assert answer.status_code in (303, 401, 404), (path, answer.status_code)
        assert "周桂英" not in answer.text


async def test_a_process_that_runs_for_years_keeps_its_door(phone: Client, clock: SettableClock) -> None:
    for _ in range(20):
        clock.advance(tokens.LIFETIME * 0.75)
        await phone.abandon_calls("phone-1")
    clock.advance(tokens.LIFETIME + timedelta(seconds=1))
    with pytest.raises(Refused) as refused:
        await phone.abandon_calls("phone-1")
    assert refused.value.status == 401


@pytest.mark.parametrize("subject", sorted(set(tokens.SCOPES) - {"channel:phone"}))
async def test_nobody_else_carries_calls(
    app: FastAPI, keyring: Keyring, clock: SettableClock, phone: Client, subject: str
) -> None:
    phone.http.headers["authorization"] = f"Bearer {tokens.issue(keyring, subject, clock.now())}"
    own = routes(app, re.compile(r"^/v1/calls\b"), matching=True)
    assert len(own) >= 8
    for method, path in own:
        answer = await phone.http.request(method, path, json={})
        assert answer.status_code == 403, (method, path, answer.status_code)
