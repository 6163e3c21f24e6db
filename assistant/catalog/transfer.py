"""Files in and out: which format a file has, preview, all or nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final, Literal

from sqlalchemy.ext.asyncio import AsyncSession

from assistant.catalog import service, store
from assistant.catalog.drafts import CatalogDraft
from assistant.catalog.hsds import files, reader, writer
from assistant.catalog.schemas import ImportReport, RowError
from assistant.catalog.sheets import reader as sheet_reader
from assistant.catalog.sheets import writer as sheet_writer
from assistant.catalog.sheets.reader import Sheet
from assistant.catalog.vocabulary import PLACE_KINDS, SERVICE_TYPES

Format = Literal["hsds-json", "hsds-csv", "xlsx"]
MAX_BYTES: Final = 20_000_000
SAMPLE: Final = 5
MAX_ERRORS: Final = 500
"""More than so many a clerk does not read; the report says that there are more."""

ENDINGS: Final[dict[Format, tuple[str, str]]] = {
    "hsds-json": (".json", "application/json"),
    "hsds-csv": (".zip", "application/zip"),
    "xlsx": (".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
"""File ending and media type of each format."""


async def import_file(
    session: AsyncSession, path: Path, city: str, preview: bool = False, today: date | None = None
) -> ImportReport:
    """Read a file of a city into the catalogue: xlsx or csv sheet, HSDS json, HSDS zip of csv.

    With any error nothing is stored; with ``preview`` nothing is stored anyway.

    Args:
        city: code or name of a city that is in the catalogue.
        today: dates after it are refused, where given.

    Raises:
        UnknownCity: the city is not in the catalogue.
    """
    data = await asyncio.to_thread(path.read_bytes)
    return await import_bytes(session, data, path.name, city, preview, today)


async def import_bytes(
    session: AsyncSession, data: bytes, name: str, city: str, preview: bool = False, today: date | None = None
) -> ImportReport:
    """As ``import_file``, for a file that came over the network."""
    code = (await service.city(session, city)).code
    # A large workbook takes seconds to parse; other requests go on meanwhile.
    read = await asyncio.to_thread(_read, data, name, today)
    report = ImportReport(
        file=name,
        rows=read.rows,
        places=len(read.draft.places),
        offerings=sum(len(place.offerings) for place in read.draft.places),
        providers=len(read.draft.providers),
        errors=_capped(read.errors),
        warnings=read.warnings,
        sample=[_sample(read.draft, at) for at in range(min(SAMPLE, len(read.draft.places)))],
    )
    if read.errors or preview:
        return report
    stored = await store.put(session, code, read.draft)
    return report.model_copy(update={"stored": True, "created": stored.created, "updated": stored.updated})


async def export_city(session: AsyncSession, city: str, format: Format) -> bytes:
    """Everything of a city as a file. Raises UnknownCity."""
    found = await service.city(session, city)
    draft = await store.take(session, found.code)
    if format == "xlsx":
        return sheet_writer.write(draft)
    tables = writer.to_tables(draft, found.name, found.province)
    return files.to_json(tables) if format == "hsds-json" else files.to_csv_zip(tables)


def _read(data: bytes, name: str, today: date | None) -> Sheet:
    if len(data) > MAX_BYTES:
        return _refused(f"文件不能超过{MAX_BYTES // 1_000_000}MB，请分成几份。")
    if not name.lower().endswith((".json", ".zip")):
        return sheet_reader.read(data, name, today)
    try:
        tables = files.from_json(data) if name.lower().endswith(".json") else files.from_csv_zip(data)
    except files.Unreadable as problem:
        return _refused(str(problem))
    draft, errors = reader.from_tables(tables)
    return Sheet(draft, sum(len(rows) for rows in tables.values()), errors)


def _refused(message: str) -> Sheet:
    return Sheet(errors=[RowError(row=None, column=None, message=message)])


def _capped(errors: Sequence[RowError]) -> list[RowError]:
    if len(errors) <= MAX_ERRORS:
        return list(errors)
    more = RowError(row=None, column=None, message=f"还有{len(errors) - MAX_ERRORS}处错误没有列出来。")
    return [*errors[:MAX_ERRORS], more]


def _sample(draft: CatalogDraft, at: int) -> str:
    place = draft.places[at]
    services = "、".join(SERVICE_TYPES[each.service_type].name for each in place.offerings) or "没有写服务"
    return f"{place.name}（{PLACE_KINDS[place.kind]}）：{services}"
