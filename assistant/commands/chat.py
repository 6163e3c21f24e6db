"""``yinling chat``: the desk in a terminal."""

from __future__ import annotations

import asyncio
import uuid
from datetime import UTC, datetime

from rich.console import Console

from assistant.client import Client, Refused, ServiceDown
from assistant.desk.schemas import Caller, Reply, TurnIn
from assistant.kit import tokens
from assistant.kit.crypto import Keyring
from assistant.settings import settings

HELP = "直接打字说话；数字键选答案，0 找工作人员；输入 /quit 退出。"


def chat(*, phone: str | None, url: str | None) -> int:
    """Talk until the end or ``/quit``. Returns the exit code."""
    config = settings()
    token = tokens.issue(Keyring.load_or_create(config.keys), "channel:terminal", datetime.now(UTC))
    return asyncio.run(_talk(Client(url or config.api_url, token), phone))


async def _talk(client: Client, phone: str | None) -> int:
    console = Console()
    conversation = uuid.uuid4().hex
    console.print(f"[dim]{HELP}[/]")
    if phone:
        console.print(f"[dim]您现在是演示老人（号码 {phone}，演示数据）。[/]")
    number, text = 0, None
    while True:
        turn = TurnIn(
            channel="terminal",
            conversation=conversation,
            turn_id=str(number),
            text=text,
            event="start" if text is None else None,
            caller=Caller(phone=phone),
        )
        try:
            reply = await client.turn(turn.model_copy(update=_keys(text)))
        except (Refused, ServiceDown) as error:
            console.print(f"[red]{error.message}[/]")
            if isinstance(error, ServiceDown):
                return 1
            reply = None
        if reply:
            _show(console, reply)
            if reply.end:
                return 0
        line = await _read(console)
        if line is None:
            return 0
        text, number = line, number + 1


def _keys(text: str | None) -> dict[str, str | None]:
    """A single digit is a key pressed."""
    return (
        {"digits": text, "text": None}
        if text and len(text) == 1 and text.isascii() and text.isdigit()
        else {}
    )


async def _read(console: Console) -> str | None:
    try:
        line = await asyncio.to_thread(console.input, "[bold cyan]您> [/]")
    except (EOFError, KeyboardInterrupt):
        return None
    return None if line.strip() in ("/quit", "/exit") else line


def _show(console: Console, reply: Reply) -> None:
    for message in reply.messages:
        console.print(f"[bold yellow]银铃>[/] {message.text}")
        for choice in message.choices:
            console.print(f"        [{choice.key}] {choice.title}", markup=False)
