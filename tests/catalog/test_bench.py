from __future__ import annotations

from assistant.catalog.bench import bench_search
from assistant.kit.db import Database


async def test_the_bench_runs_the_real_search(database: Database) -> None:
    measured = await bench_search(database.sessions, places=300, searches=30)
    assert measured["places"] == 300
    assert measured["found"] > 0.9
    assert 0 < measured["p50_ms"] <= measured["p95_ms"]
