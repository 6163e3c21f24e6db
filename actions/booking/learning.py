"""What a turn tells of a booking."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from actions.addresses import ELSEWHERE, completed, put_right, said_address
from actions.booking.again import as_before
from actions.booking.amending import bring_forward
from actions.booking.escorts import ESCORTS, destination, goes_nowhere
from actions.booking.frame import Booking
from actions.booking.meals import mealtime, several_meals
from actions.booking.portions import by_the_head
from actions.booking.several import EACH, HEADS, several
from actions.form import CONFIRM, CORRECTION
from actions.naming import asked_beside, clause_about, own_words, partial, services, words_for
from actions.places import like, streets_like
from actions.slots import readings
from actions.spoken import DAY_NAMES, PART_WINDOWS, in_part
from actions.turn import Spoken, Turn
from actions.who import BEDRIDDEN, CARED_FOR, NOT_FOR_ME, Who, bare_name, listed, named, renamed
from assistant.client import Client, relatives

DONE_THERE = frozenset(("checkup", "rehab", "nursing", "health_guidance"))
"""What is done where somebody is accompanied to."""
THAT_DAY = re.compile(r"(?:当|那|同一?|那一)天(?!.*今天)")
"""The day that is spoken of, whatever day it is: "那就当天下午三点吧"."""
NEXT = re.compile(r"(?:下|另|再)一[单位]|第[二两三四五2-5][单位]")
"""Of orders that are given one after the other: 第二单."""
BEFORE_ALL = ("service", "person", "date", "time", "quantity")
"""Questions whose answer may tell several bookings."""
STAYS = ("short_stay", "hospice")
"""Services whose one order is for a whole stay, however long."""
STAY = re.compile(
    r"(?:住|待|托养?|照[看顾]|一共|总共)(?:上|个|满|够)?[一二两三四五六七八九十半\d]{1,3}(?:来)?(?:天|晚上?|宿|个?(?:多)?(?:星期|礼拜|周|月))(?!以?[前后内])"
)
"""How long: 住五天."""
WEEKLY, DAILY = "FREQ=WEEKLY", "FREQ=DAILY"
WORKING_DAYS = f"{WEEKLY};BYDAY=MO,TU,WE,TH,FR"
REPEATED = re.compile(r"每|天天|日日|见天|工作日")
"""A rule is told, not only a day on which it does not hold."""
REACHED = re.compile(r"打|接|电话|在家|回[来家]|联系|号码")
"""A clause that tells when somebody can be reached."""
WEEKDAYS = tuple(DAY_NAMES)
CALLED = re.compile(r"(?:她|他|老人家?|人家?)(?:名字)?(?:是)?叫|名字(?:是|叫)")
"""Words before the name of the one it is for."""
SHE_IS_CALLED = re.compile(r"(?:她|他|老伴|老[头婆]子?)(?:名字)?叫")
ONLY_ONCE = re.compile(
    r"(?:不要|不是|不用|莫|别|甭)(?:再|给我|搞|弄)?(?:天天|每天|每[一个]?[周星礼]|每个|长期|一直|老)|"
    r"(?:就|只|光)要?[^，。]{0,8}?(?:一|1)(?:次|回|趟|顿|天(?![三两二\d]))(?!都)|单次"
)
"""No series is wanted: "不要天天，就后天一回"."""
SOONEST = re.compile(r"最早|尽快|越快越好|马上|赶紧|现在就")
TOLD = re.compile(r"[没冇]|不(?!对|是)|[过了](?!吧)|[来送订约做洗]的|孩子|回来")
"""A day gone by is only told of beside such words."""
TOLD_OF_A_DAY = re.compile(rf"{TOLD.pattern}|昨|前[天儿几些]|上[次回]|去年|以前|之前|说")
"""The same where no day was asked for."""
ONE = re.compile(r"(?:来|订|定|要|送|做|留|端|打)(?:我|俺|个)?份(?![数额])")
"""来份盒饭 is one."""
TOO_FEW = re.compile(r"[咋怎哪][么个能里]*够|不够")
"""Of a number that was too small: "两个人嘛，一份咋个够"."""
ALL_OF_THEM = re.compile(r"(?:俩|[两三四五六七八九\d]+[个样单件项位户])(?:都|均|全)")
SURE = 0.4
"""Confidence from which on a service is taken from an answer that tells something else as well."""
PORTIONS = re.compile(r"[一二两三四五六七八九十\d]\s*份")
NUMBERED = re.compile(r"[路街道巷弄][^，。,\s]{0,6}号|单元|[栋幢]|号楼")
"""A door, by its number."""
OCCASION = re.compile(
    r"结婚|成亲|娶亲|出嫁|喜事|满月|喜酒|吃酒|吃席|过寿|做寿|生日|考试|开学|聚会|回来|来看[我俺咱]|来客|走亲戚"
)
"""What a day is told of as a reason: a haircut before the wedding, the cleaning before the children come."""
NOT_AT_HOME = re.compile(
    r"(?:[莫别甭]|不要|不用|不)(?:到|来|去|送到?|上)[^，。]{0,2}(?:自己|[我俺咱])的?(?:屋|家)|"
    r"住(?:在|到)?[^，。]{0,3}(?:妹|姐|哥|弟|女儿|闺女|姑娘|儿子|崽|孙|舅|姨|姑|亲戚|朋友)[^，。]{0,3}(?:屋|家|那[里儿边])"
)
"""At a read-back: it is to come elsewhere, so that the address on record does not hold."""
FOR_A_RELATIVE = re.compile(
    rf"(?:给|帮|替|为|是)(?:[我俺咱]们?家?的?)?(?:{'|'.join(sorted({*relatives.ROLES, *relatives.RELATIVES}, key=len, reverse=True))})"
)
"""是给我爸, told beside the address."""
AT_PLACE = re.compile(r"去食堂|到食堂|去你们那|过去(吃|洗)|自己(去|来|过去)|到店|堂食|去站里|去中心")


async def learn(api: Client, frame: Booking, turn: Turn, *, first: bool) -> set[str]:
    """Take over what the turn tells.

    Returns:
        The data that it told, by name.
    """
    learned = _service(frame, turn, first)
    if not (first and _of_an_occasion(frame, turn)) and not _door_corrected(frame, turn):
        learned |= _when(frame, turn)
    learned |= await _people(api, frame, turn, first)
    learned |= await _details(api, frame, turn)
    learned |= await as_before(api, frame, turn)
    if first or frame.asked in BEFORE_ALL:
        learned |= _several(frame, turn)
    if not first and frame.more and frame.asked in BEFORE_ALL:
        learned |= _each_in_its_clause(frame, turn)
    return learned


def _several(frame: Booking, turn: Turn) -> set[str]:
    """Bookings for several people or days in one breath: the first is this one, the others follow it."""
    wishes = several(turn) or _several_days(frame, turn) or several_meals(frame, turn)
    if not wishes:
        return set()
    known = {name: getattr(frame, name) for name in ("service_type", "date", "recurrence")}
    if not turn.times:
        known |= {name: getattr(frame, name) for name in ("time", "part", "ambiguous")}
    if any("address" in wish for wish in wishes):
        known["address"] = None
    own, *frame.more = [known | wish for wish in wishes]
    told = Booking.model_validate(own)
    for name in own:
        setattr(frame, name, getattr(told, name))
    return set(own)


def _each_in_its_clause(frame: Booking, turn: Turn) -> set[str]:
    """ "打扫卫生是后天上午九点，剃头是礼拜六下午两点", when both are wanted: each has the moment of its own clause."""
    wishes = {frame.service_type: None} | {wish.get("service_type"): wish for wish in frame.more}
    told = {
        service: clause.when
        for service in wishes
        for clause in turn.clauses
        if service and clause.when.date and any(word in clause.text for word in words_for(service))
    }
    if len(told) < 2 or frame.service_type not in told:
        return set()
    for service, when in told.items():
        day = when.date.isoformat() if when.date else None
        hour = when.time.strftime("%H:%M") if when.time else None
        if wish := wishes[service]:
            wish |= {"date": day, "time": hour, "part": when.part, "ambiguous": when.either_half}
        else:
            frame.date, frame.time, frame.part, frame.ambiguous = day, hour, when.part, when.either_half
    return {"date", "time"}


def _several_days(frame: Booking, turn: Turn) -> list[dict[str, Any]]:
    """The same on each of the days said: 明后两天, 明天和后天."""
    days = [turn.when.date, *turn.when.further]
    if len(days) < 2 or frame.recurrence or len(services(turn)) > 1:
        return []
    return [{"date": day.isoformat()} for day in days if day]


def another(frame: Booking, turn: Turn) -> dict[str, Any] | None:
    """Another service wanted beside the one in hand ("好，再加一份中午饭，礼拜五的"), as far as it was told."""
    if not turn.adds or frame.service_type is None or turn.intent == "complain":
        return None
    meal = mealtime(turn)
    types = [*services(turn), *(["meal"] if meal else [])]
    people = [who for who in named(turn) if not who.own]
    others = bool(people) and not _the_same(people, frame.people)
    wanted = next(
        (each for each in types if each != frame.service_type or (others and NEXT.search(turn.text))), None
    )
    if wanted is None:
        return None
    told = partial(wanted, turn, 0)
    told |= {
        "date": told["date"] or frame.date,
        "part": told["part"] or meal,
        "quantity": _quantity(wanted, turn),
    }
    return told | ({"people": [who.model_dump() for who in people]} if others else {})


def _quantity(service_type: str | None, turn: Turn) -> Any:
    """How many are wanted: the number said, or one where it is only implied. People are no number of visits."""
    said = [
        each
        for each in turn.entities
        if each["entity"] == "quantity"
        and not _of_all(each, turn)
        and not TOO_FEW.match(turn.text[int(each.get("end", 0)) :])
    ]
    if service_type not in (None, "meal"):
        said = [each for each in said if not HEADS.search(str(each.get("text", "")))]
    portions = [each for each in said if not HEADS.search(str(each.get("text", "")))]
    if (
        said == portions
        and len(said) > 2
        and int(said[0]["value"]) == sum(int(each["value"]) for each in said[1:])
    ):
        return said[0]["value"]  # "两份，我一份老伴一份"
    return said[-1]["value"] if said else (1 if ONE.search(turn.text) else None)


def _of_all(quantity: dict[str, Any], turn: Turn) -> bool:
    """ "俩都对", "两单都按登记地址": everything that was wished for, and no number."""
    return ALL_OF_THEM.match(turn.text[int(quantity.get("start", 0)) :]) is not None


def _service(frame: Booking, turn: Turn, first: bool) -> set[str]:
    types = services(turn)
    if frame.asked == "service" and not first and _about_the_person(turn):
        return set()
    if not types or (frame.service_type and frame.asked in ("address", "name", "phone", "destination")):
        return set()
    if first or frame.service_type is None:
        frame.service_type = types[0]
        beside = asked_beside(turn)
        wanted = [each for each in types[1:] if each not in beside]
        frame.more += [
            partial(each, turn, index) | _own_people(each, turn) for index, each in enumerate(wanted, start=1)
        ]
        return {"service_type"}
    if frame.asked in ("date", "time", "quantity") and turn.intent == "inform":
        # "后天，明天我得打针": what else is done that day.
        return set()
    if frame.service_type in ESCORTS and types[-1] in DONE_THERE and not turn.changed_to:
        # "空肚子抽血" is what somebody is accompanied to.
        return set()
    if turn.when and turn.intent != "deny" and not own_words(types[-1], turn):
        # "我刚找老花镜去了，明儿晚上的": a guess from all that is said beside an hour is no other service.
        return set()
    where = turn.value("address") or turn.value("phone")
    if where and not any(word in turn.text for word in words_for(types[-1])):
        # Where it is to be: "莫到我屋里来，我住在我妹妹屋里，地址是…" wishes for nothing else.
        return set()
    if types[-1] in [each.get("service_type") for each in frame.more]:
        if types[-1] == frame.service_type:
            return set()
        bring_forward(frame, types[-1])
        return {"service_type"}
    if types[-1] != frame.service_type and turn.intent in ("book_service", "inform", "deny"):
        frame.service_type = types[-1]
        return {"service_type"}
    return set()


def _about_the_person(turn: Turn) -> bool:
    """Whether the answer tells who or where, or only agrees, and a service at most by a guess: that books nothing
    nobody said."""
    told = (
        any(turn.value(entity) for entity in ("address", "phone", "name")) or turn.affirms or turn.ends_in_yes
    )
    guesses = [each for each in turn.entities if each["entity"] == "service_type"]
    return told and all(each.get("confidence_entity", 1.0) < SURE for each in guesses)


def _own_people(service_type: str, turn: Turn) -> dict[str, Any]:
    """Those named in the clause of a further service: "四位后天午餐各一份；另外易国良周五助浴"."""
    words = own_words(service_type, turn)
    named = {each.name: each.person_id for each in turn.people if each.name in words}
    people = [Who(person_id=known, name=name).model_dump() for name, known in named.items()]
    return {"people": people} if people else {}


def _of_an_occasion(frame: Booking, turn: Turn) -> bool:
    """Whether the only days told are those of an occasion: "星期天我孙子结婚，我这头发乱得…"; guests eat on theirs."""
    dated = [clause.text for clause in turn.clauses if clause.when.date]
    return bool(dated) and frame.service_type != "meal" and all(OCCASION.search(text) for text in dated)


def _when(frame: Booking, turn: Turn) -> set[str]:
    when = _own_clause(frame, turn)
    if frame.date and when.date == turn.now.date() and THAT_DAY.search(turn.text):
        when = replace(when, date=None)
    learned: set[str] = set()
    part = when.part or (mealtime(turn) if frame.service_type == "meal" else None)
    of_a_person = frame.asked in ("address", "phone") or (frame.asked == "name" and not when.time)
    if when.past and not gone_by(frame, turn):
        return learned
    if of_a_person and not turn.changed_to:
        return _hour_beside(frame, turn)
    if when.past:
        # The day that stood is not meant either; it is asked for, and the hour stays.
        frame.date = None
        learned.add("date")
    elif turn.moved and frame.date:
        return _moved(frame, turn.moved)
    elif when.date:
        frame.date = when.date.isoformat()
        learned.add("date")
    if when.excluded and not REPEATED.search(turn.text):
        learned |= _left_out(frame, when)
    elif when.recurrence:
        if not _says_less(when.recurrence, frame):
            frame.recurrence = when.recurrence
        learned.add("recurrence")
    elif frame.recurrence and ONLY_ONCE.search(turn.text):
        frame.recurrence = None
        learned.add("recurrence")
    if when.time:
        said = readings(when.time, either_half=when.either_half, like=_stands(frame))
        frame.time, frame.part, frame.ambiguous = said[0].strftime("%H:%M"), None, when.either_half
        learned.add("time")
    elif part:
        stands = _stands(frame) if frame.asked == CONFIRM and frame.slot else None
        # "对，明天中午" of what was read back as 11:30 says the same once more.
        if not (stands and in_part(stands, part)) and (part != frame.part or frame.time is None):
            frame.time, frame.part = None, part
        learned.add("part")
    agrees = frame.asked == "time" and turn.affirms  # "对" names no day
    if not learned and frame.asked in ("time", "date") and (turn.leaves_it_open or agrees):
        frame.any_time = True
        learned.add("any_time")
    if SOONEST.search(turn.text) and not when.date:
        frame.any_time = True
    return learned


def _says_less(rule: str, frame: Booking) -> bool:
    """Whether a rule takes nothing back of the one that stands: "每个礼拜都来" of Mondays and Thursdays; "每天中午一份" of
    working days, unless it answers the read-back."""
    stands = frame.recurrence or ""
    daily = rule == DAILY and frame.asked not in (CONFIRM, CORRECTION)
    return stands.startswith(f"{WEEKLY};BYDAY=") if rule == WEEKLY else daily and stands == WORKING_DAYS


def _moved(frame: Booking, by: timedelta) -> set[str]:
    """What was read back, later or sooner: "往后推一天吧", "晚半个小时"."""
    hour = _stands(frame)
    moment = datetime.combine(date.fromisoformat(frame.date or ""), hour or time(12)) + by
    learned = {"date"}
    frame.date = moment.date().isoformat()
    if hour and by % timedelta(days=1):
        frame.time, frame.part, frame.ambiguous = moment.strftime("%H:%M"), None, False
        learned.add("time")
    return learned


def _hour_beside(frame: Booking, turn: Turn) -> set[str]:
    """The hour told beside an address or a number, where none was told yet: "九点半到就行，住洛王街道…"."""
    told = [clause.when for clause in turn.clauses if clause.when.time and not REACHED.search(clause.text)]
    if frame.time or len(told) != 1 or told[0].time is None:
        return set()
    hour = readings(told[0].time, either_half=told[0].either_half, like=_stands(frame))[0]
    frame.time, frame.part, frame.ambiguous = hour.strftime("%H:%M"), None, told[0].either_half
    return {"time"}


def gone_by(frame: Booking, turn: Turn) -> date | None:
    """The day gone by for which something is wanted ("6月9号上午理发" on 11 June); none that is only told of ("昨天没洗成")."""
    asked = frame.asked in ("date", "full", "closed")
    for clause in turn.clauses:
        told = (TOLD if asked else TOLD_OF_A_DAY).search(clause.text)
        if clause.when.past and clause.when.date and not (clause.reason or told):
            return clause.when.date
    return None


def _left_out(frame: Booking, when: Spoken) -> set[str]:
    """ "礼拜天不要送" beside a series takes that day out of it; beside a single visit it says when not."""
    if frame.recurrence is None:
        if frame.date and WEEKDAYS[date.fromisoformat(frame.date).weekday()] in when.excluded:
            frame.date = None
            return {"date"}
        return set()
    rule = dict(part.split("=") for part in frame.recurrence.split(";"))
    days = rule.get("BYDAY", ",".join(WEEKDAYS)).split(",")
    kept = [day for day in days if day not in when.excluded]
    if rule["FREQ"] not in ("DAILY", "WEEKLY") or rule.get("INTERVAL", "1") != "1" or not kept:
        return set()
    if kept != days or "BYDAY" in rule:
        rule |= {"FREQ": "WEEKLY", "BYDAY": ",".join(kept)}
        order = ("FREQ", "BYDAY", "COUNT", "UNTIL")
        frame.recurrence = ";".join(f"{name}={rule[name]}" for name in order if name in rule)
    return {"recurrence"}


def _stands(frame: Booking) -> time | None:
    """The time of the day that stood so far, if only its part."""
    if frame.slot:
        return datetime.fromisoformat(frame.slot).time()
    if frame.time:
        return time.fromisoformat(frame.time)
    return PART_WINDOWS[frame.part][0] if frame.part else None


def _own_clause(frame: Booking, turn: Turn) -> Spoken:
    """Two services in one breath have a time each: this one's is in its own clause."""
    if turn.changed_to and turn.changed_to.when:
        new = turn.changed_to.when
        if new.date and new.date == turn.when.date and not (new.time or new.part):
            return turn.when  # "改礼拜六吧，这礼拜六下午两点"
        # "还是明天吧，不过改成四点" tells both.
        return new if new.date or turn.when.past else replace(new, date=turn.when.date)
    if frame.service_type and len(services(turn)) > 1:
        own = clause_about(frame.service_type, turn)
        if own and own.when:
            return own.when
    return turn.when


