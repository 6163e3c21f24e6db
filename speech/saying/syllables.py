"""A toneless or toned pinyin syllable taken apart into initial and final, after the Scheme for the Chinese
Phonetic Alphabet (GB/T 16159): y and w are spelling, not sounds; ü is v; the i of zi is ii, the i of zhi is iii."""

from typing import Final, NamedTuple

_INITIALS: Final = "b p m f d t n l g k h j q x zh ch sh r z c s"
_FINALS: Final = (
    "a ai an ang ao e ei en eng er i ia ian iang iao ie ii iii in ing iong iou o ong ou u ua uai uan uang uei uen "
    "ueng uo v van ve vn"
)
INITIALS: Final = tuple(_INITIALS.split())
FINALS: Final = tuple(_FINALS.split())
_SPELLED: Final = {"iu": "iou", "ui": "uei", "un": "uen", "ue": "ve"}
_INTERJECTIONS: Final = {
    "n": "en",
    "ng": "en",
    "m": "en",
    "hm": "en",
    "hng": "en",
    "ê": "ei",
    "yo": "iou",
    "o": "o",
}
_SHORT: Final = {"iou": "iu", "uei": "ui", "uen": "un", "ii": "i", "iii": "i"}
_STANDING: Final = (
    {final: "y" + final[1:] for final in FINALS if final.startswith("i")}
    | {final: "w" + final[1:] for final in FINALS if final.startswith("u")}
    | {"i": "yi", "in": "yin", "ing": "ying", "u": "wu", "v": "yu", "van": "yuan", "ve": "yue", "vn": "yun"}
)
"""Finals without an initial, as they are spelled."""


class Syllable(NamedTuple):
    """One syllable: `initial` ("" if none), `final`, `tone` 1–5 (5 neutral), `erhua` for a final 儿."""

    initial: str
    final: str
    tone: int
    erhua: bool = False


def parse(pinyin: str) -> Syllable:
    """Read "zhuang4", "lv3", "ju2", "dianr3". Raises ValueError for anything that is no Mandarin syllable."""
    tone = int(pinyin[-1]) if pinyin[-1:].isdigit() else 5
    spelled = pinyin.rstrip("012345").replace("ü", "v").lower()
    if spelled in _INTERJECTIONS:
        return Syllable("", _INTERJECTIONS[spelled], tone)
    erhua = len(spelled) > 2 and spelled.endswith("r") and spelled != "er"
    initial, rest = _split(spelled.removesuffix("r") if erhua else spelled)
    final = _final(initial, rest)
    if final not in FINALS:
        raise ValueError(f"not a Mandarin syllable: {pinyin}")
    return Syllable(initial, final, tone, erhua)


def _split(spelled: str) -> tuple[str, str]:
    for initial in sorted(INITIALS, key=len, reverse=True):
        if spelled.startswith(initial):
            return initial, spelled[len(initial) :]
    return "", spelled


def _final(initial: str, rest: str) -> str:
    if not initial:
        return _without_spelling(rest)
    if initial in {"z", "c", "s"} and rest == "i":
        return "ii"
    if initial in {"zh", "ch", "sh", "r"} and rest == "i":
        return "iii"
    if initial in {"j", "q", "x"} and rest.startswith("u"):
        return "v" + rest[1:]
    return _SPELLED.get(rest, rest)


def _without_spelling(rest: str) -> str:
    """you → iou, wu → u, yu → v, yuan → van, ying → ing."""
    if rest.startswith("yu"):
        return "v" + rest[2:]
    if rest.startswith("y"):
        bare = rest[1:]
        return _SPELLED.get(bare, bare) if bare.startswith("i") else _SPELLED.get("i" + bare, "i" + bare)
    if rest.startswith("w"):
        bare = rest[1:]
        return bare if bare == "u" else _SPELLED.get("u" + bare, "u" + bare)
    return rest


def spelled(syllable: Syllable) -> str:
    """The inverse of `parse`: "zhuang4", "lv3", "ju2", "dianr3", "yuan2"."""
    initial, final = syllable.initial, syllable.final
    if not initial:
        body = _STANDING.get(final, final)
    elif initial in {"j", "q", "x"} and final.startswith("v"):
        body = "u" + final[1:]
    else:
        body = _SHORT.get(final, final)
    return f"{initial}{body}{'r' if syllable.erhua else ''}{syllable.tone}"
