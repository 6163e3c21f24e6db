"""``yinling user add``: an account of the console, with a password and a one-time code."""

from __future__ import annotations

import asyncio

import typer

from assistant import schema
from assistant.catalog import repository as catalog
from assistant.console.accounts import add_account
from assistant.console.models import Role
from assistant.kit import crypto, postgres
from assistant.kit.clock import SystemClock
from assistant.kit.crypto import Keyring
from assistant.kit.db import Database
from assistant.kit.errors import YinlingError
from assistant.settings import settings


def add(name: str, role: Role, city: str | None, areas: list[str], display_name: str | None) -> int:
    """Make an account in the database of this installation. Returns the exit code."""
    config = settings()
    crypto.use(Keyring.load_or_create(config.keys))
    url = config.database_url or postgres.ensure_database(postgres.start(config.home / "postgres"), "yinling")
    schema.migrate(url)
    try:
        asyncio.run(_add(url, name, role, city or config.city, areas, display_name))
    except YinlingError as error:
        typer.echo(error.message, err=True)
        return 1
    return 0


async def _add(
    url: str, name: str, role: Role, city: str, areas: list[str], display_name: str | None
) -> None:
    database = Database(url, pool_size=1)
    try:
        async with database.session() as session:
            found = await catalog.city(session, city)
            await add_account(
                session,
                SystemClock().now(),
                name,
                role=role,
                city=found.code if found else city,
                areas=areas,
                display_name=display_name,
                say=typer.echo,
            )
    finally:
        await database.close()
