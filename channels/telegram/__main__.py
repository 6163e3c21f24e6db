"""``python -m channels.telegram``: the bot and the sender of notices, until told to stop."""

from __future__ import annotations

import asyncio
import signal
import sys

from telegram.error import InvalidToken

from assistant.client import Client
from assistant.kit.logging import configure_channel
from channels.telegram.app import FAILED, build, running
from channels.telegram.context import App
from channels.telegram.ears import ears
from channels.telegram.settings import Settings

WITHOUT_BOT = "Telegram：没有设置 TELEGRAM_TOKEN，这个渠道不启动，其他都照常。怎样申请见 docs/telegram.md。"
NOT_KNOWN = "Telegram：TELEGRAM_TOKEN 不对，Telegram 不认。请核对，怎样申请见 docs/telegram.md。"
WITHOUT_API = "Telegram：没有设置 YINLING_API_TOKEN，连不上系统，请用 yinling up 启动。"


def main() -> int:
    """Run the channel; 0 also when there is no token, since nothing is broken then."""
    settings = Settings()
    if not settings.token:
        sys.stdout.write(WITHOUT_BOT + "\n")
        return 0
    if not settings.api_token:
        sys.stderr.write(WITHOUT_API + "\n")
        return 1
    # Their lines hold the bot's token (in the address) and what people write.
    configure_channel(settings.log_level, ("telegram", "telegram.ext", "apscheduler", "tornado"))
    hearing = ears(settings.home) if settings.voice else None
    app = build(settings, Client(settings.api_url, settings.api_token), hearing)
    try:
        asyncio.run(_run(app, settings))
    except InvalidToken:
        sys.stderr.write(NOT_KNOWN + "\n")
        return 1
    return 1 if app.bot_data.get(FAILED) else 0


async def _run(app: App, settings: Settings) -> None:
    told = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    async with running(app, settings) as stop:
        ends = [asyncio.create_task(each.wait()) for each in (told, stop)]
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for end in ends:
            end.cancel()


if __name__ == "__main__":
    sys.exit(main())
