"""The training data: complete, free of contradictions, and apart from every evaluation set."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from components.services import lexicon

ROOT = Path(__file__).parents[2]
LONG = 8  # characters from which on equal words are no coincidence


def examples() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for file in sorted((ROOT / "nlu_data" / "nlu").glob("*.yml")):
        for block in yaml.safe_load(file.read_text(encoding="utf-8"))["nlu"]:
            for line in block["examples"].splitlines():
                yield block["intent"], line.removeprefix("- ").strip(), block.get("metadata") or {}


def test_every_label_is_taught_well() -> None:
    domain = yaml.safe_load((ROOT / "nlu_data" / "domain" / "intents.yml").read_text(encoding="utf-8"))
    labels = {name for intent in domain["intents"] for name in intent} - {"nlu_fallback"}
    counts = Counter(intent for intent, _, _ in examples())
    assert set(counts) == labels
    assert min(counts.values()) >= 60


def test_every_service_type_is_taught_well() -> None:
    counts: Counter[str] = Counter()
    for _, _, metadata in examples():
        meant = metadata.get("service_type") or []
        counts.update([meant] if isinstance(meant, str) else meant)
    assert set(counts) == set(lexicon().values())
    assert min(counts.values()) >= 90


def test_the_same_words_after_the_same_question_mean_one_thing() -> None:
    intents: dict[tuple[str, str | None], set[str]] = defaultdict(set)
    for intent, text, metadata in examples():
        intents[text, metadata.get("asked")].add(intent)
    assert not {key: found for key, found in intents.items() if len(found) > 1}


def test_nothing_stands_in_an_evaluation_set() -> None:
    taught = {text.rstrip("。！，～…") for _, text, _ in examples()}
    for file in (ROOT / "tests" / "evaluation").glob("nlu*.jsonl"):
        lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
        said = {line["text"].rstrip("。！，～…") for line in lines}
        assert not {text for text in said & taught if len(text) >= LONG}, file.name
