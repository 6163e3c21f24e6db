"""The chat page in a real browser: what a senior does, by mouse, by keyboard, on a small phone, offline."""

from __future__ import annotations

import json

import pytest
from fastapi import FastAPI, Response
from playwright.async_api import Page, Route, expect

from assistant.desk.schemas import Choice, Reply, TurnIn
from assistant.kit.db import Database
from assistant.kit.live import publish
from channels.web import sessions
from tests.browser import IN_BROWSER, scrolls_sideways, until, violations
from tests.channels.web import desk as script
from tests.channels.web.desk import ScriptedDesk

pytestmark = IN_BROWSER

GREETING = "您想办什么事？"


async def opened(page: Page, site: str) -> Page:
    await page.goto(site)
    await expect(page.locator("#log")).to_contain_text(GREETING)
    return page


async def write(page: Page, text: str) -> None:
    await page.locator("#say").fill(text)
    await page.get_by_role("button", name="发送").click()


async def book(page: Page) -> None:
    await write(page, "我想订饭")
    await page.locator(".choices button").first.click()
    await page.locator(".choices button", has_text="11点半").click()
    await expect(page.locator("#log")).to_contain_text("订好了")


async def test_a_booking_by_mouse(page: Page, site: str, desk: ScriptedDesk) -> None:
    await opened(page, site)
    await expect(page.locator("header")).to_contain_text("智能助手，不是真人")
    await page.get_by_role("button", name="订饭").click()
    place = page.locator(".card").first
    for fact in (
        "三眼桥社区居家养老服务站",
        "示例地址",
        "演示数据",
        "约410米",
        "12.5元一份",
        "2025年6月1日核对过",
    ):
        await expect(place).to_contain_text(fact)
    await expect(place.get_by_role("link", name="打电话")).to_have_attribute("href", "tel:07300000000")
    map_link = await place.get_by_role("link", name="在地图上看").get_attribute("href")
    assert map_link and map_link.startswith("geo:29.3571,113.1289")
    await page.locator(".choices button", has_text="是").first.click()
    await expect(page.locator(".choices .key")).to_have_text(["1", "2"])
    await write(page, "1")  # the key of a choice is as good as the choice
    order = page.locator(".card").last
    for fact in (
        "YL25061203",
        "6月12日 星期四 上午11:30",
        "周阿姨",
        "1份",
        "您付8.5元（补贴4元）",
        "等服务方接单",
    ):
        await expect(order).to_contain_text(fact)
    assert desk.said() == ["我想订饭", "是的", "十一点半"]
    await page.get_by_role("button", name="看大字").click()
    sheet = page.get_by_role("dialog", name="预约单")
    await expect(sheet).to_contain_text("YL25061203")
    await page.evaluate("window.print = () => { window.printed = true }")
    await sheet.get_by_role("button", name="打印").click()
    assert await page.evaluate("window.printed")
    await page.emulate_media(media="print")
    await expect(page.locator("main")).to_be_hidden()
    await expect(sheet).to_contain_text("三眼桥社区居家养老服务站")


async def test_a_booking_by_keyboard_alone(page: Page, site: str, desk: ScriptedDesk) -> None:
    await opened(page, site)
    await page.keyboard.press("Tab")
    await expect(page.locator(".skip")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("#say")).to_be_focused()
    await page.keyboard.type("我想订饭")
    await page.keyboard.press("Enter")
    await expect(page.locator(".choices")).to_be_visible()
    for answer in ("是", "11点半"):
        target = page.locator(".choices button", has_text=answer).first
        for _ in range(40):
            await page.keyboard.press("Shift+Tab")
            if await target.evaluate("(each) => each === document.activeElement"):
                break
        ring = await target.evaluate(
            "(each) => getComputedStyle(each).outlineStyle + getComputedStyle(each).outlineWidth"
        )
        assert ring == "solid4px"
        await page.keyboard.press("Enter")
        await expect(target).to_have_count(0)
        await expect(page.locator("#status")).to_have_text("")
    assert desk.said() == ["我想订饭", "是的", "十一点半"]
    # The newest reply has the focus: the next Tab reads on from there.
    await expect(page.locator(".entry").last).to_be_focused()


