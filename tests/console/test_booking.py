"""Booking for others: one by a form, many by picking or by a sheet."""

from __future__ import annotations

import io
import re
import time
from typing import Any

from openpyxl import load_workbook
from sqlalchemy import func, select

from assistant.console import sheet
from assistant.console.models import Batch
from assistant.kit.db import Database
from assistant.orders.models import Order
from assistant.people import service as people
from tests.console.conftest import Browser, SignIn, Town, person
from tests.world import NOW, WORKER

PLACE = "春晓食堂"


def row(
    name: str, more: str = "", *, day: str = "2025-06-12", at: str = "11:00", place: str = PLACE
) -> list[Any]:
    return [name, more, "助餐", place, day, at, 1, "少盐"]


async def orders(database: Database) -> int:
    async with database.session() as session:
        return await session.scalar(select(func.count()).select_from(Order)) or 0


async def upload(browser: Browser, rows: list[list[Any]]) -> str:
    """Send a sheet; returns the path of its preview."""
    content = sheet.workbook("代预约", [sheet.COLUMNS, *rows])
    answer = await browser.post("/batches/sheet", files={"file": ("a.xlsx", content, sheet.XLSX)})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"]).removeprefix("/console")


async def test_thirty_lunches_four_of_them_wrong(sign_in: SignIn, town: Town, database: Database) -> None:
    """26 booked, 4 explained by row, in less than ten seconds of work (a busy machine takes longer)."""
    names = [f"老人{one}{two}" for one in "甲乙丙丁戊" for two in "子丑寅卯辰巳"][:26]
    async with database.session() as session:
        for number, name in enumerate(names):
            new = person(name, "春晓社区", number % 9 + 1, f"1390001{number:04d}")
            await people.create(session, NOW, WORKER, new)
    rows = [row(name) for name in names]
    rows[3:3] = [row("钱小芳"), row("赵秀兰")]
    rows += [row("何建国", day="2025-06-10"), row("何建国", at="20:00")]
    browser = await sign_in("worker")
    began = time.process_time()
    path = await upload(browser, rows)
    preview = await browser.get(path)
    assert "预览：26行可以预约，4行有问题" in preview.text
    assert await orders(database) == 0
    answer = await browser.post(f"{path}/book")
    assert answer.status_code == 303
    took = time.process_time() - began
    done = (await browser.get(path)).text
    assert "已预约26行，4行没有订上" in done
    assert await orders(database) == 26
    assert took < 10, took
    refused = done.split('class="refused"')[1].split("</table>")[0]
    told = {int(number): line for number, line in re.findall(r"<tr><td>(\d+)</td>(.*?)</tr>", refused, re.S)}
    assert set(told) == {5, 6, 30, 31}
    assert "没有找到“钱小芳”" in told[5]
    assert "有2位“赵秀兰”" in told[6] and "5号楼" in told[6] and "7号楼" in told[6]
    assert "已经过去了" in told[30]
    assert "不营业" in told[31]


async def test_a_batch_is_booked_once(sign_in: SignIn, town: Town, database: Database) -> None:
    browser = await sign_in("worker")
    path = await upload(browser, [row("赵秀兰", "5号楼"), row("赵秀兰", "13900003332"), row("何建国")])
    for _ in range(2):
        assert (await browser.post(f"{path}/book")).status_code == 303
    assert await orders(database) == 3


async def test_rows_that_take_each_others_place_or_repeat_are_told(
    sign_in: SignIn, town: Town, database: Database
) -> None:
    browser = await sign_in("worker")
    path = await upload(browser, [row("何建国"), row("何建国")])
    page = (await browser.get(path)).text
    assert "1行可以预约，1行有问题" in page and "当天已经约了助餐" in page


async def test_a_sheet_says_what_is_wrong_with_a_cell(sign_in: SignIn, town: Town) -> None:
    browser = await sign_in("worker")
    rows = [
        row("何建国", day="明天"),
        row("何建国", at="中午"),
        row("何建国", place="没有的食堂"),
        [*row("何建国")[:2], "按摩", PLACE, "2025-06-12", "11:00", 1, ""],
        [*row("何建国")[:6], "很多", ""],
        row("赵秀兰", "9号楼"),
    ]
    page = (await browser.get(await upload(browser, rows))).text
    for words in (
        "“明天”不是日期",
        "“中午”不是时间",
        "“没有的食堂”没有可以预约的助餐",
        "没有“按摩”这个服务项目",
        "“很多”不是份数",
        "楼号或电话对不上",
    ):
        assert words in page, words


async def test_what_is_no_sheet_is_refused(sign_in: SignIn, town: Town) -> None:
    browser = await sign_in("worker")
    for content in (b"", b"PK\x03\x04 broken", sheet.workbook("x", [["姓名"]])):
        answer = await browser.post("/batches/sheet", files={"file": ("a.xlsx", content, sheet.XLSX)})
        assert answer.status_code == 422, content[:9]


async def test_rows_of_a_batch_are_encrypted(sign_in: SignIn, town: Town, database: Database) -> None:
    browser = await sign_in("worker")
    await upload(browser, [row("何建国")])
    async with database.session() as session:
        raw = await session.scalar(select(func.encode(Batch.__table__.c.rows, "escape")))
    assert raw is not None and "何建国" not in str(raw)


async def test_picked_people(sign_in: SignIn, town: Town, database: Database) -> None:
    browser = await sign_in("worker")
    form = {
        "offering_id": str(town.world.meal),
        "day": "2025-06-12",
        "at": "11:00",
        "person": [str(one) for one in town.seniors],
    }
    answer = await browser.post("/batches/people", form)
    path = answer.headers["location"].removeprefix("/console")
    assert "预览：3行可以预约" in (await browser.get(path)).text
    await browser.post(f"{path}/book")
    assert await orders(database) == 3
    list_ = (await browser.get("/meals?day=2025-06-12")).text
    assert "春晓社区 5号楼" in list_ and list_.count("11:00 春晓食堂 1份") == 3
    book = load_workbook(io.BytesIO((await browser.get("/meals/week.xlsx?day=2025-06-12")).content))
    cells = [[cell.value for cell in line] for line in book.worksheets[0].iter_rows()]
    assert sum("11:00 春晓食堂 1份" in line for line in cells) == 3
    assert [line[6] for line in cells if line[1] == "合计"] == ["2", "1"]


async def test_the_form_books_once_and_offers_other_times(
    sign_in: SignIn, town: Town, database: Database
) -> None:
    browser = await sign_in("worker")
    path = f"/book/{town.seniors[0]}"
    key = re.search(r'name="key" value="([^"]+)"', (await browser.get(path)).text)
    assert key
    form = {"offering_id": str(town.world.bath), "day": "2025-06-12", "key": key[1], "quantity": "1"}
    slots = (await browser.post(f"{path}/slots", form)).text
    times = re.findall(r'<option value="([^"]+)">', slots)
    assert len(times) == 4
    form["starts_at"] = times[0]
    read_back = (await browser.post(f"{path}/preview", form)).text
    assert "上门助浴" in read_back and "6月12日（周四）09:00" in read_back and "春晓社区5号楼101" in read_back
    assert "价格没有登记" in read_back
    for _ in range(2):
        assert (await browser.post(path, form)).status_code == 303
    assert await orders(database) == 1
    for senior, status in ((town.seniors[1], 303), (town.seniors[2], 409)):
        again = form | {"key": str(senior)}
        last = await browser.post(f"/book/{senior}", again)
        assert last.status_code == status
    assert "还可以约" in last.text
