"""The application as uvicorn runs it."""

from __future__ import annotations

from assistant.app import make_app
from assistant.kit import memory
from assistant.kit.logging import configure
from assistant.settings import settings

configure(settings().log_level)
if settings().database_url is None:
    raise SystemExit("DATABASE_URL is not set; start the service with ./yinling up")

app = make_app(settings(), str(settings().database_url))
memory.settle()
