"""Names: the surname, and how a person is politely addressed."""

from __future__ import annotations

from typing import Final

from assistant.people.models import Gender, PersonKind

_COMPOUND: Final = (
    "欧阳太史端木上官司马东方独孤南宫万俟闻人夏侯诸葛尉迟公羊赫连澹台皇甫宗政濮阳公冶"
    "太叔申屠公孙慕容仲孙钟离长孙宇文司徒鲜于司空闾丘子车亓官司寇巫马公西颛孙壤驷公良"
    "漆雕乐正宰父谷梁拓跋夹谷轩辕令狐段干百里呼延东郭南门羊舌微生梁丘左丘东门西门"
)
COMPOUND_SURNAMES: Final = frozenset(_COMPOUND[i : i + 2] for i in range(0, len(_COMPOUND), 2))
ELDERLY_FROM: Final = 80
"""Age from which 奶奶 and 爷爷 are said instead of 阿姨 and 叔叔."""


def surname(name: str) -> str:
    """The surname of a Chinese name: two characters for a compound one, else the first."""
    return name[:2] if len(name) > 2 and name[:2] in COMPOUND_SURNAMES else name[:1]


def form_of_address(name: str, kind: PersonKind, gender: Gender | None, age: int | None) -> str:
    """Surname and title, which tells a listener nothing private: 周阿姨, 李爷爷, 王先生."""
    return surname(name) + _title(kind, gender, age)


def _title(kind: PersonKind, gender: Gender | None, age: int | None) -> str:
    if gender is None:
        return "老师"
    if kind != "senior":
        return "女士" if gender == "female" else "先生"
    if age is not None and age >= ELDERLY_FROM:
        return "奶奶" if gender == "female" else "爷爷"
    return "阿姨" if gender == "female" else "叔叔"
