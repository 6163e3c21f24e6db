"""``yinling up``: everything started, addresses printed, Ctrl-C stops all."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from pathlib import Path
from types import FrameType

from rich.console import Console

from assistant import schema, training
from assistant.kit import crypto
from assistant.kit.clock import SystemClock
from assistant.kit.db import Database
from assistant.processes import NotStarted, Stack, settings_with_free_ports
from assistant.seeds import DEMO_PHONE, load
from assistant.settings import Settings, settings
from speech.models import ModelError, ModelStore

WATCH_S = 0.25
"""How often the parent looks whether its children live."""


class Stopped(Exception):
    """SIGTERM or SIGINT came."""


def up(*, chat: bool) -> int:
    """Start everything; with ``chat`` and a terminal end at a prompt. Returns the exit code."""
    console = Console()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    config = settings_with_free_ports(settings())
    stack = Stack(config, lambda line: console.print(f"  [green]✓[/] {line}"))
    started = time.monotonic()
    try:
        with console.status("正在启动……"):
            url, model = _prepare(stack)
            stack.start(url, model)
        _announce(console, stack, time.monotonic() - started)
        if chat and sys.stdin.isatty():
            from assistant.commands.chat import chat as talk

            return talk(phone=DEMO_PHONE, url=config.api_url)
        while True:
            time.sleep(WATCH_S)
            _watch(stack)
    except (Stopped, KeyboardInterrupt):
        return 0
    except RuntimeError as error:
        console.print(f"[red]没有启动成功：[/]{error}")
        return 1
    finally:
        console.print("正在停止……")
        stack.stop()


def _prepare(stack: Stack) -> tuple[str, Path]:
    """The database with its tables and catalogue, and the trained model."""
    url = stack.database()
    stack.progress("数据库已就绪")
    schema.migrate(url)
    crypto.use(stack.keyring)
    asyncio.run(_load(url))
    stack.progress("服务目录已载入")
    model = stack.settings.rasa_model or training.model()
    stack.progress("语言模型已就绪")
    return url, model


async def _load(url: str) -> None:
    database = Database(url, pool_size=1)
    try:
        async with database.session() as session:
            await load(session, SystemClock().now())
    finally:
        await database.close()


def _announce(console: Console, stack: Stack, took_s: float) -> None:
    config = stack.settings
    console.print(f"\n[bold]银铃已启动[/]（{took_s:.0f} 秒）")
    console.print(f"  网页对话    {config.api_url}/")
    console.print(f"  接口文档    {config.api_url}/docs")
    console.print("  终端对话    ./yinling chat")
    if stack.sip_address:
        console.print(f"  电话        {stack.sip_address}（软电话直接拨，或 ./yinling call 声音.wav）")
        if _trial_model(config):
            console.print("  [yellow]语音模型仅供试用[/]：听真人说话还不可靠，换正式模型见 ./yinling models")
    if not config.telegram_token:
        console.print("  Telegram    未启用：没有设置 TELEGRAM_TOKEN（见 README）")
    console.print("  停止        Ctrl-C\n")


def _trial_model(config: Settings) -> bool:
    try:
        return ModelStore(config.home / "models").current().trial_only
    except ModelError:
        return False


def _stop(number: int, frame: FrameType | None) -> None:
    raise Stopped


def _watch(stack: Stack) -> None:
    for process in stack.processes:
        if process.restarts:
            process.revive()
        elif process.vital and process.child is not None and process.child.poll() is not None:
            raise NotStarted(f"{process.name} 意外停止，日志在 {process.log}")
