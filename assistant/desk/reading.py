"""What the desk reads from a turn before Rasa sees it: times, clause by clause.

The actions know no calendar; they get the reading with the turn, made under the turn's one clock.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from assistant.benefits.topics import service_types_in
from assistant.kit.when import When, each, moved, read

CHANGE = re.compile(r"(?:改|换|挪|推迟|推|提前|延|调整?|变更?)(?:期|时间)?(?:成|到|为|至)")
"""After these words stands the new value, before them the old one."""
CHANGE_BARE = re.compile(r"[改换挪调]在?(?![天日期])")
"""As ``CHANGE``, where a time follows at once: "改下晌两点半"."""
CLAUSE = re.compile(
    r"[，。；！？,;!?…\n]+|(?<=[一-鿿])[ \t]+(?=[一-鿿]|\d+[号日])|(?=另外|顺便|然后|再(?:帮|给|替|订|约|来|就是)|还(?:要|想|得))"
)
"""Where one thing said ends and the next begins; who writes without punctuation leaves a space."""
NAMELESS = "某"
"""Stands for each character of a name while times are read: "李正明上午来" is not tomorrow."""
MOST_CLAUSES = 16
AMENDED = {"confirm", "correction", "full", "closed", "new_time"}
"""After what was asked the time that stands may be changed, with a reason."""
WHY = re.compile(
    r"(?:[我俺咱他她]|老[伴头婆]|闺女|儿子|孩子|孙[子女]).{0,4}?"
    r"(?:(?:得|要)(?:给|在|看|买|打(?!扫)|接|送|开|复|住|睡|吃|走|参加|办|带|陪|等)|"
    r"(?:去|克|上(?!午)|来|回)(?=[^\s吧呗啊嘛呢哈])|有事|没空|冇空|还在|正在|约了)|"
    r"(?<![想只])[得要](?:去|克)(?=[^\s吧呗啊嘛呢哈])|有事|没空|冇空|不得空|不在|不方便|起不[来了]|来不及|赶不[上及]|"
    r"太[早晚迟]|不行|不成|不中|不赶趟|(?:在家|回来|自己)[做烧煮弄]|去不了|来不了"
)
"""What makes a clause with a time the reason for another time: "礼拜四头晌俺得去打针，改下晌两点半"."""
STAYS = re.compile(
    r"留着|保留|还得?[来做要]|[别莫甭](?:给[我俺咱])?[都全]|照[旧常样送来做]|还是?要|不[用要消]?[动变]|不[用要消][改换挪]|[别莫甭](?:给我)?[动改换]|[别不莫甭][用要]?(?:给我)?取消"
)
"""What makes a clause tell of what is to stay as it is, beside another that is to change: "黄志明的不动"."""
UNTOUCHED = re.compile(r"[\u4e00-\u9fff](?:的|那个|那单)(?:就|可|先)?(?:[别莫甭]动|不[用要]?动)")
"""The same where nothing else tells of a change: "就5140那单，保洁的别动"."""
UNDONE = re.compile(r"改|换|挪|推|调|取消|退|撤|不[要整去来做用订约]了?|别[来送]|[莫甭][来送要]")
WISHED = re.compile(
    r"改|换|挪|想|就|的是|要的|给[我俺咱他她]|帮[我俺咱]|[约订]|送来?|行不|中不|成不|可以|能不能"
)
"""It is none where something is wished in it."""
ORDERED = re.compile(
    r"送|(?<![一不稳固])定(?!时)|订|约|上门|派|安排|登记|帮|想(?!不)|[给替][我俺咱他她你]|[需只就都也还]要(?!去|上|吃药|看|带|接|忙|做饭)|要(?=[的吧嘛呢啊]|$)|"
    r"份|[改换]|(?<!回)来(?:一?[次趟回个]|人)"
)
"""A clause with such words speaks of what is wanted."""
OF_SOMEBODY = re.compile(
    r"(?:[我俺咱他她]们?俩?|自己|老两口|老[伴头婆]\S{0,2}|[爸妈爹娘爷奶]|闺女|女儿|姑娘|儿子|崽女?|儿女|媳妇|孩子|孙[子女])(?:就|都|也|还|又|老|得|是|现在|如今)*$"
)
"""Whoever does something every day stands before the words for it: 俺天天守着他."""
CALLER = re.compile(r"[我俺咱]们?俩?(?:就|都|也|还|又|得|是|现在|如今)*$")
GOES = re.compile(r"去|透析|化疗|复查|看病|打针|理疗|换药|针灸")
"""What somebody may be accompanied to, as often as it is."""
NEGATED = re.compile(r"(?:不(?:要|是|用)|莫|别|甭)(?:再|给我|搞|弄)?$")
"""不要天天 tells that it is not to come again and again."""
STARTS = re.compile(r"开始|起(?!床|来)")
AILS = re.compile(r"睡|失眠|[疼痛咳哭]|起夜|起来好几|难受|心慌|发慌|做梦|惊醒|老醒|害怕|抽筋|不舒服|不得劲")
CORRECTED = re.compile(r"不对|不是|错了|哦不|还是")
"""What comes after these words holds."""


def as_json(when: When) -> dict[str, Any]:
    """A reading as metadata for Rasa: ISO texts, nulls where nothing was said.

    A day of the year without its year ("6月9号" on 11 June) is the one just gone by where that lies nearer: nobody books
    for next June, and whoever misspoke is told.
    """
    day = when.missed or when.date
    return {
        "date": day.isoformat() if day else None,
        "time": when.time.strftime("%H:%M") if when.time else None,
        "part": when.part_of_day,
        "further": [day.isoformat() for day in when.further],
        "recurrence": when.recurrence,
        "excluded": list(when.excluded),
        "ambiguous": when.ambiguous,
        "past": when.past or when.missed is not None,
        "either_half": when.either_half,
    }


def says_something(when: When) -> bool:
    return bool(when.date or when.time or when.part_of_day or when.recurrence)


def heard(
    text: str, now: datetime, asked: str | None, names: Sequence[tuple[int, int]] = ()
) -> dict[str, Any]:
    """``{"when": …, "clauses": [{"text", "when", "reason", "moved"}], "times": [{"start", "end", "when"}],
    "new": {"text", "when", "old"} | null}``.

    ``times`` has every time by itself, where it stands; ``new`` is what follows "改成" and its kin, the value a change
    asks for. ``moved`` are the minutes by which a clause moves what stands. A ``reason`` is a clause whose time is not wanted; ``when`` is read without it, and without what somebody
    is told to do every day.

    Args:
        names: where names of people stand, start and end: no time is read in them.
    """
    said = _masked(text, names)
    spans = _clauses(said)[:MOST_CLAUSES]
    whens = [read(said[start:end], now, asked=asked) for start, end in spans]
    told, said = said, _masked(said, _habits(said, spans, whens) + _troubles(spans, said, whens))
    pieces = [said[start:end] for start, end in spans]
    whens = [
        when if piece == told[start:end] else read(piece, now, asked=asked)
        for when, piece, (start, end) in zip(whens, pieces, spans, strict=True)
    ]
    amends = asked in AMENDED or CORRECTED.search(text) is not None
    reasons = _staying(pieces, spans) | (_reasons(pieces, whens) if amends else set())
    wanted = said
    for index in reasons:
        wanted = wanted.replace(pieces[index], "")
    clauses = [
        {"text": text[start:end], "reason": index in reasons, **_moved(said[start:end], when, now, asked)}
        for index, ((start, end), when) in enumerate(zip(spans, whens, strict=True))
    ]
    return {
        "when": as_json(read(wanted, now, asked=asked)),
        "clauses": clauses,
        "times": [
            {"start": one.span[0], "end": one.span[1], "when": as_json(one)}
            for one in each(said, now)
            if one.span
        ],
        "new": _new(wanted, now, asked),
    }


def _moved(piece: str, when: When, now: datetime, asked: str | None) -> dict[str, Any]:
    """The time of a clause; of "周五那个往后推一天" that of what stands, beside the minutes by which it is moved."""
    move = moved(piece)
    if move is None:
        return {"when": as_json(when), "moved": None}
    stands = piece[: move.start] + NAMELESS * (move.end - move.start) + piece[move.end :]
    minutes = move.by // timedelta(minutes=1)
    return {"when": as_json(read(stands, now, asked=asked)), "moved": minutes}


def _reasons(pieces: list[str], whens: list[When]) -> set[int]:
    """Which clauses tell why another time is wanted; none, where no other is told."""
    changed = any(CHANGE_BARE.search(piece) for piece in pieces)
    reasons = {
        index
        for index, (piece, when) in enumerate(zip(pieces, whens, strict=True))
        if (changed or says_something(when)) and WHY.search(piece) and not WISHED.search(piece)
    }
    told = changed or any(says_something(when) for index, when in enumerate(whens) if index not in reasons)
    return reasons if told else set()


def _staying(pieces: list[str], spans: list[tuple[int, int]]) -> set[int]:
    """Which clauses tell what is not to change, where another tells of a change."""
    staying = {index for index, piece in enumerate(pieces) if STAYS.search(piece)}
    untouched = {index for index, piece in enumerate(pieces) if UNTOUCHED.search(piece)}
    # "打扫那个还得来" was parted before 还得, without a sign between.
    staying |= {at - 1 for at in staying if at and spans[at - 1][1] == spans[at][0]}
    undone = any(UNDONE.search(piece) for index, piece in enumerate(pieces) if index not in staying)
    return staying if undone else untouched if len(untouched) < len(pieces) else set()


def _masked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with nothing to be read in the spans, and everything else in its place."""
    for start, end in spans:
        text = text[:start] + NAMELESS * (end - start) + text[end:]
    return text