async def _people(api: Client, frame: Booking, turn: Turn, first: bool) -> set[str]:
    told_beside = frame.asked in ("address", "phone") or (frame.asked == "name" and frame.people)
    if told_beside and not (_for_nobody_else(frame) and FOR_A_RELATIVE.search(turn.text)):
        return set()
    found = [who for who in named(turn) if not (who.own and frame.people)]
    if first or frame.asked == "person":
        in_a_list = listed(turn)
        found = in_a_list if len(in_a_list) >= len(found) else found
    also = turn.speaker.kind == "senior" and all(who.relation == "老伴" for who in found)
    also = also and not (CARED_FOR.search(turn.text) or BEDRIDDEN.search(turn.text))
    if not found or (also and re.search(r"也|在家|一起|俩", turn.text) and not NOT_FOR_ME.search(turn.text)):
        return set()
    if not _the_same(found, frame.people):
        frame.people = found
    return {"people"}


def _for_nobody_else(frame: Booking) -> bool:
    """Whether it was taken to be for the caller."""
    return len(frame.people) == 1 and frame.people[0].own


def _the_same(found: list[Who], before: list[Who]) -> bool:
    """Whether those named are those known: "对，给我妈"."""
    return len(found) == len(before) and all(
        known.own == who.own and (who.name == known.name if who.name else who.relation == known.relation)
        for who, known in zip(found, before, strict=True)
    )


