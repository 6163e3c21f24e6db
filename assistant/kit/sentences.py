"""Sentences that people hear or read live in YAML files beside the code that says them."""

from __future__ import annotations

from pathlib import Path

import yaml


class Sentences:
    """The sentences of one file. A missing name or value is a KeyError: a fault of the program."""

    def __init__(self, file: Path) -> None:
        self._texts: dict[str, str] = yaml.safe_load(file.read_text(encoding="utf-8"))

    def __call__(self, name: str, /, **values: object) -> str:
        return self._texts[name].format(**values)

    def names(self) -> set[str]:
        return set(self._texts)
