"""Catalogue, figures, audit, and what becomes of a person's data."""

from __future__ import annotations

import io
import json
import uuid

from sqlalchemy import func, select, text

from assistant.catalog.models import Offering, Place
from assistant.catalog.sheets.writer import template_xlsx
from assistant.console import figures
from assistant.console.figures import Cell
from assistant.kit.db import Database
from assistant.orders import service as orders
from assistant.orders.models import Order
from assistant.orders.schemas import OrderIn
from assistant.people.models import Person
from tests.console.conftest import SignIn, Town
from tests.world import NOW, WORKER, at


async def place_of(database: Database, town: Town) -> uuid.UUID:
    async with database.session() as session:
        offering = await session.get(Offering, town.world.meal)
        assert offering is not None
        return offering.place_id


async def test_verify_report_and_correct(sign_in: SignIn, town: Town, database: Database) -> None:
    worker, operator = await sign_in("worker"), await sign_in("operator")
    place = await place_of(database, town)
    path = f"/catalogue/places/{place}"
    assert "春晓食堂" in (await worker.get("/catalogue?only=stale")).text
    await worker.post(f"{path}/wrong", {"note": "电话打不通"})
    assert "电话打不通" in (await worker.get(path)).text
    assert "春晓食堂" in (await worker.get("/catalogue?only=wrong")).text
    await worker.post(f"{path}/verify")
    assert "春晓食堂" not in (await worker.get("/catalogue?only=stale")).text
    async with database.session() as session:
        found = await session.get(Place, place)
        assert found is not None and found.verified_by == "小王" and found.reported_wrong_at is None
    form = {"price": "12.5", "capacity": "8", "hours": "周一至周五 10:30-13:00", "active": "true"}
    assert (await operator.post(f"/catalogue/offerings/{town.world.meal}", form)).status_code == 303
    async with database.session() as session:
        offering = await session.get(Offering, town.world.meal)
        assert offering is not None
        assert (offering.unit_price_fen, offering.online_booking) == (1250, False)
    for price in ("八块", "-1", "1.234"):
        bad = await operator.post(f"/catalogue/offerings/{town.world.meal}", form | {"price": price})
        assert bad.status_code == 422


async def test_import_shows_before_it_stores(sign_in: SignIn, town: Town, database: Database) -> None:
    operator = await sign_in("operator")

    async def send(**form: str) -> str:
        file = {"file": ("a.xlsx", io.BytesIO(template_xlsx()), "application/octet-stream")}
        return (await operator.post("/catalogue/import", form, files=file)).text

    async def count() -> int:
        async with database.session() as session:
            return await session.scalar(select(func.count()).select_from(Place)) or 0

    before = await count()
    assert "预览" in await send()
    assert await count() == before
    assert "已写入" in await send(apply="true")
    assert await count() == before + 1


def test_few_people_are_hidden_and_cannot_be_worked_out() -> None:
    shown = figures.hide([Cell("甲", 4, 9), Cell("乙", 7, 7), Cell("丙", 30, 31)])
    assert [cell.people for cell in shown] == [None, None, 30]
    both = figures.hide([Cell("甲", 4, 9), Cell("乙", 3, 7), Cell("丙", 5, 31)])
    assert [cell.people for cell in both] == [None, None, 5]
    assert [cell.people for cell in figures.hide([Cell("甲", 5, 5)])] == [5]
    assert all(cell.orders is None for cell in shown if cell.people is None)


async def test_figures_of_few_people_tell_nothing(sign_in: SignIn, town: Town, database: Database) -> None:
    async with database.session() as session:
        for number, senior in enumerate(town.seniors):
            asked = OrderIn(
                senior_id=senior,
                offering_id=town.world.meal,
                starts_at=at(12, 11),
                idempotency_key=f"f{number}",
            )
            await orders.book(session, NOW, WORKER, asked)
    worker = await sign_in("worker")
    page = (await worker.get("/figures?month=2025-06")).text
    assert "不足5人，不显示" in page and "3人" not in page
    table = (await worker.get("/figures/month.csv?month=2025-06")).text
    assert "按服务,助餐,少于5," in table
    assert (await worker.get("/figures?month=2025-13")).status_code == 422


