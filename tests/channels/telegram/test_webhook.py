"""Updates by webhook: with Telegram's secret and only with it."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from pydantic import ValidationError

from assistant.client import Client
from channels.telegram.settings import Settings
from tests.channels.telegram.bot_api import BotApi
from tests.channels.telegram.conftest import Desk, running
from tests.channels.telegram.updates import text


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


async def test_updates_come_in_with_the_secret_only(telegram: BotApi, client: Client, desk: Desk) -> None:
    port = free_port()
    webhook: dict[str, Any] = {
        "webhook_url": f"http://127.0.0.1:{port}/telegram",
        "webhook_port": port,
        "webhook_secret": "s3cret",
    }
    telegram.twice = True
    async with running(telegram, client, **webhook):
        assert telegram.webhook is not None and telegram.webhook["secret_token"] == "s3cret"  # noqa: S105
        assert telegram.webhook["allowed_updates"] == ["message", "edited_message", "callback_query"]
        for secret in ("", "wrong"):
            answer = await telegram.post_webhook({"update_id": 99, **text("强行进来")}, secret=secret)
            assert answer.status_code == 403
        await telegram.push(text("你好"))
        await telegram.until_sent(1)
        await telegram.push(text("再来一句"))
        await telegram.until_sent(2)
    assert [turn.text for turn in desk.turns] == ["你好", "再来一句"]
    assert telegram.texts() == ["收到：你好", "收到：再来一句"]


def test_a_webhook_without_a_secret_is_refused() -> None:
    with pytest.raises(ValidationError, match="SECRET"):
        Settings(webhook_url="https://example.org/telegram")
