"""A senior and her family, and the API as the telegram channel and as the desk see it."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
from fastapi import FastAPI

from assistant.kit.actor import SYSTEM, Actor
from assistant.kit.clock import SettableClock
from assistant.kit.crypto import Keyring
from assistant.kit.db import Database
from assistant.people import service
from assistant.people.schemas import PersonIn
from tests.conftest import calling

CHAT = 700_000_001
"""A made-up chat."""


@dataclass
class Family:
    """周桂英 and her daughter 王丽, neither linked yet."""

    senior: uuid.UUID
    daughter: uuid.UUID

    @property
    def as_senior(self) -> Actor:
        return Actor(kind="senior", channel="phone", person_id=self.senior, conversation="call-1")


@pytest.fixture
async def family(database: Database, clock: SettableClock) -> Family:
    async with database.session() as session:
        mother = PersonIn(
            name="周桂英", gender="female", birth_year=1948, city_code="yueyang", phone="13900001111"
        )
        daughter = PersonIn(kind="relative", name="王丽", city_code="yueyang", phone="13900002222")
        people = [(await service.create(session, clock.now(), SYSTEM, one))[0] for one in (mother, daughter)]
    return Family(people[0].id, people[1].id)


@pytest.fixture
async def channel(app: FastAPI, keyring: Keyring, clock: SettableClock) -> AsyncIterator[httpx.AsyncClient]:
    """The API with the telegram channel's token."""
    async with calling(app, keyring, clock, "channel:telegram") as client:
        yield client
