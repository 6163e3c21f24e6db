"""Scores triage on a file of utterances, alone or together with the classifier that can raise it.

The file is JSON Lines: `{"text": ..., "label": "emergency", "kind": "unconscious"}`; any other label is a
hard negative. Only the level "danger" counts, for recall and for false alarms; questions are reported apart.
"""

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from rich.console import Console
from rich.table import Table

from assistant.safety.triage import Verdict, raise_by_classifier, triage, warm_up

Parse: TypeAlias = Callable[[str, str | None], tuple[str | None, float]]
"""The classifier: text and what was asked (or null) to intent and confidence."""


@dataclass(frozen=True, slots=True)
class Line:
    """One utterance of the file."""

    text: str
    label: str
    kind: str | None = None
    asked: str | None = None

    @property
    def positive(self) -> bool:
        """Whether it is danger now."""
        return self.label == "emergency"


@dataclass(frozen=True, slots=True)
class Judged:
    """One utterance with its verdict; `ms` is the time of triage without the classifier."""

    line: Line
    verdict: Verdict
    ms: float

    @property
    def wrong(self) -> bool:
        """Whether an emergency was not taken as danger, or something else was."""
        return self.line.positive != (self.verdict.level == "danger")


def read(path: Path) -> list[Line]:
    """Read a file of the format.

    Raises:
        ValueError: a line is not JSON or lacks text or label; the message names it.
    """
    lines: list[Line] = []
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not raw.strip():
            continue
        try:
            row = json.loads(raw)
            lines.append(Line(row["text"], row["label"], row.get("kind"), row.get("asked")))
        except (json.JSONDecodeError, KeyError, TypeError) as error:
            raise ValueError(f"{path}:{number}: {error!r}") from error
    return lines


def judge(lines: Iterable[Line], parse: Parse | None = None) -> list[Judged]:
    """Let triage, and the classifier if given, judge every line."""
    warm_up()
    results: list[Judged] = []
    for line in lines:
        start = time.perf_counter()
        verdict = triage(line.text, asked=line.asked)
        ms = 1000 * (time.perf_counter() - start)
        if parse is not None:
            verdict = raise_by_classifier(verdict, *parse(line.text, line.asked))
        results.append(Judged(line, verdict, ms))
    return results


def evaluate(path: Path, parse: Parse | None = None, console: Console | None = None) -> dict[str, Any]:
    """Score `path`, print a table and every miss, and return the figures (shares 0..1, times in ms)."""
    results = judge(read(path), parse)
    figures = summarise(results)
    report(results, figures, console or Console())
    return figures


def summarise(results: list[Judged]) -> dict[str, Any]:
    """Compute the figures; `asked_positives` and `asked_negatives` are shares that got a question."""
    positives = [each for each in results if each.line.positive]
    negatives = [each for each in results if not each.line.positive]
    times = sorted(each.ms for each in results)
    return {
        "positives": len(positives),
        "negatives": len(negatives),
        "recall": _share(positives, "danger"),
        "false_alarms": _share(negatives, "danger"),
        "asked_positives": _share(positives, "ask"),
        "asked_negatives": _share(negatives, "ask"),
        "p50_ms": _percentile(times, 0.50),
        "p95_ms": _percentile(times, 0.95),
    }


def report(results: list[Judged], figures: dict[str, Any], console: Console) -> None:
    """Print the figures, then every missed emergency and every false alarm."""
    table = Table(title="emergency")
    for name in figures:
        table.add_column(name)
    table.add_row(*(f"{value:.3f}" if isinstance(value, float) else str(value) for value in figures.values()))
    console.print(table)
    for each in results:
        if each.wrong:
            name = "missed" if each.line.positive else "false alarm"
            verdict = each.verdict
            console.print(
                f"{name}: {each.line.text} → {verdict.level} ({verdict.reason}: {verdict.evidence})"
            )


def _share(results: list[Judged], level: str) -> float:
    if not results:
        return 0.0
    return sum(each.verdict.level == level for each in results) / len(results)


def _percentile(ordered: list[float], share: float) -> float:
    if not ordered:
        return 0.0
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 3)
