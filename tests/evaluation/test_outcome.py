"""What counts as the same outcome."""

from __future__ import annotations

from datetime import date

from assistant.evaluation.dialogues.outcome import same_days

WORKDAYS = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"
MONDAY = date(2025, 6, 16)


def test_ten_times_is_until_the_tenth() -> None:
    assert same_days(f"{WORKDAYS};COUNT=10", f"RRULE:{WORKDAYS};UNTIL=20250627", MONDAY)
    assert not same_days(f"{WORKDAYS};COUNT=9", f"{WORKDAYS};UNTIL=20250627", MONDAY)
    assert not same_days("FREQ=DAILY", WORKDAYS, MONDAY)
