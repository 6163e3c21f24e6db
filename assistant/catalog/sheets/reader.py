"""From a sheet to a draft, with every error by row and column.

An empty cell says nothing, so that what is known already stays.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet
from pydantic import ValidationError

from assistant.catalog.drafts import (
    AreaDraft,
    CatalogDraft,
    OfferingDraft,
    PlaceDraft,
    ProviderDraft,
    ScheduleDraft,
)
from assistant.catalog.schemas import RowError
from assistant.catalog.sheets.cells import Row
from assistant.catalog.sheets.columns import (
    AREA_COLUMNS,
    COLUMNS,
    CREDIT_WORDS,
    KIND_WORDS,
    REQUIRED,
    SERVICE_WORDS,
    URBAN,
)
from assistant.catalog.vocabulary import SERVICE_TYPES

MAX_ROWS: Final = 50_000
MAX_UNPACKED_BYTES: Final = 200_000_000
"""A workbook is a zip; one that unpacks to more is refused before it is read."""
HEADING_WITHIN: Final = 10
"""Rows in which the heading is looked for: bureaus put titles above it."""


@dataclass
class Sheet:
    """What was read of a file."""

    draft: CatalogDraft = field(default_factory=CatalogDraft)
    rows: int = 0
    errors: list[RowError] = field(default_factory=list)
    warnings: list[RowError] = field(default_factory=list)


class Unreadable(ValueError):
    """The file as a whole cannot be read; the message says why, in Mandarin."""


def read(data: bytes, name: str, today: date | None = None) -> Sheet:
    """Read a sheet. Errors stand in the result; with any of them the draft is not to be used."""
    sheet = Sheet()
    try:
        heading, rows = _table(_cells(data, name), sheet)
    except Unreadable as problem:
        sheet.errors.append(RowError(row=None, column=None, message=str(problem)))
        return sheet
    builder = _Builder(sheet)
    for number, cells in rows:
        if any(cell not in (None, "") for cell in cells):
            sheet.rows += 1
            values = {column: cells[at] for column, at in heading.items() if at < len(cells)}
            builder.add(Row(number, values, sheet.errors, today))
    sheet.draft = CatalogDraft(
        providers=list(builder.providers.values()), places=list(builder.places.values())
    )
    return sheet


def _cells(data: bytes, name: str) -> list[list[Any]]:
    if name.lower().endswith(".csv"):
        return _csv(data)
    if name.lower().endswith((".xlsx", ".xlsm")):
        return _xlsx(data)
    raise Unreadable("只认 xlsx 和 csv 文件；旧的 xls 请先在 Excel 里另存为 xlsx。")


def _csv(data: bytes) -> list[list[Any]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return [list(row) for row in csv.reader(io.StringIO(data.decode(encoding), newline=""))]
        except UnicodeDecodeError:
            continue
        except csv.Error as error:
            raise Unreadable("这个 csv 文件的格式不对。") from error
    raise Unreadable("这个 csv 文件的文字编码认不出来，请存成 UTF-8。")


def _xlsx(data: bytes) -> list[list[Any]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED_BYTES:
                raise Unreadable("这个文件太大了，请分成几份。")
        book = load_workbook(io.BytesIO(data), data_only=True)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, OSError) as error:
        raise Unreadable("这个文件打不开，不是有效的 xlsx。") from error
    pages = [_rows(page) for page in book.worksheets]
    return next((page for page in pages if _heading(page) is not None), pages[0] if pages else [])


def _rows(page: Worksheet) -> list[list[Any]]:
    """The cells of a page; merged ones all have the value of their first."""
    rows = [list(row) for row in page.iter_rows(values_only=True)]
    for merged in page.merged_cells.ranges:
        top, left = merged.min_row - 1, merged.min_col - 1
        # A title over the whole width is no data.
        if top < len(rows) and merged.max_col - merged.min_col < 3:
            for row in rows[top : merged.max_row]:
                row[left : merged.max_col] = [rows[top][left]] * (merged.max_col - left)
    return rows


def _heading(rows: Sequence[Sequence[Any]]) -> int | None:
    for at, row in enumerate(rows[:HEADING_WITHIN]):
        if set(REQUIRED) <= {_column(cell) for cell in row}:
            return at
    return None


def _column(cell: Any) -> str | None:
    word = "".join(str(cell or "").split()).replace("（", "(").replace("）", ")").rstrip("*")
    return next((name for name, others in COLUMNS.items() if word == name or word in others), None)


def _table(rows: list[list[Any]], sheet: Sheet) -> tuple[dict[str, int], Iterator[tuple[int, Sequence[Any]]]]:
    """Where each column stands, and the rows below the heading with their numbers."""
    at = _heading(rows)
    if at is None:
        raise Unreadable("找不到表头：前10行里要有“名称”和“类别”两列。")
    if len(rows) - at - 1 > MAX_ROWS:
        raise Unreadable(f"一次最多{MAX_ROWS}行，请分成几份。")
    heading: dict[str, int] = {}
    for position, cell in enumerate(rows[at]):
        column = _column(cell)
        if column is None and cell not in (None, ""):
            sheet.warnings.append(RowError(row=at + 1, column=str(cell), message="不认识这一列，没有读。"))
        elif column is not None and column in heading:
            raise Unreadable(f"“{column}”这一列有两个。")
        elif column is not None:
            heading[column] = position
    return heading, ((number, row) for number, row in enumerate(rows[at + 1 :], at + 2))


@dataclass
class _Builder:
    """Puts rows together: several rows of one place become one place with several services."""

    sheet: Sheet
    providers: dict[str, ProviderDraft] = field(default_factory=dict)
    places: dict[str, PlaceDraft] = field(default_factory=dict)
    first_row: dict[tuple[str, ...], int] = field(default_factory=dict)

    def add(self, row: Row) -> None:
        before = len(self.sheet.errors)
        place = _place(row)
        offering = _offering(row)
        provider = _provider(row)
        if len(self.sheet.errors) > before or place is None:
            return
        self._add_provider(row, provider)
        known = self._add_place(row, place)
        if offering is not None:
            self._add_offering(row, known, offering)

    def _add_provider(self, row: Row, provider: ProviderDraft | None) -> None:
        if provider is None:
            return
        at = self.first_row.setdefault(("provider", provider.name), row.line)
        known = self.providers.setdefault(provider.name, provider)
        if known.credit != provider.credit:
            row.fail("信用状态", f"同一个服务商的信用状态和第{at}行不一样。")

    def _add_place(self, row: Row, place: PlaceDraft) -> PlaceDraft:
        at = self.first_row.setdefault(("place", place.external_id), row.line)
        known = self.places.setdefault(place.external_id, place)
        for column, attribute in _PLACE_COLUMNS.items():
            if getattr(known, attribute) != getattr(place, attribute):
                row.fail(column, f"同一个地点的{column}和第{at}行不一样。")
        return known

    def _add_offering(self, row: Row, place: PlaceDraft, offering: OfferingDraft) -> None:
        key = ("offering", place.external_id, offering.service_type, offering.name)
        if key in self.first_row:
            row.fail("服务项目", f"和第{self.first_row[key]}行重复了。")
            return
        self.first_row[key] = row.line
        place.offerings.append(offering)


_PLACE_COLUMNS: Final = {
    "名称": "name",
    "类别": "kind",
    "别名": "aliases",
    "地址": "address",
    "电话": "phone",
    "经度": "lng",
    "纬度": "lat",
    "核实日期": "verified_at",
    "核实人": "verified_by",
}


def _place(row: Row) -> PlaceDraft | None:
    name = row.text("名称", required=True, most=80, least=2)
    kind = row.choice("类别", KIND_WORDS, required=True)
    areas = _areas(row)
    lat, lng = row.number("纬度", 3, 54), row.number("经度", 73, 136)
    if (lat is None) != (lng is None) and row.right("经度", "纬度"):
        row.fail("纬度" if lat is None else "经度", "经度和纬度要么都填，要么都不填。")
    number = row.text("编号", most=120)
    values = {
        "aliases": row.words("别名", most=80),
        "address": row.text("地址", most=200),
        "phone": row.phone("电话"),
        "verified_at": row.day("核实日期"),
        "verified_by": row.text("核实人", most=40),
        "demo": row.yes_no("演示数据"),
        "description": row.text("地点简介", most=2000),
        "provider": row.text("服务商", most=80, least=2),
    }
    if name is None or kind is None or not row.right(*COLUMNS):
        return None
    where = areas[-1].name if areas else ""
    external_id = number or f"{name}@{where}"[:120]
    told = {"lat": lat, "lng": lng, "areas": areas, **values}
    known: Any = {field: value for field, value in told.items() if value not in (None, [])}
    return PlaceDraft(external_id=external_id, kind=kind, name=name, **known)


def _areas(row: Row) -> list[AreaDraft]:
    path = []
    for column, levels, default in AREA_COLUMNS:
        name = row.text(column, most=40, least=2)
        if name:
            level = next((level for ending, level in levels.items() if name.endswith(ending)), default)
            path.append(AreaDraft(level=level, name=name, urban=URBAN.get(level)))
    return path


def _offering(row: Row) -> OfferingDraft | None:
    """The service of a row; None for a place without one."""
    if not row.has("服务项目"):
        for column in ("服务名称", "单价(元)", "计价单位", "服务时间", "每时段名额"):
            if row.has(column):
                row.fail("服务项目", f"填了{column}，就要填服务项目。")
                break
        return None
    key = row.choice("服务项目", SERVICE_WORDS, required=True)
    if key is None:
        return None
    kind = SERVICE_TYPES[key]
    told = row.hours("服务时间")
    values: dict[str, Any] = {
        "name": row.text("服务名称", most=80) or kind.name,
        "unit_price_fen": row.price("单价(元)"),
        "unit": row.unit("计价单位") or kind.unit,
        "at_home": _or(row.yes_no("是否上门"), kind.at_home),
        "online_booking": _or(row.yes_no("可否预约"), told is not None),
        "capacity_per_slot": row.whole("每时段名额", 0, 10_000),
        "slot_minutes": row.whole("时段分钟", 5, 1440),
        "lead_minutes": row.whole("提前预约分钟", 0, 43_200),
        "change_deadline_minutes": row.whole("改退提前分钟", 0, 43_200),
        "circle_m": row.whole("服务半径(米)", 1, 200_000),
        "description": row.text("说明", most=2000),
        "demo": row.yes_no("演示数据"),
        "provider": row.text("服务商", most=80, least=2),
    }
    if told is not None:
        values["schedules"] = [ScheduleDraft.model_validate(rule, from_attributes=True) for rule in told[0]]
        values["open_on_holidays"] = told[1]
    try:
        return OfferingDraft(
            service_type=key, **{name: value for name, value in values.items() if value is not None}
        )
    except ValidationError:
        row.fail("服务项目", "这一行的服务填得不对。")
        return None


def _or(value: bool | None, default: bool) -> bool:
    return default if value is None else value


def _provider(row: Row) -> ProviderDraft | None:
    name = row.text("服务商", most=80, least=2)
    credit = row.choice("信用状态", CREDIT_WORDS)
    note = row.text("信用说明", most=2000)
    if name is None:
        if credit is not None:
            row.fail("服务商", "填了信用状态，就要填服务商。")
        return None
    return ProviderDraft(
        name=name, credit=credit or "ok", credit_note=note, demo=row.yes_no("演示数据") or False
    )