async def test_enter_of_an_input_method_does_not_send(page: Page, site: str, desk: ScriptedDesk) -> None:
    await opened(page, site)
    await page.locator("#say").fill("woxiang")
    await page.evaluate(
        "document.getElementById('say').dispatchEvent("
        "new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true, cancelable: true}))"
    )
    assert await page.locator("#say").input_value() == "woxiang"
    await page.keyboard.press("Shift+Enter")
    await page.locator("#say").press("Enter")
    await expect(page.locator(".mine")).to_contain_text("woxiang")
    await expect(page.locator(".theirs")).to_have_count(2)
    assert len(desk.said()) == 1


@pytest.mark.parametrize("size", ["standard", "largest"])
@pytest.mark.parametrize(("width", "height"), [(1366, 768), (683, 384), (390, 844), (320, 568)])
async def test_every_state_fits_and_is_accessible(
    page: Page, site: str, width: int, height: int, size: str
) -> None:
    """683 × 384 is a 1366 × 768 screen at 200 %."""
    await page.set_viewport_size({"width": width, "height": height})
    await page.add_init_script(f"localStorage.setItem('yinling.size', '{size}')")
    await opened(page, site)

    async def fits() -> None:
        assert not await scrolls_sideways(page)
        assert await violations(page) == []

    await fits()
    await book(page)
    await fits()
    await page.get_by_role("button", name="看大字").click()
    await fits()
    await page.locator("#order-close").click()
    await page.locator("#sos").click()
    await fits()
    await page.locator("#sos-yes").click()
    await expect(page.locator("#alarm")).to_contain_text("求助已经发出")
    await fits()


async def test_type_lines_and_targets_are_large(page: Page, site: str) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    await opened(page, site)
    await book(page)
    await page.get_by_role("button", name="字号、朗读").click()
    for name, pixels in (("标准字", 20), ("大字", 24), ("特大字", 30)):
        await page.get_by_role("button", name=name, exact=True).click()
        found: dict[str, float] = await page.evaluate(
            """() => {
              const seen = [...document.querySelectorAll('body *')].filter((each) => each.offsetParent);
              const words = seen.filter((each) => [...each.childNodes].some((n) => n.nodeType === 3 && n.data.trim()));
              const pressed = seen.filter((each) => each.matches('button, a:not(.skip), textarea'));
              return {
                text: parseFloat(getComputedStyle(document.querySelector('.theirs .text')).fontSize),
                smallest: Math.min(...words.map((each) => parseFloat(getComputedStyle(each).fontSize))),
                line: parseFloat(getComputedStyle(document.querySelector('.text')).lineHeight),
                target: Math.min(...pressed.map((each) => Math.min(each.offsetWidth, each.offsetHeight))),
              };
            }"""
        )
        assert found["text"] == pixels
        assert found["smallest"] >= 18
        assert found["line"] / found["text"] >= 1.5
        assert found["target"] >= 60
    await page.reload()
    assert await page.evaluate("document.documentElement.dataset.size") == "largest"


async def test_nothing_is_lost_when_the_line_is_cut(page: Page, site: str, desk: ScriptedDesk) -> None:
    await opened(page, site)
    await page.context.set_offline(True)
    await write(page, "我想订饭")
    mine = page.locator(".mine")
    await expect(mine).to_contain_text("网络好像断了")
    await page.locator("#say").fill("还没写完")
    await page.context.set_offline(False)
    await page.reload()
    await expect(mine).to_contain_text("我想订饭")
    assert await page.locator("#say").input_value() == "还没写完"
    await mine.get_by_role("button", name="再发一次").click()
    await expect(page.locator(".card")).to_be_visible()
    await expect(mine.get_by_role("button")).to_have_count(0)
    assert desk.said() == ["我想订饭"]


