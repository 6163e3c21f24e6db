"""The Excel sheet of a batch: its template, and its rows as bookings or as problems in plain words."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any, Final
from zipfile import BadZipFile

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from assistant.console import directory, offers
from assistant.console.access import Visit
from assistant.console.batch import Row, Wanted
from assistant.kit.errors import Invalid, YinlingError
from assistant.kit.text import half_width
from assistant.orders.schemas import MAX_QUANTITY
from assistant.people import keys

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COLUMNS: Final = ("姓名", "楼号或电话", "服务项目", "地点", "日期", "时间", "份数", "备注")
MOST: Final = 200
"""Rows of one sheet."""
DAY: Final = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})日?")
CLOCK: Final = re.compile(r"(\d{1,2})\s*[:点时]\s*(\d{1,2})?分?")


def template() -> bytes:
    """An empty sheet with one example row, which is left out when it is read."""
    example = ("示例老人", "5号楼", "助餐", "示例食堂", "2025-06-12", "11:30", "1", "少盐")
    return workbook("代预约", [COLUMNS, example])


def workbook(title: str, rows: Iterable[Iterable[Any]]) -> bytes:
    """A workbook of one page; text stays text, also where it begins with "="."""
    book = Workbook()
    page = book.active
    assert isinstance(page, Worksheet)
    page.title = title
    for line in rows:
        page.append(["" if value is None else value for value in line])
    for row in page.iter_rows():
        for cell in row:
            if isinstance(cell.value, str):
                cell.data_type = "s"
    for cell in page[1]:
        cell.font = Font(bold=True)
    page.freeze_panes = "A2"
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


async def read(visit: Visit, content: bytes) -> list[Row]:
    """The rows of a sheet. What is wrong with a row stands in the row.

    Raises:
        Invalid: no workbook, other columns than the template's, no rows, or too many.
    """
    lines = _lines(content)
    if not lines:
        raise Invalid("表里没有要预约的行。")
    if len(lines) > MOST:
        raise Invalid(f"一次最多{MOST}行，请分成几份。")
    return [await _row(visit, number, line) for number, line in lines]


def _lines(content: bytes) -> list[tuple[int, dict[str, Any]]]:
    try:
        page = load_workbook(io.BytesIO(content), read_only=True, data_only=True).worksheets[0]
    except (BadZipFile, InvalidFileException, KeyError, OSError, ValueError, IndexError) as error:
        raise Invalid("这不是 Excel 文件（.xlsx），请用模板填写。") from error
    rows = page.iter_rows(values_only=True, max_row=MOST + 50)
    heading = [str(cell or "").strip() for cell in next(rows, ())]
    missing = [column for column in COLUMNS if column not in heading]
    if missing:
        raise Invalid(f"表头少了：{'、'.join(missing)}。请用模板填写。")
    found = []
    for number, cells in enumerate(rows, start=2):
        line = {name: cell for name, cell in zip(heading, cells, strict=False) if cell not in (None, "")}
        if line and line.get("姓名") != "示例老人":
            found.append((number, line))
    return found


async def _row(visit: Visit, number: int, line: dict[str, Any]) -> Row:
    said = {column: str(line.get(column, "")).strip() for column in COLUMNS}
    row = Row(
        number=number,
        title=f"{said['姓名']} {said['楼号或电话']}".strip() or "（没写姓名）",
        what=" ".join(said[column] for column in ("服务项目", "地点", "日期", "时间")),
    )
    try:
        return row.model_copy(update={"wanted": await _understood(visit, line, said)})
    except YinlingError as error:
        return row.model_copy(update={"problem": error.message})


async def _understood(visit: Visit, line: dict[str, Any], said: dict[str, str]) -> Wanted:
    senior = await _senior(visit, said["姓名"], said["楼号或电话"])
    offer = await offers.named(visit.session, visit.account.city_code, said["服务项目"], said["地点"])
    return Wanted(
        senior_id=senior.id,
        offering_id=offer.id,
        day=_day(line.get("日期")),
        at=_clock(line.get("时间")),
        quantity=_quantity(said["份数"]),
        remarks=said["备注"][:500] or None,
    )


async def _senior(visit: Visit, name: str, more: str) -> directory.Row:
    """The one senior meant; several of one name are told apart by building or number."""
    if not name:
        raise Invalid("没有写姓名。")
    found = await directory.named(visit, name)
    if not found:
        raise Invalid(f"在您负责的社区里没有找到“{name}”，请核对姓名。")
    if more:
        found = [one for one in found if _fits(one, more)]
        if not found:
            raise Invalid(f"有“{name}”，但楼号或电话对不上，请核对。")
    if len(found) > 1:
        homes = "、".join(f"{one.building or '？'}号楼{one.age or '？'}岁" for one in found[:5])
        raise Invalid(f"有{len(found)}位“{name}”（{homes}），请写明楼号或电话。")
    return found[0]


def _fits(one: directory.Row, more: str) -> bool:
    digits = re.sub(r"\D", "", half_width(more))
    if len(digits) >= 7:
        return one.phone is not None and one.phone.endswith(digits)
    return one.building is not None and one.building == (keys.building(more) or digits)


def _day(value: Any) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    found = DAY.fullmatch(half_width(str(value or "")).strip())
    try:
        if found:
            return date(*map(int, found.groups()))
    except ValueError:
        pass
    raise Invalid(f"“{value or ''}”不是日期，请写成 2025-06-12。")


def _clock(value: Any) -> time:
    if isinstance(value, datetime):
        return value.time()
    if isinstance(value, time):
        return value
    found = CLOCK.fullmatch(half_width(str(value or "")).strip())
    try:
        if found:
            return time(int(found[1]), int(found[2] or 0))
    except ValueError:
        pass
    raise Invalid(f"“{value or ''}”不是时间，请写成 11:30。")


def _quantity(said: str) -> int:
    try:
        quantity = int(float(half_width(said or "1")))
    except ValueError as error:
        raise Invalid(f"“{said}”不是份数，请填数字。") from error
    if not 1 <= quantity <= MAX_QUANTITY:
        raise Invalid(f"份数要在1到{MAX_QUANTITY}之间。")
    return quantity
