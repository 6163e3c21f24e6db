"""``yinling bench NAME``: what takes how long, with a ratio beside the time and the machine beside both."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import platform
import statistics
import sys
import time
import uuid
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from assistant import schema
from assistant.client import Client
from assistant.desk.schemas import Caller, Reply, TurnIn
from assistant.evaluation.stack import deployed, own_settings
from assistant.kit import crypto, postgres
from assistant.kit.crypto import Keyring
from assistant.kit.db import Database
from assistant.seeds import DEMO_PHONE
from assistant.settings import Settings, settings

Figures = dict[str, Any]

WARM_UP: Final = 20
"""Turns before any is counted: pools fill, caches warm, TensorFlow traces."""
ROUNDS: Final = 30
TURNS: Final = ("我想订个明天的午饭", "一份", "算了，先不订了")
"""A booking begun, filled and dropped; each turn runs actions that call the API."""
FREE_CORE: Final = 0.5
"""Load a core above which other work disturbs the figures."""


def bench(name: str, *, as_json: bool) -> int:
    """Measure ``name``; returns the exit code (2: no such bench)."""
    console = Console()
    benches: dict[str, Callable[[], Figures]] = {
        "turns": _turns,
        "search": lambda: asyncio.run(_search()),
        "phone": _phone,
        "orders": lambda: asyncio.run(_orders()),
        "console": lambda: asyncio.run(_console()),
    }
    if name not in benches:
        console.print(f"没有“{name}”这一项，可以用：{'、'.join(benches)}", markup=False)
        return 2
    where = machine()
    console.print(describe(where))
    figures = benches[name]()
    table = Table("指标", "数值")
    for key, value in figures.items():
        table.add_row(key, str(value))
    console.print(table)
    if as_json:
        print(json.dumps({**figures, "machine": where}, ensure_ascii=False))
    return 0


def machine() -> Figures:
    """Cores, memory (GB), load of the last minute before the bench, and whether that was too much."""
    cores = os.cpu_count() or 1
    load = os.getloadavg()[0]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return {
        "cores": cores,
        "memory_gb": round(memory, 1),
        "load": round(load, 2),
        "busy": load / cores > FREE_CORE,
        "system": platform.platform(terse=True),
    }


def describe(where: Figures) -> str:
    """The machine in one line, with a warning when it was busy."""
    line = f"机器：{where['cores']} 核，{where['memory_gb']} GB，负载 {where['load']}，{where['system']}"
    return line + ("\n[yellow]机器正忙，绝对时间偏大，请看比值。[/]" if where["busy"] else "")


def percentiles(took_ms: list[float]) -> Figures:
    """p50 and p95 of some times, ms."""
    return {
        "p50_ms": round(statistics.median(took_ms), 1),
        "p95_ms": round(statistics.quantiles(took_ms, n=100)[94], 1),
    }


def _settings() -> Settings:
    """A home of its own: a bench never meets an evaluation that runs at the same time."""
    return own_settings(settings().home / "bench")


def _turns() -> Figures:
    with deployed(_settings()) as client:
        return asyncio.run(time_turns(client, ROUNDS))


async def time_turns(client: Client, rounds: int) -> Figures:
    """Times of text turns with an action at one user over HTTP, beside a request that does nothing."""
    took: list[float] = []
    floor: list[float] = []
    try:
        for _ in range(-(-WARM_UP // len(TURNS)) + rounds):
            conversation = f"bench-{uuid.uuid4().hex[:12]}"
            await client.turn(_turn(conversation, 0, None))
            for at, said in enumerate(TURNS, 1):
                start = time.perf_counter()
                _check(await client.turn(_turn(conversation, at, said)), said)
                took.append((time.perf_counter() - start) * 1000)
                start = time.perf_counter()
                await client.http.get("/health")
                floor.append((time.perf_counter() - start) * 1000)
    finally:
        await client.close()
    counted = took[-rounds * len(TURNS) :]
    plain = statistics.median(floor[-rounds * len(TURNS) :])
    figures = percentiles(counted)
    return figures | {
        "turns": len(counted),
        "health_p50_ms": round(plain, 1),
        "ratio": round(figures["p50_ms"] / plain, 1),
    }


def _turn(conversation: str, number: int, said: str | None) -> TurnIn:
    return TurnIn(
        channel="terminal",
        conversation=conversation,
        turn_id=str(number),
        text=said,
        event=None if said else "start",
        caller=Caller(phone=DEMO_PHONE),
    )


def _check(reply: Reply, said: str) -> None:
    """A desk that only apologises is fast and worth nothing."""
    if not reply.messages or reply.handoff:
        raise RuntimeError(f"“{said}”没有得到正常的回答，测速没有意义。")


def _phone() -> Figures:
    from assistant.evaluation.phone import bench_phone

    return bench_phone(_settings(), progress=lambda line: print(line, file=sys.stderr))


async def _search() -> Figures:
    from assistant.catalog.bench import bench_search

    async with _scratch("search") as database:
        return await bench_search(database.sessions)


async def _orders() -> Figures:
    from assistant.orders.bench import bench_orders

    async with _scratch("orders") as database:
        return await bench_orders(database)


async def _console() -> Figures:
    from assistant.console.bench import bench_console

    # Filling it takes minutes: a million people are kept for the next run.
    async with _scratch("console", keep=True) as database:
        return await bench_console(database)


@contextlib.asynccontextmanager
async def _scratch(name: str, *, keep: bool = False) -> AsyncIterator[Database]:
    """A database with the tables and nothing else, gone the next time; with ``keep`` as the last run left it."""
    config = _settings()
    crypto.use(Keyring.load_or_create(config.keys))
    prepare = postgres.ensure_database if keep else postgres.fresh_database
    url = prepare(postgres.start(config.home / "postgres"), f"yinling_bench_{name}")
    await asyncio.to_thread(schema.migrate, url)
    database = Database(url)
    try:
        yield database
    finally:
        await database.close()
