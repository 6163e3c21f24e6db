from __future__ import annotations

import gc

from assistant.kit import memory


def test_what_is_loaded_is_left_out_of_later_rounds() -> None:
    before = gc.get_freeze_count()
    try:
        kept = [object() for _ in range(3)]
        memory.settle()
        assert gc.get_freeze_count() > before
        assert len(kept) == 3
    finally:
        gc.unfreeze()
