"""What people call their relatives and friends (`lookups/relatives.yml`)."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import yaml

LOOKUP = Path(__file__).parents[2] / "lookups" / "relatives.yml"


@lru_cache(maxsize=1)
def relatives() -> tuple[str, ...]:
    """Every word for a relative or friend, longest first."""
    listed = yaml.safe_load(LOOKUP.read_text(encoding="utf-8"))
    ranked = [
        rank + word for words in listed["ranked"].values() for rank in listed["ranks"] for word in words
    ]
    lined = [line + word for words in listed["lined"].values() for line in listed["lines"] for word in words]
    plain = [word for name in ("both", "children", "women", "men", "either") for word in listed[name]]
    roles = [word for words in listed["roles"].values() for word in words]
    found = {*ranked, *lined, *plain, *roles} - {"小姐"}
    return tuple(sorted(found, key=lambda word: (-len(word), word)))
