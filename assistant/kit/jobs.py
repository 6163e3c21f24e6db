"""Jobs live in PostgreSQL (procrastinate) and are enqueued in the transaction that made them."""

from __future__ import annotations

from functools import cache
from typing import Any

import procrastinate
from procrastinate.tasks import Task
from sqlalchemy.ext.asyncio import AsyncSession

jobs = procrastinate.Blueprint()
"""Tasks register here; the worker and the API hang it on their app."""


@cache
def job_app(url: str) -> procrastinate.App:
    """The procrastinate app of this process for the database at ``url`` (``postgresql://``).

    One a process: hanging the tasks on a second app would take them from the first.
    """
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=url, max_size=4))
    app.add_tasks_from(jobs, namespace="yinling")
    return app


async def enqueue(session: AsyncSession, task: Task[..., Any, Any], **arguments: Any) -> None:
    """Enqueue ``task`` in the session's own transaction: both happen or neither does."""
    connection = await session.connection()
    raw = await connection.get_raw_connection()
    await task.configure(connection=raw.driver_connection).defer_async(**arguments)
