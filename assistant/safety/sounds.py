"""How a Chinese character sounds, with the differences left out that dialects and recognisers lose.

A syllable is folded into a class: tone dropped, n/l, s/sh, z/zh, c/ch and f/h merged, -ng read as -n.
摔到, 帅倒 and 摔倒 then sound alike, and so do 喘不上气 and 穿不上汽.
"""

from functools import lru_cache

from pypinyin import Style, pinyin

SILENT = "\ue000"
"""Stands for every character that is not Chinese: it sounds like nothing."""

_FIRST_CLASS = 0xE001  # start of Unicode's private use area, after SILENT
_INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"))
_classes: dict[str, str] = {}


def is_han(char: str) -> bool:
    """Whether `char` is a character of the basic or first extended CJK block."""
    return "\u3400" <= char <= "\u9fff"


def fold(syllable: str) -> str:
    """Reduce a toneless syllable to its class, such as `shuang` to `suan` and `feng` to `hun`."""
    for initial, merged in _INITIALS:
        if syllable.startswith(initial):
            syllable = merged + syllable[len(initial) :]
            break
    if syllable.startswith("f"):
        rest = syllable[1:]
        syllable = "h" + (rest if rest.startswith(("u", "o")) else "u" + rest)
    syllable = syllable.replace("ng", "n")
    return {"huen": "hun", "huei": "hui", "hon": "hun"}.get(syllable, syllable)


@lru_cache(maxsize=32768)
def syllable(char: str) -> str:
    """Return the class of how `char` sounds, such as `suan`; what is not Chinese stands for itself."""
    return fold(pinyin(char, style=Style.NORMAL)[0][0]) if is_han(char) else char


@lru_cache(maxsize=32768)
def sound(char: str) -> str:
    """Return one private-use character that stands for the sound class of `char`."""
    if not is_han(char):
        return SILENT
    return _classes.setdefault(syllable(char), chr(_FIRST_CLASS + len(_classes)))
