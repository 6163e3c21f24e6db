"""The memory of a process that has started."""

from __future__ import annotations

import gc


def settle() -> None:
    """Leave what was loaded at start out of all later rounds of the garbage collector.

    It lives as long as the process. Walking through it anew cost some 200 ms again and again, in the middle
    of whatever page was being made (``assistant.console.bench``).
    """
    gc.collect()
    gc.freeze()
