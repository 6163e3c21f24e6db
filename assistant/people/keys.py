"""Blind indexes of personal data: what a look-up compares instead of the encrypted text."""

from __future__ import annotations

import re
from typing import Final

from assistant.kit.crypto import keyring
from assistant.kit.text import half_width, number, pinyin_key, syllables

_NUMERAL: Final = r"\d+|[零〇一二三四五六七八九十百]+"
_BUILDING: Final = re.compile(rf"({_NUMERAL})\s*(?:号楼|栋|幢|座|号院)")


def name_key(name: str) -> bytes:
    return keyring().blind("person.name", name)


def sound_key(name: str) -> bytes:
    """Equal for names that a recogniser confuses: 赵秀兰, 赵绣蓝."""
    return keyring().blind("person.sound", pinyin_key(name) or name)


def surname_key(surname: str) -> bytes:
    return keyring().blind("person.surname", surname)


def initials(name: str) -> str:
    """First letters of the syllables: 赵秀兰 → zxl."""
    return "".join(syllable[0] for syllable in syllables(name))


def initials_key(letters: str) -> bytes:
    """``letters`` as typed, in either case."""
    return keyring().blind("person.initials", letters.lower())


def phone_key(phone: str) -> bytes:
    """``phone`` is E.164."""
    return keyring().blind("person.phone", phone)


def building(text: str | None) -> str | None:
    """The number of the building in an address or in speech: 春晓里2栋301 → "2", 五号楼 → "5"."""
    found = _BUILDING.search(half_width(text or ""))
    return None if found is None else str(number(found[1]))


def building_key(text: str | None) -> bytes | None:
    """Blind index of the building named in ``text``; None when it names none."""
    said = building(text)
    return None if said is None else keyring().blind("person.building", said)
