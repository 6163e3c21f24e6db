"""The channel's own sentences (``sentences.yaml``)."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import yaml

_TEXTS: Final[dict[str, str]] = yaml.safe_load(
    Path(__file__).with_name("sentences.yaml").read_text(encoding="utf-8")
)


def say(name: str, /, **values: object) -> str:
    """The sentence ``name``; an unknown one is a KeyError, a fault of the program."""
    return _TEXTS[name].format(**values)
