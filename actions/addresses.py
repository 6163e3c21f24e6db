"""Addresses as people say them."""

from __future__ import annotations

import re

from actions.turn import Turn

MARKS = re.compile(
    r"[栋幢座号楼室层组路街巷道弄区苑园庄村镇乡湾坪坊屯]|单元|小区|大院|新村|花园|公寓|家属院|社区"
)
DOOR = re.compile(r"\d|[一二三四五六七八九十零〇](?=[栋幢座号楼单室层组])|[栋幢号楼室组]")
LEAD = re.compile(
    r"^(?:嗯|呃|啊|那个|哦|都|就|是|同一个|一样的?|地方|我|俺|们|家|住|在|的|地址|送到|送去|送|搬到|搬去|搬|改送|到|现在|新|改成|改到|是在|[，,。：: ])+"
)
TAIL = re.compile(r"(?:吧|呀|啊|呢|哈|嘛|哦|就行|那儿|那里|[。，,！!? ])+$")
NOT_THERE = re.compile(r"\s*(?:不是|不对|不送|不在|不住|别|甭|原来|原先|以前|之前|老地址)")
"""A clause that says where it is not."""
A_NUMBER = re.compile(r"(?:这|那|原来?的?|老)个?号(?![楼院门])")
"""A telephone number that is only spoken of: "电话没换，还是这个号"."""
STREET = re.compile(r".*(?:街道|[路街道巷弄里苑村镇乡庄园坊屯]|小区|社区|花园|公寓|大院|新村|家属院)")
"""An address down to its street or estate."""
ELSEWHERE = re.compile(r"(?:送到|送去|改送|地址(?:是|改成?|换成?))(?!我?家|屋)")
"""Words before another address than the one on record."""
NUMBER_TOLD = re.compile(r"(?:电话|手机|联系方式|号码)*[是:：]?\s*1[3-9]\d{9}|(?:电话|手机|号码)[^，]*\d{7,}")
"""A telephone number beside an address is no part of it."""
HOUSE = re.compile(r"(?:[路街道巷弄岭]|小区|社区|[栋幢]|单元|号楼|村).*\d")
"""A house, by its street or building and a number."""
NO_HOUSE = re.compile(r"\d\s*[份点月元岁:：]|[一二两三四五六七八九十]\s*[份点]|[今明后]天|[上下]午|中午|不")
"""What shows that a clause tells more than where somebody lives, or that it is not there."""
HOUR = re.compile(r"(?:[上下中]午|早上|晚上)?[\d一二三四五六七八九十]{1,3}(?:点[半钟]?|[:：]\d{2})[到来]?")
"""Nor is the hour."""
BUILDING = re.compile(r"[\d一二三四五六七八九十]{1,4}(?:号楼|[栋幢座])")
ESTATE = re.compile(r"[一-鿿]{1,7}[城苑园里村庄坊湾区院街巷弄路屯寨营坪冲港墅庭邸府轩]$")
"""The end of what stands right before the building: 演示新城3栋502."""
DOOR_NUMBER = re.compile(r"(?<!\d)\d{1,4}(?!\d)")
WRONG_NUMBER = re.compile(r"不是\s*(\d{1,4})(?!\d)")
WRONG_DOOR = re.compile(
    r"(?:门牌|房号|房间|室)[^，。\s]{0,6}(?:错|不对)|(?:错|不对)[^，。\s]{0,4}(?:门牌|房号)"
)
"""The door is called wrong, without which number was."""
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
    found = _from_the_estate(turn.text, _to_the_door(turn.text, str(found))) if found else None
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


def home_of(person: str, words: str) -> str | None:
    """Where somebody who is named lives, where a clause tells nothing else: "闵庚生送演示街6栋501"."""
    for clause in re.split(r"[，,；;。！!？?\n]", words):
        where = TAIL.sub("", LEAD.sub("", NUMBER_TOLD.sub("", clause).replace(person, "").strip()))
        if HOUSE.search(where) and not NO_HOUSE.search(where):
            return where
    return None


def completed(said: str, before: str | None) -> str:
    """A corrected end of an address ("是三十号") with the street that was said before it; a part of it said again is it."""
    if before and in_digits(before).endswith(in_digits(said)):
        return before
    street = STREET.match(before or "")
    return f"{street[0]}{said}" if street and not STREET.match(said) else said


