"""The documents that the catalogue and the benefits rest on."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import BaseModel

DATA = Path(__file__).parent / "data"


class Document(BaseModel):
    """One published document of a city."""

    id: str
    city: str
    """Code of the city."""
    title: str
    number: str | None = None
    issuer: str
    signed: date | None = None
    published: date | None = None
    year: int
    said: str
    """How an answer names it: 铁岭市民政局2023年5月的答复."""


@lru_cache
def documents() -> dict[str, Document]:
    """Every document by its id."""
    rows = yaml.safe_load((DATA / "documents.yaml").read_text(encoding="utf-8"))
    return {row["id"]: Document.model_validate(row) for row in rows}


def source_of(document_id: str | None, demo: bool) -> str | None:
    """Where a catalogue row comes from, as it is shown: a document, 演示数据, or None for an import."""
    if demo:
        return "演示数据"
    document = documents().get(document_id or "")
    return document.said if document else None
