"""Signing in through a provider that speaks OpenID Connect over HTTP; and what is not believed."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from assistant.app import furnish, release
from assistant.console import oidc
from assistant.console.models import Account, ConsoleSession
from assistant.console.sessions import COOKIE
from assistant.kit.audit import AuditEntry
from assistant.kit.clock import SettableClock
from assistant.kit.db import Database
from assistant.people.coverage import areas_of
from assistant.settings import Settings
from tests.browser import served
from tests.console.conftest import HERE, PASSWORD, Town
from tests.console.provider import CLIENT, SECRET, Provider, key

URL = "http://yinling"
WORKER = {"sub": "u-1", "name": "王小明", "realm": {"roles": ["staff", "社工"]}, "areas": [HERE]}
Back = tuple[httpx.AsyncClient, httpx.Response]


@pytest.fixture
async def provider(clock: SettableClock) -> AsyncIterator[Provider]:
    found = Provider(clock, f"{URL}/console/oidc/callback", dict(WORKER))
    with served(found.app()) as url:  # type: ignore[arg-type]
        found.issuer = url
        yield found


@pytest.fixture
async def app(
    routes: FastAPI,
    database: Database,
    database_url: str,
    settings: Settings,
    clock: SettableClock,
    provider: Provider,
) -> AsyncIterator[FastAPI]:
    shared = {
        "oidc_issuer": provider.issuer,
        "oidc_client_id": CLIENT,
        "oidc_client_secret": SECRET,
        "oidc_role_claim": "realm.roles",
        "oidc_roles": {"社工": "worker", "主任": "administrator"},
        "public_url": f"{URL}/",
    }
    furnish(routes, settings.model_copy(update=shared), database_url, clock)
    yield routes
    await release(routes)


def browser(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=URL)


async def leave(http: httpx.AsyncClient, wanted: str = "") -> str:
    """Press the button; returns the address at the provider."""
    answer = await http.get("/console/oidc/start", params={"next": wanted})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def come_back(http: httpx.AsyncClient, there: str, **changed: str) -> httpx.Response:
    """Sign in at the provider and return with its answer, as it is or changed on the way."""
    async with httpx.AsyncClient() as outside:
        answer = await outside.get(there)
    assert answer.status_code == 302, answer.text
    query = {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}
    return await http.get("/console/oidc/callback", params=query | changed)


async def sign_in(app: FastAPI, wanted: str = "") -> Back:
    http = browser(app)
    return http, await come_back(http, await leave(http, wanted))


async def test_who_the_provider_vouches_for_comes_in(
    app: FastAPI, town: Town, provider: Provider, database: Database
) -> None:
    page = (await browser(app).get("/console/sign-in?next=/console/seniors")).text
    found = re.search(r'href="(/console/oidc/start[^"]*)"', page)
    assert found and "用单位账号登录" in page
    http, answer = await sign_in(app, "/console/seniors")
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/seniors")
    seniors = await http.get("/console/seniors")
    assert "赵秀兰" in seniors.text and "钱小芳" not in seniors.text
    assert "王小明（社区工作人员）" in seniors.text
    async with database.session() as session:
        account = await session.scalar(select(Account).where(Account.subject.is_not(None)))
        assert account is not None and account.role == "worker"
        entry = await session.scalar(select(AuditEntry).where(AuditEntry.details["by"].astext == "oidc"))
        assert entry is not None and entry.subject == f"account:{account.id}"


async def test_the_provider_is_asked_as_the_protocol_wants(
    app: FastAPI, town: Town, provider: Provider
) -> None:
    asked = parse_qs(urlsplit(await leave(browser(app))).query)
    assert asked["code_challenge_method"] == ["S256"] and len(asked["code_challenge"][0]) == 43
    assert asked["redirect_uri"] == [f"{URL}/console/oidc/callback"]
    assert len(asked["state"][0]) >= 32 and len(asked["nonce"][0]) >= 32
    other = parse_qs(urlsplit(await leave(browser(app))).query)
    assert all(asked[name] != other[name] for name in ("state", "nonce", "code_challenge"))


async def test_a_second_time_is_the_same_account_with_the_claims_of_today(
    app: FastAPI, town: Town, provider: Provider, database: Database
) -> None:
    await sign_in(app)
    provider.person |= {"realm": {"roles": ["主任"]}, "name": "王主任"}
    http, answer = await sign_in(app)
    assert answer.status_code == 303
    assert "钱小芳" in (await http.get("/console/seniors?where=三眼桥街道/秋实社区")).text
    async with database.session() as session:
        accounts = (await session.scalars(select(Account).where(Account.subject.is_not(None)))).all()
        assert [(one.role, one.display_name) for one in accounts] == [("administrator", "王主任")]
        assert [area.street for area in await areas_of(session, accounts[0].id)] == [None]


@pytest.mark.parametrize("change", [{"realm": {"roles": ["staff"]}}, {"realm": {}}, {"areas": []}])
async def test_who_has_no_role_here_stays_outside_and_loses_what_was_open(
    app: FastAPI, town: Town, provider: Provider, database: Database, change: dict[str, Any]
) -> None:
    inside, _ = await sign_in(app)
    provider.person |= change
    http, answer = await sign_in(app)
    assert answer.status_code == 403 and "还没有开通" in answer.text
    assert COOKIE not in http.cookies
    assert (await inside.get("/console/seniors")).status_code == 303, "signed out"


async def test_a_name_gives_nobody_a_local_accounts_rights(
    app: FastAPI, town: Town, provider: Provider, database: Database
) -> None:
    provider.person |= {"preferred_username": "boss", "name": "boss", "email": "boss@example.org"}
    http, _ = await sign_in(app)
    assert (await http.get("/console/audit")).status_code == 404
    async with database.session() as session:
        account = await session.scalar(select(Account).where(Account.subject.is_not(None)))
    assert account is not None and account.id != town.accounts["boss"]
    for password in ("", PASSWORD):
        form = {"username": account.username, "password": password or " ", "code": "000000"}
        assert (await browser(app).post("/console/sign-in", data=form)).status_code == 401


@pytest.mark.parametrize(
    "lie",
    [
        {"nonce": "another"},
        {"aud": "another-client"},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"iss": "https://elsewhere.example.org"},
        {"exp": 1},
        {"iat": 4_000_000_000, "exp": 4_000_000_300},
    ],
    ids=lambda lie: "+".join(lie),
)
async def test_a_token_that_is_not_for_this_attempt_is_not_believed(
    app: FastAPI, town: Town, provider: Provider, lie: dict[str, Any]
) -> None:
    provider.lies = lie
    http, answer = await sign_in(app)
    assert answer.status_code == 401 and "没有登录成功" in answer.text
    assert COOKIE not in http.cookies


@pytest.mark.parametrize("algorithm", ["none", "HS256", "forged"])
async def test_a_signature_of_anybody_else_is_not_believed(
    app: FastAPI, town: Town, provider: Provider, algorithm: str
) -> None:
    if algorithm == "forged":
        provider.forge = key(0)
    else:
        provider.algorithm = algorithm
    _, answer = await sign_in(app)
    assert answer.status_code == 401


async def test_new_keys_of_the_provider_are_fetched_once_they_are_used(
    app: FastAPI, town: Town, provider: Provider, clock: SettableClock
) -> None:
    await sign_in(app)
    provider.rotate()
    _, too_soon = await sign_in(app)
    assert too_soon.status_code == 401
    clock.advance(oidc.REFETCH + timedelta(seconds=1))
    _, answer = await sign_in(app)
    assert answer.status_code == 303
    assert provider.asked.count("keys") == 2 and provider.asked.count("discovery") == 1


@pytest.mark.parametrize(
    "changed", [{"state": "planted"}, {"code": ""}, {"code": "guessed"}, {"iss": "https://x"}]
)
async def test_an_answer_that_was_changed_on_the_way_is_refused(
    app: FastAPI, town: Town, provider: Provider, changed: dict[str, str]
) -> None:
    http = browser(app)
    answer = await come_back(http, await leave(http), **changed)
    assert answer.status_code == 401 and COOKIE not in http.cookies


async def test_an_answer_is_taken_by_the_browser_that_asked_and_in_time(
    app: FastAPI, town: Town, provider: Provider, clock: SettableClock
) -> None:
    """Somebody else's answer signs nobody in (login CSRF), nor does one that was kept for later."""
    there = await leave(browser(app))
    assert (await come_back(browser(app), there)).status_code == 401
    http = browser(app)
    there = await leave(http)
    clock.advance(timedelta(minutes=11))
    assert (await come_back(http, there)).status_code == 401


