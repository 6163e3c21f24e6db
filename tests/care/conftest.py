"""A senior who agreed to be asked every day at nine, and an installation that rings people."""

from __future__ import annotations

from datetime import datetime, time

import pytest
from fastapi import FastAPI

from assistant.care import service
from assistant.care.schemas import PlanIn
from assistant.kit.clock import SettableClock
from assistant.kit.db import Database
from assistant.settings import Settings
from tests import arrange
from tests.talk import ScriptedRasa, scripted
from tests.world import WORKER, World, build

NINE = time(9)


@pytest.fixture
def app(ringing: FastAPI) -> FastAPI:
    return ringing


@pytest.fixture
def config(app: FastAPI) -> Settings:
    found: Settings = app.state.context.settings
    return found


@pytest.fixture
def rasa(app: FastAPI) -> ScriptedRasa:
    return scripted(app)


@pytest.fixture
async def world(database: Database) -> World:
    """周桂英 lets her daughter be told."""
    made = await build(database)
    before = SettableClock(datetime(2025, 6, 1, 9, 0)).now()
    await arrange.consent(database, before, made.senior, made.daughter, "notify")
    return made


@pytest.fixture
async def plan(database: Database, world: World, config: Settings) -> World:
    """Agreed on the day before."""
    async with database.session() as session:
        before = SettableClock(datetime(2025, 6, 10, 15, 0)).now()
        given = PlanIn(weekdays=list(range(7)), at=NINE)
        await service.agree(session, before, WORKER, world.senior, given, config)
    return world
