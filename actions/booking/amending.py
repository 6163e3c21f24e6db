"""One of several at the read-back: dropped, kept alone, or told another time or number, while the others stand.

"连桂枝的不要了，只留舒望春"; "沐秀英改成10:30，刀文光不变".
"""

from __future__ import annotations

import re
from typing import Any

from actions.addresses import home_of
from actions.booking.frame import Booking
from actions.form import CONFIRM, CORRECTION
from actions.naming import own_words, services, words_for
from actions.turn import Clause, Turn, services_named
from actions.who import Who
from assistant.client import relatives

TOLD = (
    "service_type",
    "date",
    "time",
    "part",
    "ambiguous",
    "recurrence",
    "quantity",
    "destination",
    "address",
    "at_home",
)
"""What the wishes of several people may differ in."""
OF_A_PERSON = ("address", "at_home")
"""What holds for every wish of the same people where it is not told."""
DROPPED = re.compile(
    r"(?:不(?:要|用|需要)?|[莫别甭])(?:再)?(?:要|送|来|订|定|约|办|做|去|搞|弄|整|洗|剪|剃|理|扫)?(?<![不莫别甭再])(?=[了啦哒的吧，。]|$)|"
    r"取消|去掉|删[了掉除去]|[撤退][了掉]|免了|算了"
)
FOR_ANOTHER = re.compile(
    r"(?:给|帮|替|是)[^，。]{1,5}[，。\s]*[我俺](?:自己)?不|[我俺](?:自己)?不[^，。]{1,3}[，。\s]*(?:给|帮|替|是)"
)
"""It is for somebody else: "给老头儿剪，我不剪"."""
KEPT_ALONE = r"(?:只|就|光|单)(?:留|要|订|定|约|给|送|办|剩|保留)(?:下|着|给|帮)?"
"""Before the one who stays, of several."""
ALL = re.compile(r"[都全]")
STAYS = re.compile(r"照[旧常样]|不变|留着|还要|还是要|不[用要]?[动改]")
"""That another service stays as it was ordered."""
MINE = ("我的", "我自己", "我那", "俺的", "俺自己")
NUMBERED = re.compile(r"\d\s*份|[一二两三四五六七八九十]\s*份")

Wish = dict[str, Any]


def amend(frame: Booking, turn: Turn) -> list[Who]:
    """Take over what is said of some of those for whom it is; returns them, nobody where nothing is said so."""
    wishes = [own_wish(frame), *frame.more]
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


def drop_services(frame: Booking, turn: Turn) -> list[str]:
    """Drop some of several services that were wished for ("洗澡的不要了", "只订打扫"); returns their keys, none where
    nothing is said so or nothing would be left."""
    wishes = [own_wish(frame), *({"service_type": frame.service_type, **each} for each in frame.more)]
    every = list(dict.fromkeys(str(wish["service_type"]) for wish in [*wishes, *_put_off(frame)]))
    if frame.service_type is None or turn.adds:
        return []
    named = _dropped_services(frame, every, turn)
    left = [wish for wish in wishes if wish["service_type"] not in named]
    if not named or not left:
        return []
    frame.later = [each for each in frame.later if each["frame"].get("service_type") not in named]
    if left[0] is wishes[0]:
        frame.more = [each for each in frame.more if each.get("service_type") not in named]
    else:
        people = [who.model_dump() for who in frame.people]
        _take_over(frame, [{"people": people, **each} for each in left])
    return named


def put_off_some(frame: Booking, room: int) -> list[Who]:
    """Where no place has room for all at once: as many as there is room for first, the others in a booking that follows;
    returns these, nobody where none is put off."""
    fitting = room // (frame.quantity or 1)
    if not 0 < fitting < len(frame.people):
        return []
    frame.people, rest = frame.people[:fitting], frame.people[fitting:]
    frame.more.insert(0, own_wish(frame) | {"people": [who.model_dump() for who in rest]})
    return rest


def take_over_wish(frame: Booking, service: str) -> None:
    """Let another of several services be the booking in hand, the one before being given up."""
    bring_forward(frame, service)
    frame.more = frame.more[1:]