async def test_what_is_kept_in_the_browser_tells_nothing(
    app: FastAPI, town: Town, provider: Provider
) -> None:
    http = browser(app)
    asked = parse_qs(urlsplit(await leave(http)).query)
    kept = base64.urlsafe_b64decode(http.cookies["yinling_sign_in"])
    assert asked["nonce"][0].encode() not in kept
    with pytest.raises(ValueError):
        json.loads(kept.decode(errors="replace"))


async def test_elsewhere_is_never_where_one_lands(app: FastAPI, town: Town, provider: Provider) -> None:
    _, answer = await sign_in(app, "https://elsewhere.example.org/")
    assert answer.headers["location"] == "/console/"


async def test_without_the_provider_local_accounts_still_work(
    app: FastAPI, town: Town, provider: Provider
) -> None:
    provider.broken = True
    answer = await browser(app).get("/console/oidc/start")
    assert answer.status_code == 502 and "暂时连不上" in answer.text and "密码" in answer.text


async def test_an_installation_without_provider_has_no_such_door(
    routes: FastAPI, database: Database, database_url: str, settings: Settings, clock: SettableClock
) -> None:
    furnish(routes, settings, database_url, clock)
    http = browser(routes)
    assert (await http.get("/console/oidc/start")).status_code == 404
    assert "单位账号" not in (await http.get("/console/sign-in")).text
    await release(routes)


