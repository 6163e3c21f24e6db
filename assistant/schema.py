"""The schema of the database: every table of every domain, and the job tables."""

from __future__ import annotations

from importlib import import_module

import psycopg
from procrastinate.schema import SchemaManager
from sqlalchemy import create_engine

from assistant.kit.db import Base, async_url

MODELS = (
    "assistant.kit.audit",
    "assistant.kit.outbox",
    "assistant.people.models",
    "assistant.people.coverage",
    "assistant.catalog.models",
    "assistant.orders.models",
    "assistant.benefits.models",
    "assistant.tickets.models",
    "assistant.desk.models",
    "assistant.safety.models",
    "assistant.links.models",
    "assistant.console.models",
)


def load_models() -> None:
    """Import every table, so that ``Base.metadata`` is whole."""
    for module in MODELS:
        import_module(module)


def create(url: str) -> None:
    """Make all tables in an empty database."""
    load_models()
    engine = create_engine(async_url(url))
    Base.metadata.create_all(engine)
    engine.dispose()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(SchemaManager.get_schema())


def migrate(url: str) -> None:
    """Bring the database to the newest schema."""
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT to_regclass('public.cities')").fetchone()
    if found == (None,):
        create(url)
