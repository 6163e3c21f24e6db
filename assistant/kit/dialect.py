"""Dialect words that stand for one common word each, put into that word: 订哒 is 订了, 呷饭 is 吃饭, 咯样 is 这样.

Only what has one meaning and as many characters is changed, so that positions hold; what was said stays on record as
it was said.
"""

from __future__ import annotations

import re
from typing import Final

_CHARACTERS: Final = str.maketrans({"哒": "了", "呷": "吃", "冇": "没", "噻": "吧"})
_WORDS: Final = (
    (re.compile(r"咯(?=[样里些])|咯(?=个[^，。]|次|回)"), "这"),  # Hunan
    (re.compile(r"(?<=[要想我他她来])克(?=[^服制拉隆己罗林夫勤扣])"), "去"),  # Yunnan
)


def common(text: str) -> str:
    """The text in common words; as long as it was."""
    plain = text.translate(_CHARACTERS)
    for pattern, word in _WORDS:
        plain = pattern.sub(word, plain)
    return plain
