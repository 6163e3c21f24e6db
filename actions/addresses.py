"""Addresses as people say them."""

from __future__ import annotations

import re

from actions.turn import Turn

MARKS = re.compile(
    r"[栋幢座号楼室层组路街巷道弄区苑园庄村镇乡湾坪]|单元|小区|大院|新村|花园|公寓|家属院|社区"
)
DOOR = re.compile(r"\d|[一二三四五六七八九十零〇](?=[栋幢座号楼单室层组])|[栋幢号楼室组]")
LEAD = re.compile(
    r"^(?:嗯|呃|啊|那个|哦|就|是|我|俺|们|家|住|在|的|地址|送到|送去|送|搬到|搬去|搬|改送|到|现在|新|改成|改到|是在|[，,。：: ])+"
)
TAIL = re.compile(r"(?:吧|呀|啊|呢|哈|嘛|哦|就行|那儿|那里|[。，,！!? ])+$")
NOT_THERE = re.compile(r"\s*(?:不是|不对|不送|不在|不住|别|甭)")
"""A clause that says where it is not."""
STREET = re.compile(r".*(?:街道|[路街道巷弄里苑村镇乡庄园]|小区|社区|花园|公寓|大院|新村|家属院)")
"""An address down to its street or estate."""
ELSEWHERE = re.compile(r"(?:送到|送去|改送|地址(?:是|改成?|换成?))(?!我?家|屋)")
"""Words before another address than the one on record."""
DOOR_NUMBER = re.compile(r"(?<!\d)\d{1,4}(?!\d)")
WRONG_NUMBER = re.compile(r"不是\s*(\d{1,4})(?!\d)")
SHORTEST = 4
"""Characters of the shortest address that can be found."""


def said_address(turn: Turn, *, asked: bool) -> str | None:
    """The address of a turn, as said; None when there is none.

    Args:
        asked: the address had been asked for, so anything that looks like one is taken.
    """
    if turn.affirms and not DOOR.search(turn.text):
        return None
    found = turn.value("address")
    if turn.when and found and not (MARKS.search(str(found)) or STREET.match(str(found))):
        return None  # 下午2点
    if found and not asked and not (len(found) >= SHORTEST and DOOR.search(found)):
        return None
    joined = _joined(turn.text) if asked else ""
    if found:
        whole = _whole(turn.text, str(found))
        return joined if whole in joined else whole
    if not asked or not MARKS.search(turn.text) or turn.intent in ("repeat", "slower", "human", "stop"):
        return None
    return joined if len(joined) >= SHORTEST else None


def completed(said: str, before: str | None) -> str:
    """A corrected end of an address ("是三十号") with the street that was said before it."""
    street = STREET.match(before or "")
    return f"{street[0]}{said}" if street and not STREET.match(said) else said


def put_right(text: str, before: str | None) -> str | None:
    """The address said before with the number in it that is called wrong replaced: "门牌是1102，不是1201"."""
    wrong = WRONG_NUMBER.search(text)
    if before is None or wrong is None or wrong[1] not in DOOR_NUMBER.findall(before):
        return None
    right = [said for said in DOOR_NUMBER.findall(text) if said != wrong[1]]
    return re.sub(rf"(?<!\d){wrong[1]}(?!\d)", right[0], before) if len(right) == 1 else None


def _joined(text: str) -> str:
    """The clauses that tell an address, as one: "红塔区，玉兴路，三号"; what it is not is left out."""
    parts: list[str] = []
    for clause in re.split(r"[，,。；;！!？?\n]", text):
        words = TAIL.sub("", LEAD.sub("", clause.strip()))
        if not NOT_THERE.match(clause) and (MARKS.search(words) or DOOR.search(words)):
            parts.append(words)
    return "".join(parts)


def _whole(text: str, found: str) -> str:
    """The address with what was cut off at its end: a room number."""
    start = text.find(found)
    rest = text[start + len(found) :] if start >= 0 else ""
    tail = re.match(r"[\d一二三四五六七八九十零〇单元栋号室楼门组户层东西-]+", rest)
    return found + (tail[0] if tail else "")
