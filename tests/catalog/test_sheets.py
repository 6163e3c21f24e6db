"""A bureau's sheet: what is read, and every fault by row and column."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.catalog.models import Offering, Place, Provider
from assistant.catalog.sheets import reader
from assistant.catalog.sheets.columns import COLUMNS
from assistant.catalog.sheets.reader import Sheet
from assistant.catalog.sheets.writer import write
from assistant.catalog.transfer import import_bytes

TODAY = date(2025, 6, 11)
GOOD: dict[str, Any] = {
    "名称": "春晖社区服务站",
    "类别": "社区养老服务站",
    "区县": "岳阳楼区",
    "街道乡镇": "三眼桥街道",
    "社区村": "春晖社区",
    "地址": "示例路1号",
    "电话": "000-0000",
    "经度": 113.13,
    "纬度": 29.37,
    "服务项目": "助餐",
    "单价(元)": 8.5,
    "计价单位": "份",
    "服务时间": "周一至周五 08:30-11:30,14:00-17:00",
    "每时段名额": 20,
    "是否上门": "是",
    "服务商": "春晖服务社",
    "信用状态": "正常",
    "核实日期": "2025-06-01",
    "核实人": "社区",
}
WRONG: dict[str, list[Any]] = {
    "名称": ["", "一", "字" * 81],
    "类别": ["", "飞机场"],
    "电话": ["打不通", "12", "1" * 40],
    "经度": ["东边", 300, ""],
    "纬度": ["北边", -12.5, 91],
    "服务项目": ["", "火箭发射"],
    "单价(元)": ["八块", -1, 3.333, "1e99", "nan", "inf"],
    "计价单位": ["公斤"],
    "服务时间": ["随时", "周八 09:00-10:00", "周一 25:00-26:00", "周一 17:00-09:00"],
    "每时段名额": [-1, 2.5, "很多", 10_001],
    "是否上门": ["也许"],
    "服务商": ["", "社"],
    "信用状态": ["很好"],
    "核实日期": ["昨天", "2025-02-30", "2025-06-12"],
}


def workbook(rows: list[dict[str, Any]], title: str | None = None) -> bytes:
    book = Workbook()
    page = book.active
    assert page is not None
    if title:
        page.append([title])
        page.merge_cells(start_row=1, start_column=1, end_row=1, end_column=8)
    page.append(list(GOOD))
    for row in rows:
        page.append([row.get(column) for column in GOOD])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def read(rows: list[dict[str, Any]]) -> Sheet:
    return reader.read(workbook(rows), "a.xlsx", TODAY)


def other(**values: Any) -> dict[str, Any]:
    return GOOD | {"名称": "别的服务站", "社区村": "别的社区", "服务商": "别的服务社"} | values


def test_a_good_row_becomes_a_place_with_a_service() -> None:
    sheet = read([GOOD])
    assert sheet.errors == []
    place = sheet.draft.places[0]
    assert (place.name, place.kind, place.external_id) == (
        "春晖社区服务站",
        "community_station",
        "春晖社区服务站@春晖社区",
    )
    assert [(area.level, area.urban) for area in place.areas] == [
        ("district", None),
        ("street", True),
        ("community", True),
    ]
    assert (place.lat, place.lng, place.verified_at) == (29.37, 113.13, date(2025, 6, 1))
    meal = place.offerings[0]
    assert (meal.service_type, meal.unit_price_fen, meal.unit, meal.at_home) == ("meal", 850, "份", True)
    assert [(each.opens, each.closes) for each in meal.schedules] == [
        (time(8, 30), time(11, 30)),
        (time(14), time(17)),
    ]
    assert [each.credit for each in sheet.draft.providers] == ["ok"]


@settings(max_examples=120, deadline=None)
@given(
    st.sampled_from([(column, value) for column, values in WRONG.items() for value in values]),
    st.integers(0, 4),
    st.integers(0, 4),
)
def test_one_wrong_cell_is_found_where_it_is(fault: tuple[str, Any], before: int, after: int) -> None:
    column, value = fault
    good = [other(名称=f"服务站{n}", 社区村=f"社区{n}", 服务商=f"服务社{n}") for n in range(before + after)]
    rows = [*good[:before], GOOD | {column: value}, *good[before:]]
    sheet = read(rows)
    assert {(error.row, error.column) for error in sheet.errors} == {(before + 2, column)}
    assert all(error.message.endswith("。") for error in sheet.errors)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.lists(st.one_of(st.none(), st.text(max_size=30), st.floats(), st.integers()), max_size=22),
        max_size=6,
    )
)
def test_any_cells_at_all_are_read_or_refused(cells: list[list[Any]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([list(COLUMNS), *cells])
    sheet = reader.read(text.getvalue().encode("utf-8", "replace"), "a.csv", TODAY)
    assert sheet.errors or len(sheet.draft.places) <= sheet.rows


async def test_all_faults_are_told_at_once_and_nothing_is_stored(seeded: AsyncSession) -> None:
    before = [
        await seeded.scalar(select(func.count()).select_from(table)) for table in (Place, Offering, Provider)
    ]
    rows = [other(), GOOD | {"单价(元)": "八块", "电话": "没有"}, other(名称="第三站", 服务项目="火箭")]
    report = await import_bytes(seeded, workbook(rows), "a.xlsx", "岳阳", today=TODAY)
    assert [(error.row, error.column) for error in report.errors] == [
        (3, "电话"),
        (3, "单价(元)"),
        (4, "服务项目"),
    ]
    assert not report.stored
    assert before == [
        await seeded.scalar(select(func.count()).select_from(t)) for t in (Place, Offering, Provider)
    ]


async def test_a_preview_stores_nothing(seeded: AsyncSession) -> None:
    report = await import_bytes(seeded, workbook([GOOD]), "a.xlsx", "岳阳", preview=True)
    assert (report.errors, report.stored, report.places) == ([], False, 1)
    assert report.sample == ["春晖社区服务站（社区养老服务站）：助餐"]
    assert await seeded.scalar(select(Place).where(Place.name == "春晖社区服务站")) is None


async def test_a_good_sheet_is_stored_and_an_empty_cell_keeps_what_is_known(seeded: AsyncSession) -> None:
    await import_bytes(seeded, workbook([GOOD]), "a.xlsx", "岳阳")
    report = await import_bytes(
        seeded, workbook([GOOD | {"电话": None, "地址": "示例路2号"}]), "a.xlsx", "岳阳"
    )
    assert (report.created, report.updated) == (0, 1)
    place = await seeded.scalar(select(Place).where(Place.name == "春晖社区服务站"))
    assert place is not None
    assert (place.address, place.phone, place.spot is not None) == ("示例路2号", "000-0000", True)


def test_several_rows_are_one_place_with_several_services() -> None:
    sheet = read([GOOD, GOOD | {"服务项目": "理发", "计价单位": "次"}])
    assert sheet.errors == []
    assert [each.service_type for each in sheet.draft.places[0].offerings] == ["meal", "haircut"]


def test_rows_that_contradict_each_other_are_faults() -> None:
    sheet = read([GOOD, GOOD | {"服务项目": "理发", "计价单位": "次", "地址": "别的路", "信用状态": "失信"}])
    assert [(error.row, error.column) for error in sheet.errors] == [(3, "信用状态"), (3, "地址")]
    assert "第2行" in sheet.errors[0].message


def test_the_same_service_twice_is_a_fault() -> None:
    assert [(error.row, error.column) for error in read([GOOD, GOOD]).errors] == [(3, "服务项目")]


def test_a_place_without_a_service_is_a_place() -> None:
    bare = {column: value for column, value in GOOD.items() if column in ("名称", "类别")}
    sheet = read([bare])
    assert sheet.errors == []
    assert sheet.draft.places[0].offerings == []


def test_a_title_above_and_merged_cells_are_understood() -> None:
    book = Workbook()
    page = book.active
    assert page is not None
    page.append(["岳阳市养老服务设施一览表"])
    page.merge_cells("A1:D1")
    page.append(["机构名称", "类型", "服务项目", "价格（元）"])
    page.append(["春晖站", "服务站", "助餐", 8])
    page.append([None, None, "理发", 10])
    page.merge_cells("A3:A4")
    page.merge_cells("B3:B4")
    target = io.BytesIO()
    book.save(target)
    sheet = reader.read(target.getvalue(), "a.xlsx")
    assert sheet.errors == []
    assert [each.unit_price_fen for each in sheet.draft.places[0].offerings] == [800, 1000]


def test_an_unknown_column_is_a_warning() -> None:
    text = "名称,类别,颜色\n春晖站,服务站,红\n"
    sheet = reader.read(text.encode("gb18030"), "a.csv")
    assert sheet.errors == []
    assert [(warning.row, warning.column) for warning in sheet.warnings] == [(1, "颜色")]


def test_dates_and_numbers_as_excel_keeps_them() -> None:
    sheet = read([GOOD | {"核实日期": datetime(2025, 6, 1), "电话": 12349.0, "单价(元)": "免费"}])
    assert sheet.errors == []
    place = sheet.draft.places[0]
    assert (place.verified_at, place.phone, place.offerings[0].unit_price_fen) == (
        date(2025, 6, 1),
        "12349",
        0,
    )


@pytest.mark.parametrize("rows", [[], [{}], [{}, {}]])
def test_an_empty_sheet_is_no_fault_and_holds_nothing(rows: list[dict[str, Any]]) -> None:
    sheet = read(rows)
    assert (sheet.errors, sheet.rows, sheet.draft.places) == ([], 0, [])


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MAX_ROWS", 1)
    assert "最多1行" in read([GOOD, other()]).errors[0].message


def test_what_is_written_is_read_again() -> None:
    draft = read([GOOD, other(服务项目="理发", 计价单位="次")]).draft
    again = reader.read(write(draft), "a.xlsx", TODAY)
    assert again.errors == []
    assert again.draft == draft