async def test_a_reply_that_got_lost_is_fetched_again_not_done_again(
    page: Page, site: str, desk: ScriptedDesk
) -> None:
    await opened(page, site)
    desk.fault = lambda turn: Response("<h1>502</h1>", 502)
    await write(page, "我想订饭")
    await expect(page.locator(".mine")).to_contain_text("系统出了点问题")
    desk.fault = lambda turn: None
    await page.get_by_role("button", name="再发一次").click()
    await expect(page.locator(".card")).to_be_visible()
    first, second = (turn for turn in desk.turns if turn.event != "start")
    assert first.turn_id == second.turn_id
    assert len(desk.replies) == 2  # the greeting and one turn


async def test_a_greeting_that_fails_can_be_asked_for_again(
    page: Page, site: str, desk: ScriptedDesk
) -> None:
    desk.fault = lambda turn: Response("", 503)
    again = page.get_by_role("button", name="再试一次")
    async with page.expect_response(lambda answer: answer.status == 503):
        await page.goto(site)
    # Only an answer that comes after the first failure is on the page is that to the second asking.
    await expect(again).to_be_visible()
    async with page.expect_response(lambda answer: answer.status == 503):
        await again.click()
    desk.fault = lambda turn: None
    await again.click()
    await expect(page.locator("#log")).to_contain_text(GREETING)


async def test_the_conversation_outlives_a_reload_and_an_old_cookie(
    page: Page, site: str, desk: ScriptedDesk
) -> None:
    await opened(page, site)
    await book(page)
    await page.reload()
    await expect(page.locator(".entry")).to_have_count(7)
    assert [turn.event for turn in desk.turns].count("start") == 1
    await page.context.clear_cookies()
    await write(page, "您好")
    await expect(page.locator("#log")).to_contain_text("您说的是：您好")
    [cookie] = await page.context.cookies()
    assert (cookie.get("name"), cookie.get("httpOnly")) == (sessions.COOKIE, True)
    assert cookie.get("sameSite") == "Lax"


async def test_clearing_leaves_nothing_behind(page: Page, site: str, desk: ScriptedDesk) -> None:
    await opened(page, site)
    await write(page, "我叫张秀英")
    await expect(page.locator(".theirs")).to_have_count(2)
    await page.get_by_role("button", name="清除记录").click()
    await page.get_by_role("button", name="不清除").click()
    await expect(page.locator(".theirs")).to_have_count(2)
    await page.get_by_role("button", name="清除记录").click()
    await page.get_by_role("button", name="清除，重新开始").click()
    await expect(page.locator(".entry")).to_have_count(1)
    assert "张秀英" not in await page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])")
    assert desk.turns[-1].conversation != desk.turns[0].conversation


