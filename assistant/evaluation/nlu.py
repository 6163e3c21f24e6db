"""Scores understanding on JSON Lines: intents, service types, entities, and how sure Rasa was.

A line: ``{"text", "label", "service_type", "asked", "persona", "entities", "note"}``. ``service_type`` is one
value, a list or null; a line that has one is right when exactly those types were found. ``note`` is ``asr``,
``dialect``, ``alt:LABEL`` (a second reading that is also right, counted in ``accuracy_alt`` only) or
``two_needs:LABEL``. An entity is recalled when one of its name has the value or the words expected.
"""

from __future__ import annotations

import json
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from rich.console import Console
from rich.table import Table

from assistant.evaluation import confusion
from assistant.settings import ROOT

Parse = Callable[[str, str | None], dict[str, Any]]
"""What Rasa makes of a text after ``asked``: intent, intent_ranking, entities."""

FALLBACK = "nlu_fallback"
PICTURE = ROOT / "var" / "evaluation" / "nlu-confusion.svg"


@dataclass(frozen=True)
class Scored:
    """One line with what was understood."""

    line: dict[str, Any]
    label: str
    """The most likely intent, also where it was too unsure to be acted on."""
    confidence: float
    fallback: bool
    """Whether the assistant would have asked again."""
    services: list[str]
    entities: list[dict[str, Any]]
    ms: float

    @property
    def right(self) -> bool:
        return self.label == str(self.line["label"])

    @property
    def right_or_alternative(self) -> bool:
        return self.right or self.line.get("note") == f"alt:{self.label}"

    @property
    def expected_services(self) -> list[str]:
        expected = self.line.get("service_type") or []
        return [expected] if isinstance(expected, str) else list(expected)

    @property
    def services_right(self) -> bool:
        return sorted(self.services) == sorted(self.expected_services)


def evaluate(
    path: Path | str, parse: Parse, console: Console | None = None, picture: Path | None = PICTURE
) -> dict[str, Any]:
    """Score a file; print tables and every miss; draw the confusion matrix as SVG.

    Keys: n, accuracy, accuracy_alt, macro_f1, service_type, entity_recall, clean_accuracy, asr_accuracy,
    dialect_accuracy, fallback, p50_ms, p95_ms. Shares are 0..1; a share of nothing is null.
    """
    lines = [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines() if line.strip()]
    parse("你好", None)  # the first sentence after a start loads what later ones share
    scored = [score(line, parse) for line in lines]
    report = summarise(scored)
    console = console or Console()
    _print(report, scored, console)
    if picture is not None and scored:
        pairs = [(each.line["label"], each.label) for each in scored]
        console.print(f"混淆矩阵：{confusion.draw(pairs, picture)}")
    return report


def score(line: dict[str, Any], parse: Parse) -> Scored:
    """Have one line understood."""
    started = perf_counter()
    understood = parse(line["text"], line.get("asked"))
    ms = (perf_counter() - started) * 1000
    named = (understood.get("intent") or {}).get("name") or FALLBACK
    ranking = [each for each in understood.get("intent_ranking") or [] if each["name"] != FALLBACK]
    best: dict[str, Any] = ranking[0] if ranking else {"name": named, "confidence": 0.0}
    entities = understood.get("entities") or []
    return Scored(
        line=line,
        label=str(best["name"]) if named == FALLBACK else named,
        confidence=float(best["confidence"]),
        fallback=named == FALLBACK,
        services=[each["value"] for each in entities if each["entity"] == "service_type"],
        entities=entities,
        ms=ms,
    )


def summarise(scored: list[Scored]) -> dict[str, Any]:
    """The figures of ``evaluate``."""
    with_service = [each for each in scored if each.expected_services]
    recalls = entity_recalls(scored)
    taken = sorted(each.ms for each in scored)
    return {
        "n": len(scored),
        "accuracy": _share(each.right for each in scored),
        "accuracy_alt": _share(each.right_or_alternative for each in scored),
        "macro_f1": _mean(list(f1_by_label(scored).values())),
        "service_type": _share(each.services_right for each in with_service),
        "entity_recall": _share(hit for hits in recalls.values() for hit in hits),
        "clean_accuracy": _share(
            each.right for each in scored if each.line.get("note") not in ("asr", "dialect")
        ),
        "asr_accuracy": _share(each.right for each in scored if each.line.get("note") == "asr"),
        "dialect_accuracy": _share(each.right for each in scored if each.line.get("note") == "dialect"),
        "fallback": _share(each.fallback for each in scored),
        "p50_ms": round(statistics.median(taken), 1) if taken else None,
        "p95_ms": round(taken[min(len(taken) - 1, int(len(taken) * 0.95))], 1) if taken else None,
    }


def f1_by_label(scored: list[Scored]) -> dict[str, float]:
    """F1 of every label that the file expects."""
    expected = Counter(each.line["label"] for each in scored)
    got = Counter(each.label for each in scored)
    hits = Counter(each.label for each in scored if each.right)
    return {label: 2 * hits[label] / (expected[label] + got[label]) for label in sorted(expected)}


def entity_recalls(scored: list[Scored]) -> dict[str, list[bool]]:
    """For every entity name, whether each expected one was found."""
    recalls: dict[str, list[bool]] = defaultdict(list)
    for each in scored:
        for name, expected in (each.line.get("entities") or {}).items():
            for value in expected if isinstance(expected, list) else [expected]:
                recalls[name].append(any(_is(found, name, value) for found in each.entities))
    return dict(recalls)


def _is(found: dict[str, Any], name: str, value: object) -> bool:
    """The value, or the words in which it was said (also with a word more or less around them)."""
    if found["entity"] != name:
        return False
    said, expected = str(found.get("text") or found["value"]), str(value)
    return str(found["value"]) == expected or (bool(said) and (said in expected or expected in said))


def _share(hits: Iterable[bool]) -> float | None:
    return _mean([float(hit) for hit in hits])


def _mean(values: list[float]) -> float | None:
    return round(statistics.fmean(values), 4) if values else None


def _print(report: dict[str, Any], scored: list[Scored], console: Console) -> None:
    summary = Table("", "", title="NLU")
    for key, value in report.items():
        summary.add_row(key, "–" if value is None else str(value))
    console.print(summary)
    labels = Table("label", "lines", "F1", title="F1 by label")
    counts = Counter(each.line["label"] for each in scored)
    for label, f1 in f1_by_label(scored).items():
        labels.add_row(label, str(counts[label]), f"{f1:.3f}")
    console.print(labels)
    entities = Table("entity", "expected", "recall", title="Entities")
    for name, hits in sorted(entity_recalls(scored).items()):
        entities.add_row(name, str(len(hits)), f"{sum(hits) / len(hits):.3f}")
    console.print(entities)
    _print_misses(scored, console)


def _print_misses(scored: list[Scored], console: Console) -> None:
    misses = Table("said", "asked", "expected", "understood", "sure", "note", title="Misses")
    for each in scored:
        wrong_service = bool(each.expected_services) and not each.services_right
        if each.right and not wrong_service:
            continue
        expected, understood = each.line["label"], each.label
        if wrong_service:
            expected += f" {'+'.join(each.expected_services)}"
            understood += f" {'+'.join(each.services) or '–'}"
        about = (each.line.get("asked") or "", expected, understood, f"{each.confidence:.2f}")
        misses.add_row(each.line["text"], *about, each.line.get("note") or "")
    console.print(misses)
