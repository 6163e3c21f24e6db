"""Duties of the clock and the worker that does them, on a real database."""

from __future__ import annotations

from datetime import date, timedelta

import httpx
import psycopg
import pytest
from sqlalchemy import func, select, text

from assistant import schedule
from assistant.kit import audit
from assistant.kit.actor import SYSTEM
from assistant.kit.clock import SettableClock
from assistant.kit.db import Database
from assistant.kit.jobs import job_app
from assistant.orders.models import Order
from assistant.schedule import DUTIES, Tools, perform, seal_audit
from assistant.settings import Settings
from assistant.worker import alive, work
from tests.world import NOW, build, post, senior_actor


def _duty(name: str) -> schedule.Duty:
    return next(each for each in DUTIES if each.name == name)


async def _write(database: Database, rows: int) -> None:
    async with database.session() as session:
        for number in range(rows):
            audit.record(session, NOW, SYSTEM, "test.done", f"test:{number}")


async def _open_rows(database: Database) -> int:
    async with database.session() as session:
        return int(await session.scalar(text("SELECT count(*) FROM audit_entries WHERE hash IS NULL")) or 0)


async def test_every_open_row_is_sealed_whatever_the_batch(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "SEAL_BATCH", 2)
    await _write(database, 5)
    assert await seal_audit(database, NOW) == 5
    assert await seal_audit(database, NOW) == 0
    async with database.session() as session:
        assert await audit.verify(session) is None


async def test_series_are_topped_up_as_days_go_by(
    api: httpx.AsyncClient, database: Database, clock: SettableClock
) -> None:
    world = await build(database)
    series = {
        "senior_id": world.senior,
        "offering_id": world.meal,
        "rrule": "FREQ=WEEKLY;BYDAY=TU,TH",
        "starts_on": date(2025, 6, 12),
        "part": "noon",
        "idempotency_key": "s-1",
    }
    assert (await post(api, "/v1/order-series", series, senior_actor(world.senior))).status_code == 201
    tools = Tools(database, clock)
    assert await perform(_duty("top_up_series"), tools) == 0
    clock.advance(timedelta(days=7))
    assert await perform(_duty("top_up_series"), tools) == 2
    async with database.session() as session:
        assert await session.scalar(select(func.count()).select_from(Order)) == 10


async def test_invitations_end(database: Database, clock: SettableClock) -> None:
    assert await perform(_duty("expire_invitations"), Tools(database, clock)) == 0


async def test_the_worker_does_a_waiting_job_and_leaves_nothing(
    database: Database, database_url: str, settings: Settings
) -> None:
    """Over the socket of the embedded server, until no job is left."""
    await _write(database, 3)
    app = job_app(database_url)
    async with app.open_async():
        await app.configure_task("yinling:seal_audit").defer_async(timestamp=0)
    await work(settings.model_copy(update={"database_url": database_url}), wait=False)
    assert await _open_rows(database) == 0
    with psycopg.connect(database_url) as connection:
        left = connection.execute("SELECT count(*) FROM procrastinate_jobs WHERE status <> 'todo'").fetchone()
    assert left == (0,)


async def test_the_worker_needs_a_database(settings: Settings) -> None:
    with pytest.raises(SystemExit, match="DATABASE_URL"):
        await work(settings)


async def test_a_worker_is_alive_while_its_heart_beats(database_url: str) -> None:
    assert not alive(database_url)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now())")
        try:
            assert alive(database_url)
            connection.execute(
                "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '2 minutes'"
            )
            assert not alive(database_url)
        finally:
            connection.execute("DELETE FROM procrastinate_workers")
