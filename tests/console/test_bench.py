"""The bench measures the real list, and keeps its people for the next run."""

from __future__ import annotations

from assistant.console.bench import bench_console
from assistant.kit.db import Database


async def test_the_bench_lists_real_rows_and_fills_once(database: Database) -> None:
    first = await bench_console(database, people=60, pages=3)
    assert first["rows"] == 60 and first["fill_s"] > 0
    assert 0 < first["p50_ms"] <= first["p95_ms"]
    assert (await bench_console(database, people=60, pages=3))["fill_s"] == 0
    assert (await bench_console(database, people=40, pages=3))["rows"] == 40
