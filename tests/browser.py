"""A real browser for tests: Debian's Chromium through Playwright, a server to open, axe to judge.

Import the fixtures where they are needed (``from tests.browser import browser, page  # noqa: F401``)
and mark the module ``pytestmark = IN_BROWSER``: one browser serves all tests of a session.
"""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
import pytest_asyncio
import uvicorn
from fastapi import FastAPI
from playwright.async_api import Browser, Page, async_playwright, expect

CHROMIUM: Final = Path("/usr/bin/chromium")
ARGUMENTS: Final = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE: Final = Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js"
PATIENCE_MS: Final = 20_000
"""Longest wait for something to appear; reached only when a test fails. A busy machine needs some seconds."""
START_S: Final = 20

IN_BROWSER: Final = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.skipif(not CHROMIUM.exists(), reason="no Chromium: apt-get install chromium"),
]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Chromium, started once."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser) -> AsyncIterator[Page]:
    """A page in a context of its own (no cookies); an error of a script in it fails the test."""
    context = await browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
    context.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    page = await context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    await context.close()
    assert not errors


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """The address of ``app``, served by uvicorn in a thread on a free port of the loopback."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=0)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + START_S
        while not server.started:
            if not thread.is_alive() or time.monotonic() > deadline:
                raise RuntimeError("the server did not start")
            thread.join(0.02)
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join(START_S)


async def violations(page: Page) -> list[dict[str, Any]]:
    """The serious and critical faults that axe finds on the page as it is now."""
    # Evaluated by the debugger, so that the page's own policy for scripts stays as strict as it is.
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    found = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        {"id": one["id"], "where": [node["target"] for node in one["nodes"]]}
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]


async def until(page: Page, expression: str) -> None:
    """Wait for a JavaScript expression to be true (``wait_for_function`` is stopped by a strict policy)."""
    async with asyncio.timeout(PATIENCE_MS / 1000):
        await page.evaluate(
            f"new Promise((done) => {{ const look = () => ({expression}) ? done() : setTimeout(look, 20); look(); }})"
        )


async def scrolls_sideways(page: Page) -> bool:
    """Whether anything is wider than the window."""
    wider: bool = await page.evaluate(
        "[document.documentElement, ...document.querySelectorAll('main, dialog[open]')]"
        ".some((each) => each.scrollWidth > each.clientWidth)"
    )
    return wider
