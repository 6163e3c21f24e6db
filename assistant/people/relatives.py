"""What people call their relatives and friends (``nlu_data/lookups/relatives.yml``, which the extractor of people reads too)."""

from __future__ import annotations

from typing import Any, Final

import yaml

from assistant.settings import ROOT

_LISTED: Final[dict[str, Any]] = yaml.safe_load(
    (ROOT / "nlu_data" / "lookups" / "relatives.yml").read_text(encoding="utf-8")
)


def _of_sex(sex: str) -> set[str]:
    """Every word for a relative of one sex (``women``, ``men``), with ranks and lines: 姑妈, 大姑, 表姑."""
    ranked = {rank + word for rank in _LISTED["ranks"] for word in _LISTED["ranked"][sex]}
    lined = {line + word for line in _LISTED["lines"] for word in _LISTED["lined"][sex]}
    return {*_LISTED[sex], *ranked, *lined} - {"小姐"}


ROLES: Final[dict[str, str]] = {word: role for role, words in _LISTED["roles"].items() for word in words}
"""母亲 by 妈: several words for one."""
BOTH: Final = frozenset(_LISTED["both"])
"""Two people in one word."""
CHILDREN: Final = frozenset(_LISTED["children"])
"""Whom a senior mentions, but seldom books for."""
MOTHERS: Final = frozenset({"母亲", *_of_sex("women")})
FATHERS: Final = frozenset({"父亲", *_of_sex("men")})
FRIENDS: Final = frozenset(_LISTED["either"])
ALSO_ADDRESS: Final = frozenset(_LISTED["also_address"])
"""Also said to whoever answers the telephone: 大姐."""
RELATIVES: Final = MOTHERS | FATHERS | BOTH | CHILDREN | FRIENDS
"""Every word for a relative or friend but those of ``ROLES``."""
