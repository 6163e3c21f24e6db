"""The development dialogues, played against the whole stack."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.evaluation.dialogues import report
from assistant.evaluation.stack import Running

DIALOGUES = Path(__file__).parent.parent / "evaluation" / "dialogues.yaml"
LEAST = 0.9
"""Share of the development dialogues that must pass."""
CORE = {
    "lunch_corrected_day",
    "bath_next_wednesday",
    "cleaning_saturday_morning",
    "unknown_caller_meal",
    "tap_urgent_repair_today",
    "family_bath_for_mother",
    "worker_books_nursing_for_resident",
    "recurring_lunch_weekdays",
}
"""The main job: these may never fail."""


@pytest.fixture(scope="module")
def scores(stack: Running) -> dict[str, object]:
    import asyncio

    return asyncio.run(report.evaluate(report.load(DIALOGUES), stack))


def test_most_dialogues_end_as_they_should(scores: dict[str, object]) -> None:
    assert isinstance(scores["share"], float)
    assert scores["share"] >= LEAST, scores["failed"]


def test_the_main_job_never_fails(scores: dict[str, object]) -> None:
    failed = scores["failed"]
    assert isinstance(failed, list)
    assert not CORE & set(failed)


def test_one_that_cannot_be_played_fails_alone(stack: Running) -> None:
    import asyncio

    good = next(each for each in report.load(DIALOGUES) if each["id"] in CORE)
    scores = asyncio.run(report.evaluate([{**good, "id": "broken", "turns": 5}, good], stack))
    assert (scores["n"], scores["failed"]) == (2, ["broken"])
