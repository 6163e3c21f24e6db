"""Numbers as Mandarin says them: quantities, digit strings and telephone digits."""

from typing import Final

DIGITS: Final = "零一二三四五六七八九"
_SMALL_UNITS: Final = ("", "十", "百", "千")
_BIG_UNITS: Final = ("", "万", "亿", "万亿")


def digits(number: str, *, telephone: bool = False) -> str:
    """Read a string digit by digit; `telephone` says 幺 for 1, as people do for numbers one dials."""
    table = DIGITS.replace("一", "幺") if telephone else DIGITS
    return "".join(table[int(c)] if c.isdecimal() else c for c in number)


def cardinal(value: int) -> str:
    """Say a quantity: 10 → 十, 105 → 一百零五, 2200 → 两千二百, 20000 → 两万.

    Raises ValueError at 10^16 and beyond.
    """
    if value < 0:
        return "负" + cardinal(-value)
    if value >= 10**16:
        raise ValueError(f"too large to be said as a quantity: {value}")
    if value == 0:
        return DIGITS[0]
    groups = _groups(value)
    spoken = ""
    for place in range(len(groups) - 1, -1, -1):
        group = groups[place]
        if group == 0:
            continue
        # A gap between two groups, or a group without thousands, is bridged by 零: 100010 → 十万零一十.
        bridge = "零" if spoken and (group < 1000 or groups[place + 1] == 0) else ""
        spoken += bridge + _group(group, leading=not spoken) + _BIG_UNITS[place]
    return _liang(spoken.removeprefix("一") if spoken.startswith("一十") else spoken)


def decimal(number: str) -> str:
    """Say a number as it is written: "3.50" → 三点五零, "-5" → 负五, "1,200" → 一千二百."""
    number = number.replace(",", "")
    sign = "负" if number.startswith("-") else ""
    whole, _, fraction = number.lstrip("+-").partition(".")
    spoken = cardinal(int(whole or "0"))
    return sign + spoken + (f"点{digits(fraction)}" if fraction else "")


def counted(number: str) -> str:
    """Say a number in front of a measure word: "2" → 两, "2.5" → 二点五, "12" → 十二."""
    return "两" if number == "2" else decimal(number)


def _groups(value: int) -> list[int]:
    groups = []
    while value:
        value, rest = divmod(value, 10_000)
        groups.append(rest)
    return groups


def _group(value: int, *, leading: bool) -> str:
    """Say 1..9999. Inside a larger number a ten keeps its 一 (一百一十)."""
    spoken, gap = "", False
    for place in (3, 2, 1, 0):
        digit = value // 10**place % 10
        if digit == 0:
            gap = bool(spoken)
            continue
        spoken += ("零" if gap else "") + DIGITS[digit] + _SMALL_UNITS[place]
        gap = False
    return spoken.removeprefix("一") if leading and spoken.startswith("一十") else spoken


def _liang(spoken: str) -> str:
    """二 is said 两 at the head of a number in front of 百, 千, 万 and 亿."""
    return "两" + spoken[1:] if spoken[:2] in {"二百", "二千", "二万", "二亿"} else spoken