async def _place_named(api: Client, frame: Booking, turn: Turn) -> set[str]:
    """The place that was named, and what else it may be."""
    named = turn.place
    if frame.asked == "place":
        if frame.places and turn.denies:
            frame.place, frame.places = None, []
            return {"place"}
        return set()
    if not named or named == frame.place or frame.asked in ("address", "street", "destination"):
        return set()
    frame.place, frame.places = named, await like(turn, api, frame.city or turn.speaker.city)
    return {"place"}


async def _details(api: Client, frame: Booking, turn: Turn) -> set[str]:
    learned: set[str] = set()
    frame.unsure_where = frame.unsure_where or goes_nowhere(turn)
    if (goal := destination(frame, turn)) and goal != frame.destination:
        frame.destination = goal
        learned.add("destination")
    quantity = by_the_head(turn, len(frame.people)) or _quantity(frame.service_type, turn)
    if quantity and 1 < len(frame.people) == int(quantity) and not EACH.search(turn.text):
        quantity = 1  # "两份均为中午送达" for two people
    door = _door_corrected(frame, turn)
    beside_address = said_address(turn, asked=False) and not PORTIONS.search(turn.text)
    if quantity and not door and frame.asked != "phone" and not beside_address:
        already = frame.quantity if frame.asked == CONFIRM and turn.adds else 0
        frame.quantity = int(quantity) + (already or 0)
        learned.add("quantity")
    learned |= await _place_named(api, frame, turn)
    elsewhere = frame.asked == "destination"
    if (
        turn.city
        and turn.city != frame.city
        and not elsewhere
        and (frame.asked != "address" or _heads_address(turn))
    ):
        frame.city = turn.city
        learned.add("city")
    if turn.value("phone"):
        frame.new_phone = frame.asked in (CONFIRM, CORRECTION) or len(turn.values("phone")) > 1
        frame.phone = turn.value("phone")
        learned.add("phone")
    name = None
    if frame.asked == "name" and not learned and not turn.when:
        name = bare_name(turn.text) or turn.value("name")
    elif CALLED.search(turn.text) and (_unnamed(frame) or _not_on_record(frame)):
        name = turn.value("name")
    if name:
        frame.name = name
        if frame.people and (frame.people[0].relation or _not_on_record(frame)):
            frame.people[0].name = name
        learned.add("name")
    elif (other := turn.value("name")) and _meant_for_her(frame, turn):
        frame.people, frame.name, frame.home = [Who(name=other)], other, None
        learned.add("people")
    if frame.asked in (CONFIRM, CORRECTION) and (right := renamed(turn.text)):
        learned.add(_rename(frame, right))
    told_beside = frame.asked in ("name", "phone", CONFIRM, CORRECTION) and not name
    expected = (
        frame.asked == "address" or door or ELSEWHERE.search(turn.text) or (told_beside and frame.address)
    )
    number_only = told_beside and turn.value("phone") and not turn.value("address")
    asked = bool(expected or (told_beside and _stranger(frame))) and not number_only
    if right := put_right(turn.text, frame.address):
        frame.address, frame.street, frame.streets = right, None, []
        learned.add("address")
    elif address := None if elsewhere else said_address(turn, asked=asked):
        frame.address = completed(address, frame.address)
        heard = await streets_like(address, turn, api)
        frame.street, frame.streets = heard or (None, [])
        learned.add("address")
    elif frame.asked == CONFIRM and NOT_AT_HOME.search(turn.text):
        frame.address, frame.home, frame.streets = None, "", []
        learned.add("address")
    if AT_PLACE.search(turn.text):
        frame.at_home, frame.results = False, []
    elif turn.wanted_at_home and frame.at_home is None:
        frame.at_home = True
        if frame.offering and not frame.offering["offering"]["at_home"]:
            frame.offering, frame.results, frame.slot = None, [], None
            learned.add("at_home")
    if frame.service_type in STAYS and (stay := STAY.search(turn.text)):
        frame.stay = stay[0]
        learned.add("stay")
    remark = [each for each in turn.remarks if not ONLY_ONCE.search(each)]
    if remark:
        known = [frame.remarks] if frame.remarks else []
        frame.remarks = "；".join(dict.fromkeys([*known, *remark]))
        learned.add("remarks")
    return learned


