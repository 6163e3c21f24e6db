"""The benefits of the five cities, from their documents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.benefits import repository
from assistant.benefits.matching import Conditions
from assistant.benefits.models import Benefit, Kind, Who
from assistant.benefits.topics import DATA
from assistant.catalog.documents import Document, documents
from assistant.catalog.seed import CITIES


class BenefitDraft(BaseModel):
    """One row of ``data/<city>.yaml``; amounts in yuan."""

    model_config = ConfigDict(extra="forbid")

    key: str
    who: Who
    kind: Kind
    title: str
    what: str
    service_types: list[str] = []
    topics: list[str]
    amount: str | None = None
    yuan: tuple[int, int] | None = None
    per: str | None = None
    conditions: Conditions
    condition: str | None = None
    status: str | None = None
    next_step: str


async def load_benefits(session: AsyncSession, cities: Sequence[str] = CITIES) -> None:
    """Put in every benefit; the cities must be there. A second time changes nothing."""
    for code in cities:
        raw: dict[str, Any] = yaml.safe_load((DATA / f"{code}.yaml").read_text(encoding="utf-8"))
        document = documents()[raw["document"]]
        drafts = [BenefitDraft.model_validate(each) for each in raw["benefits"]]
        known = {row.key: row for row in await repository.of_city(session, code)}
        for position, draft in enumerate(drafts):
            row = known.get(draft.key) or Benefit(city_code=code, key=draft.key)
            session.add(row)
            _fill(row, position, draft, document)
        await session.flush()
        await repository.forget(session, code, document.id, {draft.key for draft in drafts})


def _fill(row: Benefit, position: int, draft: BenefitDraft, document: Document) -> None:
    row.position = position
    row.who, row.kind, row.title, row.what_text = draft.who, draft.kind, draft.title, draft.what
    row.service_types, row.topics = draft.service_types, draft.topics
    row.amount_text, row.per = draft.amount, draft.per
    row.amount_min_fen, row.amount_max_fen = (
        (each * 100 for each in draft.yuan) if draft.yuan else (None, None)
    )
    row.conditions = draft.conditions.model_dump(exclude_none=True, exclude_defaults=True)
    row.condition_text, row.status_text, row.next_step_text = draft.condition, draft.status, draft.next_step
    row.document_id, row.document_title, row.document_number = document.id, document.title, document.number
    row.issuer, row.signed, row.published = document.issuer, document.signed, document.published
    row.year, row.source_text = document.year, document.said