def _troubles(clauses: list[tuple[int, int]], text: str, whens: list[When]) -> list[tuple[int, int]]:
    """Where a part of the day is told only of what ails somebody: "夜里睡不好，想约个心理疏导"."""
    return [
        (start + when.span[0], start + when.span[1])
        for (start, end), when in zip(clauses, whens, strict=True)
        if when.part_of_day and when.span and not (when.date or when.time or when.recurrence)
        if AILS.search(text[start:end]) and not ORDERED.search(text[start:end])
    ]


def _habits(text: str, clauses: list[tuple[int, int]], whens: list[When]) -> list[tuple[int, int]]:
    """Where it is told what somebody does again and again, or what is not to, rather than what is to come so.

    "俺天天守着他，后儿个晌午送一份" is for one day.
    """
    told = [(start, text[start:end], when) for (start, end), when in zip(clauses, whens, strict=True)]
    once = any(when.date and not when.recurrence and not STARTS.search(piece) for _, piece, when in told)
    return [
        (start + when.span[0], start + when.span[1])
        for start, piece, when in told
        if when.recurrence and when.span and not when.date and _is_habit(piece, when.span, once=once)
    ]


def _is_habit(piece: str, span: tuple[int, int], *, once: bool) -> bool:
    """Whether a clause with a recurrence tells a habit; ``once``: another clause names the day that is wanted."""
    before, after = piece[: span[0]], piece[span[1] :]
    if NEGATED.search(before):
        return True
    somebody = OF_SOMEBODY.search(before) is not None
    theirs = somebody and not re.search(r"[给帮替为接]", before)
    if ORDERED.search(piece):
        # "我闺女天天给我送饭，明天她出差": hers, where a day is named.
        return once and theirs and not CALLER.search(before)
    if not once and (service_types_in(piece) or GOES.search(after)):
        return False
    return theirs or (once and len(after) > SHORT) or TOLD.search(after) is not None


