"""How many callers one model hears at once: `python -m speech.bench CALLS.tsv --callers 20`.

Each caller's sound comes in chunks of 40 ms, as a call brings it, to one `RecognizerPool`; callers start evenly spread
over a chunk. Times are from when a chunk was there to when it was heard. Before that each recognition has heard some
seconds of somebody else, as in a hotline that is at work; `--warm 0` shows the first seconds after a start.
"""

import argparse
import asyncio
import json
import time
from pathlib import Path
from typing import Final

import numpy as np

from speech.audio import TELEPHONE_RATE, Samples, bytes_of
from speech.evaluation import read
from speech.models import BUNDLED, BUNDLED_FOLDER
from speech.recognizer import PooledRecognition, RecognizerPool, SpeechModel

CHUNK_S: Final = 0.04
_CHUNK: Final = int(CHUNK_S * TELEPHONE_RATE)


async def listen(
    caller: PooledRecognition, sound: Samples, start: float, clock: asyncio.AbstractEventLoop
) -> list[float]:
    """Seconds each chunk took from when it was due."""
    took = []
    for number, at in enumerate(range(0, len(sound) - _CHUNK + 1, _CHUNK)):
        due = start + number * CHUNK_S
        await asyncio.sleep(max(0.0, due - clock.time()))
        await caller.push(bytes_of(sound[at : at + _CHUNK]))
        took.append(clock.time() - due)
    await caller.finish()
    return took


async def bench(
    model: SpeechModel, calls: list[Samples], callers: int, seconds: float, warm: float = 0.0
) -> dict[str, float]:
    """{callers, cores, p50, p95, p99 (ms a chunk)}; `cores` is processor time over time on the clock.

    `warm`: seconds heard before. Another part of the sound is heard then than while it is measured.
    """
    clock = asyncio.get_running_loop()
    pool = RecognizerPool(model)
    whole = np.concatenate(calls)
    count = int(seconds * TELEPHONE_RATE)
    opened = [pool.open() for _ in range(callers)]
    sounds = [np.roll(whole, -number * len(whole) // callers) for number in range(callers)]
    before = int(warm * TELEPHONE_RATE)
    for caller, sound in zip(opened, sounds, strict=True):
        earlier = np.resize(sound[-before:], before)
        for at in range(0, before, TELEPHONE_RATE):
            await caller.push(bytes_of(earlier[at : at + TELEPHONE_RATE]))
        await caller.finish()
    start, spent = clock.time() + 0.2, time.process_time()
    took = await asyncio.gather(
        *(
            listen(caller, np.resize(sound, count), start + number * CHUNK_S / callers, clock)
            for number, (caller, sound) in enumerate(zip(opened, sounds, strict=True))
        )
    )
    cores = (time.process_time() - spent) / (clock.time() - start)
    pool.close()
    share = np.percentile(1000 * np.concatenate(took), (50, 95, 99)).round(1).tolist()
    return {
        "callers": callers,
        "cores": round(cores, 2),
        **dict(zip(("p50", "p95", "p99"), share, strict=True)),
    }


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(prog="python -m speech.bench", description=__doc__)
    parser.add_argument("calls", type=Path, help="TSV of recordings, as speech.evaluation reads it")
    parser.add_argument("--model", type=Path, default=BUNDLED_FOLDER / BUNDLED)
    parser.add_argument("--callers", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--warm", type=float, default=20, help="seconds heard before it is measured")
    options = parser.parse_args()
    calls = [line.samples for line in read(options.calls)]
    model = SpeechModel(options.model)
    figures = asyncio.run(bench(model, calls, options.callers, options.seconds, options.warm))
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
