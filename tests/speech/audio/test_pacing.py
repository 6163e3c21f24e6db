"""Pacing by absolute deadlines, with a clock that is moved by hand."""

from speech.audio.pacing import Pacer


class HandClock:
    """Time that passes only by sleeping, late by `lateness` each time."""

    def __init__(self, lateness: float = 0.0) -> None:
        self.now = 100.0
        self.lateness = lateness

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds + self.lateness


async def sent(clock: HandClock, frames: int) -> tuple[list[float], Pacer]:
    pacer = Pacer(clock=clock, sleep=clock.sleep)
    times = []
    for _ in range(frames):
        await pacer.wait()
        times.append(clock.now - 100.0)
    return times, pacer


async def test_late_wake_ups_do_not_add_up() -> None:
    times, pacer = await sent(HandClock(lateness=0.015), 30_000)
    assert pacer.late == 0
    # Ten minutes: the last frame leaves within its lead and one late wake-up.
    assert abs(times[-1] - 30_000 * 0.02) < 0.1


async def test_the_first_frames_go_ahead_by_the_lead() -> None:
    times, _ = await sent(HandClock(), 6)
    assert times[:4] == [0, 0, 0, 0]
    assert times[5] > 0


async def test_a_long_stall_is_counted_and_starts_a_new_run() -> None:
    clock = HandClock()
    pacer = Pacer(clock=clock, sleep=clock.sleep)
    await pacer.wait()
    clock.now += 1.0
    await pacer.wait()
    assert pacer.late == 1
    clock.now += 0.01
    await pacer.wait()
    assert pacer.late == 1


async def test_silence_between_utterances_is_no_gap() -> None:
    clock = HandClock()
    pacer = Pacer(clock=clock, sleep=clock.sleep)
    await pacer.wait()
    pacer.reset()
    clock.now += 5
    await pacer.wait()
    assert pacer.late == 0
