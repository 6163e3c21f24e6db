"""The schema of the database: every table of every domain, brought up to date by migrations."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from assistant.kit.db import Base, async_url
from assistant.settings import ROOT

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
    "assistant.calls.models",
    "assistant.care.models",
    "assistant.safety.models",
    "assistant.links.models",
    "assistant.console.models",
)
MIGRATOR: Final = 0x59494E4D
"""Number of the advisory lock that lets one process migrate at a time."""


def load_models() -> None:
    """Import every table, so that ``Base.metadata`` is whole."""
    for module in MODELS:
        import_module(module)


def migrate(url: str, to: str = "head") -> None:
    """Bring the database at ``url`` (``postgresql://``) to the newest schema, or forward to the revision ``to``;
    nothing to do when it is there."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "assistant" / "migrations"))
    config.attributes["url"] = url
    command.upgrade(config, to)


def differences(url: str) -> list[Any]:
    """What the models and the database at ``url`` disagree about; empty when migrations are complete."""
    load_models()
    engine = create_engine(async_url(url))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": ours})
        found = list(compare_metadata(context, Base.metadata))
    engine.dispose()
    return found


def ours(name: str | None, kind: str, parents: Any) -> bool:
    """Whether a table in the database is one of the models'; the job tables are procrastinate's own."""
    return kind != "table" or not (name or "").startswith("procrastinate_")