async def test_the_audit_shows_who_saw_whom_and_notices_a_change(
    sign_in: SignIn, town: Town, database: Database
) -> None:
    worker, auditor = await sign_in("worker"), await sign_in("auditor")
    await worker.get(f"/seniors/{town.seniors[0]}")
    page = (await auditor.get(f"/audit?action=person.viewed&person={town.seniors[0]}")).text
    assert "小王" in page and "person.viewed" in page and "赵秀兰" not in page
    assert "链条完整" in (await auditor.post("/audit/verify")).text
    async with database.session() as session:
        await session.execute(text("SET LOCAL session_replication_role = replica"))
        await session.execute(
            text("UPDATE audit_entries SET subject = 'x' WHERE id = (SELECT min(id) FROM audit_entries)")
        )
    assert "和封存时不一样" in (await auditor.post("/audit/verify")).text


async def test_a_persons_data_are_handed_out_and_erased(
    sign_in: SignIn, town: Town, database: Database
) -> None:
    boss = await sign_in("boss")
    senior = town.seniors[0]
    path = f"/audit/people/{senior}"
    async with database.session() as session:
        asked = OrderIn(
            senior_id=senior,
            offering_id=town.world.bath,
            starts_at=at(12, 9),
            remarks="后门进",
            idempotency_key="e",
        )
        order, _ = await orders.book(session, NOW, WORKER, asked)
    told = json.loads((await boss.post(f"{path}/export.json")).text)
    assert told["person"][0]["name"] == "赵秀兰" and told["orders"][0]["remarks"] == "后门进"
    assert told["phones"][0]["phone"] == "+8613900003331" and "name_key" not in told["person"][0]

    form = {"name": "赵秀兰", "reason": "本人要求"}
    assert (await boss.post(f"{path}/erase", form)).status_code == 409
    async with database.session() as session:
        await orders.cancel(session, NOW, WORKER, str(order.id), "搬走了")
    assert (await boss.post(f"{path}/erase", form | {"name": "别人"})).status_code == 422
    assert (await boss.post(f"{path}/erase", form)).status_code == 303

    async with database.session() as session:
        person = await session.get(Person, senior)
        kept = await session.get(Order, order.id)
        assert person is not None and person.name == "（已删除）" and person.address is None
        assert kept is not None and kept.remarks is kept.address is kept.contact_phone is kept.reason is None
        assert kept.service_type == "bath"
    everything = json.dumps(json.loads((await boss.post(f"{path}/export.json")).text), ensure_ascii=False)
    for words in ("赵秀兰", "3331", "后门", "5号楼", "搬走"):
        assert words not in everything, words
    worker = await sign_in("worker")
    assert (await worker.get(f"/seniors/{senior}")).status_code == 404


async def test_a_script_in_a_name_stays_text(sign_in: SignIn, town: Town) -> None:
    """Stored script: in the list, the search, the page, the booking form and the batch."""
    worker = await sign_in("worker")
    form = {
        "name": "<script>x()</script>"[:20],
        "street": "三眼桥街道",
        "community": "春晓社区",
        "address": '春晓社区5号楼"><img src=x onerror=x()>',
    }
    made = await worker.post("/seniors/new", form)
    assert made.status_code == 303
    person = made.headers["location"].rsplit("/", 1)[1]
    for path in ("/seniors", "/batches/new", f"/seniors/{person}", f"/book/{person}"):
        page = (await worker.get(path)).text
        assert "<script>x" not in page and "<img" not in page, path
        assert "&lt;script&gt;" in page, path
    elsewhere = await worker.post("/seniors/new", form | {"community": "秋实社区"})
    assert elsewhere.status_code == 422
