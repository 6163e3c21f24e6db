"""The console in a real browser: the main flows, by mouse and by keyboard, large and small, and axe."""

from __future__ import annotations

import os
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pyotp
import pytest
import pytest_asyncio
from fastapi import FastAPI
from playwright.async_api import Locator, Page, expect
from sqlalchemy import select, text

from assistant.app import furnish
from assistant.calls.models import Call
from assistant.console import sheet
from assistant.desk.models import Conversation
from assistant.desk.schemas import Reply, TurnIn
from assistant.kit import crypto, tokens
from assistant.kit.actor import Actor
from assistant.kit.clock import SettableClock
from assistant.kit.crypto import Keyring
from assistant.kit.db import Database
from assistant.settings import Settings
from tests import arrange
from tests.browser import IN_BROWSER, PATIENCE_MS, browser, page, scrolls_sideways, served, violations
from tests.conftest import NOW, empty
from tests.console.conftest import PASSWORD, Town, make_town
from tests.world import NOW as MOMENT

__all__ = ["browser", "page"]
pytestmark = IN_BROWSER

SHOTS = os.environ.get("YINLING_SCREENSHOTS")
"""Folder for screenshots to look at; none are taken without."""


@dataclass
class Site:
    """A running console with its database."""

    url: str
    town: Town
    database: Database
    clock: SettableClock


@pytest_asyncio.fixture(loop_scope="session")
async def site(
    routes: FastAPI, database_url: str, keyring: Keyring, settings: Settings
) -> AsyncIterator[Site]:
    database = Database(database_url)
    town = await make_town(database)
    clock = SettableClock(NOW)
    furnish(routes, settings, database_url, clock)
    with served(routes) as url:
        yield Site(url, town, database, clock)
    await empty(database)
    await database.close()


async def enter(page: Page, site: Site, name: str) -> None:
    """Sign in as a person does."""
    await page.goto(f"{site.url}/console/")
    await page.get_by_label("用户名").fill(name)
    await page.get_by_label("密码").fill(PASSWORD)
    await page.get_by_label("动态码").fill(pyotp.TOTP(site.town.secrets[name]).at(site.clock.now()))
    await go(page.get_by_role("button", name="登录"))
    await expect(page.get_by_role("button", name="退出")).to_be_visible()


async def go(there: Locator) -> None:
    """Click what leads to another page, and wait until that page's scripts have run: what is done before is
    done to a page that does not listen yet."""
    async with there.page.expect_navigation(wait_until="load"):
        await there.click()


async def look(page: Page, name: str, *, axe: bool = True) -> None:
    """Nothing seriously wrong for axe, nothing wider than the window; a picture to look at."""
    if SHOTS:
        await page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)
    assert not axe or await violations(page) == [], name
    assert not await scrolls_sideways(page), name


async def alarm(site: Site) -> None:
    caller = {"caller_phone": None, "conversation": "web-9", "actor": Actor(kind="unknown", channel="web")}
    await arrange.fall(site.database, MOMENT, person_id=site.town.seniors[0], **caller)


async def test_finding_and_booking(page: Page, site: Site) -> None:
    await look_signed_out(page, site)
    await enter(page, site, "worker")
    await go(page.get_by_role("link", name="老人", exact=True))
    await page.get_by_label("找老人").fill("zxl")
    await expect(page.get_by_text("找到2位")).to_be_visible()
    await expect(page.locator("#found").get_by_text("同名", exact=True)).to_have_count(2)
    await look(page, "seniors")
    await go(page.locator("#found tr", has_text="5号楼").get_by_role("link", name="赵秀兰", exact=True))
    await expect(page.get_by_role("heading", name="谁可以代办")).to_be_visible()
    await look(page, "senior")
    await go(page.get_by_role("link", name="代预约"))
    await page.get_by_label("服务").select_option(label="助浴·上门助浴　春晓食堂（演示）　价格没有登记")
    await page.get_by_label("时间").select_option(index=1)
    await page.get_by_role("button", name="核对").click()
    await expect(page.get_by_text("6月12日（周四）11:00")).to_be_visible()
    await look(page, "booking")
    await page.get_by_role("button", name="确认预约").click()
    await expect(page.get_by_role("heading", name="订单 YL")).to_be_visible()
    await look(page, "order")
    await page.get_by_label("取消原因").fill("改天再约")
    await page.get_by_role("button", name="取消订单").click()
    await expect(page.get_by_text("已取消")).to_be_visible()


