"""In which of the cities that were named something is wanted; of the others it is only told who lives or works there."""

from __future__ import annotations

import re
from collections.abc import Iterable

CLAUSE = re.compile(r"[，,。；;！!？?\s]")
CHILDREN = r"(?:儿|女|闺女|姑娘|崽|娃|孙|媳妇|女婿|孩子|娘家人|弟|妹|哥|姐|嫂|表|侄|外甥|亲戚|朋友|同学|战友|老乡|邻居)"
"""Of whom it is told where they live, and for whom nobody books beside it."""
BUSY = re.compile(
    r"(?:市|那边|那儿|那里|城里|这边)?(?:当|做|干|搞|开|带)?(?:上班|打工|工作|做事|生意|干活|做工|念书|读书|上学|[上读念]大学|当兵|"
    r"出差|旅游|旅行|开会|安家|买了?房|成家|落户|公司|工地|带[孙娃孩]|店)"
)
"""What one does in a city far away."""
KIN_OF = re.compile(rf"的?(?:大|小|二|老)?{CHILDREN}")
"""青岛的孙子."""
VISIT = re.compile(
    rf"(?:那边|那儿)?(?:给{CHILDREN}[^，。]{{0,2}})?(?:看(?!病|医)|玩|旅|出差|开会|走亲|住几|住了|带|打工|上班|读|念|喝|吃|做客|参加|去了|了|一?趟|陪)|$"
)
"""What one goes to a city for, or that one went there."""
NOT_THE_CITY = re.compile(r"[东西南北中]?(?:路|街|大道|巷|里|啤酒|话|口味|菜|烤鸭|小区|花园)")
"""长沙路 is a street."""
WITHIN_WORDS = {"上海": "滨边鲜岛洋湾港参", "西安": "排全装放心静", "大连": "续", "长沙": "发", "太原": "始", "南通": "道",
                "中山": "装公", "北海": "公"}  # fmt: skip
"""What follows where the name only seems to stand there: 带俺上海滨公园, 把东西安排好."""
GOING = re.compile(r"(?:(?<!搬)去|上|往|飞|跑|嫁|嫁到|调到|寄到)(?:了|过)?$")
COMING = re.compile(r"(?:从|打|自)$")
FOR = re.compile(r"[给帮替为接]")
FOR_THEM = re.compile(r"[给帮替为接][她他]|(?<![你您恁们])(?:那边|那儿|那里|当地)(?:能|可以|有|送|订|约)")
THERE_NOW = re.compile(r"[我俺咱](?:们|现在|眼下|人|就|都|这[几两]?[天月]|这阵子|这个月)*(?:住在|在|住)$")
"""One who speaks of where they are themselves."""

MOST_NAMED = 5
"""So many cities are named in one breath."""


def wanted(text: str, cities: Iterable[tuple[str, int, int]], *, senior: bool) -> list[str]:
    """The cities in which something is wanted, in the order said.

    Args:
        cities: name, start and end of each mention.
        senior: whether the one who speaks is the one it is for.
    """
    return [
        name
        for name, start, end in cities
        if text[end : end + 1] not in (*WITHIN_WORDS.get(name, ""),)
        and not _told_of(text, start, end, senior)
    ]


def served(names: list[str] | None) -> str:
    """The cities that have services, told where the one asked for has none; nothing where there are none to name."""
    return f"现在能办的有{'、'.join(names[:MOST_NAMED])}。" if names else ""


def _told_of(text: str, start: int, end: int, senior: bool) -> bool:
    before, after = CLAUSE.split(text[:start])[-1], CLAUSE.split(text[end:])[0]
    if THERE_NOW.search(before) and senior and not BUSY.match(after):
        return False
    if NOT_THE_CITY.match(after) or BUSY.match(after) or COMING.search(before):
        return True
    if KIN_OF.match(after) and not FOR.search(before):
        return True
    if GOING.search(before) and VISIT.match(after):
        return True
    child = re.search(rf"{CHILDREN}[^，。她他]{{0,6}}$", before)
    beside = FOR.search(before[: child.start()][-3:]) if child else None
    if child and not beside and not FOR_THEM.search(text[end:]):
        return True
    # "我是青岛人", "老家青岛" of one who lives here; of one who writes for parents it is where these live.
    home = re.search(r"老家(?:在|是)?$", before) and not after.startswith("的")
    return senior and bool(home or re.match(r"人(?![在民])", after))
