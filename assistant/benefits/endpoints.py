"""Benefits over HTTP."""

from __future__ import annotations

from fastapi import APIRouter

from assistant.kit.api import scope

router = APIRouter(prefix="/v1/benefits", tags=["benefits"], dependencies=[scope("benefits")])
