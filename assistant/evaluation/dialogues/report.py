"""Runs a file of dialogues and tells what passed and what did not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from rich.console import Console

from assistant.evaluation.dialogues.driver import Played, play
from assistant.evaluation.dialogues.outcome import difference
from assistant.evaluation.dialogues.scene import clear, set_scene
from assistant.evaluation.stack import Running
from assistant.kit.db import Database
from assistant.kit.errors import YinlingError

FAULTS = (YinlingError, ValueError, KeyError, TypeError, AttributeError)
"""One dialogue that cannot be played to its end fails alone; the others are still scored."""


async def evaluate(
    items: list[dict[str, Any]], running: Running, transcripts: Path | None = None
) -> dict[str, Any]:
    """Play every dialogue of a file; keys ``n, passed, share, failed``.

    Prints each failure with its transcript and its first difference.
    """
    console = Console()
    database = Database(running.database_url, pool_size=2)
    client = running.client()
    failed: list[str] = []
    try:
        for item in items:
            played, problem = await _one(item, running, database, client)
            name = str(item["id"])
            console.print(f"{'[green]✓' if problem is None else '[red]✗'}[/] {name}", highlight=False)
            if problem is not None:
                failed.append(name)
                console.print(f"    {problem}", style="red", markup=False)
                console.print("    " + played.transcript().replace("\n", "\n    "), markup=False)
            if transcripts:
                _write(transcripts / f"{name}.txt", f"{played.transcript()}\n\n{problem or 'passed'}\n")
    finally:
        await client.close()
        await database.close()
    passed = len(items) - len(failed)
    console.print(f"{passed} / {len(items)}")
    return {"n": len(items), "passed": passed, "share": passed / max(len(items), 1), "failed": failed}


def _write(path: Path, words: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(words, encoding="utf-8")


def load(path: Path) -> list[dict[str, Any]]:
    """The dialogues of a file."""
    items: list[dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return items


async def _one(
    item: dict[str, Any], running: Running, database: Database, client: Any
) -> tuple[Played, str | None]:
    try:
        async with database.session() as session:
            await clear(session)
            scene = await set_scene(session, item)
    except FAULTS as error:
        return Played(), f"the scene could not be set: {type(error).__name__} {error}"
    running.settings.operator_hours = scene.operator_hours
    played = Played()
    try:
        await play(item, scene, client, running.clock, played)
        async with database.session() as session:
            return played, await difference(session, scene, played, item.get("outcome") or {})
    except FAULTS as error:
        return played, f"broken off: {type(error).__name__} {error}"
