"""Two calls joined here: for trunks that know no transfer. The sound of each goes to the other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Final

from channels.phone.leg import CallLeg, HungUp, LegEvent, Sound
from speech.audio import Samples

_BETWEEN: Final = 10
"""Frames on their way at most; when the other side takes none (hold) the rest is dropped."""


async def bridge(
    first: CallLeg,
    first_events: AsyncIterator[LegEvent],
    second: CallLeg,
    second_events: AsyncIterator[LegEvent],
) -> HungUp:
    """Carry sound both ways until one hangs up, then end the other call; how it ended.

    The iterators are those of ``events()``, from wherever the caller of this has read them to.
    """
    ways = [
        asyncio.create_task(_carry(first_events, second)),
        asyncio.create_task(_carry(second_events, first)),
    ]
    try:
        done, _ = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        return done.pop().result()
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        await asyncio.gather(first.hang_up(), second.hang_up())


async def _carry(events: AsyncIterator[LegEvent], to: CallLeg) -> HungUp:
    between: asyncio.Queue[Samples] = asyncio.Queue(_BETWEEN)
    playing = asyncio.create_task(_play(between, to))
    try:
        async for event in events:
            if isinstance(event, HungUp):
                return event
            if isinstance(event, Sound) and not between.full():
                between.put_nowait(event.samples)
        raise RuntimeError("a leg's events end with HungUp")
    finally:
        playing.cancel()


async def _play(between: asyncio.Queue[Samples], to: CallLeg) -> None:
    while True:
        await to.play(await between.get())
