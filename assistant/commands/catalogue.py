"""``yinling import``, ``export``, ``template``: a city's catalogue in and out of files."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Final, TypeVar, get_args

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncSession

from assistant import schema
from assistant.catalog import transfer
from assistant.catalog.schemas import ImportReport, RowError
from assistant.catalog.sheets.writer import template_xlsx
from assistant.kit import crypto
from assistant.kit.clock import SystemClock, china_today
from assistant.kit.db import Database
from assistant.kit.errors import YinlingError
from assistant.processes import Stack
from assistant.seeds import load
from assistant.settings import Settings, settings

SHOWN: Final = 50
"""Errors shown on a terminal; a clerk mends these first."""

T = TypeVar("T")


def import_file(file: Path, city: str, *, apply: bool, config: Settings | None = None) -> int:
    """Preview ``file``, or with ``apply`` store it. Returns the exit code: 1 when any row is wrong."""
    console = Console()

    async def read(session: AsyncSession) -> ImportReport:
        today = china_today(SystemClock())
        return await transfer.import_file(session, file, city, preview=not apply, today=today)

    report = with_database(read, console, config)
    if report is None:
        return 1
    _show(console, report)
    return 1 if report.errors else 0


def export_file(city: str, file: Path, format: str, config: Settings | None = None) -> int:
    """Write the catalogue of ``city`` to ``file``. Returns the exit code (2: no such format)."""
    console = Console()
    if format not in get_args(transfer.Format):
        console.print(f"没有“{escape(format)}”这种格式，可以用：{'、'.join(get_args(transfer.Format))}")
        return 2

    async def write(session: AsyncSession) -> bytes:
        return await transfer.export_city(session, city, format)  # type: ignore[arg-type]

    data = with_database(write, console, config)
    if data is None:
        return 1
    file.write_bytes(data)
    console.print(f"已写到 {file}（{len(data) / 1000:.0f} KB）")
    return 0


def write_template(file: Path) -> int:
    """Write an empty sheet with headings and notes. Returns the exit code."""
    file.write_bytes(template_xlsx())
    Console().print(f"空白表已写到 {file}。填好以后：./yinling import {file} --city 城市")
    return 0


def with_database(
    work: Callable[[AsyncSession], Awaitable[T]], console: Console, config: Settings | None
) -> T | None:
    """Do ``work`` in one transaction, the database started and filled if need be; None: refused, and said."""
    stack = Stack(config or settings(), lambda line: None)
    crypto.use(stack.keyring)
    url = stack.database()
    schema.migrate(url)

    async def within() -> T:
        database = Database(url, pool_size=1)
        try:
            async with database.session() as session:
                await load(session, SystemClock().now())
            async with database.session() as session:
                return await work(session)
        finally:
            await database.close()

    try:
        return asyncio.run(within())
    except YinlingError as error:
        console.print(f"[red]{escape(error.message)}[/]")
        return None


def _show(console: Console, report: ImportReport) -> None:
    console.print(
        f"{escape(report.file)}：{report.rows} 行，{report.places} 个地点，"
        f"{report.offerings} 项服务，{report.providers} 家机构"
    )
    for line in report.sample:
        console.print(f"  · {escape(line)}")
    _show_rows(console, "要改的地方", report.errors)
    _show_rows(console, "请留意", report.warnings)
    if report.errors:
        console.print(f"[red]有 {len(report.errors)} 处错误，什么都没有写入。[/]改好以后再导入。")
    elif report.stored:
        console.print(f"[green]已写入：新增 {report.created} 个地点，更新 {report.updated} 个。[/]")
    else:
        console.print("只是预览，没有写入。确认无误后加上 --apply。")


def _show_rows(console: Console, title: str, rows: Sequence[RowError]) -> None:
    if not rows:
        return
    table = Table(title=title, title_justify="left")
    for heading in ("行", "列", "问题"):
        table.add_column(heading, overflow="fold")
    for row in rows[:SHOWN]:
        table.add_row(str(row.row or "—"), escape(row.column or "—"), escape(row.message))
    console.print(table)
    if len(rows) > SHOWN:
        console.print(f"……还有 {len(rows) - SHOWN} 处没有显示。")
