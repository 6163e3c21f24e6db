"""``python -m channels.phone [NUMBER]``: the hotline, until told to stop; NUMBER of several processes, from 0."""

from __future__ import annotations

import sys

import uvicorn

from assistant.kit.logging import configure_channel
from channels.phone.app import make_app
from channels.phone.settings import Settings

WITHOUT_API = "电话：没有设置 YINLING_API_TOKEN，连不上系统，请用 yinling up 启动。"


def main() -> int:
    """Run one telephone process."""
    settings = Settings()
    if not settings.api_token:
        sys.stderr.write(WITHOUT_API + "\n")
        return 1
    settings = settings.of_process(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
    configure_channel(settings.log_level, ("baresip",))
    uvicorn.run(
        make_app(settings),
        host="127.0.0.1",
        port=settings.health_port,
        access_log=False,
        log_level="warning",
        loop="asyncio",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
