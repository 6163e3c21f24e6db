"""The scoring of understanding, with an understanding that is made up."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from rich.console import Console

from assistant.evaluation import confusion, nlu

SILENT = Console(file=io.StringIO())


def line(text: str, label: str, **more: Any) -> dict[str, Any]:
    return {
        "text": text,
        "label": label,
        "service_type": None,
        "asked": None,
        "entities": {},
        "note": None,
        **more,
    }


def understood(intent: str, *entities: tuple[str, Any], confidence: float = 0.9) -> dict[str, Any]:
    found = [{"entity": name, "value": value, "text": str(value)} for name, value in entities]
    ranking = [{"name": intent, "confidence": confidence}]
    return {"intent": ranking[0], "intent_ranking": ranking, "entities": found}


def scores(tmp_path: Path, *pairs: tuple[dict[str, Any], dict[str, Any]]) -> dict[str, Any]:
    file = tmp_path / "nlu.jsonl"
    file.write_text("\n".join(json.dumps(asked) for asked, _ in pairs), encoding="utf-8")
    answers = {asked["text"]: answer for asked, answer in pairs}
    unknown = understood("greet")
    return nlu.evaluate(file, lambda text, asked: answers.get(text, unknown), SILENT, None)


def test_right_and_wrong(tmp_path: Path) -> None:
    report = scores(
        tmp_path,
        (line("好", "affirm"), understood("affirm")),
        (line("不", "deny", note="asr"), understood("affirm")),
        (line("中", "affirm", note="dialect"), understood("affirm")),
        (line("凑合", "inform", note="alt:rate_service"), understood("rate_service")),
    )
    assert (report["n"], report["accuracy"], report["accuracy_alt"]) == (4, 0.5, 0.75)
    assert (report["asr_accuracy"], report["dialect_accuracy"], report["clean_accuracy"]) == (0.0, 1.0, 0.5)
    assert report["macro_f1"] == pytest.approx((2 * 2 / (2 + 3) + 0 + 0) / 3, abs=1e-4)


def test_service_types_must_be_all_and_only_those_meant(tmp_path: Path) -> None:
    meal, bath = ("service_type", "meal"), ("service_type", "bath")
    report = scores(
        tmp_path,
        (line("一", "book_service", service_type="meal"), understood("book_service", meal)),
        (line("二", "book_service", service_type="meal"), understood("book_service", meal, bath)),
        (line("三", "book_service", service_type=["meal", "bath"]), understood("book_service", bath, meal)),
        (line("四", "affirm"), understood("affirm", meal)),
    )
    assert report["service_type"] == pytest.approx(2 / 3, abs=1e-4)


def test_entities_by_value_or_by_the_words_said(tmp_path: Path) -> None:
    report = scores(
        tmp_path,
        (line("一", "inform", entities={"quantity": 2}), understood("inform", ("quantity", 2))),
        (
            line("二", "inform", entities={"time_text": "明天"}),
            understood("inform", ("time_text", "明天中午")),
        ),
        (line("三", "inform", entities={"phone": "139"}), understood("inform", ("order_no", "139"))),
    )
    assert report["entity_recall"] == pytest.approx(2 / 3, abs=1e-4)


def test_fallback_is_counted_and_the_best_guess_scored(tmp_path: Path) -> None:
    unsure = understood("affirm", confidence=0.2) | {"intent": {"name": "nlu_fallback", "confidence": 0.8}}
    report = scores(tmp_path, (line("嗯", "affirm"), unsure))
    assert (report["fallback"], report["accuracy"]) == (1.0, 1.0)


def test_an_empty_file(tmp_path: Path) -> None:
    report = scores(tmp_path)
    assert (report["n"], report["accuracy"], report["p95_ms"]) == (0, None, None)


def test_the_confusion_matrix_is_a_picture(tmp_path: Path) -> None:
    path = confusion.draw([("affirm", "affirm"), ("deny", "affirm")], tmp_path / "new" / "matrix.svg")
    drawn = ElementTree.parse(path).getroot()
    colours = [each.get("fill") for each in drawn.iter("{http://www.w3.org/2000/svg}rect")]
    assert colours.count(confusion.RIGHT) == 1
    assert colours.count(confusion.WRONG) == 1
