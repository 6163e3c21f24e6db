"""Structured logs (JSON lines) with a correlation id and without personal data.

A log call takes an event name and plain values; ``scrub`` is the net under it: it drops keys that
could hold personal data and masks digits that look like a telephone number.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterable, MutableMapping
from typing import Any

import structlog

PERSONAL = frozenset(
    [
        "name",
        "phone",
        "address",
        "text",
        "said",
        "reply",
        "summary",
        "details",
        "remarks",
        "caller",
        "message",
        "query",
        "birth",
        "notes",
    ]
)
"""Keys that are never written."""
NUMBER = re.compile(r"(?<!\d)(?:\+?86)?1\d{10}(?!\d)")


def scrub(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop personal keys and mask telephone numbers."""
    for key in [key for key in event if key in PERSONAL]:
        event[key] = "***"
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = NUMBER.sub("***", value)
    return event


def configure(level: str = "INFO") -> None:
    """JSON lines on standard error for this process."""
    logging.basicConfig(level=logging.WARNING)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            scrub,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(),
        cache_logger_on_first_use=True,
    )


def configure_channel(level: str, quiet: Iterable[str]) -> None:
    """JSON lines on standard error for a channel's process, exceptions with their trace, scrubbed like all.

    Args:
        quiet: libraries of the channel whose own lines below a warning would hold personal data or secrets.
    """
    logging.basicConfig(level=level, format="%(message)s", stream=sys.stderr)
    for name in ("httpx", "httpcore", *quiet):
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            scrub,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


log: structlog.typing.FilteringBoundLogger = structlog.get_logger()
