"""How alembic reaches the database and what it compares it with.

A new migration: change the models, then against a database at the present head

    DATABASE_URL=postgresql://… .venv/bin/alembic revision --autogenerate --rev-id 0002 -m "what it does"

Read what it wrote, keep custom types out of it (a personal column is ``sa.LargeBinary()``, a time
``sa.DateTime(timezone=True)``), and leave ``downgrade`` away. ``tests/test_schema.py`` holds models and
migrations together.
"""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from sqlalchemy import create_engine, text
from sqlalchemy.types import TypeDecorator

from assistant.kit.db import Base, async_url
from assistant.schema import MIGRATOR, load_models, ours
from assistant.settings import settings


def render_item(kind: str, item: Any, _: Any) -> str | Literal[False]:
    """Write the plain type below ours, so that old migrations do not depend on new code."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl_instance!r}"
    return False


def run() -> None:
    url = context.config.attributes.get("url") or settings().database_url
    if url is None:
        raise SystemExit("DATABASE_URL is not set")
    load_models()
    engine = create_engine(async_url(url))
    with engine.connect() as connection:
        context.configure(
            connection, target_metadata=Base.metadata, render_item=render_item, include_name=ours
        )
        with context.begin_transaction():
            # Several processes may start at once: the first migrates, the others wait and find it done.
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": MIGRATOR})
            context.run_migrations()
    engine.dispose()


run()