def _meant_for_her(frame: Booking, turn: Turn) -> bool:
    """ "合呢，她叫禄凤仙" of what was read back as the caller's own."""
    return frame.asked == CONFIRM and _for_nobody_else(frame) and SHE_IS_CALLED.search(turn.text) is not None


def _heads_address(turn: Turn) -> bool:
    """Whether the city stands before a district, as in an address: "长沙市雨花区…"; not 长沙路."""
    return re.search(rf"{re.escape(str(turn.city))}(?:市|[一-鿿]{{1,3}}[区县])", turn.text) is not None


def _rename(frame: Booking, name: str) -> str:
    """Put the right name in the place of the one read back; somebody on record is somebody else then."""
    if frame.people and not (frame.people[0].person_id or frame.people[0].own):
        frame.people[0].name = frame.name = name
        return "name"
    frame.people = [Who(name=name)]
    return "people"


def _door_corrected(frame: Booking, turn: Turn) -> bool:
    """ "不对，是玉江大道三十号" after an address: thirty is neither a day nor a number of portions."""
    return frame.address is not None and NUMBERED.search(turn.text) is not None


def _unnamed(frame: Booking) -> bool:
    """Whether it is for somebody else who is not on record and whose name is still to come."""
    who = frame.people[0] if frame.people else None
    return who is not None and not (who.person_id or who.own or who.name or frame.name)


def _not_on_record(frame: Booking) -> bool:
    """Whether it was read back for somebody else who is not on record, whose name may still be put right: "她叫刘桂珍"
    of 刘娭毑."""
    who = frame.people[0] if len(frame.people) == 1 else None
    return frame.asked in (CONFIRM, CORRECTION) and who is not None and not (who.person_id or who.own)


def _stranger(frame: Booking) -> bool:
    """Whether the person is not on record, so that an address is still to come."""
    return bool(frame.people) and not frame.people[0].person_id and not frame.address