SHORT = 3
"""Characters behind the words for every day that tell nothing of somebody's life."""
TOLD = re.compile(
    r"懒得|[没冇]人|[没冇]法|一个人|在家|凑合|对付|[累疼忙愁怕]|睡|吃药|上班|守着|照[顾看]|伺候|[做买弄]不|有空|发呆|[哭泪叹咳]|念叨|惦记|发脾气|不(?:说话|吭声|出门|下床)|唉声"
)
"""What is told of somebody's days."""


def _new(text: str, now: datetime, asked: str | None) -> dict[str, Any] | None:
    """What is to stand in the place of what stands."""
    change = CHANGE.search(text)
    if change is None:
        bare = (one for one in CHANGE_BARE.finditer(text) if _begins_with_time(text[one.end() :], now, asked))
        change = next(bare, None)
    if change is None:
        return None
    rest = _new_value(text[change.end() :], now, asked)
    # Of several days before it the last is that of what is changed: "明天我要看病，后天的打扫改到…".
    before = [read(piece, now, asked=asked) for piece in CLAUSE.split(text[: change.start()])]
    old = next((when for when in reversed(before) if when.date), When())
    return {"text": rest, "when": as_json(read(rest, now, asked=asked)), "old": as_json(old)}


def _begins_with_time(text: str, now: datetime, asked: str | None) -> bool:
    when = read(text, now, asked=asked)
    return when.span is not None and when.span[0] == 0 and says_something(when)


def _clauses(text: str) -> list[tuple[int, int]]:
    """Start and end of every clause, without the white space around it."""
    signs = [(match.start(), match.end()) for match in CLAUSE.finditer(text)]
    starts, ends = [0, *(end for _, end in signs)], [*(start for start, _ in signs), len(text)]
    trimmed = [
        (end - len(text[start:end].lstrip()), start + len(text[start:end].rstrip()))
        for start, end in zip(starts, ends, strict=True)
    ]
    return [(start, end) for start, end in trimmed if start < end]


def _new_value(rest: str, now: datetime, asked: str | None) -> str:
    """What follows "改到" as far as it is the new value: "周六上午，后天我要去吃酒" gives its reason with another day.

    A correction ("周六，不对，周日") is a part of the value.
    """
    if CORRECTED.search(rest):
        return rest
    kept, wanted = "", None
    for piece in CLAUSE.split(rest):
        day = read(piece, now, asked=asked).date if piece.strip() else None
        if day and wanted and day != wanted:
            break
        kept, wanted = (f"{kept}，{piece}" if kept else piece), wanted or day
    return kept