async def look_signed_out(page: Page, site: Site) -> None:
    await page.goto(f"{site.url}/console/")
    await look(page, "sign-in")


async def test_a_sheet_by_keyboard_alone(page: Page, site: Site, tmp_path: Path) -> None:
    """Everything is reached by Tab and Enter; the focus is always seen."""
    file = tmp_path / "a.xlsx"
    rows = [
        ["何建国", "", "助餐", "春晓食堂", "2025-06-12", "11:00", 1, "少盐"],
        ["没有此人", "", "助餐", "春晓食堂", "2025-06-12", "11:00", 1, ""],
    ]
    file.write_bytes(sheet.workbook("代预约", [sheet.COLUMNS, *rows]))
    await enter(page, site, "worker")
    await press_until(page, "批量预约")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="批量预约")).to_be_visible()
    await look(page, "batch-new")
    await page.get_by_label("Excel 文件").set_input_files(file)
    await press_until(page, "上传预览")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="预览：1行可以预约，1行有问题")).to_be_visible()
    await look(page, "batch-preview")
    await press_until(page, "预约这1行")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="已预约1行")).to_be_visible()
    await page.goto(f"{site.url}/console/meals?day=2025-06-12")
    await look(page, "meals")


async def press_until(page: Page, words: str) -> None:
    """Tab to what has these words; fails when it is never reached or its focus cannot be seen."""
    for _ in range(80):
        await page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if await focused.count() and words == (await focused.inner_text()).strip():
            outline = await focused.evaluate("(one) => getComputedStyle(one).outlineStyle")
            assert outline != "none"
            return
    raise AssertionError(f"{words} cannot be reached")


async def test_an_alarm_appears_by_itself_and_is_worked_off(page: Page, site: Site) -> None:
    await enter(page, site, "operator")
    await expect(page.get_by_text("实时更新中")).to_be_visible()
    await page.get_by_role("button", name="打开提示音").click()
    await expect(page.get_by_role("button", name="提示音已打开")).to_be_visible()
    await alarm(site)
    await expect(page.get_by_text("有1个紧急求助还没人受理")).to_be_visible()
    await expect(page.get_by_text("我摔倒了起不来")).to_be_visible()
    await look(page, "queues")
    await page.locator("#queue-emergencies").get_by_role("button", name="受理").click()
    await expect(page.get_by_text("受理", exact=False).first).to_be_visible()
    await look(page, "emergency")
    await page.get_by_label("处理结果").fill("社区已上门，老人没事")
    await page.get_by_role("button", name="办结").click()
    await expect(page.get_by_text("已办结")).to_be_visible()
    await expect(page.get_by_text("还没人受理")).to_have_count(0)


async def test_taking_over_a_chat(page: Page, site: Site) -> None:
    """What the caller types appears; what is typed here is kept."""
    await say(site, "1", "我要找工作人员")
    await enter(page, site, "operator")
    await page.locator("#queue-handoffs").get_by_role("link").first.click()
    await page.get_by_role("link", name="看整段对话，可以接管").click()
    await go(page.get_by_role("button", name="接管对话"))
    await expect(page.get_by_text("人工在说")).to_be_visible()
    await say(site, "2", "明天的饭能改时间吗")
    await expect(page.get_by_text("明天的饭能改时间吗")).to_be_visible()
    await page.get_by_label("对来电人说").fill("您好，我是小李")
    await page.get_by_role("button", name="发送").first.click()
    await expect(page.locator(".line.operator")).to_contain_text("您好，我是小李")
    await look(page, "taken-over")
    await page.get_by_role("button", name="交还给银铃").click()
    await expect(page.get_by_text("银铃在说")).to_be_visible()


async def say(site: Site, turn_id: str, words: str) -> Reply:
    """The caller types, through the API that the chat page uses."""
    token = tokens.issue(crypto.keyring(), "channel:web", site.clock.now())
    turn = TurnIn(channel="web", conversation="web-live", turn_id=turn_id, text=words)
    async with httpx.AsyncClient(
        headers={"authorization": f"Bearer {token}"}, timeout=PATIENCE_MS / 1000
    ) as http:
        answer = await http.post(f"{site.url}/desk/turns", json=turn.model_dump(mode="json"))
    return Reply.model_validate(answer.json())


