"""Work over all processors: shares of many items, each done by a copy of this process."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import partial
from multiprocessing import get_context
from typing import Any, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_shares: list[Callable[[], Any]]
"""What there is to do; copies inherit it, since neither a closure nor its data can be sent cheaply."""


def forked(function: Callable[[Sequence[Item]], Result], items: Sequence[Item], size: int) -> list[Result]:
    """`function` of every share of `size` items, in their order."""
    shares = [items[start : start + size] for start in range(0, len(items), size)]
    return all_of([partial(function, share) for share in shares])


def all_of(shares: list[Callable[[], Any]]) -> list[Any]:
    """What the functions return, in their order."""
    global _shares
    processors = len(os.sched_getaffinity(0))
    if len(shares) < 2 or processors < 2:
        return [share() for share in shares]
    _shares = shares
    with get_context("fork").Pool(processors) as pool:
        return list(pool.imap(_do, range(len(shares))))


def _do(number: int) -> Any:
    return _shares[number]()
