"""A senior books lunch through the page at ``/``, in a real browser against the whole stack."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Page, expect
from sqlalchemy import select

from assistant.evaluation.stack import Running
from assistant.kit.db import Database
from assistant.orders.models import Order
from tests.browser import IN_BROWSER
from tests.browser import browser as browser
from tests.browser import page as page

pytestmark = IN_BROWSER

SCREENSHOT = Path("var/screenshots/booked.png")
ANSWERS = {
    "叫什么": "演示三",
    "电话": "13900000003",
    "住在哪里": "三眼桥街道演示小区3栋303",
    "几份": "一份",
    "对吗": "对",
}
"""What a stranger answers to what the assistant asks."""


async def test_the_page_books_a_lunch(fresh: Running, page: Page) -> None:
    await page.goto(fresh.settings.api_url)
    said = page.locator("#log .theirs")
    await expect(said.first).to_be_visible()
    words = "我想订个明天的午饭"
    for _ in range(len(ANSWERS) + 1):
        count = await said.count()
        await page.locator("#say").fill(words)
        await page.locator("#say").press("Enter")
        await expect(said.nth(count)).to_be_visible()
        answered = await said.last.inner_text()
        if "订好了" in answered:
            break
        words = next(answer for asked, answer in ANSWERS.items() if asked in answered)
    SCREENSHOT.parent.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=SCREENSHOT)
    assert "订单号" in await said.last.inner_text()

    database = Database(fresh.database_url, pool_size=1)
    async with database.session() as session:
        newest = await session.scalar(select(Order).order_by(Order.created_at.desc()).limit(1))
    await database.close()
    assert newest is not None and newest.channel == "web" and newest.number in await said.last.inner_text()
