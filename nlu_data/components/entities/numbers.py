"""Numbers as people write and say them: 12, 十二, 两百三, 俩, and digits one by one (幺三九)."""

from __future__ import annotations

NUMERAL = r"(?:\d+|[零〇一二两三四五六七八九十百千廿]+)"
DIGIT = "0-9零〇洞幺妖一二两三四五六七拐八九"

_DIGITS = {character: index for index, character in enumerate("零一二三四五六七八九")}
_DIGITS |= {"〇": 0, "洞": 0, "幺": 1, "妖": 1, "两": 2, "拐": 7}
_DIGITS |= {str(digit): digit for digit in range(10)}
_UNITS = {"十": 10, "百": 100, "千": 1000}


def number(said: str) -> int | None:
    """Value of a numeral below 10,000, or None. 一百二 is 120, 廿三 is 23, 二零二五 is 2025."""
    if said.isdigit():
        return int(said)
    said = said.replace("廿", "二十")
    if not said or any(c not in _DIGITS and c not in _UNITS for c in said):
        return None
    if not any(c in _UNITS for c in said):
        return int(digits(said))
    return _with_units(said)


def _with_units(said: str) -> int:
    total, pending, last_unit = 0, 0, 1
    for character in said:
        if character in _UNITS:
            last_unit = _UNITS[character]
            total += (pending or 1) * last_unit
            pending = 0
        else:
            pending = _DIGITS[character]
            if pending == 0:
                last_unit = 10
    return total + pending * (last_unit // 10 if last_unit >= 100 else 1)


def digits(said: str) -> str:
    """Digits of a number said one by one; anything that is no digit is left out."""
    return "".join(str(_DIGITS[character]) for character in said if character in _DIGITS)
