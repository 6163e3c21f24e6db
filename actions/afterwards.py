"""What is said of an order once it is made: more portions, another hour – or the same once more, for another day.

"我崽讲他也来，三份" and "时间改成十二点" change the order just made; "再订一个后天的" makes another of its kind.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any, Literal

from actions.addresses import said_address
from actions.naming import own_words, services
from actions.spoken import in_part
from actions.turn import ASKING, TAG, Spoken, Turn
from actions.who import FOR_NEIGHBOUR, NEIGHBOURS, Who, named, relation_of, resolve
from assistant.client import Client, Refused

Order = dict[str, Any]
Meaning = Literal["change", "again", "same"]

ELSEWHERE = frozenset(
    (
        "cancel_order",
        "order_status",
        "complain",
        "ask_subsidy",
        "find_service",
        "human",
        "emergency",
        "profile",
    )
)
"""Intents whose turn tells nothing new of an order."""
STANDS = ("requested", "accepted")
MORE = re.compile(
    r"再(?!见|说|等|想|讲|问|看|过)|另外|还(?:要|得|想|需)|多[加订要来送拿弄做搞]|[加添](?![到成至])|多(?=[一两二三\d]份)"
)
"""Words that add to what was ordered."""
FEWER = re.compile(r"少(?:[订要来送拿弄做]|(?=[一两二三\d]))|减(?![到成至])")
ALSO = re.compile(r"也(?:要|得|想|来|吃|在家|回|订|搞|洗|剪|理|做)|回来(?:吃|了|[，,])|来客|来人吃")
"""Somebody else is to have it too."""
ALSO_ONE = re.compile(r"也(?:要|得|想要|订|来|搞|做|送)\s*[一两二三四五六七八九十\d]+\s*份")
HEAD = re.compile(r"[个人位名口俩仨]$")
"""Behind a number of people, rather than of portions."""
TURNED = re.compile(
    r"不对|不是|错了|还是(?!要)|要.{1,8}的[吧了啊呀]*$|[改换挪推调](?!一?[下哈])|提前|晚[一点些]|早[一点些]"
)
"""Words for another time of what stands."""
SENT = re.compile(r"送[到去往给]|地址(?:是|改|换|要)|[改换]到")
"""Words for where it is to come."""
ON_RECORD = re.compile(r"搬|以后|往后|登记|资料|档案|户口|新家|新房")
"""Words for data on record rather than for one order."""
WANTED = re.compile(r"要|订|约|送|来")
IN_PORTIONS = "meal"
"""The service that is ordered in portions."""


async def follows(number: str | None, turn: Turn, api: Client) -> tuple[Order, Meaning] | None:
    """The order made last with what the turn wants of it; None where it stands no more, or something else is meant.

    Args:
        number: of the order made or looked at last.
    """
    elsewhere = turn.intent in ELSEWHERE and not _sent_elsewhere(turn)
    if number is None or elsewhere or not _tells_something(turn):
        return None
    try:
        order = await api.order(turn.speaker.actor, number)
    except Refused:
        return None
    to_come = order["status"] in STANDS and order["starts_at_local"] >= turn.now.isoformat()
    meant = meaning(order, turn) if to_come and _names_no_other(order, turn) else None
    if meant is None:
        return None
    if meant == "change" and any(who.person_id for who in await _others(order, turn, api)):
        # Somebody else on record has orders of their own.
        meant = "again"
    return order, meant


def meaning(order: Order, turn: Turn) -> Meaning | None:
    """Whether the turn changes the order, asks for another of its kind, only says it again, or speaks of something else."""
    if turn.when.recurrence:
        return "again" if WANTED.search(turn.text) else None
    if _moves(order, turn):
        if turn.changed_to and not MORE.search(turn.changed_to.text) and _points_at(order, turn):
            return "change"  # "九点早了点，俺还得吃药，改成十点半吧"
        if MORE.search(turn.text) or ALSO.search(turn.text):
            return "again"
        return "change" if TURNED.search(turn.text) and _points_at(order, turn) else None
    if order["service_type"] == IN_PORTIONS and _for_neighbours(turn):
        return "again"
    if (
        turn.remarks
        or said_address(turn, asked=False)
        or portions(order["service_type"], order["quantity"], turn)
    ):
        return "change"
    if MORE.search(turn.text) or ALSO.search(turn.text):
        return "again" if order["service_type"] != IN_PORTIONS else None
    return "same" if _says_again(order, turn) else None


def portions(service_type: str, stands: int, turn: Turn) -> int | None:
    """How many there are to be where so many stand; None where nothing is said of that, or nothing is counted."""
    if service_type != IN_PORTIONS:
        return None
    last = number_said(turn)
    company = ALSO.search(turn.text)
    if last is None:
        return stands + 1 if company and not turn.when else None
    number, words = int(last["value"]), turn.text[last["start"] : last["end"]]
    before = re.split(r"[，,。；;]", turn.text[: last["start"]])[-1]
    if FEWER.search(before):
        return max(stands - number, 1)
    heads = HEAD.search(words) is not None
    if MORE.search(before) or ALSO_ONE.search(turn.text) or (company and (heads or number <= stands)):
        return stands + number
    # "确认，三位都订" counts people of whom each has an order, and a number said again is none that is new.
    return None if heads or number == stands else number


def number_said(turn: Turn) -> dict[str, Any] | None:
    """The number that is told, as an entity: the last of portions, else of heads ("四份，连我带她们娘仨")."""
    said = [each for each in turn.entities if each["entity"] == "quantity"]
    portions = [each for each in said if not HEAD.search(turn.text[each["start"] : each["end"]])]
    return next(reversed(portions or said), None)


def _says_again(order: Order, turn: Turn) -> bool:
    """ "晌午，一份" of what was just ordered so."""
    told = turn.when or turn.values("quantity")
    wished = WANTED.search(turn.text) or turn.thanks or turn.affirms or turn.ends_in_yes
    return bool(told) and not (wished or _people(order, turn))


def new_address(turn: Turn) -> str | None:
    """Where it is to come instead; an address that only tells whose order it is is none."""
    return said_address(turn, asked=False) if SENT.search(turn.text) else None


def _sent_elsewhere(turn: Turn) -> bool:
    """ "改一下地址，送到…" right after an order, which sounds like a change of the data on record."""
    return turn.intent == "profile" and bool(new_address(turn)) and not ON_RECORD.search(turn.text)


async def wish_of(order: Order, turn: Turn, api: Client) -> dict[str, Any]:
    """Another order of the kind, as fields of ``Booking``; what the turn says itself comes over it."""
    start = datetime.fromisoformat(order["starts_at_local"])
    others = await _others(order, turn, api)
    own = Who(person_id=order["senior"]["id"], own=order["senior"]["id"] == turn.speaker.person_id)
    wish: dict[str, Any] = {"service_type": order["service_type"], "people": [*others] or [own]}
    if turn.when.recurrence and not others:
        # "以后每天都要": what was ordered stands, and the series follows it.
        wish["date"] = (start.date() + timedelta(days=1)).isoformat()
    elif others or turn.when.time or turn.when.part:
        wish["date"] = start.date().isoformat()
    if order["service_type"] == IN_PORTIONS:
        wish["quantity"] = 1 if others else order["quantity"]
    if order["service_type"] == IN_PORTIONS or not others:
        wish["time"] = f"{start:%H:%M}"
    return wish


async def _others(order: Order, turn: Turn, api: Client) -> list[Who]:
    """Those named who are not the one the order is for."""
    found: list[Who] = []
    for who in _people(order, turn):
        candidates = [] if who.person_id else await resolve(who, turn, api)
        known = candidates[0] if len(candidates) == 1 else None
        whole = who.model_copy(update={"person_id": known["id"], "name": known["name"]}) if known else who
        if whole.person_id != order["senior"]["id"]:
            found.append(whole)
    return found


def _people(order: Order, turn: Turn) -> list[Who]:
    """Those who are named as having it too."""
    people = [who for who in named(turn) if not who.own]
    if not people and _for_neighbours(turn):
        return [Who(relation=NEIGHBOURS)]
    if people or order["service_type"] == IN_PORTIONS:
        return people
    related = [relation_of(str(words)) for words in turn.values("person") if f"{words}也" in turn.text]
    return [Who(relation=each) for each in related if each]


def _for_neighbours(turn: Turn) -> bool:
    called = FOR_NEIGHBOUR.search(turn.text) is not None and turn.speaker.kind != "worker"
    return called or any(who.relation == NEIGHBOURS for who in named(turn))


def _tells_something(turn: Turn) -> bool:
    told = turn.when or turn.values("quantity") or turn.changed_to or turn.remarks or new_address(turn)
    asks = ASKING.search(TAG.sub("", turn.text.strip()))
    return bool(told or MORE.search(turn.text) or ALSO.search(turn.text)) and not asks


def _names_no_other(order: Order, turn: Turn) -> bool:
    """Whether no other service is named; one that is only guessed from the whole is none."""
    types = services(turn)
    return not types or order["service_type"] in types or not any(own_words(each, turn) for each in types)


def _moves(order: Order, turn: Turn) -> bool:
    """Whether another moment is said than that of the order."""
    said, start = turn.when, datetime.fromisoformat(order["starts_at_local"])
    other_day = said.date not in (None, start.date())
    other_time = said.time is not None and (said.time.hour % 12, said.time.minute) != (
        start.hour % 12,
        start.minute,
    )
    return other_day or other_time or (said.part is not None and not in_part(start.time(), said.part))


def _points_at(order: Order, turn: Turn) -> bool:
    """Whether the moment before "改成" and its kin, where one is said, is that of the order."""
    old: Spoken = turn.changed_from
    return old.date in (None, datetime.fromisoformat(order["starts_at_local"]).date())