async def ring(site: Site) -> tuple[uuid.UUID, uuid.UUID]:
    """A call that runs, and what was said in it; ids of call and conversation."""
    token = tokens.issue(crypto.keyring(), "channel:phone", site.clock.now())
    headers = {"authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=site.url, headers=headers, timeout=PATIENCE_MS / 1000) as http:
        begin = {"conversation": "call-1", "carrier": "sip", "caller": "13900003331"}
        await http.post("/v1/calls", json=begin)
        turn = {"channel": "phone", "conversation": "call-1", "caller": {"phone": "13900003331"}}
        await http.post("/desk/turns", json={**turn, "turn_id": "1", "text": "我想找个人说说送餐的事"})
        await http.post("/desk/turns", json={**turn, "turn_id": "2", "text": "转人工"})
        for number, heard in enumerate(("我想找个人说说送餐的事", "转人工")):
            entry = {
                "number": number,
                "heard": heard,
                "confidence": 0.8,
                "alternatives": ["我想找个人说说送餐的字"],
                "said": "好的，我马上给您转工作人员，您说过的我都告诉他，请稍等。",
                "interrupted": number == 1,
                "timings": {"endpoint": 310, "final_result": 80, "desk": 42, "first_audio": 120},
            }
            await http.post("/v1/calls/call-1/entries", json=entry)
    async with site.database.session() as session:
        call = await session.scalar(select(Call.id))
        talk = await session.scalar(select(Conversation.id).where(Conversation.channel == "phone"))
    assert call and talk
    return call, talk


async def test_taking_over_a_call(page: Page, site: Site) -> None:
    """It appears by itself, with what is being said; then a worker speaks in it and puts it through."""
    await enter(page, site, "operator")
    await expect(page.get_by_text("现在没有电话")).to_be_visible()
    await ring(site)
    await expect(page.get_by_text("来电人：转人工")).to_be_visible()
    await look(page, "running-call")
    await go(page.get_by_role("link", name="看对话、接管"))
    await go(page.get_by_role("button", name="接管对话"))
    await page.get_by_label("对来电人说（会念出来）").fill("您好，我是小李")
    await page.get_by_role("button", name="发送").first.click()
    await expect(page.locator(".line.operator")).to_contain_text("工作人员小李")
    await page.get_by_role("button", name="转接到接线员电话").click()
    await expect(page.get_by_role("heading", name="电话对话")).to_be_visible()


async def test_the_assistant_answers_in_the_pane(page: Page, site: Site) -> None:
    await enter(page, site, "worker")
    await page.get_by_text("让银铃代办").click()
    await page.get_by_label("对银铃说").fill("为5号楼赵秀兰预约周二上午助浴")
    await page.keyboard.press("Enter")
    await expect(page.locator("#chat .line.assistant").first).to_be_visible()
    await expect(page.get_by_label("对银铃说")).to_have_value("")
    await look(page, "pane")


PAGES = (
    "/queues",
    "/seniors",
    "/seniors/new",
    "/batches/new",
    "/meals",
    "/catalogue",
    "/catalogue/providers",
    "/catalogue/import",
    "/benefits",
    "/figures?month=2025-06",
    "/audit",
)


@pytest.mark.parametrize(("width", "name"), [(1366, "office"), (683, "zoomed"), (320, "phone")])
async def test_every_page_at_every_width(page: Page, site: Site, width: int, name: str) -> None:
    """1366 px, the same at 200 % zoom (683 px), and 320 px: readable without scrolling sideways."""
    await enter(page, site, "boss")
    await alarm(site)
    await page.set_viewport_size({"width": width, "height": 768})
    async with site.database.session() as session:
        ticket = (await session.execute(text("SELECT id FROM tickets"))).scalar_one()
        place = (await session.execute(text("SELECT id FROM places ORDER BY name LIMIT 1"))).scalar_one()
    call, talk = await ring(site)
    named = (
        f"/queues/tickets/{ticket}",
        f"/calls/{call}",
        f"/conversations/{talk}",
        f"/catalogue/places/{place}",
        f"/seniors/{site.town.seniors[0]}",
        f"/book/{site.town.seniors[0]}",
        f"/audit/people/{site.town.seniors[0]}",
    )
    for path in (*PAGES, *named):
        await page.goto(f"{site.url}/console{path}")
        await expect(page.locator("h1")).to_be_visible()
        # The same elements in the same colours: axe looks at one width, the flows above at the other.
        shot = f"{name}-{path.strip('/').split('?')[0].replace('/', '-')[:24]}"
        await look(page, shot, axe=name == "phone")
