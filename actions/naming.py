"""Which services a turn names, and what it says of each: two in one breath have a clause each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from actions.turn import PUBLIC_MONEY, Clause, Spoken, Turn
from assistant.client import SERVICE_TYPES

ASKED = re.compile(
    r"几点|[啥什]么时候|多少钱|在哪|哪里|哪儿|电话|有没有|开门|开不开|管不管|补不补|报不报|[吗呢?？]$"
)
"""What makes a clause a question."""
HINTS = {
    "meal": ("饭", "餐", "食堂"),
    "bath": ("澡", "浴"),
    "cleaning": ("打扫", "卫生"),
    "haircut": ("头发", "头"),
}
"""Words by which an implied service is placed in a sentence, and known where none is named."""
PLACED = {
    "medical_escort": ("看病", "医院", "复查"),
    "mobility_escort": ("轮椅",),
    "shopping": ("买",),
    "nursing": ("换药", "打针", "伤口"),
    "checkup": ("血压", "血糖", "抽血"),
    "companionship": ("说说话", "聊聊", "讲讲话", "陪陪"),
    "haircut": ("剃", "剪"),
    "urgent_repair": ("修", "漏水", "堵"),
}
"""Words that only place one: each has other meanings too."""


LOOKALIKES = str.maketrans("俗裕峪桔莱操躁藻", "浴浴浴洁菜澡澡澡")
"""Characters mistaken for those of a service's name by who writes with a finger: 助俗."""


def services(turn: Turn) -> list[str]:
    """The services meant, in the order said; one that is only implied stands where its words seem to."""
    return list(dict.fromkeys(service for service, _ in positions(turn))) or _miswritten(turn)


def _miswritten(turn: Turn) -> list[str]:
    """The service whose name was written with a character that looks alike; mostly empty."""
    meant = turn.text.translate(LOOKALIKES)
    if meant == turn.text:
        return []
    return [
        kind.key
        for kind in SERVICE_TYPES.values()
        if any(name in meant and name not in turn.text for name in kind.names)
    ][:1]


def positions(turn: Turn) -> list[tuple[str, int]]:
    """The services named or implied, each with where it stands, in the order said."""
    said = [
        (each["value"], _position(each, turn))
        for each in turn.entities
        if each["entity"] == "service_type" and each["value"] in SERVICE_TYPES
    ]
    return sorted(said, key=lambda each: each[1])


def hinted(turn: Turn) -> list[str]:
    """The one service that a word of it points at, where none is named: "就撤饭"."""
    found = [key for key, words in HINTS.items() if any(word in turn.wanted for word in words)]
    return found if len(found) == 1 else []


def also_named(service_type: str, turn: Turn) -> list[str]:
    """The other services that a word beside a service may mean: in its clause, or anywhere where it is only implied."""
    said = own_words(service_type, turn) if turn.names("service_type", service_type) else turn.text
    told = [key for key in SERVICE_TYPES if any(word in said for word in words_for(key) if len(word) > 1)]
    return [key for key in told if key != service_type]


def about(service_type: str, turn: Turn) -> Turn:
    """The turn as if it had named one service only."""
    kept = tuple(
        each for each in turn.entities if each["entity"] != "service_type" or each["value"] == service_type
    )
    return replace(turn, entities=kept)


def asked_beside(turn: Turn) -> list[str]:
    """Services after the first that are only asked about: "…，再帮我查一下食堂几点开门"."""
    return [each for each in services(turn)[1:] if _asks_about(each, turn)]


def asks_for_money(service_type: str, turn: Turn) -> bool:
    """Whether the clause in which a service is named asks what the government pays of it."""
    return PUBLIC_MONEY.search(own_words(service_type, turn)) is not None


def _asks_about(service_type: str, turn: Turn) -> bool:
    """Whether the clause in which a service is named asks of it."""
    return ASKED.search(own_words(service_type, turn)) is not None


def own_words(service_type: str, turn: Turn) -> str:
    """The clause in which a service is named; empty where it is only implied."""
    words = next(_named_by(service_type, turn), "")
    return next((clause.text for clause in turn.clauses if words and words in clause.text), "")


def _named_by(service_type: str, turn: Turn) -> Iterator[str]:
    """The first two characters of each naming of a service, by which its clause is found."""
    for entity in turn.entities:
        if entity["entity"] == "service_type" and entity["value"] == service_type:
            yield turn.text[_position(entity, turn) :][:2]


