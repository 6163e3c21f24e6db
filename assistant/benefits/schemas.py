"""What the API of benefits takes and gives."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from assistant.benefits.matching import Fits, Person
from assistant.benefits.models import Kind, Who

Role = Who


class MatchQuery(Person):
    """A question about benefits. Topic, key and service type narrow it; none of them asks for everything."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"city": "威海", "topic": "家庭医生签约有补贴吗", "age": 70, "role": "senior"}]
        }
    )

    city: str | None = Field(None, max_length=20)
    """Code or name."""
    topic: str | None = Field(None, max_length=1000)
    """The question as it was asked."""
    key: str | None = Field(None, max_length=60)
    service_type: str | None = Field(None, max_length=30)
    role: Role = "senior"
    """Who asks: seniors and families hear only what is theirs; care staff and institutions hear all,
    each row labelled with whom it is for."""
    limit: int = Field(3, ge=1, le=50)


class DocumentView(BaseModel):
    """The document behind an answer."""

    id: str
    title: str
    number: str | None
    issuer: str
    signed: date | None
    published: date | None


class Answer(BaseModel):
    """One benefit, told with its source."""

    key: str
    who: Who
    kind: Kind
    title: str
    what: str
    how_much: str | None
    """None when the document gives no figure."""
    amount_min_fen: int | None
    amount_max_fen: int | None
    per: str | None
    condition: str | None
    status: str | None
    source_text: str
    """铁岭市民政局2023年5月的答复"""
    year: int
    document: DocumentView
    next_step: str
    fits: Fits
    missing: list[str]
    """What would settle an unknown: age, ability, income, lives_alone, insured, assessed, area …"""
    text: str
    """The whole for the ear, at most two sentences."""
    parts: dict[str, str]
    """What is said where more is asked of it: ``condition``, ``amount``, ``next_step``, ``not_written``."""


class MatchResult(BaseModel):
    """The answers, or why there are none."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "answers": [],
                    "known_city": True,
                    "found": False,
                    "reason": "no_source",
                    "message": "这件事我手里没有文件依据，不敢乱说，可以帮您转人工问清楚。",
                }
            ]
        }
    )

    answers: list[Answer]
    known_city: bool
    found: bool
    reason: Literal["no_city", "unknown_city", "no_source", "for_others"] | None = None
    """Why nothing was found; ``for_others``: the benefit exists, but not for who asks."""
    message: str
    """What to say before the answers, or instead of them."""
