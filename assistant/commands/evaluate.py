"""``yinling evaluate KIND FILE``: scores a file, starting what it needs if nothing runs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console

from assistant import training

Scores = dict[str, Any]


def evaluate(kind: str, file: Path, *, as_json: bool, pipeline: str | None, transcripts: Path | None) -> int:
    """Score ``file``; returns the exit code (2: no such kind)."""
    console = Console()
    kinds: dict[str, Callable[[], Scores]] = {
        "nlu": lambda: _nlu(file, pipeline),
        "emergency": lambda: _emergency(file),
        "dates": lambda: _dates(file),
        "dialogues": lambda: _dialogues(file, transcripts),
        "speech": lambda: _speech(file),
    }
    if kind not in kinds:
        console.print(f"没有“{kind}”这一种，可以用：{'、'.join(kinds)}")
        return 2
    scores = kinds[kind]()
    if as_json:
        print(json.dumps(scores, ensure_ascii=False))
    return 0


def _dates(file: Path) -> Scores:
    from assistant.evaluation import dates

    return dates.evaluate(file)


def _speech(file: Path) -> Scores:
    from speech.evaluation import evaluate as score

    return score(file)


def _nlu(file: Path, pipeline: str | None) -> Scores:
    from assistant.evaluation import nlu
    from assistant.evaluation.rasa import parser

    config = training.NLU / "pipelines" / f"{pipeline}.yml" if pipeline else None
    with parser(config) as parse:
        return nlu.evaluate(file, parse)


def _emergency(file: Path) -> Scores:
    from assistant.evaluation import emergency
    from assistant.evaluation.rasa import parser

    with parser(None) as parse:

        def intent(text: str, asked: str | None) -> tuple[str | None, float]:
            found = parse(text, asked)["intent"] or {}
            return found.get("name"), float(found.get("confidence") or 0.0)

        return emergency.evaluate(file, intent)


def _dialogues(file: Path, transcripts: Path | None) -> Scores:
    from assistant.evaluation.dialogues import report
    from assistant.evaluation.stack import running

    with running() as stack:
        return asyncio.run(report.evaluate(report.load(file), stack, transcripts))
