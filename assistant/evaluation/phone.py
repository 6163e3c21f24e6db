"""``yinling bench phone``: callers over real SIP against the whole service, and where their waiting goes."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import delete, select

from assistant.calls.models import CallEntry
from assistant.evaluation.stack import separate
from assistant.kit.db import Database
from assistant.processes import Stack, free_port
from assistant.seeds import DEMO_PHONE
from assistant.settings import ROOT, Settings
from channels.phone.bench import CUTS_IN_S, measure, percentiles, stages, utterances
from channels.phone.caller import Exchange
from channels.phone.picture import draw

RUNS: Final = ((1, 16), (10, 5), (20, 4))
"""Callers at once, and sentences that each says."""
WARM_UP: Final = 4
"""Sentences before any is counted: Rasa's first answers take seconds."""
CUT_INS: Final = 24
"""Sentences of the one caller who says nearly all of them over ours."""
SECOND_TURNS: Final = 8
"""Sentences of the one caller who is heard twice."""
HEARD_TWICE_MS: Final = 100.0
"""A second hearing that was not skipped (a busy machine skips it) takes longer."""
RTP_PORTS: Final = (23000, 23399)
PICTURE: Final = ROOT / "docs" / "images" / "phone_latency.svg"


def bench_phone(
    config: Settings, picture: Path = PICTURE, progress: Callable[[str], None] = print
) -> dict[str, Any]:
    """{calls, p50_ms, p95_ms, barge_in_p95_ms, stages, runs}: the figures of one caller, and all runs by name.

    ``barge_in_p95_ms``: from the first recognised character of a sentence said over ours to the last packet at the
    caller in which we are heard. ``runs``: ``1``, ``10`` and ``20`` callers at once, ``barge_in`` one who interrupts,
    ``second`` one whose every sentence is heard twice. ``load`` is the machine's load average while it ran.
    ``progress`` is told of each run when it is over.
    """
    sounds = utterances(config.home / "speech")
    runs: dict[str, Any] = {}
    with separate(config.model_copy(update={"phone": False})) as (stack, url):
        with _hotline(stack, second_hearing=False):
            asyncio.run(_run(stack, url, sounds, 1, WARM_UP))
            for calls, turns in RUNS:
                runs[str(calls)] = asyncio.run(_run(stack, url, sounds, calls, turns))
                progress(f"{calls}: {runs[str(calls)]}")
            runs["barge_in"] = asyncio.run(_interrupt(stack, url, sounds))
            progress(f"barge_in: {runs['barge_in']}")
        with _hotline(stack, second_hearing=True):
            # A call does not wait for Whisper: it is there after this one.
            asyncio.run(_run(stack, url, sounds, 1, WARM_UP))
            runs["second"] = asyncio.run(_run(stack, url, sounds, 1, SECOND_TURNS))
            progress(f"second: {runs['second']}")
    draw({name: run["stages"] for name, run in runs.items() if "stages" in run}, picture)
    one = runs["1"]
    return {
        "calls": [calls for calls, _ in RUNS],
        "p50_ms": one["p50_ms"],
        "p95_ms": one["p95_ms"],
        "barge_in_p95_ms": runs["barge_in"]["p95_ms"],
        "stages": one["stages"],
        "runs": runs,
    }


@contextmanager
def _hotline(stack: Stack, *, second_hearing: bool) -> Iterator[None]:
    """A telephone process beside the stack."""
    changed = {
        "YINLING_PHONE_SIP_HOST": "127.0.0.1",
        "YINLING_PHONE_SECOND_HEARING": str(second_hearing).lower(),
    }
    before = {name: os.environ.get(name) for name in changed}
    os.environ.update(changed)
    try:
        processes = stack.phones()
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})
    stack.start_more(processes)
    try:
        yield
    finally:
        for process in processes:
            process.stop()


async def _run(stack: Stack, url: str, sounds: Any, calls: int, turns: int) -> dict[str, Any]:
    async with _exchange(stack) as exchange:
        measured = await measure(exchange, sounds, calls=calls, turns=turns)
    timings = [entry.timings for entry in await _entries(url)]
    words = [one["barge_in"] for one in timings if "barge_in" in one]
    return {
        **measured.figures(),
        "word_to_decision_p95_ms": percentiles(words)["p95_ms"],
        "heard_twice": sum(one.get("second_hearing", 0.0) > HEARD_TWICE_MS for one in timings),
        "stages": stages(timings),
        "load": round(os.getloadavg()[0], 2),
    }


async def _interrupt(stack: Stack, url: str, sounds: Any) -> dict[str, Any]:
    """One caller who interrupts, at whose end packets are looked at as they come."""
    async with _exchange(stack, jitter_ms=(0, 0)) as exchange:
        measured = await measure(exchange, sounds, calls=1, turns=CUT_INS, listens_s=CUTS_IN_S)
    decided = [entry.details["decisions"] for entry in await _entries(url)]
    words = [one["word_at"] for one in decided if "word_at" in one]
    after = [ms for one in measured.barge_ins if (ms := one.after_word_ms(words)) is not None]
    return {"barge_ins": len(after), **percentiles(after), "load": round(os.getloadavg()[0], 2)}


def _exchange(stack: Stack, **more: Any) -> AbstractAsyncContextManager[Exchange]:
    """Callers of the hotline."""
    assert stack.sip_address is not None, "the telephone has been started"
    port = free_port(5090, socket.SOCK_DGRAM)
    return Exchange.open(stack.sip_address, number=DEMO_PHONE, port=port, rtp_ports=RTP_PORTS, **more)


async def _entries(url: str) -> list[CallEntry]:
    """What the hotline wrote down of the run, and forgets then."""
    database = Database(url, pool_size=1)
    async with database.session() as session:
        found = list(await session.scalars(select(CallEntry)))
        await session.execute(delete(CallEntry))
    await database.close()
    return found
