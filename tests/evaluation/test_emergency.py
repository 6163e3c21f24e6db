"""The emergency development sets: recall and false alarms of triage alone."""

import json
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from assistant.evaluation.emergency import evaluate, read

SETS = [
    Path(__file__).with_name("emergency.jsonl"),
    Path(__file__).with_name("emergency_probe.jsonl"),
]


@pytest.mark.parametrize("path", SETS, ids=lambda path: path.stem)
def test_development_sets_are_held(path: Path) -> None:
    figures = evaluate(path, console=Console(file=StringIO()))
    assert figures["positives"] >= 120
    assert figures["negatives"] >= 90
    assert figures["recall"] >= 0.99
    assert figures["false_alarms"] <= 0.03


def test_figures_and_misses(tmp_path: Path) -> None:
    rows = [
        {"text": "救命", "label": "emergency", "kind": "help"},
        {"text": "桌子是木头的", "label": "emergency", "kind": "other"},
        {"text": "我有点头晕", "label": "emergency", "kind": "illness"},
        {"text": "厨房着火了", "label": "book_service"},
        {"text": "我想订饭", "label": "book_service", "kind": None},
    ]
    path = tmp_path / "lines.jsonl"
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n\n", encoding="utf-8")
    out = StringIO()
    figures = evaluate(path, console=Console(file=out, width=200))
    assert (figures["positives"], figures["negatives"]) == (3, 2)
    assert figures["recall"] == pytest.approx(1 / 3)
    assert figures["asked_positives"] == pytest.approx(1 / 3)
    assert figures["false_alarms"] == 0.5
    assert "missed: 桌子是木头的" in out.getvalue()
    assert "false alarm: 厨房着火了" in out.getvalue()
    raised = evaluate(path, parse=lambda text, asked: ("emergency", 0.5), console=Console(file=out))
    assert raised["asked_positives"] == pytest.approx(2 / 3)


@pytest.mark.parametrize("line", ["{", '{"text": "x"}', "[1]"])
def test_bad_line_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(line, encoding="utf-8")
    with pytest.raises(ValueError, match=r"bad\.jsonl:1"):
        read(path)
