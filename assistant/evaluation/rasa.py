"""Understanding alone: a Rasa server without the rest of the stack."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx

from assistant import training
from assistant.evaluation.stack import own_settings
from assistant.processes import Stack

Parse = Callable[[str, str | None], dict[str, Any]]
"""What Rasa makes of a text after ``asked``: intent, ranking, entities."""


@contextlib.contextmanager
def parser(config: Path | None) -> Iterator[Parse]:
    """Start a Rasa server with the model of ``config`` (default: the product's) and parse with it."""
    settings = own_settings()
    stack = Stack(settings, lambda line: None)
    model = training.model(config=config) if config or not settings.rasa_model else settings.rasa_model
    stack.start_only_rasa(model)
    client = httpx.Client(base_url=settings.rasa_url, timeout=30)

    def parse(text: str, asked: str | None) -> dict[str, Any]:
        answer = client.post("/webhooks/desk/parse", json={"text": text, "metadata": {"asked": asked}})
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    try:
        yield parse
    finally:
        client.close()
        stack.stop()
