"""How fast a page of a thousand seniors is made when the database holds a million people."""

from __future__ import annotations

import hashlib
import random
import secrets
import statistics
import time
import uuid
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Any, Final

import httpx
import psycopg
from fastapi import FastAPI
from sqlalchemy import func, select, text

from assistant.console import sessions
from assistant.console.accounts import add_account
from assistant.console.endpoints import router
from assistant.console.models import ConsoleSession
from assistant.kit import crypto, memory
from assistant.kit.api import Context
from assistant.kit.clock import SettableClock, from_china
from assistant.kit.db import Database
from assistant.people import keys, names
from assistant.people.models import PersonPhone
from assistant.settings import Settings

NOW: Final = from_china(datetime(2025, 6, 11, 10, 0))
CITY: Final = "yueyang"
URBAN: Final = 36.8 / 101.57
DISABLED: Final = 4.54 / 101.57
SEMI_DISABLED: Final = 11.3 / 101.57
"""Shares of the 1,015,700 seniors of 岳阳 at the end of 2018 (document 004: 岳民字〔2019〕3号)."""
LARGEST: Final = 1_250
"""People of a community: a page of a thousand is full."""
STREET: Final = 10
"""Communities of a street."""
SURNAMES: Final = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN: Final = "秀英桂兰玉珍建国华明芳梅德福春生荣红霞志强"
COLUMNS: Final = [
    "id",
    "kind",
    "name",
    "name_key",
    "sound_key",
    "surname_key",
    "initials_key",
    "gender",
    "birth_year",
    "city_code",
    "street",
    "community",
    "address",
    "building_key",
    "ability",
    "income",
    "lives_alone",
    "pace",
    "loudness",
    "demo",
    "created_at",
    "updated_at",
]
TYPES: Final = [
    "uuid",
    "text",
    "bytea",
    "bytea",
    "bytea",
    "bytea",
    "bytea",
    "text",
    "int4",
    "text",
    "text",
    "text",
    "bytea",
    "bytea",
    "bytea",
    "bytea",
    "bool",
    "float8",
    "float8",
    "bool",
    "timestamptz",
    "timestamptz",
]
PHONE_COLUMNS: Final = ("id", "person_id", "phone", "phone_key", "primary", "created_at")
PHONE_TYPES: Final = ("uuid", "uuid", "bytea", "bytea", "bool", "timestamptz")


