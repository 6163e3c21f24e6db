"""Cities, places of the gazetteer (by characters and by sound) and postal addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from components.entities.entity import Entity
from components.text import fuzzy_syllables, is_han

LOOKUPS = Path(__file__).parents[2] / "lookups"
HEARD_LEAST = 3  # syllables: shorter names sound like too many other things

_HEAD = r"(?:[\u4e00-\u9fffa-z0-9]{1,8}?(?:街道|社区|小区|新村|花园|家园|公寓|市|区|县|镇|乡|路|街|巷|胡同|村|里|苑|园|院|庄|坊|湾|坪|大厦|广场))"
_FIGURE = r"[0-9a-z一二三四五六七八九十百零〇两幺东西南北]+"
_DOOR = rf"(?:{_FIGURE}\s*(?:号楼|号院|号|栋|幢|座|单元|门洞?|楼|层|室|组|户))"
_ADDRESS = re.compile(
    rf"{_HEAD}+(?:[里巷弄坊](?={_DOOR}))?(?:{_DOOR}+(?:[0-9一二三四五六七八九零〇幺]{{2,4}}室?)?)?|{_DOOR}{{2,}}\d{{0,4}}室?|{_DOOR}[一二三四五六七八九零0-9]{{3,4}}室?"
)
_LEAD = re.compile(
    r"^(?:嗯|呃|啊|那个|喂|就|你好|我们|我|俺|咱|家|现在|还是|老人|他|她|妈|爸|是|住|在|的|地址|送到|送|到|搬到了?|搬|来|改成|改到|均为|均是|都是|写|登记|给|离|附近|请|问|哪个|这个|这|哪|有没有|帮|查|要|想|去)+"
)
_CUT = re.compile(r"^.*(?:送到|送去|送往|住在|搬到|家在|地址[是:：]?|[改换搬送]到|[改换]成|离)")
_HOME = re.compile(r"家里|我家|自家|老地方|原来|上[次回]|一样|登记的|老样子")
_NOT_ADDRESS = re.compile(r"辖区|吗|呢|么|什么|怎么|多少|哪|[?？]|取消|不要|不用|算了|人工|再说一?遍|听不清")
_WORD_ENDING = re.compile(
    r"^.{0,2}(?:家里|那里|这里|哪里|心里|夜里|屋里|嘴里|手里|城里|村里|社区|小区|街道|市里|区里|县|村|乡|镇|医院|公园|法院|养老院|敬老院|福利院|里)$"
)


@lru_cache(maxsize=8)
def names(file: str) -> tuple[str, ...]:
    """Names of a lookup file, longest first; lines that begin with # are remarks."""
    lines = (LOOKUPS / file).read_text(encoding="utf-8").splitlines()
    said = {line.split("\t")[0].strip() for line in lines if line.strip() and not line.startswith("#")}
    return tuple(sorted(said, key=lambda name: (-len(name), name)))


@lru_cache(maxsize=8)
def _by_sound(file: str) -> dict[tuple[str, ...], str]:
    return {fuzzy_syllables(name): name for name in names(file) if len(name) >= HEARD_LEAST}


@lru_cache(maxsize=8)
def _by_first(file: str) -> dict[str, list[str]]:
    first: dict[str, list[str]] = {}
    for name in names(file):
        first.setdefault(name[0], []).append(name)
    return first


def read(text: str, asked: str | None) -> Iterator[Entity]:
    """`city` and `place` (names as the gazetteer writes them), `address` (words as said)."""
    places = [Entity("place", *found) for found in _look_up(text, "places.txt")]
    cities = [Entity("city", *found) for found in _look_up(text, "cities.txt")]
    yield from places
    yield from (city for city in cities if not any(p.start <= city.start < p.end for p in places))
    yield from _address(text, asked)


def _look_up(text: str, file: str) -> Iterator[tuple[str, int, int]]:
    position, first = 0, _by_first(file)
    sounds = _by_sound(file)
    heard = fuzzy_syllables(text) if sounds else ()
    lengths = sorted({len(sound) for sound in sounds}, reverse=True)
    while position < len(text):
        match = next((n for n in first.get(text[position], ()) if text.startswith(n, position)), None)
        length = len(match or "")
        if match is None and len(heard) == len(text) and is_han(text[position]):
            for length in lengths:
                match = sounds.get(heard[position : position + length])
                if match:
                    break
        if match:
            yield match, position, position + length
        position += max(length, 1) if match else 1


def _address(text: str, asked: str | None) -> Iterator[Entity]:
    found = False
    for match in _ADDRESS.finditer(text):
        start = match.start() + _lead(match[0])
        words = text[start : match.end()]
        if len(words) >= 3 and not _WORD_ENDING.match(words) and not _NOT_ADDRESS.search(words):
            found = True
            yield Entity("address", words, start, match.end())
    elsewhere = _NOT_ADDRESS.search(text) or _HOME.search(text)
    if asked == "address" and not found and len(text) >= 3 and not elsewhere:
        start = _lead(text)
        words = text[start:].rstrip("。,，!！ ")
        if len(words) >= 2:
            yield Entity("address", words, start, start + len(words))


def _lead(words: str) -> int:
    """How many characters come before the address proper (我家住在…, 两份饭送到…)."""
    cut = _CUT.match(words)
    start = len(cut[0]) if cut else 0
    lead = _LEAD.match(words[start:])
    return start + (len(lead[0]) if lead else 0)