DIGITS = str.maketrans("零〇一二两三四五六七八九幺", "0012234567891")


def in_digits(address: str) -> str:
    """An address with its spoken numbers as digits, to compare it: 二栋三单元四零二 is 2栋3单元402."""
    return address.translate(DIGITS)


def put_right(text: str, before: str | None) -> str | None:
    """The address said before with the number in it that is called wrong replaced: "门牌是1102，不是1201"."""
    wrong = WRONG_NUMBER.search(text)
    if before and wrong is None and WRONG_DOOR.search(text):
        return _other_door(text, before)
    if before is None or wrong is None or wrong[1] not in DOOR_NUMBER.findall(before):
        return None
    known = DOOR_NUMBER.findall(before)
    right = [said for said in DOOR_NUMBER.findall(text) if said != wrong[1] and said not in known]
    return re.sub(rf"(?<!\d){wrong[1]}(?!\d)", right[0], before) if len(right) == 1 else None


def _other_door(text: str, before: str) -> str | None:
    """The address with the last number of its kind replaced by the only one said: "门牌打错了，是502"."""
    said, known = DOOR_NUMBER.findall(text), DOOR_NUMBER.findall(before)
    alike = bool(known) and len(set(said)) == 1 and len(said[0]) == len(known[-1])
    if not alike or MARKS.search(re.sub(r"门牌号?|房号", "", text)):
        return None
    head, _, tail = before.rpartition(known[-1])
    return f"{head}{said[0]}{tail}"


def _joined(text: str) -> str:
    """The clauses that tell an address, as one: "红塔区，玉兴路，三号"; what it is not is left out."""
    parts: list[str] = []
    for clause in re.split(r"[，,。；;！!？?…\n]", text):
        words = TAIL.sub("", _behind_a_name(LEAD.sub("", HOUR.sub("", NUMBER_TOLD.sub("", clause)).strip())))
        if not (NOT_THERE.match(clause) or A_NUMBER.search(clause)) and (
            MARKS.search(words) or DOOR.search(words)
        ):
            parts.append(words)
    # "是502，7栋2单元502" says the end twice.
    return _begun_again(
        [part for at, part in enumerate(parts) if not any(part in later for later in parts[at + 1 :])]
    )


def _begun_again(parts: list[str]) -> str:
    """The parts as one; where one begins with the building once more ("望岳里2栋三零…是一楼，2栋103") it takes the place
    of all from there on."""
    whole = ""
    for part in parts:
        building = BUILDING.match(part)
        first = whole.find(building[0]) if building else -1
        whole = (whole if first < 0 else whole[:first]) + part
    return whole


def _behind_a_name(words: str) -> str:
    """ "我妈闵秋香 三眼桥街道演示里18栋502" begins with who lives there."""
    first, space, rest = words.partition(" ")
    named = space and not (MARKS.search(first) or DOOR.search(first)) and MARKS.search(rest)
    return rest.strip() if named else words


TO_THE_DOOR = re.compile(
    r"[一-鿿]{1,6}[\d一二三四五六七八九十]{1,4}(?:号楼?|[栋幢楼室弄组])[\d一二三四五六七八九十单元栋号室楼层]*(?=[，,。；;！!\s]|$)"
)
"""The rest of an address behind its street: 演示坊4号."""


def _from_the_estate(text: str, found: str) -> str:
    """The address with the estate before the building that was understood: 演示新城 + 3栋502."""
    if not BUILDING.match(found):
        return found
    before = re.split(r"[，,。；;！!？?\s]", text.partition(found)[0])[-1]
    estate = ESTATE.fullmatch(LEAD.sub("", before))
    return estate[0] + found if estate else found


def _to_the_door(text: str, found: str) -> str:
    """The address with the lane and the number behind the street that was understood: 三眼桥街道 + 演示坊4号."""
    start = text.find(found)
    rest = TO_THE_DOOR.match(text, start + len(found)) if start >= 0 and STREET.fullmatch(found) else None
    return found + rest[0] if rest else found


def _whole(text: str, found: str) -> str:
    """The address with what was cut off at its end: a room number."""
    start = text.find(found)
    rest = text[start + len(found) :] if start >= 0 else ""
    tail = re.match(r"[\d一二三四五六七八九十零〇单元栋号室楼门组户层东西-]+", rest)
    return found + (tail[0] if tail else "")
