"""Two matters in one breath: where the first one ends."""

from __future__ import annotations

import re

FURTHER = re.compile(
    r"[，。；！？,;!?、\s]+(?=另外|还有|再(?:问|帮|说|给|查|讲|有|打听|了解)|顺便|顺带|顺路|对了|哦对)"
)
"""What stands before another matter: "订明天的饭，另外剃头多少钱"."""
SHORTEST = 4
"""Characters of the shortest matter."""
SURE = 0.8
"""Probability from which on the beginning, read alone, tells the matter."""
MATTERS = frozenset(
    (
        "book_service",
        "find_service",
        "order_status",
        "change_order",
        "cancel_order",
        "ask_subsidy",
        "request_assessment",
        "complain",
        "rate_service",
        "points",
        "device",
        "profile",
    )
)
"""Intents that are matters; of two the first is served first."""


def first(text: str) -> str | None:
    """The text up to where another matter begins; None where there is but one."""
    further = FURTHER.search(text)
    return text[: further.start()] if further and further.start() >= SHORTEST else None
