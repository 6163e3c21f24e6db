"""An installation that rings people."""

from __future__ import annotations

import pytest
from fastapi import FastAPI

from assistant.kit.db import Database
from tests.world import World, build


@pytest.fixture
def app(ringing: FastAPI) -> FastAPI:
    return ringing


@pytest.fixture
async def world(database: Database) -> World:
    return await build(database)
