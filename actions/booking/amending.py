"""One of several at the read-back: dropped, kept alone, or told another time or number, while the others stand.

"连桂枝的不要了，只留舒望春"; "沐秀英改成10:30，刀文光不变".
"""

from __future__ import annotations

import re
from typing import Any

from actions.booking.frame import Booking
from actions.form import CONFIRM, CORRECTION
from actions.naming import own_words, services
from actions.turn import Clause, Turn
from actions.who import Who
from assistant.client import relatives

TOLD = ("service_type", "date", "time", "part", "ambiguous", "recurrence", "quantity")
"""What the wishes of several people may differ in."""
DROPPED = re.compile(
    r"不(?:(?:要|用|需要)(?:送|来|订|约|办|做|去)?|订|定|约|办|做|送|来|去)(?=[了啦的吧，。]|$)|取消|去掉|删[了掉除去]|[撤退][了掉]|免了|算了"
)
KEPT_ALONE = r"(?:只|就|光|单)(?:留|要|订|定|约|给|送|办|剩|保留)(?:下|着|给|帮)?"
"""Before the one who stays, of several."""
MINE = ("我的", "我自己", "我那", "俺的", "俺自己")
NUMBERED = re.compile(r"\d\s*份|[一二两三四五六七八九十]\s*份")

Wish = dict[str, Any]


def amend(frame: Booking, turn: Turn) -> list[Who]:
    """Take over what is said of some of those for whom it is; returns them, nobody where nothing is said so."""
    wishes = [_own(frame), *frame.more]
    everybody = [who for wish in wishes for who in _people(wish)]
    if frame.asked not in (CONFIRM, CORRECTION) or len(everybody) < 2:
        return []
    dropped = _dropped(everybody, turn)
    if len(dropped) == len(everybody):
        return []
    changed = _changed([who for who in everybody if who not in dropped], turn)
    if not dropped and not changed:
        return []
    _take_over(frame, [each for wish in wishes for each in _parted(wish, dropped, changed)])
    return [*dropped, *(who for who, _ in changed)]


def drop_service(frame: Booking, turn: Turn) -> str | None:
    """Drop one of several services that were wished for in one breath ("洗澡的不要了", "只订打扫"); returns its key."""
    if frame.asked not in (CONFIRM, CORRECTION) or not frame.more or turn.adds:
        return None
    wishes = [_own(frame), *({"service_type": frame.service_type, **each} for each in frame.more)]
    every = {wish["service_type"] for wish in wishes}
    alone = {key for key in every if _told_of(key, turn, re.compile(KEPT_ALONE))}
    named = every - alone if alone else {key for key in every if _told_of(key, turn, DROPPED)}
    gone = [wish for wish in wishes if wish["service_type"] in named]
    left = [wish for wish in wishes if wish not in gone]
    if not gone or not left or len({wish["service_type"] for wish in gone}) > 1:
        return None
    if left[0] is wishes[0]:
        frame.more = [each for each in frame.more if each.get("service_type") not in named]
    else:
        people = [who.model_dump() for who in frame.people]
        _take_over(frame, [{"people": people, **each} for each in left])
    return str(gone[0]["service_type"])


def _told_of(service: str, turn: Turn, words: re.Pattern[str]) -> bool:
    """Whether a clause that names a service has such words."""
    clauses = [clause.text for clause in turn.clauses if words.search(clause.text)]
    return service in services(turn) and own_words(service, turn) in clauses


def _own(frame: Booking) -> Wish:
    """The booking in hand as one of the wishes."""
    return frame.model_dump(include={*TOLD, "people"})


def _people(wish: Wish) -> list[Who]:
    return [Who.model_validate(each) for each in wish.get("people") or []]


def _called(who: Who) -> tuple[str, ...]:
    """The words by which somebody may be named."""
    roles = tuple(word for word, role in relatives.ROLES.items() if role == who.relation)
    words = (who.name, who.relation, *roles, *(MINE if who.own else ()))
    return tuple(each for each in words if each)


def _in(clause: str, people: list[Who]) -> list[Who]:
    return [who for who in people if any(word in clause for word in _called(who))]


def _dropped(people: list[Who], turn: Turn) -> list[Who]:
    """Those who are not wanted any more, or all but the one who is to stay."""
    named = {word: who for who in people for word in _called(who)}
    alone = [who for word, who in named.items() if re.search(KEPT_ALONE + re.escape(word), turn.text)]
    if alone:
        return [who for who in people if who not in alone]
    clauses = [clause.text for clause in turn.clauses if DROPPED.search(clause.text)]
    return [who for who in people if any(_in(clause, [who]) for clause in clauses)]


def _changed(people: list[Who], turn: Turn) -> list[tuple[Who, Wish]]:
    """Those of whom another time or number is told in a clause of their own, with it."""
    found: list[tuple[Who, Wish]] = []
    for clause in turn.clauses:
        meant = _in(clause.text, people)
        told = {} if clause.reason else _told(clause, turn)
        if told and len(meant) < len(people):
            found += [(who, told) for who in meant]
    return found


def _told(clause: Clause, turn: Turn) -> Wish:
    """The day, time and number of a clause."""
    when, told = clause.when, dict[str, Any]()
    if when.date and not when.past:
        told["date"] = when.date.isoformat()
    if when.time:
        told |= {"time": when.time.strftime("%H:%M"), "part": None, "ambiguous": when.either_half}
    elif when.part:
        told |= {"time": None, "part": when.part, "ambiguous": False}
    if number := NUMBERED.search(clause.text):
        at = turn.text.find(clause.text) + number.start()
        said = [each for each in turn.entities if each["entity"] == "quantity" and int(each["start"]) == at]
        told |= {"quantity": int(said[0]["value"])} if said else {}
    return told


def _parted(wish: Wish, dropped: list[Who], changed: list[tuple[Who, Wish]]) -> list[Wish]:
    """A wish without those who are dropped, and those of whom something else is told in wishes of their own."""
    people = [who for who in _people(wish) if who not in dropped]
    others = [(who, told) for who, told in changed if who in people]
    rest = [who for who in people if who not in [who for who, _ in others]]
    same = [{**wish, "people": [who.model_dump() for who in rest]}] if rest or not _people(wish) else []
    return [*same, *({**wish, **told, "people": [who.model_dump()]} for who, told in others)]


def _take_over(frame: Booking, wishes: list[Wish]) -> None:
    """The first wish is the booking in hand, the others follow it."""
    first, *frame.more = wishes
    told = Booking.model_validate({name: value for name, value in first.items() if value is not None})
    for name in (*TOLD, "people"):
        setattr(frame, name, getattr(told, name))
