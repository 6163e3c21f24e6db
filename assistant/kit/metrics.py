"""Prometheus metrics of the service."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

TURNS = Histogram(
    "yinling_turn_seconds",
    "From a turn's arrival to its reply",
    ["channel"],
    buckets=(0.02, 0.04, 0.06, 0.08, 0.12, 0.2, 0.5, 1, 2, 5),
)
RASA_DOWN = Counter("yinling_rasa_down_total", "Turns answered without Rasa")
ALARMS = Counter("yinling_alarms_total", "Alarms raised", ["kind"])
HANDOFFS = Counter("yinling_handoffs_total", "Conversations handed to a person", ["to"])
