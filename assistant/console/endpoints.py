"""All pages of the console under one router."""

from __future__ import annotations

from fastapi import APIRouter

from assistant.console import batches, booking, chat, entrance, queues, seniors, takeover

router = APIRouter(prefix="/console", include_in_schema=False)
for part in (entrance, seniors, booking, batches, queues, takeover, chat):
    router.include_router(part.router)
