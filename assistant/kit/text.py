"""Mandarin as it is typed and said: numerals, digits, sounds, money and phone numbers.

Everything here is a pure function of its text. Reading returns ``None`` where there is nothing to read; only
``phone_number`` raises, because its message is said to the caller.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

import cn2an
import phonenumbers
from pypinyin import Style, lazy_pinyin

from assistant.kit.errors import Invalid

MAX_INPUT: Final = 1000
"""Characters of one turn that are read; nobody says more in one breath."""

_HALF_WIDTH: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}


def half_width(text: str) -> str:
    """Full-width letters, digits and signs as ASCII; as long as the text, so that positions hold."""
    return text.translate(_HALF_WIDTH)


def clean(text: str) -> str:
    """What a person typed, without what only steers software.

    Control and invisible characters go, full-width becomes half-width, white space collapses, the length is
    capped at ``MAX_INPUT``, and a leading ``/`` goes, which Rasa would take for an intent.
    """
    visible = "".join(
        " " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c)[0] != "C"
    )
    return " ".join(half_width(visible).split()).lstrip("/ ")[:MAX_INPUT]


# --- numerals -------------------------------------------------------------------------------------------------

DIGITS: Final = {
    **{c: i for i, c in enumerate("零一二三四五六七八九")},
    **{c: i for i, c in enumerate("〇壹贰叁肆伍陆柒捌玖")},
    **{"○": 0, "洞": 0, "幺": 1, "两": 2, "俩": 2, "仨": 3, "拐": 7, "勾": 9},
    **{str(i): i for i in range(10)},
}
_TENS: Final = {"廿": 20, "卅": 30}
_UNITS: Final = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_MYRIADS: Final = {"万": 10**4, "亿": 10**8}
NUMERAL: Final = r"(?:\d+|[零〇一二三四五六七八九十百千万亿两俩仨廿卅]+)"
"""Matches a numeral as ``number`` reads it."""


def number(text: str) -> int | None:
    """A whole numeral as an integer: 二十三, 廿三, 两百五 (250), 12, 幺零三 (103), 俩; else ``None``."""
    if text.isascii() and text.isdigit():
        return int(text[:18])
    if not text or len(text) > 18 or any(c not in DIGITS | _TENS | _UNITS | _MYRIADS for c in text):
        return None
    if all(c in DIGITS for c in text):
        return int("".join(str(DIGITS[c]) for c in text))
    return _positional(text)


def _positional(text: str) -> int:
    """Reads by units; a last bare digit counts the next smaller unit, as people say 一百五 for 150."""
    total = section = 0
    digit: int | None = None
    last_unit = 1
    for char in text:
        if char in DIGITS:
            digit = DIGITS[char] + 10 * (digit or 0)
            last_unit = 1 if char in "零〇" else last_unit
        elif char in _TENS:
            section, digit, last_unit = section + _TENS[char], None, 10
        elif char in _UNITS:
            last_unit = _UNITS[char]
            section, digit = section + (1 if digit is None else digit) * last_unit, None
        else:
            last_unit = _MYRIADS[char]
            total, section, digit = (total + section + (digit or 0) or 1) * last_unit, 0, None
    bare_end = digit is not None and last_unit >= 100 and text[-1] in DIGITS and text[-2] not in DIGITS
    return total + section + (digit or 0) * (last_unit // 10 if bare_end else 1)


def numeral(value: int) -> str:
    """An integer in Chinese numerals as it is read: 12 → 十二, 250 → 二百五十."""
    words = str(cn2an.an2cn(value))
    return words.replace("一十", "十", 1) if words.startswith("一十") else words


def digits(text: str) -> str:
    """All digits in a text, typed or said one by one (幺三九… → 139…), in order; the rest is dropped."""
    return "".join(str(DIGITS[c]) for c in half_width(text) if c in DIGITS and c not in "俩仨")


# --- sounds ---------------------------------------------------------------------------------------------------

_INITIALS: Final = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"), ("h", "f"))
_AFTER_H: Final = {
    "u": "u",
    "ui": "ei",
    "un": "en",
    "ua": "a",
    "uan": "an",
    "uang": "ang",
    "uo": "o",
    "uai": "ai",
}
_FINALS: Final = (("ang", "an"), ("eng", "en"), ("ing", "in"))


@lru_cache(maxsize=4096)
def fuzzy(syllable: str) -> str:
    """A toneless syllable with the sounds merged that accents and telephone lines merge.

    zh/z, ch/c, sh/s, n/l, h/f (湖 = 福, 花 = 发, 灰 = 飞), ang/an, eng/en, ing/in.
    """
    for heard, merged in _INITIALS:
        if syllable.startswith(heard):
            rest = syllable[len(heard) :]
            syllable = merged + (_AFTER_H.get(rest, rest) if heard == "h" else rest)
            break
    for heard, merged in _FINALS:
        if syllable.endswith(heard):
            return syllable[: -len(heard)] + merged
    return syllable


def syllables(text: str, *, tone: bool = False) -> tuple[str, ...]:
    """The syllables of the Chinese characters in a text; with ``tone`` the number stands behind (wu3)."""
    style = Style.TONE3 if tone else Style.NORMAL
    return tuple(lazy_pinyin(text, style=style, errors="ignore", neutral_tone_with_five=tone))


def pinyin_key(text: str) -> str:
    """Fuzzy syllables joined by spaces: equal for texts that a recogniser confuses (助餐, 住餐, 煮餐)."""
    return " ".join(fuzzy(syllable) for syllable in syllables(text))


# --- money ----------------------------------------------------------------------------------------------------

_YUAN: Final = re.compile(
    rf"(?:(?P<amount>\d+(?:\.\d{{1,2}})?|{NUMERAL})(?:点(?P<point>[{''.join(DIGITS)}]{{1,2}}))?\s*(?P<wan>万)?\s*(?:块钱|块|元钱|元|圆)"
    rf"(?P<half>半)?(?:(?P<jiao>[{''.join(DIGITS)}])(?:毛|角)?)?(?:(?P<fen>[{''.join(DIGITS)}])分)?)"
    rf"|(?:(?P<only_jiao>[{''.join(DIGITS)}])(?:毛|角)(?:(?P<only_fen>[{''.join(DIGITS)}])分?)?)"
)


def fen(text: str) -> int | None:
    """The first amount of money in a text, in fen: 三十五块八 → 3580, 12.5元 → 1250, 八毛 → 80."""
    found = _YUAN.search(half_width(text))
    if not found:
        return None
    if found["only_jiao"]:
        return DIGITS[found["only_jiao"]] * 10 + DIGITS.get(found["only_fen"] or "零", 0)
    whole, _, part = found["amount"].partition(".")
    part = part or digits(found["point"] or "")
    scale = 10_000 if found["wan"] else 1
    amount = ((number(whole) or 0) * 100 + int((part + "00")[:2])) * scale
    amount += 50 if found["half"] else 10 * DIGITS.get(found["jiao"] or "零", 0)
    return amount + DIGITS.get(found["fen"] or "零", 0)


def yuan(amount: int) -> str:
    """Fen as they are written: 3580 → 35.8元, 1200 → 12元, 5 → 0.05元."""
    sign = "-" if amount < 0 else ""
    whole, part = divmod(abs(amount), 100)
    return f"{sign}{whole}" + (f".{part:02d}".rstrip("0") if part else "") + "元"


# --- phone numbers --------------------------------------------------------------------------------------------


_MOBILE: Final = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)", re.ASCII)
"""A mobile number as it is typed."""
_BREAK: Final = re.compile(r"[，。；！？,;!?]")


class PhoneNumberError(Invalid):
    """What was said is no Chinese phone number; its message may be said to the caller."""

    code = "phone_number"
    message = "这个号码我没听明白，请您再说一遍。"


def _mobile_beside_others(text: str) -> str | None:
    """The one whole mobile number among other words, as those of an address: 13900001111，三眼桥街道."""
    typed = _MOBILE.findall(half_width(text))
    pieces = typed or [digits(piece) for piece in _BREAK.split(text)]
    found = {piece for piece in pieces if len(piece) == 11 and piece.startswith("1")}
    return found.pop() if len(found) == 1 else None


def phone_number(text: str, *, area_code: str | None = None) -> str:
    """A Chinese mobile or landline number, typed or said digit by digit, in E.164.

    ``area_code`` (with or without 0) completes a landline of 7 or 8 digits. Raises ``PhoneNumberError``.
    """
    said = _mobile_beside_others(text) or digits(text)
    if not said:
        raise PhoneNumberError("我没听到号码，请您一位一位地说。")
    national = said.removeprefix("0086") if said.startswith("0086") else said
    if len(national) in (12, 13) and national.startswith("86"):
        national = national.removeprefix("86")
    if len(national) in (7, 8) and area_code:
        national = "0" + area_code.lstrip("0") + national
    if national.startswith("1") and len(national) != 11:
        raise PhoneNumberError(f"我听到了{len(national)}位，手机号是11位，请您再说一遍。")
    try:
        parsed = phonenumbers.parse(national, "CN")
    except phonenumbers.NumberParseException as error:
        raise PhoneNumberError from error
    if not phonenumbers.is_possible_number(parsed) or len(national) < 10:
        raise PhoneNumberError(f"我听到了{len(national)}位。手机号是11位，座机请带上区号，请您再说一遍。")
    if not phonenumbers.is_valid_number(parsed):
        raise PhoneNumberError("这个号码好像不对，请您再说一遍。")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