async def test_what_looks_like_a_script_is_shown_as_text(
    page: Page, site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    attack = "<img src=x onerror=\"document.title='坏了'\"><script>document.title='坏了'</script>"
    card = {"kind": "place", "place": {"name": attack, "phone": "javascript:alert(1)", "address": attack}}
    choice = Choice(title=attack, value="x", key="1")
    reply = Reply(messages=[script.message(attack, card=card, choices=[choice])])
    monkeypatch.setitem(script.SCRIPT, attack, reply)
    await opened(page, site)
    await write(page, attack)
    await expect(page.locator(".mine .text")).to_have_text(attack)
    for shown in (".theirs .text", ".card h3", ".choices button"):
        await expect(page.locator(shown).last).to_contain_text(attack)
    assert await page.locator("#log img, #log script").count() == 0
    assert await page.locator(".card a").first.get_attribute("href") == "tel:1"
    assert await page.title() == "银铃 · 养老服务助手"


@pytest.mark.parametrize("size", ["standard", "largest"])
async def test_a_person_is_one_press_away(page: Page, site: str, desk: ScriptedDesk, size: str) -> None:
    await page.set_viewport_size({"width": 320, "height": 568})
    await page.add_init_script(f"localStorage.setItem('yinling.size', '{size}')")
    await opened(page, site)
    await book(page)
    await expect(page.locator("#person")).to_be_in_viewport(ratio=1)
    await expect(page.locator("#sos")).to_be_in_viewport(ratio=1)
    await page.locator("#person").click()
    await expect(page.locator(".card").last).to_contain_text("GD25061101")
    assert desk.said()[-1] == "转人工"


async def test_the_call_for_help_asks_once(page: Page, site: str, desk: ScriptedDesk) -> None:
    await opened(page, site)
    await page.locator("#sos").click()
    dialog = page.get_by_role("dialog", name="紧急求助")
    links = dialog.get_by_role("link")
    assert [await each.get_attribute("href") for each in await links.all()] == [
        "tel:120",
        "tel:110",
        "tel:119",
    ]
    await dialog.get_by_role("button", name="按错了").click()
    assert desk.said() == []
    await page.locator("#sos").click()
    await dialog.get_by_role("button", name="是，马上通知").click()
    await expect(page.locator("#alarm")).to_contain_text("求助已经发出")
    await expect(page.locator("#alarm a")).to_have_count(3)
    await expect(page.locator(".theirs .urgent")).to_have_attribute("href", "tel:120")
    assert desk.said() == ["sos"]


async def test_a_call_for_help_that_fails_says_so(page: Page, site: str, desk: ScriptedDesk) -> None:
    await opened(page, site)
    await page.context.set_offline(True)
    await page.locator("#sos").click()
    await page.locator("#sos-yes").click()
    await expect(page.locator("#alarm")).to_contain_text("没有发出去")
    await expect(page.locator("#alarm a").first).to_have_attribute("href", "tel:120")


async def test_the_place_is_sent_only_when_asked_and_no_finer_than_needed(
    page: Page, site: str, desk: ScriptedDesk
) -> None:
    await page.context.grant_permissions(["geolocation"])
    await page.context.set_geolocation({"latitude": 29.35714999, "longitude": 113.12891111})
    await opened(page, site)
    assert all(turn.location is None for turn in desk.turns)
    await page.locator("#locate").click()
    await expect(page.locator(".card")).to_be_visible()
    where = desk.turns[-1].location
    assert where is not None and (where.lat, where.lng) == (29.3571, 113.1289)


async def test_without_leave_the_place_is_asked_for_in_words(
    page: Page, site: str, desk: ScriptedDesk
) -> None:
    await opened(page, site)
    await page.locator("#locate").click()
    await expect(page.locator("#status")).to_contain_text("哪个小区")
    assert desk.said() == []


SILENT_BROWSER = "speechSynthesis.getVoices = () => []"
SPEAKING_BROWSER = """
window.read = [];
speechSynthesis.getVoices = () => [
  {lang: 'zh-CN', localService: false, name: 'far'}, {lang: 'zh-CN', localService: true, name: 'near'}];
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
speechSynthesis.speak = (said) => {
  window.read.push(`${said.voice.name}:${said.text}`); setTimeout(() => said.onend(), 0); };
"""


async def test_the_browser_reads_with_a_voice_of_its_own(page: Page, site: str) -> None:
    await page.add_init_script(SPEAKING_BROWSER)
    await opened(page, site)
    assert await page.evaluate("window.read") == []
    await page.get_by_role("button", name="自动朗读").click()
    await expect(page.get_by_role("button", name="自动朗读：开")).to_have_attribute("aria-pressed", "true")
    await write(page, "我想订饭")
    await until(page, "window.read.length === 2")
    heard = await page.evaluate("window.read")
    assert heard == ["near:离您最近的是三眼桥社区居家养老服务站。", "near:要不要我帮您订一份？"]
    await page.get_by_role("button", name="朗读", exact=True).first.click()
    await until(page, "window.read.length === 3")


async def test_else_the_service_reads_or_says_that_it_cannot(page: Page, site: str) -> None:
    asked: list[str] = []

    async def no_voice(route: Route) -> None:
        asked.append(route.request.url)
        await route.fulfill(status=503, body=json.dumps({"code": "no_voice"}))

    await page.route("**/chat/speech?*", no_voice)
    await page.add_init_script(SILENT_BROWSER)
    await opened(page, site)
    await page.get_by_role("button", name="朗读", exact=True).click()
    await expect(page.locator("#status")).to_contain_text("现在不能朗读")
    assert asked[0].endswith("/chat/speech?turn=start&n=0")


async def told(server_url: str, conversation: str) -> None:
    """What the desk does beside keeping the words: tell who is connected."""
    database = Database(server_url)
    async with database.session() as session:
        await publish(session, f"words:web:{conversation}", {})
    await database.close()


async def test_a_worker_is_heard_in_the_same_conversation(
    page: Page, site: str, desk: ScriptedDesk, server_url: str
) -> None:
    await page.add_init_script(
        "const Plain = EventSource; window.EventSource = class extends Plain {"
        " constructor(...all) { super(...all); this.addEventListener('open', () => { window.listening = true; }); } }"
    )
    await opened(page, site)
    await until(page, "window.listening")
    for conversation in ("web-somebody-else", desk.turns[0].conversation):
        desk.operator(conversation, f"周阿姨您好，我是小李。{len(conversation)}")
        await told(server_url, conversation)
    said = page.locator(".operator")
    await expect(said).to_have_count(1)
    await expect(said).to_contain_text("工作人员 小李")
    await expect(said).to_contain_text("周阿姨您好")


async def test_what_a_worker_said_while_the_page_was_away_is_told_once(
    page: Page, site: str, desk: ScriptedDesk
) -> None:
    await opened(page, site)
    desk.operator(conversation := desk.turns[0].conversation, "第一句")
    await page.goto("about:blank")
    desk.operator(conversation, "第二句")
    for times in (1, 2):
        desk.operator(conversation, f"回来{times}次")
        await page.goto(site)
        await expect(page.locator("#log")).to_contain_text(f"回来{times}次")
        texts = await page.locator(".operator .text").all_inner_texts()
        assert texts == ["第一句", "第二句", "回来1次", "回来2次"][: 2 + times]
        await page.goto("about:blank")


async def test_while_a_worker_speaks_the_assistant_shows_nothing(
    page: Page, site: str, desk: ScriptedDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(script.SCRIPT, "我等着", Reply(messages=[], expects="none"))
    await opened(page, site)
    await write(page, "我等着")
    await expect(page.locator(".mine")).to_contain_text("我等着")
    await expect(page.locator("#status")).to_be_empty()
    await expect(page.locator(".theirs")).to_have_count(1)  # the greeting
    # What the service calls a conversation is nothing to read.
    assert desk.turns[0].conversation not in await page.content()


async def test_too_many_is_told_in_the_page_and_kept(page: Page, site: str, web: FastAPI) -> None:
    await opened(page, site)
    for number in range(9):
        await write(page, f"第{number}句")
        await expect(page.locator("#log")).to_contain_text(f"您说的是：第{number}句")
    await write(page, "还有一句")
    await expect(page.locator(".unsent")).to_contain_text("您发得太快了")
    await expect(page.locator(".unsent")).to_contain_text("还有一句")


async def test_the_policy_holds_in_the_browser(page: Page, site: str) -> None:
    blocked: list[str] = []
    page.on(
        "console", lambda line: blocked.append(line.text) if "Content Security Policy" in line.text else None
    )
    await opened(page, site)
    await book(page)
    assert blocked == []  # the page itself needs nothing that its policy forbids
    async with page.expect_console_message(lambda line: "Content Security Policy" in line.text):
        await page.evaluate(
            "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.hit = 1\">')"
        )
    assert await page.evaluate("window.hit") is None


async def test_the_city_of_the_page_goes_with_every_turn(page: Page, site: str, desk: ScriptedDesk) -> None:
    await page.goto(f"{site}/?city=yuxi")
    await write(page, "我想订饭")
    await expect(page.locator(".card")).to_be_visible()
    carried: list[TurnIn] = desk.turns
    assert {turn.city for turn in carried} == {"yuxi"}
