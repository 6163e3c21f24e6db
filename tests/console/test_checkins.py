"""Check-ins on a senior's page: agreed, shown, ended, by who covers the senior."""

from __future__ import annotations

from datetime import time

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from assistant.care import rounds
from assistant.care.models import CheckinPlan
from assistant.kit.clock import SettableClock
from assistant.kit.db import Database
from tests.console.conftest import SignIn, Town

FORM = {"weekdays": ["0", "2"], "at": "10:30", "way": "phone", "evidence": "spoken"}


@pytest.fixture
def app(ringing: FastAPI) -> FastAPI:
    return ringing


async def test_a_worker_records_what_the_senior_agreed_to(
    app: FastAPI, town: Town, sign_in: SignIn, database: Database, clock: SettableClock
) -> None:
    browser = await sign_in("worker")
    page = f"/seniors/{town.seniors[0]}"
    assert "没有约定问候" in (await browser.get(f"{page}/checkins")).text
    await browser.post(f"{page}/checkins", FORM)
    shown = (await browser.get(f"{page}/checkins")).text
    assert "每周一、三" in shown and "10:30" in shown and "打电话" in shown
    async with database.session() as session:
        plan = (await session.scalars(select(CheckinPlan))).one()
    assert (plan.weekdays, plan.at, plan.agreed_by["kind"]) == ([0, 2], time(10, 30), "worker")
    clock.set(plan.agreed_at.replace(hour=2, minute=30))  # 10:30 in China
    assert await rounds.begin(database, clock.now(), app.state.context.settings) == 1
    assert "等回答" in (await browser.get(f"{page}/checkins")).text
    await browser.post(f"{page}/checkins/stop")
    assert "没有约定问候" in (await browser.get(f"{page}/checkins")).text


@pytest.mark.parametrize(
    "wrong", [{"weekdays": []}, {"weekdays": ["9"]}, {"at": "23:00"}, {"at": "noon"}, {"way": "fax"}]
)
async def test_what_cannot_be_is_refused_in_words(
    town: Town, sign_in: SignIn, database: Database, wrong: dict[str, object]
) -> None:
    browser = await sign_in("worker")
    answer = await browser.post(f"/seniors/{town.seniors[0]}/checkins", FORM | wrong)
    assert answer.status_code == 422 and "请" in answer.text
    async with database.session() as session:
        assert (await session.scalars(select(CheckinPlan))).all() == []
