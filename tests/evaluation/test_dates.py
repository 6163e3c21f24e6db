"""How the reading of dates is scored."""

import json
from datetime import date, time
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from assistant.evaluation.dates import evaluate, same_rule, score

DEVELOPMENT = Path(__file__).parent / "dates.jsonl"


def line(text: str, **expected: str) -> dict[str, str | None]:
    fields = dict.fromkeys(("date", "time", "part_of_day", "recurrence"))
    return {"text": text, "now": "2026-11-18T10:00", **fields, **expected}


def test_development_set_holds() -> None:
    report = evaluate(DEVELOPMENT, Console(file=StringIO()))
    assert report["n"] >= 350
    assert report["exact"] >= 0.98


def test_a_time_within_the_part_is_right() -> None:
    assert score(line("上午九点", part_of_day="morning")).exact
    assert not score(line("下午三点", part_of_day="morning")).exact
    assert not score(line("上午", time="09:00")).exact


def test_misses_are_printed(tmp_path: Path) -> None:
    path = tmp_path / "dates.jsonl"
    rows = [line("明天", date="2026-11-19"), line("后天", date="2026-11-19")]
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    out = StringIO()
    report = evaluate(path, Console(file=out, width=100))
    assert (report["n"], report["exact"], report["date"], report["time"]) == (2, 0.5, 0.5, 1.0)
    assert "✗ 后天" in out.getvalue()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("FREQ=WEEKLY;BYDAY=TU,TH", "BYDAY=TH,TU;FREQ=WEEKLY;INTERVAL=1", True),
        ("RRULE:FREQ=DAILY;COUNT=14", "FREQ=DAILY;UNTIL=20261201T155959Z", True),
        ("FREQ=DAILY;BYDAY=SA,SU", "FREQ=WEEKLY;BYDAY=SA,SU", True),
        ("FREQ=DAILY", "FREQ=DAILY;INTERVAL=2", False),
        ("FREQ=DAILY", None, False),
        (None, None, True),
        ("nonsense", "FREQ=DAILY", False),
    ],
)
def test_rules_are_compared_by_their_days(one: str | None, other: str | None, same: bool) -> None:
    assert same_rule(one, other, date(2026, 11, 18)) is same


def test_the_usual_hours_decide_a_bare_hour() -> None:
    assert score(line("两点", time="14:00")).got.time == time(14)
