"""Several bookings in one breath: each person, or each day, has its own service, time and number.

"明天午餐：龚德厚1份，柳春娥1份，易长生2份"; "周六爸上午十点理发，妈下午两点助浴". What one part leaves out it has from what
stands before all parts, else from its neighbour.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import time
from itertools import pairwise
from typing import Any

from actions.addresses import home_of
from actions.naming import positions, services
from actions.slots import readings
from actions.spoken import PART_WINDOWS, in_part
from actions.turn import Turn, services_named
from actions.who import Who, listed, named, relation_of
from assistant.client import relatives

END = re.compile(r"[，。；！？,;!?\n]|(?<!\d)[：:](?!\d)|(?<=[一-鿿])[ \t]+(?=[一-鿿])")
"""Where a part ends that has more behind it."""
LEAD = re.compile(
    rf"(?:再|另外|还有|给|帮|替|为|让|请|陪|接|送|我|俺|咱|家|老|的|{'|'.join(sorted(relatives.ROLES.keys() | relatives.RELATIVES))})+$"
)
"""Words that belong to the person named behind them."""
EACH = re.compile(r"[各每]")
HEADS = re.compile(r"[人位名户]$")
"""A number of people: 两位老人."""
BARE_NUMBER = re.compile(r"[餐饭]\s*[xX×*]?\s*(\d{1,2})\s*(?=$|[，,；;。、\s])")
"""Portions as a worker notes them down, without a word for them: "凌伯年午餐1，鄢冬秀午餐2"."""
FOR_ALL = re.compile(r"(?:均|一律|统一|全都?|都)[为是于在按安排约定送]{0,3}$")
"""Before a time that holds for every one of several bookings."""
UNDONE = re.compile(r"不对|不是|还是|改|换|或者|要么|取消|算了")
"""Beside such words a second person or day corrects the first."""
TIME = ("time", "part", "ambiguous")
SHARED = ("service_type", "date", "quantity", "recurrence")


@dataclass
class Part:
    """What is said of one person or day."""

    start: int
    end: int
    people: list[Who] = field(default_factory=list)
    told: dict[str, Any] = field(default_factory=dict)


def several(turn: Turn) -> list[dict[str, Any]]:
    """The bookings wished for, each as fields of ``Booking``; empty where there are not several."""
    if UNDONE.search(turn.text):
        return []
    anchors = _people(turn)
    if len(anchors) > 1 and (again := _named_again(anchors, turn)):
        anchors = again
    parts = _parts(turn, anchors) if len(anchors) > 1 else _days(turn)
    if len(parts) < 2:
        return []
    lead = _told(turn, 0, parts[0].start)
    for part in parts:
        part.told = _told(turn, part.start, part.end)
        if len(part.people) == 1 and (
            home := home_of(part.people[0].name or "", turn.text[part.start : part.end])
        ):
            part.told["address"] = home
    parts = _grouped(parts, turn)
    _complete(parts, lead)
    _hold_for_all(parts, turn)
    wishes = _alike(parts)
    return wishes if len(wishes) > 1 else []


def _people(turn: Turn) -> list[tuple[int, int, Who]]:
    """Everybody for whom something may be wanted, with the place of their name."""
    wanted = max(named(turn), listed(turn), key=len)
    found = [(*place, who) for who in wanted if not who.own and (place := _place(who, turn))]
    return sorted(found, key=lambda each: each[:2])


def _named_again(anchors: list[tuple[int, int, Who]], turn: Turn) -> list[tuple[int, int, Who]]:
    """Where each is named once more, with a time or number of their own: "我爸我妈下周四都约体检，爸九点，妈十点"."""
    last = anchors[-1][1]
    again = [(*place, who) for _, _, who in anchors if (place := _place(who, turn, behind=last))]
    if len(again) < len(anchors):
        return []
    again.sort(key=lambda each: each[:2])
    told = [_told(turn, part.start, part.end) for part in _parts(turn, again)]
    return again if all("time" in each or "quantity" in each for each in told) else []


def _place(who: Who, turn: Turn, behind: int = 0) -> tuple[int, int] | None:
    """Where somebody is named: by name, else by what they are to the speaker.

    Args:
        behind: only what stands after that many characters counts.
    """
    if who.relation in relatives.BOTH:
        return None
    if who.name and (start := turn.text.find(who.name, behind)) >= 0:
        return start, start + len(who.name)
    if who.name and not behind:
        return None
    for each in turn.entities:
        here = each["entity"] == "person" and int(each["start"]) >= behind
        if here and who.relation and who.relation == relation_of(str(each["value"])):
            return int(each["start"]), int(each["end"])
    return None


def _parts(turn: Turn, anchors: list[tuple[int, int, Who]]) -> list[Part]:
    """The text about each person: from the beginning of their clause, or from their name, to the next."""
    text, starts = turn.text, []
    for (_, before, _), (start, _, _) in pairwise([(0, 0, Who()), *anchors]):
        signs = [sign.end() for sign in END.finditer(text, before, start)]
        lead = LEAD.search(text[before:start])
        starts.append(signs[-1] if signs else before + lead.start() if lead else start)
    ends = [*starts[1:], len(text)]
    return [Part(start, end, [who]) for start, end, (_, _, who) in zip(starts, ends, anchors, strict=True)]


def _days(turn: Turn) -> list[Part]:
    """ "明天一份，后天两份": clauses that tell a day and a number each."""
    bounds = [0, *(sign.end() for sign in END.finditer(turn.text)), len(turn.text)]
    clauses = [Part(start, end) for start, end in pairwise(bounds)]
    told = [(clause, _told(turn, clause.start, clause.end)) for clause in clauses]
    dated = [clause for clause, said in told if said.get("date") and said.get("quantity")]
    for clause, following in pairwise(dated):
        clause.end = following.start
    if dated:
        dated[-1].end = len(turn.text)
    days = {said["date"] for clause, said in told if clause in dated}
    return dated if len(days) > 1 and len(days) == len(dated) else []


def _told(turn: Turn, start: int, end: int) -> dict[str, Any]:
    """What a part of the text says of a booking."""
    told: dict[str, Any] = {}
    services = [each for each, at in positions(turn) if start <= at < end]
    if named := services or [key for key, _, _ in services_named(turn.text[start:end])]:
        told["service_type"] = named[0]
    for timed in turn.times:
        if not start <= timed.start < end:
            continue
        when = timed.when
        if when.date and not when.past:
            told["date"] = when.date.isoformat()
        if when.recurrence:
            told["recurrence"] = when.recurrence
        if when.time:
            told |= {"time": when.time.strftime("%H:%M"), "part": None, "ambiguous": when.either_half}
        elif when.part:
            told |= {"time": None, "part": when.part, "ambiguous": False}
    for each in turn.entities:
        of_people = HEADS.search(str(each.get("text", ""))) is not None
        if each["entity"] == "quantity" and start <= int(each["start"]) < end and not of_people:
            told["quantity"] = int(each["value"])
            if EACH.search(turn.text[max(0, int(each["start"]) - 2) : int(each["start"])]):
                told["each"] = True
    if "上门" in turn.text[start:end]:
        told["at_home"] = True
    if "quantity" not in told and (bare := BARE_NUMBER.search(turn.text[start:end])):
        told["quantity"] = int(bare[1])
    return told


def _grouped(parts: list[Part], turn: Turn) -> list[Part]:
    """Names in a row (普凤仙、李家福各一份) share what is said behind the last."""
    grouped: list[Part] = []
    waiting: list[Who] = []
    for part in parts:
        if not part.told and part is not parts[-1]:
            waiting += part.people
            continue
        part.people, waiting = waiting + part.people, []
        grouped.append(part)
    return grouped


def _complete(parts: list[Part], lead: dict[str, Any]) -> None:
    """Fill in what a part leaves out: said before all, else by the part before, else by one behind."""
    for_each = [part.told["quantity"] for part in parts if part.told.pop("each", False)]
    own = [dict(part.told) for part in parts]
    for index, part in enumerate(parts):
        before, behind = parts[index - 1].told if index else {}, own[index + 1 :]
        for name in SHARED:
            others = (
                for_each if name == "quantity" else [before.get(name), *(each.get(name) for each in behind)]
            )
            said = (own[index].get(name), lead.get(name), *others)
            value = next((each for each in said if each is not None), None)
            if value is not None:
                part.told[name] = value
        half = lead.get("part")
        if own[index].get("ambiguous") and half in PART_WINDOWS:
            # "下周四晚上都约，爸七点": the half of the day was said before all.
            hour_said = time.fromisoformat(own[index]["time"])
            hour = next((at for at in readings(hour_said, either_half=True) if in_part(at, half)), hour_said)
            part.told |= {"time": hour.strftime("%H:%M"), "ambiguous": False}
        if "time" not in own[index]:
            service = part.told.get("service_type")
            same = [each for each in (before, *behind) if each.get("service_type", service) == service]
            timed = next((each for each in (lead, *same) if "time" in each), {})
            part.told |= {name: timed[name] for name in TIME if name in timed}


def _hold_for_all(parts: list[Part], turn: Turn) -> None:
    """The hour that is said to hold for all: "甲12日午餐1份；乙13日午餐2份。均于中午12点送到家中"."""
    shared = [timed for timed in turn.times if timed.when.time and FOR_ALL.search(turn.text[: timed.start])]
    for part in parts if shared else ():
        if not part.told.get("time"):
            when = shared[-1].when
            part.told |= {"time": f"{when.time:%H:%M}", "part": None, "ambiguous": when.either_half}


def _alike(parts: list[Part]) -> list[dict[str, Any]]:
    """Bookings that differ in nothing but the person are one for several."""
    wishes: list[dict[str, Any]] = []
    for part in parts:
        same = next((wish for wish in wishes if part.people and _details(wish) == part.told), None)
        if same:
            same["people"] += [who.model_dump() for who in part.people]
        else:
            people = {"people": [who.model_dump() for who in part.people]} if part.people else {}
            wishes.append({**part.told, **people})
    return wishes


def _details(wish: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in wish.items() if name != "people"}


def tells_over(wishes: list[dict[str, Any]], turn: Turn) -> bool:
    """Whether a turn only says again what several wishes hold: more than the first, and nothing that is new.

    Args:
        wishes: as fields of ``Booking``, the one in hand first; what the others leave out holds as for that one.
    """
    first, *others = wishes
    types = [each.get("service_type") or first["service_type"] for each in wishes]
    people = [who["name"] for each in wishes for who in each.get("people") or () if who.get("name")]
    days = {each.get("date") for each in wishes}
    hours = {int(each["time"][:2]) % 12 for each in wishes if each.get("time")}
    named_types, named_people = set(services(turn)), {who.name for who in named(turn) if who.name}
    beyond = named_types & set(types[1:]) - {types[0]} or len(named_people) > 1
    said = [each.when for each in turn.times]
    return (
        bool(others and beyond)
        and named_types <= set(types)
        and named_people <= set(people)
        and all(when.date is None or when.date.isoformat() in days for when in said)
        and all(when.time is None or when.time.hour % 12 in hours for when in said)
    )