def _position(entity: dict[str, Any], turn: Turn) -> int:
    """Where a service stands in the text: the entity's own place, unless it covers all of the text; then
    the first of its words that is there."""
    whole = entity.get("start", 0) == 0 and entity.get("end", 0) >= len(turn.text)
    if not whole:
        return int(entity.get("start", 0))
    words = words_for(entity["value"])
    return min((turn.text.find(word) for word in words if word in turn.text), default=len(turn.text))


def words_for(service_type: str) -> list[str]:
    """Words by which a service is known in a text."""
    return [*SERVICE_TYPES[service_type].names, *HINTS.get(service_type, ()), *PLACED.get(service_type, ())]


def clause_about(service_type: str, turn: Turn, position: int = 0) -> Clause | None:
    """The clause in which a service was named; where it is only implied, the one at its position among
    those that tell a time."""
    if share := _share(service_type, turn) or _own_hour(service_type, turn):
        return share
    for words in _named_by(service_type, turn):
        for clause in turn.clauses:
            if words and clause.text and words in clause.text:
                return clause if clause.when else _beside(clause, turn)
    timed = [clause for clause in turn.clauses if clause.when]
    return timed[min(position, len(timed) - 1)] if timed else None


def _own_hour(service_type: str, turn: Turn) -> Clause | None:
    """The one clause that names this of several services and its hour: "约洗澡、理发，后天，洗澡上午九点，理发下午两点"."""
    others = [word for each in services(turn) if each != service_type for word in words_for(each)]
    told = [
        clause
        for clause in turn.clauses
        if (clause.when.time or clause.when.part)
        and any(word in clause.text for word in words_for(service_type))
        and not any(word in clause.text for word in others)
    ]
    if not others or len(told) != 1:
        return None
    return Clause(told[0].text, replace(told[0].when, date=told[0].when.date or turn.when.date))


def _share(service_type: str, turn: Turn) -> Clause | None:
    """What is told of one of several services in a clause that tells a time of more than one: "周五上午九点保洁、下午两点助浴"."""
    for clause in turn.clauses:
        start = turn.text.find(clause.text)
        end = start + len(clause.text)
        spots = {key: at for key, at in reversed(positions(turn)) if start <= at < end}
        ordered = sorted(spots.values())
        times = [
            each for each in turn.times if start <= each.start < end and (each.when.time or each.when.part)
        ]
        if service_type not in spots or len(spots) < 2 or len(times) < 2:
            continue
        index = ordered.index(spots[service_type])
        if times[0].start < ordered[0]:
            first, last = (ordered[index - 1] if index else start), ordered[index]
        else:
            first, last = ordered[index], [*ordered, end][index + 1]
        own = next((each.when for each in times if first <= each.start < last), Spoken())
        return Clause(turn.text[first:last], replace(own, date=own.date or clause.when.date))
    return None


def _beside(clause: Clause, turn: Turn) -> Clause:
    """The clause whose time holds for one without: the one before it, or one behind it that names no other service
    ("想约个心理疏导，这周五下午三点")."""
    before, at = _before(clause, turn), turn.clauses.index(clause)
    words = [word for each in services(turn) for word in words_for(each)]
    # "约个打扫，周五上午九点，再约个洗澡，周六下午两点": the clause before tells the time of the service before it.
    others = (
        at > 1 and not turn.clauses[at - 2].when and any(word in turn.clauses[at - 2].text for word in words)
    )
    if (before.when.date or before.when.time) and not others:
        return before
    behind = turn.clauses[at + 1 :][:1]
    return next(
        (each for each in behind if each.when and not any(word in each.text for word in words)), before
    )


def _before(clause: Clause, turn: Turn) -> Clause:
    """A clause without a time has that of the clause before it: "下午三点，再来个人打扫"; of one that names another
    service ("明天中午的饭，顺便问下洗澡") only the day."""
    index = turn.clauses.index(clause)
    if not index or not turn.clauses[index - 1].when:
        return clause
    before = turn.clauses[index - 1]
    if any(word in before.text for each in services(turn) for word in words_for(each)):
        return Clause(clause.text, Spoken(date=before.when.date))
    return before


def partial(service_type: str, turn: Turn, position: int) -> dict[str, Any]:
    """What the turn says of a second service: its own clause's time, or else the day of the first."""
    clause = clause_about(service_type, turn, position)
    when = clause.when if clause else Spoken()
    day = when.date or turn.when.date
    return {
        "service_type": service_type,
        "date": day.isoformat() if day else None,
        "time": when.time.strftime("%H:%M") if when.time else None,
        "part": when.part,
        "ambiguous": when.either_half or None,
        "at_home": True if "上门" in own_words(service_type, turn) else None,
    }
