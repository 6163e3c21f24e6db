"""Signing in: password and one-time code, lock-out, sessions that cannot be planted, tokens of changes."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pyotp
import pytest
from fastapi import FastAPI
from sqlalchemy import select, text

from assistant.console.accounts import FAILURES, LOCKED, add_account
from assistant.console.models import Account, ConsoleSession
from assistant.console.sessions import COOKIE, IDLE, LONGEST
from assistant.kit.clock import SettableClock
from assistant.kit.db import Database
from assistant.kit.errors import Conflict, Invalid
from tests.console.conftest import PASSWORD, SignIn, Town
from tests.world import NOW


@pytest.fixture
async def http(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://yinling")


async def attempt(
    http: httpx.AsyncClient, town: Town, clock: SettableClock, *, password: str = PASSWORD, code: str = ""
) -> httpx.Response:
    code = code or pyotp.TOTP(town.secrets["worker"]).at(clock.now())
    return await http.post(
        "/console/sign-in", data={"username": "worker", "password": password, "code": code}
    )


async def test_password_and_code_are_both_needed(
    http: httpx.AsyncClient, town: Town, clock: SettableClock
) -> None:
    wrong = await attempt(http, town, clock, password="wrong password")  # noqa: S106
    no_code = await attempt(http, town, clock, code="000000")
    nobody = await http.post("/console/sign-in", data={"username": "x", "password": "y", "code": "1"})
    assert {wrong.status_code, no_code.status_code, nobody.status_code} == {401}
    assert wrong.text == no_code.text
    assert COOKIE not in http.cookies
    assert (await attempt(http, town, clock)).status_code == 303


async def test_a_code_works_once(http: httpx.AsyncClient, town: Town, clock: SettableClock) -> None:
    assert (await attempt(http, town, clock)).status_code == 303
    assert (await attempt(http, town, clock)).status_code == 401
    clock.advance(timedelta(seconds=60))
    assert (await attempt(http, town, clock)).status_code == 303


async def test_too_many_failures_lock_for_a_while(
    http: httpx.AsyncClient, town: Town, clock: SettableClock
) -> None:
    for _ in range(FAILURES):
        assert (await attempt(http, town, clock, code="000000")).status_code == 401
    assert (await attempt(http, town, clock)).status_code == 429
    clock.advance(LOCKED + timedelta(seconds=1))
    assert (await attempt(http, town, clock)).status_code == 303


async def test_a_planted_cookie_is_never_adopted(
    http: httpx.AsyncClient, town: Town, clock: SettableClock, database: Database
) -> None:
    """Session fixation: the name of the session is new at every sign-in, and only its hash is stored."""
    http.cookies.set(COOKIE, "planted", path="/console")
    answer = await attempt(http, town, clock)
    given = answer.cookies[COOKIE]
    assert given != "planted" and len(given) > 40
    async with database.session() as session:
        stored = (await session.scalars(select(ConsoleSession))).one()
    assert given.encode() not in stored.token_hash
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=lax" in cookie and "path=/console" in cookie
    planted = httpx.AsyncClient(transport=http._transport, base_url="http://yinling")
    planted.cookies.set(COOKIE, "planted", path="/console")
    assert (await planted.get("/console/seniors")).status_code == 303


async def test_signing_in_again_ends_the_session_before(
    http: httpx.AsyncClient, town: Town, clock: SettableClock
) -> None:
    first = (await attempt(http, town, clock)).cookies[COOKIE]
    clock.advance(timedelta(seconds=60))
    await attempt(http, town, clock)
    old = httpx.AsyncClient(transport=http._transport, base_url="http://yinling")
    old.cookies.set(COOKIE, first, path="/console")
    assert (await old.get("/console/seniors")).status_code == 303


@pytest.mark.parametrize("pause", [IDLE, LONGEST])
async def test_a_session_ends(sign_in: SignIn, clock: SettableClock, pause: timedelta) -> None:
    browser = await sign_in("worker")
    assert (await browser.get("/seniors")).status_code == 200
    if pause == LONGEST:
        for _ in range(int(LONGEST / IDLE)):
            clock.advance(IDLE)
            last = await browser.get("/seniors")
        assert last.status_code == 200
        clock.advance(timedelta(minutes=1))
    else:
        clock.advance(IDLE + timedelta(minutes=1))
    assert (await browser.get("/seniors")).status_code == 303


async def test_signing_out_ends_it(sign_in: SignIn) -> None:
    browser = await sign_in("worker")
    assert (await browser.post("/sign-out")).status_code == 303
    assert (await browser.get("/seniors")).status_code == 303


async def test_a_change_needs_the_token_of_its_session(sign_in: SignIn, town: Town) -> None:
    browser, other = await sign_in("worker"), await sign_in("neighbour")
    path = f"/console/seniors/{town.seniors[0]}/facts"
    for token in ("", "guessed", other.csrf):
        answer = await browser.http.post(path, data={"notes": "x"}, headers={"x-csrf-token": token})
        assert answer.status_code == 403, token
        answer = await browser.http.post(path, data={"notes": "x", "csrf": token})
        assert answer.status_code == 403, token
    assert (await browser.http.post(path, data={"notes": "x", "csrf": browser.csrf})).status_code == 303


async def test_another_site_may_not_post(http: httpx.AsyncClient, town: Town, clock: SettableClock) -> None:
    http.headers["origin"] = "http://evil.example"
    assert (await attempt(http, town, clock)).status_code == 403
    http.headers["origin"] = "http://yinling"
    assert (await attempt(http, town, clock)).status_code == 303


@pytest.mark.parametrize("there", ["//evil.example", "https://evil.example", "/console/\\evil", "/other"])
async def test_signing_in_leads_nowhere_else(
    http: httpx.AsyncClient, town: Town, clock: SettableClock, there: str
) -> None:
    code = pyotp.TOTP(town.secrets["worker"]).at(clock.now())
    form = {"username": "worker", "password": PASSWORD, "code": code, "next": there}
    answer = await http.post("/console/sign-in", data=form)
    assert answer.headers["location"] == "/console/"


async def test_every_page_carries_the_strict_headers(sign_in: SignIn) -> None:
    browser = await sign_in("worker")
    for path in ("/seniors", "/static/console.js"):
        answer = await browser.get(path)
        if answer.status_code == 200:
            policy = answer.headers["content-security-policy"]
            assert "unsafe" not in policy and "default-src 'none'" in policy
            assert answer.headers["x-content-type-options"] == "nosniff"
    assert (await browser.get("/seniors")).headers["cache-control"] == "no-store"


async def test_accounts_are_made_with_care(database: Database, town: Town) -> None:
    async with database.session() as session:
        told: list[str] = []
        with pytest.raises(Invalid):
            await add_account(session, NOW, "a", role="worker", city="yueyang", password=PASSWORD)
        with pytest.raises(Invalid):
            await add_account(session, NOW, "a", role="operator", city="yueyang", password="short")  # noqa: S106
        with pytest.raises(Conflict):
            await add_account(session, NOW, "worker", role="operator", city="yueyang", password=PASSWORD)
        await add_account(
            session, NOW, "a", role="operator", city="yueyang", password=PASSWORD, say=told.append
        )
        assert told[-1].startswith("otpauth://totp/")
    async with database.session() as session:
        row = (
            await session.execute(
                text("SELECT password_hash, totp_secret FROM console_accounts WHERE username = 'a'")
            )
        ).one()
        account = (await session.scalars(select(Account).where(Account.username == "a"))).one()
    assert row.password_hash.startswith("$argon2id$")
    assert account.totp_secret.encode() not in bytes(row.totp_secret)
