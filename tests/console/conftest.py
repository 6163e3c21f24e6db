"""A console with two communities of one name of street, accounts of every role, and a way to sign in."""

from __future__ import annotations

import re
import uuid
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

import httpx
import pyotp
import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI

from assistant.console import accounts
from assistant.console.accounts import add_account
from assistant.console.models import Account, Role
from assistant.kit import tokens
from assistant.kit.clock import SettableClock
from assistant.kit.crypto import Keyring
from assistant.kit.db import Database
from assistant.people import service as people
from assistant.people.schemas import PersonIn
from tests.world import NOW, WORKER, World, build


@pytest.fixture(autouse=True, scope="session")
def cheap_passwords() -> Iterator[None]:
    """Argon2 with its smallest cost: a test makes five accounts."""
    before, accounts._hasher = accounts._hasher, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    yield
    accounts._hasher = before


PASSWORD = "correct horse battery"  # noqa: S105
HERE = "三眼桥街道/春晓社区"
THERE = "三眼桥街道/秋实社区"


@dataclass
class Town:
    """What the tests find: the world of orders, seniors of two communities, and the accounts."""

    world: World
    seniors: list[uuid.UUID]
    """Of 春晓社区: 赵秀兰 of building 5, 赵秀兰 of building 7, 何建国."""
    other: uuid.UUID
    """Of 秋实社区: 钱小芳."""
    secrets: dict[str, str]
    """Name of the account → TOTP secret."""
    accounts: dict[str, uuid.UUID]


def person(name: str, community: str, building: int, phone: str, year: int = 1945) -> PersonIn:
    return PersonIn(
        name=name,
        gender="female",
        birth_year=year,
        city_code="yueyang",
        street="三眼桥街道",
        community=community,
        address=f"三眼桥街道{community}{building}号楼101",
        phone=phone,
        ability="self_care",
        demo=True,
    )


async def make_town(database: Database) -> Town:
    """Fill an empty database."""
    world = await build(database, meal_capacity=40)
    async with database.session() as session:
        made = [
            (await people.create(session, NOW, WORKER, each))[0].id
            for each in (
                person("赵秀兰", "春晓社区", 5, "13900003331"),
                person("赵秀兰", "春晓社区", 7, "13900003332", 1938),
                person("何建国", "春晓社区", 5, "13900003333"),
                person("钱小芳", "秋实社区", 1, "13900004441"),
            )
        ]
        made_accounts: list[Account] = []
        roles: list[tuple[str, Role, list[str]]] = [
            ("worker", "worker", [HERE]),
            ("neighbour", "worker", [THERE]),
            ("operator", "operator", []),
            ("auditor", "auditor", []),
            ("boss", "administrator", []),
        ]
        for name, role, areas in roles:
            account = await add_account(
                session,
                NOW,
                name,
                role=role,
                city="yueyang",
                areas=areas,
                display_name={"worker": "小王", "operator": "小李"}.get(name),
                password=PASSWORD,
                say=lambda line: None,
            )
            made_accounts.append(account)
        return Town(
            world,
            made[:3],
            made[3],
            {one.username: one.totp_secret for one in made_accounts},
            {one.username: one.id for one in made_accounts},
        )


@pytest.fixture
async def town(database: Database) -> Town:
    return await make_town(database)


@dataclass
class Browser:
    """An HTTP client that behaves like a signed-in browser."""

    http: httpx.AsyncClient
    csrf: str = ""

    async def get(self, path: str) -> httpx.Response:
        return await self.http.get(f"/console{path}")

    async def post(self, path: str, data: object = None, **more: object) -> httpx.Response:
        headers = {"x-csrf-token": self.csrf}
        return await self.http.post(f"/console{path}", data=data, headers=headers, **more)  # type: ignore[arg-type]


SignIn = Callable[[str], Awaitable[Browser]]


@pytest.fixture
async def sign_in(app: FastAPI, town: Town, clock: SettableClock) -> SignIn:
    """Sign an account in, by its name."""

    async def enter(name: str) -> Browser:
        http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://yinling")
        code = pyotp.TOTP(town.secrets[name]).at(clock.now())
        form = {"username": name, "password": PASSWORD, "code": code}
        answer = await http.post("/console/sign-in", data=form)
        assert answer.status_code == 303, answer.text
        page = await http.get("/console/audit" if name == "auditor" else "/console/queues")
        found = re.search(r'"x-csrf-token": "([^"]+)"', page.text)
        assert found, page.text
        return Browser(http, found[1])

    return enter


Channel = Callable[[str], httpx.AsyncClient]


@pytest.fixture
def channel(app: FastAPI, keyring: Keyring, clock: SettableClock) -> Channel:
    """The API as a process with a token sees it, by the token's subject."""

    def client(subject: str) -> httpx.AsyncClient:
        token = tokens.issue(keyring, subject, clock.now())
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(app),
            base_url="http://yinling",
            headers={"authorization": f"Bearer {token}"},
        )

    return client