async def bench_console(database: Database, *, people: int = 1_000_000, pages: int = 40) -> dict[str, Any]:
    """Milliseconds that the list of a community of a thousand takes at the server, sign-in and audit
    included, network not.

    Args:
        database: a scratch database with the tables; it is filled unless an earlier run has filled it.

    Returns:
        ``people``, ``rows`` of a page, ``p50_ms``, ``p95_ms``, ``fill_s`` (0 where it was filled before).
    """
    began = time.perf_counter()
    fill_s = 0.0
    if await _held(database) != people:
        await _fill(database, people)
        fill_s = time.perf_counter() - began
    app = FastAPI()
    app.state.context = Context(Settings(), database, SettableClock(NOW), crypto.keyring())
    app.include_router(router)
    token = await _sign_in(database)
    memory.settle()
    chosen = random.Random(2)
    took, rows = [], 0
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bench") as http:
        http.cookies.set(sessions.COOKIE, token, path=sessions.PATH)
        for number in range(pages + 2):
            where = _where(chosen.randrange(max(1, people // LARGEST)))
            start = time.perf_counter()
            answer = await http.get("/console/seniors", params={"where": "/".join(where)})
            if number >= 2:
                took.append((time.perf_counter() - start) * 1000)
            answer.raise_for_status()
            rows = answer.text.count("<tr><td>") + answer.text.count('<tr class="same">')
    return {
        "people": people,
        "rows": rows,
        "p50_ms": round(statistics.median(took), 1),
        "p95_ms": round(statistics.quantiles(took, n=20)[-1], 1),
        "fill_s": round(fill_s, 3),
    }


async def _sign_in(database: Database) -> str:
    """An operator of the whole city and their session; returns the cookie."""
    token = secrets.token_urlsafe(32)
    async with database.session() as session:
        account = await add_account(
            session,
            NOW,
            f"bench-{secrets.token_hex(4)}",
            role="operator",
            city=CITY,
            password=secrets.token_urlsafe(),
            say=lambda line: None,
        )
        session.add(
            ConsoleSession(
                token_hash=hashlib.sha256(token.encode()).digest(),
                account_id=account.id,
                csrf=secrets.token_urlsafe(24),
                chat=f"console-{secrets.token_hex(12)}",
                created_at=NOW,
                seen_at=NOW,
            )
        )
    return token


async def _held(database: Database) -> int:
    """For how many people the database has been filled: their numbers are copied last."""
    async with database.session() as session:
        return await session.scalar(select(func.count()).select_from(PersonPhone)) or 0


async def _fill(database: Database, people: int) -> None:
    """Made-up seniors, copied in binary: two streams, persons then their numbers."""
    async with database.session() as session:
        await session.execute(text("TRUNCATE persons CASCADE"))
    ids = [uuid.UUID(int=random.Random(1).getrandbits(128) ^ number) for number in range(people)]
    async with await psycopg.AsyncConnection.connect(database.url, autocommit=True) as connection:
        await _copy(connection, "persons", COLUMNS, TYPES, _persons(ids))
        await _copy(connection, "person_phones", PHONE_COLUMNS, PHONE_TYPES, _phones(ids))
    async with database.engine.connect() as plain:
        ready = await plain.execution_options(isolation_level="AUTOCOMMIT")
        for table in ("persons", "person_phones"):
            await ready.execute(text(f"VACUUM ANALYZE {table}"))


async def _copy(
    connection: psycopg.AsyncConnection[Any],
    table: str,
    columns: Any,
    types: Any,
    rows: Iterator[tuple[Any, ...]],
) -> None:
    listed = ", ".join(f'"{column}"' for column in columns)
    async with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({listed}) FROM STDIN (FORMAT BINARY)") as copy,
    ):
        copy.set_types(types)
        for row in rows:
            await copy.write_row(row)


def _where(community: int) -> tuple[str, str]:
    """Street and community of a number; a third of them urban, as in the document."""
    urban = (community % 100) < URBAN * 100
    street = f"第{community // STREET}{'街道' if urban else '镇'}"
    return street, f"第{community}{'社区' if urban else '村'}"


@cache
def _name_keys(name: str) -> tuple[bytes, ...]:
    letters = keys.initials_key(keys.initials(name))
    return keys.name_key(name), keys.sound_key(name), keys.surname_key(names.surname(name)), letters


@cache
def _building_key(number: int) -> bytes | None:
    return keys.building_key(f"{number}栋")


def _persons(ids: list[uuid.UUID]) -> Iterator[tuple[Any, ...]]:
    draw = random.Random(3)
    seal = crypto.keyring().encrypt
    for number, person in enumerate(ids):
        name = draw.choice(SURNAMES) + draw.choice(GIVEN) + draw.choice(GIVEN)
        street, community = _where(number // LARGEST)
        building, health = draw.randint(1, 30), draw.random()
        ability = (
            "disabled"
            if health < DISABLED
            else "semi_disabled"
            if health < DISABLED + SEMI_DISABLED
            else "self_care"
        )
        age = min(100, 60 + int(draw.expovariate(1 / 11)))
        yield (
            person,
            "senior",
            seal(name),
            *_name_keys(name),
            draw.choice(("female", "male")),
            NOW.year - age,
            CITY,
            street,
            community,
            seal(f"{street}{community}{building}栋{draw.randint(1, 6)}0{draw.randint(1, 4)}"),
            _building_key(building),
            seal(ability),
            seal("ordinary"),
            draw.random() < 0.1,
            1.0,
            1.0,
            True,
            NOW,
            NOW,
        )


def _phones(ids: list[uuid.UUID]) -> Iterator[tuple[Any, ...]]:
    seal = crypto.keyring().encrypt
    for number, person in enumerate(ids):
        phone = f"+86139{number:08d}"
        yield uuid.UUID(int=person.int ^ 1 << 64), person, seal(phone), keys.phone_key(phone), True, NOW
