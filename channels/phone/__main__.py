"""``python -m channels.phone [NUMBER]``: the hotline, until told to stop; NUMBER of several processes, from 0."""

from __future__ import annotations

import logging
import sys

import structlog
import uvicorn

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
    _log(settings.log_level)
    uvicorn.run(
        make_app(settings),
        host="127.0.0.1",
        port=settings.health_port,
        access_log=False,
        log_level="warning",
        loop="asyncio",
    )
    return 0


def _log(level: str) -> None:
    logging.basicConfig(level=level, format="%(message)s", stream=sys.stderr)
    for name in ("httpx", "httpcore", "baresip"):
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


if __name__ == "__main__":
    sys.exit(main())
