"""Scores the reading of spoken dates on JSON Lines.

A line: ``{"text", "now", "date", "time", "part_of_day", "recurrence"}``. ``date`` null = none said, or only a
recurrence without a start. Where only a part of the day is given, a time within it is right too; where a time is
given, the part need not be repeated. Recurrences are compared by what they mean, not by their spelling.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any

from dateutil.rrule import rrulestr
from rich.console import Console
from rich.table import Table

from assistant.kit.when import DAYTIME, WINDOWS, When, read

COMPARED_OCCURRENCES = 60


@dataclass(frozen=True)
class Scored:
    """One line with what was read and which of its parts are right."""

    line: dict[str, Any]
    got: When
    date: bool
    time: bool
    recurrence: bool
    ms: float

    @property
    def exact(self) -> bool:
        return self.date and self.time and self.recurrence


def evaluate(path: Path | str, console: Console | None = None) -> dict[str, float]:
    """Scores a file and prints a table and every miss. Keys: n, exact, date, time, recurrence, p50_ms, p95_ms."""
    scored = [score(line) for line in _lines(Path(path))]
    report = summarise(scored)
    _print(report, scored, console or Console())
    return report


def score(line: dict[str, Any]) -> Scored:
    """Reads one line, with the hours of a usual service day deciding a bare hour."""
    now = datetime.fromisoformat(line["now"])
    started = perf_counter()
    got = read(line["text"], now, hours=DAYTIME)
    elapsed = (perf_counter() - started) * 1000
    return Scored(
        line=line,
        got=got,
        date=got.date == _date(line.get("date")),
        time=_time_right(line, got),
        recurrence=same_rule(line.get("recurrence"), got.recurrence, got.date or now.date()),
        ms=elapsed,
    )


def summarise(scored: list[Scored]) -> dict[str, float]:
    """Shares over all lines, 0..1; times in ms."""
    n = len(scored)
    if not n:
        return {
            "n": 0,
            "exact": 0.0,
            "date": 0.0,
            "time": 0.0,
            "recurrence": 0.0,
            "p50_ms": 0.0,
            "p95_ms": 0.0,
        }
    taken = sorted(item.ms for item in scored)
    return {
        "n": n,
        "exact": sum(item.exact for item in scored) / n,
        "date": sum(item.date for item in scored) / n,
        "time": sum(item.time for item in scored) / n,
        "recurrence": sum(item.recurrence for item in scored) / n,
        "p50_ms": round(statistics.median(taken), 3),
        "p95_ms": round(taken[min(n - 1, int(n * 0.95))], 3),
    }


def same_rule(expected: str | None, got: str | None, start: date) -> bool:
    """Whether two rules give the same days from a start on; ``False`` for a rule that cannot be read."""
    if not expected or not got:
        return not expected and not got
    expected = expected.removeprefix("RRULE:")
    return _parts(expected) == _parts(got) or _days(expected, start) == _days(got, start)


def _parts(rule: str) -> dict[str, frozenset[str]]:
    pairs = (part.partition("=") for part in rule.upper().split(";") if part)
    parts = {key: frozenset(value.split(",")) for key, _, value in pairs}
    return {key: value for key, value in parts.items() if (key, value) != ("INTERVAL", frozenset("1"))}


def _days(rule: str, start: date) -> list[date] | None:
    first = datetime.combine(start, time())
    try:
        dates = islice(rrulestr(_local_until(rule), dtstart=first), COMPARED_OCCURRENCES)
        return [moment.date() for moment in dates]
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _local_until(rule: str) -> str:
    """UNTIL as a plain date: the zone and the hour do not matter for days."""
    return ";".join(part[:14] if part.startswith("UNTIL=") else part for part in rule.upper().split(";"))


def _time_right(line: dict[str, Any], got: When) -> bool:
    if line.get("time"):
        return got.time == time.fromisoformat(line["time"])
    part = line.get("part_of_day")
    if not part:
        return got.time is None and got.part_of_day is None
    if got.time is None:
        return bool(got.part_of_day == part)
    first, last = WINDOWS[part]
    return bool(first <= got.time <= last)


def _date(said: str | None) -> date | None:
    return date.fromisoformat(said) if said else None


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    for raw in path.read_text(encoding="utf-8").splitlines():
        if raw.strip():
            yield json.loads(raw)


def _print(report: dict[str, float], scored: list[Scored], console: Console) -> None:
    table = Table(title="Spoken dates")
    for name in report:
        table.add_column(name, justify="right")
    table.add_row(
        *(
            f"{value:g}" if key in ("n", "p50_ms", "p95_ms") else f"{value:.3f}"
            for key, value in report.items()
        )
    )
    console.print(table)
    for item in scored:
        if not item.exact:
            _print_miss(item, console)


def _print_miss(item: Scored, console: Console) -> None:
    wanted = [item.line.get(key) for key in ("date", "time", "part_of_day", "recurrence")]
    got = [item.got.date, item.got.time, item.got.part_of_day, item.got.recurrence]
    console.print(f"✗ {item.line['text']}  (said {item.line['now']})", markup=False, highlight=False)
    console.print(f"    wanted {_row(wanted)}\n    got    {_row(got)}", markup=False, highlight=False)


def _row(values: list[Any]) -> str:
    return " · ".join("–" if value is None else str(value) for value in values)
