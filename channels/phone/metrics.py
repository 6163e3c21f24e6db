"""Prometheus metrics of the telephone process."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import Counter, Gauge, Histogram

ACTIVE = Gauge("yinling_phone_active_calls", "Calls going on")
CALLS = Counter("yinling_phone_calls_total", "Calls that ended", ["direction", "why"])
TURNED_AWAY = Counter("yinling_phone_turned_away_total", "Callers told that the line is busy")
BARGE_INS = Counter("yinling_phone_barge_ins_total", "Sentences of ours that a caller stopped")
TRANSFERS = Counter("yinling_phone_transfers_total", "Calls put through to a person", ["result"])
SECOND_HEARINGS = Counter("yinling_phone_second_hearings_total", "Utterances heard again", ["result"])
STAGES = Histogram(
    "yinling_phone_answer_seconds",
    "From the end of the caller's speech to the first sound of the answer, in all and by stage",
    ["stage"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 1.2, 1.5, 2, 2.5, 4, 8),
)


def observe(timings: Mapping[str, float]) -> None:
    """Count one answer; ``timings`` in ms."""
    for stage, ms in timings.items():
        STAGES.labels(stage).observe(ms / 1000)
