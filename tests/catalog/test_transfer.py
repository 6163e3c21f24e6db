"""Files in and out: round trips, formats, refusals."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date

import httpx
import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.catalog import store, transfer
from assistant.catalog.drafts import CatalogDraft
from assistant.catalog.hsds import files
from assistant.catalog.models import City, Place
from assistant.catalog.sheets.writer import template_xlsx
from assistant.catalog.transfer import Format, export_city, import_bytes


async def empty_copy(session: AsyncSession) -> str:
    """A second city to read a file into."""
    session.add(City(code="other", name="别处", province="湖南", lat=29.0, lng=113.0))
    await session.flush()
    return "other"


def in_order(draft: CatalogDraft) -> CatalogDraft:
    providers = sorted(draft.providers, key=lambda each: each.name)
    places = sorted(draft.places, key=lambda each: each.external_id)
    for place in places:
        for offering in place.offerings:
            offering.schedules.sort(key=lambda each: (each.rrule, each.opens))
    return CatalogDraft(providers=providers, places=places)


@pytest.mark.parametrize("format", ["hsds-json", "hsds-csv"])
async def test_hsds_carries_everything_out_and_in_again(seeded: AsyncSession, format: Format) -> None:
    data = await export_city(seeded, "岳阳", format)
    other = await empty_copy(seeded)
    report = await import_bytes(seeded, data, f"x{transfer.ENDINGS[format][0]}", other)
    assert report.errors == []
    assert report.stored
    before, after = in_order(await store.take(seeded, "yueyang")), in_order(await store.take(seeded, other))
    assert after == before


async def test_a_sheet_carries_what_a_bureau_keeps(seeded: AsyncSession) -> None:
    data = await export_city(seeded, "yueyang", "xlsx")
    other = await empty_copy(seeded)
    report = await import_bytes(seeded, data, "x.xlsx", other, today=date(2025, 6, 11))
    assert report.errors == []
    before, after = in_order(await store.take(seeded, "yueyang")), in_order(await store.take(seeded, other))
    kept = {"external_id", "name", "kind", "aliases", "address", "phone", "lat", "lng", "demo", "offerings"}
    for one, two in zip(before.places, after.places, strict=True):
        assert two.model_dump(include=kept) == one.model_dump(include=kept)
        assert [area.name for area in two.areas] == [area.name for area in one.areas]


async def test_reading_a_file_twice_changes_nothing(seeded: AsyncSession) -> None:
    data = await export_city(seeded, "yueyang", "hsds-json")
    count = await seeded.scalar(select(func.count()).select_from(Place))
    report = await import_bytes(seeded, data, "x.json", "岳阳")
    assert (report.created, report.updated) == (0, report.places)
    assert await seeded.scalar(select(func.count()).select_from(Place)) == count


async def test_the_json_is_shaped_like_hsds(seeded: AsyncSession) -> None:
    document = json.loads(await export_city(seeded, "yueyang", "hsds-json"))
    meal = next(each for each in document["services"] if each["name"] == "送餐上门")
    assert meal["organization"]["name"]
    link = meal["service_at_locations"][0]
    assert link["location"]["addresses"][0]["country"] == "CN"
    assert {each["freq"] for each in link["schedules"]} == {"WEEKLY"}
    assert meal["cost_options"][0]["currency"] == "CNY"
    assert any(
        each["label"] == "service_type" and each["taxonomy_term"]["code"] == "meal"
        for each in meal["attributes"]
    )


async def test_a_foreign_hsds_file_is_understood(seeded: AsyncSession) -> None:
    service = {
        "id": "s1",
        "name": "助浴",
        "status": "active",
        "organization": {"id": "o1", "name": "别家服务社", "description": ""},
        "cost_options": [{"id": "c1", "amount": "80"}],
        "service_at_locations": [
            {
                "id": "l1",
                "location": {"id": "p1", "name": "别家服务点", "latitude": 29.1, "longitude": 113.1},
                "schedules": [
                    {
                        "id": "h1",
                        "freq": "WEEKLY",
                        "byday": "MO,TU",
                        "opens_at": "09:00",
                        "closes_at": "11:00",
                    }
                ],
            }
        ],
    }
    report = await import_bytes(seeded, json.dumps({"contents": [service]}).encode(), "x.json", "yueyang")
    assert report.errors == []
    draft = await store.take(seeded, "yueyang")
    place = next(each for each in draft.places if each.external_id == "p1")
    assert (place.offerings[0].service_type, place.offerings[0].unit_price_fen) == ("bath", 8000)
    assert place.offerings[0].provider == "别家服务社"


async def test_a_foreign_service_without_a_type_is_an_error(seeded: AsyncSession) -> None:
    service = {
        "id": "s1",
        "name": "Food bank",
        "service_at_locations": [{"id": "l", "location": {"id": "p", "name": "Hall"}}],
    }
    report = await import_bytes(seeded, json.dumps([service]).encode(), "x.json", "yueyang")
    assert ("service.name", 1) in {(each.column, each.row) for each in report.errors}
    assert not report.stored


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("x.doc", b"hello"),
        ("x.xls", b"\xd0\xcf\x11\xe0"),
        ("x.xlsx", b"not a zip"),
        ("x.csv", "甲,乙\n1,2\n".encode()),
        ("x.csv", b"\xff\xff\xff\x81"),
        ("x.json", b"{"),
        ("x.json", b"3"),
        ("x.json", b"{}"),
        ("x.zip", b"PK"),
    ],
)
async def test_a_file_that_is_none_is_refused_in_words(seeded: AsyncSession, name: str, data: bytes) -> None:
    report = await import_bytes(seeded, data, name, "yueyang")
    assert not report.stored
    assert [each.row for each in report.errors] == [None]
    assert report.errors[0].message.endswith("。")


async def test_a_zip_of_something_else_is_refused(seeded: AsyncSession) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("a.txt", "hello")
    report = await import_bytes(seeded, target.getvalue(), "x.zip", "yueyang")
    assert "service.csv" in report.errors[0].message


async def test_a_zip_that_swells_is_refused(seeded: AsyncSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_UNPACKED_BYTES", 10)
    data = await export_city(seeded, "yueyang", "hsds-csv")
    report = await import_bytes(seeded, data, "x.zip", "yueyang")
    assert "太大" in report.errors[0].message


async def test_the_template_is_read_without_a_fault(seeded: AsyncSession) -> None:
    report = await import_bytes(seeded, template_xlsx(), "模板.xlsx", "yueyang", preview=True)
    assert report.errors == []
    assert (report.rows, report.places, report.offerings, report.stored) == (1, 1, 1, False)


async def test_text_that_looks_like_a_formula_stays_text(seeded: AsyncSession) -> None:
    place = (await seeded.scalars(select(Place).where(Place.city_code == "yueyang"))).first()
    assert place is not None
    place.description = "=HYPERLINK(1)"
    await seeded.flush()
    page = load_workbook(io.BytesIO(await export_city(seeded, "yueyang", "xlsx"))).active
    assert page is not None
    cells = [cell for row in page.iter_rows() for cell in row if cell.value == "=HYPERLINK(1)"]
    assert cells
    assert all(cell.data_type != "f" for cell in cells)


async def test_the_api_previews_imports_and_exports(stored: None, api: httpx.AsyncClient) -> None:
    book = Workbook()
    page = book.active
    assert page is not None
    page.append(["名称", "类别", "服务项目", "单价(元)"])
    page.append(["新开的食堂", "老年食堂", "助餐", "八块"])
    bad = io.BytesIO()
    book.save(bad)
    answer = await api.post(
        "/v1/catalog/import?city=岳阳&preview=false", files={"file": ("a.xlsx", bad.getvalue())}
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["stored"] is False
    assert answer.json()["errors"] == [
        {"row": 2, "column": "单价(元)", "message": "“八块”不是金额，请填数字，例如 8 或 8.5。"}
    ]
    page["D2"] = 8
    good = io.BytesIO()
    book.save(good)
    answer = await api.post(
        "/v1/catalog/import?city=岳阳&preview=false", files={"file": ("a.xlsx", good.getvalue())}
    )
    assert (answer.json()["stored"], answer.json()["created"]) == (True, 1)
    for format in transfer.ENDINGS:
        answer = await api.get(f"/v1/catalog/export?city=yueyang&format={format}")
        assert answer.status_code == 200
        assert "attachment" in answer.headers["content-disposition"]
    assert (await api.get("/v1/catalog/template")).content[:2] == b"PK"