def bring_forward(frame: Booking, service: str) -> None:
    """Go on with another of several services; the one in hand follows it and is not lost."""
    people = [who.model_dump() for who in frame.people]
    wish = next(each for each in frame.more if each.get("service_type") == service)
    rest = [each for each in frame.more if each is not wish]
    _take_over(frame, [{"people": people, **wish}, own_wish(frame), *rest])


def _put_off(frame: Booking) -> list[Wish]:
    """The bookings that wait until this one is made."""
    return [
        each["frame"]
        for each in frame.later
        if each["intent"] == "book_service" and each["frame"].get("service_type")
    ]


def ends(frame: Booking, turn: Turn) -> bool:
    """Whether the one service in hand is called off by its name: "理发不要了，打扫照旧"."""
    others = {*services(turn), *(key for key, _, _ in services_named(turn.text))} - {frame.service_type}
    staying = [clause for clause in turn.clauses if STAYS.search(clause.text)]
    stay = all(any(_names(each, clause, turn) for clause in staying) for each in others)
    if frame.service_type is None or frame.more or not stay or turn.adds or turn.changed_to:
        return False
    if FOR_ANOTHER.search(turn.text):
        return False
    return bool(_clauses_with(DROPPED, [frame.service_type], turn)) and not _wanted_otherwise(turn)


def _wanted_otherwise(turn: Turn) -> bool:
    """Whether only days are left out ("周六周日不送"), or another is told behind ("明天闺女来，不用。要后天的")."""
    dropping = [at for at, clause in enumerate(turn.clauses) if DROPPED.search(clause.text)]
    behind = turn.clauses[dropping[-1] + 1 :] if dropping else ()
    return any(turn.clauses[at].when.excluded for at in dropping) or any(clause.when for clause in behind)


def _dropped_services(frame: Booking, every: list[str], turn: Turn) -> list[str]:
    """Those of ``every`` service that are called off, or all but those that alone are to stay."""
    read_back = frame.asked in (CONFIRM, CORRECTION)
    alone = _clauses_with(re.compile(KEPT_ALONE), every, turn) if read_back else []
    alone += [key for key in every if any(re.search(f"[只光单]{word}", turn.text) for word in words_for(key))]
    return [key for key in every if key not in alone] if alone else _clauses_with(DROPPED, every, turn)


def _clauses_with(words: re.Pattern[str], every: list[str], turn: Turn) -> list[str]:
    """Those of ``every`` service whose clause has such words, or the clause behind it where that names none: "理发，不用了"."""
    found: list[str] = []
    before: list[str] = []
    for clause in turn.clauses:
        here = [key for key in every if _names(key, clause, turn)]
        if words.search(clause.text):
            found += here or ([] if ALL.search(clause.text) else before)
        before = here or before
    return list(dict.fromkeys(found))


def _names(service: str, clause: Clause, turn: Turn) -> bool:
    own = own_words(service, turn) if service in services(turn) else None
    return clause.text == own or any(word in clause.text for word in words_for(service))


def own_wish(frame: Booking) -> Wish:
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
    words = "|".join(re.escape(word) for who in people for word in _called(who))
    if kept := re.search(rf"{KEPT_ALONE}(?:(?:{words})[、和跟与及]?)+", turn.text):
        alone = _in(kept[0], people)
        return [who for who in people if who not in alone]
    clauses = [clause.text for clause in turn.clauses if DROPPED.search(clause.text)]
    return [who for who in people if any(_in(clause, [who]) for clause in clauses)]


def _changed(people: list[Who], turn: Turn) -> list[tuple[Who, Wish]]:
    """Those of whom another time or number is told in a clause of their own, with it."""
    found: list[tuple[Who, Wish]] = []
    for clause in turn.clauses:
        meant = _in(clause.text, people)
        told = {} if clause.reason else _told(clause, turn)
        if len(meant) == 1 and (home := home_of(meant[0].name or "", clause.text)):
            told["address"] = home
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
    same_people = told.people == frame.people
    for name in (*TOLD, "people"):
        if name in first or not (same_people and name in OF_A_PERSON):
            setattr(frame, name, getattr(told, name))
