"""From a draft to a workbook that ``reader.read`` understands, and an empty one to fill in."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from assistant.catalog import hours
from assistant.catalog.drafts import (
    CatalogDraft,
    OfferingDraft,
    PlaceDraft,
    ProviderDraft,
)
from assistant.catalog.sheets.columns import (
    AREA_COLUMNS,
    COLUMNS,
)
from assistant.catalog.vocabulary import CREDITS, PLACE_KINDS, SERVICE_TYPES


def write(draft: CatalogDraft) -> bytes:
    """A workbook of everything in a draft, in the columns that ``read`` knows."""
    providers = {provider.name: provider for provider in draft.providers}
    rows = [
        _cells_of(place, offering, providers)
        for place in draft.places
        for offering in place.offerings or [None]  # type: ignore[list-item]
    ]
    return _workbook(rows)


def template_xlsx() -> bytes:
    """An empty sheet with all headings and one example row, marked as demonstration data."""
    example = {
        "名称": "示例社区养老服务站",
        "类别": "社区养老服务站",
        "区县": "示例区",
        "街道乡镇": "示例街道",
        "社区村": "示例社区",
        "服务项目": "助餐",
        "单价(元)": "12",
        "计价单位": "份",
        "服务时间": "周一至周五 10:30-13:00;节假日休息",
        "每时段名额": "40",
        "时段分钟": "30",
        "是否上门": "是",
        "服务商": "示例养老服务社",
        "信用状态": "正常",
        "演示数据": "是",
    }
    return _workbook([example])


def _workbook(rows: Sequence[dict[str, str]]) -> bytes:
    book = Workbook()
    page = book.active
    assert isinstance(page, Worksheet)
    page.title = "养老服务"
    page.append(list(COLUMNS))
    page.freeze_panes = "A2"
    for cell in page[1]:
        cell.font = Font(bold=True)
    for row in rows:
        page.append([row.get(column) for column in COLUMNS])
    for line in page.iter_rows(min_row=2):
        for cell in line:
            # Text stays text, also where it begins with "=".
            if cell.value is not None:
                cell.data_type = "s"
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _cells_of(
    place: PlaceDraft, offering: OfferingDraft | None, providers: dict[str, ProviderDraft]
) -> dict[str, str]:
    columns = {level: column for column, levels, _ in AREA_COLUMNS for level in levels.values()}
    provider_name = (offering.provider if offering else None) or place.provider
    provider = providers.get(provider_name or "")
    values: dict[str, Any] = {
        "编号": place.external_id,
        "名称": place.name,
        "别名": "、".join(place.aliases),
        "类别": PLACE_KINDS[place.kind],
        **{columns[area.level]: area.name for area in place.areas if area.level in columns},
        "地址": place.address,
        "电话": place.phone,
        "经度": place.lng,
        "纬度": place.lat,
        "服务商": provider_name,
        "信用状态": CREDITS[provider.credit] if provider else None,
        "信用说明": provider.credit_note if provider else None,
        "核实日期": place.verified_at,
        "核实人": place.verified_by,
        "演示数据": "是" if place.demo or (offering and offering.demo) else None,
        "地点简介": place.description,
    }
    if offering is not None:
        values |= _offering_cells(offering)
    told = {column: str(value) for column, value in values.items() if value not in (None, "")}
    return {column: ILLEGAL_CHARACTERS_RE.sub("", value) for column, value in told.items()}


def _offering_cells(offering: OfferingDraft) -> dict[str, Any]:
    price = offering.unit_price_fen
    told = hours.describe(offering.schedules) + (";节假日不休" if offering.open_on_holidays else "")
    return {
        "服务项目": SERVICE_TYPES[offering.service_type].name,
        "服务名称": offering.name,
        "单价(元)": None if price is None else f"{price / 100:.2f}",
        "计价单位": offering.unit,
        "服务时间": told if offering.schedules else None,
        "每时段名额": offering.capacity_per_slot,
        "时段分钟": offering.slot_minutes,
        "提前预约分钟": offering.lead_minutes,
        "改退提前分钟": offering.change_deadline_minutes,
        "服务半径(米)": offering.circle_m,
        "是否上门": "是" if offering.at_home else "否",
        "可否预约": "是" if offering.online_booking else "否",
        "说明": offering.description,
    }
