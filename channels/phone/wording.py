"""What the telephone says by itself, and what it listens for (``sentences.yaml``, ``expected.yaml``)."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import yaml

from assistant.kit.sentences import Sentences

SENTENCES: Final = Sentences(Path(__file__).with_name("sentences.yaml"))
EXPECTED: Final[dict[str, tuple[str, ...]]] = {
    name: tuple(phrases)
    for name, phrases in yaml.safe_load(
        Path(__file__).with_name("expected.yaml").read_text(encoding="utf-8")
    ).items()
}
URGENT: Final = EXPECTED["urgent"]


def is_urgent(partial: str) -> bool:
    """Whether a partial result has a word that the desk must hear at once."""
    return any(word in partial for word in URGENT)
