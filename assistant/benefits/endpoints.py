"""Benefits over HTTP."""

from __future__ import annotations

from fastapi import APIRouter

from assistant.benefits import repository, service
from assistant.benefits.matching import Verdict
from assistant.benefits.schemas import Answer, MatchQuery, MatchResult
from assistant.catalog import service as catalog
from assistant.kit.api import SessionDep, scope

router = APIRouter(prefix="/v1/benefits", tags=["benefits"], dependencies=[scope("benefits")])


@router.post("/match")
async def match(query: MatchQuery, session: SessionDep) -> MatchResult:
    """Answer a question about benefits from the documents, or say that they do not cover it."""
    return await service.match(session, query)


@router.get("")
async def list_benefits(city: str, session: SessionDep) -> list[Answer]:
    """Everything the document of a city grants, to whomever."""
    code = (await catalog.city(session, city)).code
    return [service.answer(each, Verdict("unknown")) for each in await repository.of_city(session, code)]