@pytest.mark.parametrize("issuer", ["http://login.example.org", "ftp://x", "login.example.org"])
def test_a_provider_is_spoken_to_in_secret(issuer: str) -> None:
    with pytest.raises(ValueError, match="https"):
        oidc.check_issuer(issuer)


async def test_sessions_begin_anew(app: FastAPI, town: Town, provider: Provider, database: Database) -> None:
    http = browser(app)
    http.cookies.set(COOKIE, "planted", path="/console")
    answer = await come_back(http, await leave(http))
    assert answer.cookies[COOKIE] != "planted"
    async with database.session() as session:
        assert len((await session.scalars(select(ConsoleSession))).all()) == 1


@pytest.mark.parametrize(
    "end", ["https://login.example.org/end?realm=city", None, "http://elsewhere.example/end"]
)
async def test_who_signs_out_here_is_signed_out_at_the_provider_where_it_knows_how(
    app: FastAPI, town: Town, provider: Provider, end: str | None
) -> None:
    provider.end = end
    http, _ = await sign_in(app)
    page = (await http.get("/console/")).headers.get("location", "/console/queues")
    csrf = re.search(r'name="csrf" value="([^"]+)"', (await http.get(page)).text)
    assert csrf
    answer = await http.post("/console/sign-out", data={"csrf": csrf[1]})
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/oidc/end")
    last = await http.get("/console/oidc/end")
    assert "用单位账号登录" in last.text and (await http.get(page)).status_code == 303
    if end is None or not end.startswith("https"):
        assert "refresh" not in last.headers
        return
    there = urlsplit(last.headers["refresh"].removeprefix("0; url="))
    assert f"{there.scheme}://{there.netloc}{there.path}" == "https://login.example.org/end"
    assert parse_qs(there.query) == {
        "realm": ["city"],
        "client_id": [CLIENT],
        "post_logout_redirect_uri": [f"{URL}/console/sign-in"],
    }
