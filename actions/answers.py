"""Questions that are answered at once, also in the middle of a form.

Each takes the turn, says its answer through ``out`` and returns slots to set. ``inside`` is true in
the middle of a form: then no offer follows, the form asks its own question next.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Any

from actions import cities, spoken
from actions.benefits import WHO_HE_IS, as_told, circumstances, subject
from actions.out import Out
from actions.places import either, like, offered, place_said
from actions.turn import Turn
from actions.who import Who, listed, named, resolve
from assistant.client import SERVICE_TYPES, Client, Refused

Slots = dict[str, Any]
Answer = Callable[..., Awaitable[Slots]]
SHOWN = 3
"""A listener keeps three items in mind, hardly more."""
LOOKED_AT = 30
"""Among so many those are sought that come to the door."""


async def find_service(
    turn: Turn,
    out: Out,
    api: Client,
    *,
    inside: bool = False,
    service: str | None = None,
    place: str | None = None,
    known: bool = False,
    sought: bool = False,
) -> Slots:
    """What there is, where, when open, for how much.

    Args:
        service: what is talked about, where the turn names no service.
        place: the one meant of several that sounded like the place said.
        known: it was told of already, so that only what is asked now is told.
        sought: the catalogue was searched for the place that the words may name; ``place`` is what was found.
    """
    if turn.asks_subsidy:
        return await ask_subsidy(turn, out, api, inside=inside)
    of_an_order = ARRIVES.search(turn.text) or (THEIR_ORDER.search(turn.text) and not turn.asks_price)
    if of_an_order and not inside and await upcoming(turn, api):
        return await order_status(turn, out, api)
    types = turn.service_types or ([service] if service else [])
    city = turn.city or turn.speaker.city
    if place is None and not inside and (options := await like(turn, api, city)):
        out.say(
            "utter_ask_place", asks="place", expects="choice", names=either(options), choices=offered(options)
        )
        titles = [each.title for each in options]
        return {"pending": {"kind": "place", "titles": titles, "service": types[0] if types else None}}
    place = place or turn.value("place") or (None if sought else await place_said(turn, api, city))
    if not types and not place and turn.location is None and not inside and turn.asked != "place":
        out.say("utter_ask_which_service", asks="service", choices=common_services())
        return {"pending": {"kind": "find"}}
    if inside and not (types or place or turn.location):
        out.say("utter_which_place_later")
        return {}
    shown = 1 if inside else SHOWN
    home = turn.wanted_at_home and bool(types)
    need = {"city": city, "near": turn.location, "limit": LOOKED_AT if home else shown, "q": place}
    answer = await api.search(turn.speaker.actor, **need, service_type=types[0] if types else None)
    if place and types and answer["known_city"] and not answer["results"]:
        # The service was only heard in the name of the place.
        answer = await api.search(turn.speaker.actor, **need)
    if not answer["known_city"]:
        elsewhere = cities.served(answer.get("elsewhere"))
        out.say("utter_city_unknown", city=city, elsewhere=elsewhere, expects="yes_no")
        return {"pending": {"kind": "person", "reason": f"问{city}的服务，没有资料"}}
    results = answer["results"]
    if home:
        # "有没有剃头的师傅肯上门的": whoever comes is told first.
        results = sorted(results, key=lambda each: not (each.get("offering") or {}).get("at_home"))[:shown]
    if turn.counts and not (place or inside) and await documented(turn, out, api, types, kind="fact"):
        return {}
    if (
        turn.asks_price
        and not any(_priced(each) for each in results)
        and await documented(turn, out, api, types)
    ):
        return {}
    if not results:
        title = SERVICE_TYPES[types[0]].called if types else (place or "这项服务")
        out.say("utter_nothing_found", city=turn.city or "", service=title, expects="yes_no")
        return {"pending": {"kind": "person", "reason": f"没有找到：{title}"}}
    if turn.asked_facts and (inside or known):
        tell_of(results[0], turn.asked_facts, out)
        return {}
    for index, result in enumerate(results):
        out.say(
            "utter_found_first" if index == 0 else "utter_found_more",
            count=len(results),
            **_described(result, turn),
            card={"kind": "place", **result},
        )
    bookable = [each for each in results if each.get("bookable")]
    if inside or not bookable:
        return {}
    first = bookable[0]["offering"]
    out.say("utter_offer_booking", service=first["name"], expects="yes_no", asks="yes_no")
    return {
        "pending": {
            "kind": "book",
            "place": bookable[0]["place"]["name"],
            "offer": {
                "service_type": first["service_type"],
                "people": _others(turn),
                "place": bookable[0]["place"]["name"] if place else None,
                "date": turn.when.date.isoformat() if turn.when.date and not turn.when.past else None,
                "time": turn.when.time.strftime("%H:%M") if turn.when.time else None,
                "part": turn.when.part,
                "at_home": True if home else None,
            },
        }
    }


def _others(turn: Turn) -> list[dict[str, Any]]:
    """For whom it is, where that is not the caller."""
    return [who.model_dump() for who in named(turn) if not who.own]


def no_orders(turn: Turn, out: Out, service_type: str | None) -> dict[str, Any]:
    """Say that no order stands and offer to make one; returns that offer as what is pending."""
    out.say("utter_no_orders", asks="yes_no", expects="yes_no")
    return {"kind": "book", "offer": {"service_type": service_type, "people": _others(turn)}}


def _priced(result: dict[str, Any]) -> bool:
    return bool((result.get("offering") or {}).get("unit_price_fen"))


async def documented(turn: Turn, out: Out, api: Client, types: list[str], *, kind: str | None = None) -> bool:
    """Tell what no place tells (a price, how many there are) from the documents, with its year; False when they have
    none.

    Args:
        kind: kind of row that answers, ``fact`` for a number; by default the first of any kind.
    """
    question = {
        "city": turn.city or turn.speaker.city,
        "topic": turn.text,
        "service_type": types[0] if types else None,
        "role": ROLES.get(turn.speaker.kind or "senior", "senior"),
    }
    answer = await api.match_benefits(turn.speaker.actor, question)
    told = next((each for each in answer["answers"] if kind in (None, each.get("kind"))), None)
    if told is None:
        return False
    out.tell(told["text"])
    return True


def common_services() -> list[tuple[str, str]]:
    """Services most asked for, to choose from."""
    return [
        (SERVICE_TYPES[key].called, SERVICE_TYPES[key].called)
        for key in ("meal", "bath", "cleaning", "nursing", "day_care")
    ]


def tell_of(found: dict[str, Any], wanted: set[str], out: Out) -> None:
    """Of a place just what was asked (``Turn.asked_facts``), each of it, also what is not on record."""
    place, offering = found["place"], found.get("offering") or {}
    price = _price(offering.get("unit", ""), offering.get("unit_price_fen"))
    known = {
        "address": f"在{place['address']}" if place.get("address") else "地址资料里没有写",
        "phone": f"电话{place['phone']}" if place.get("phone") else "电话资料里没有写",
        "hours": found.get("hours_text") or "开门时间资料里没有写",
        "price": f"{offering.get('name', '')}{price}" if price else "价钱由服务方告诉您",
    }
    told = [words for name, words in known.items() if name in wanted]
    demo = ["这是演示数据"] if place.get("demo") or offering.get("demo") else []
    out.say(
        "utter_place_facts",
        place=place["name"],
        facts="，".join(told + demo),
        card={"kind": "place", **found},
    )


def _described(result: dict[str, Any], turn: Turn) -> dict[str, Any]:
    """One place in words: only what is known, and what is made up said to be so."""
    place, offering = result["place"], result.get("offering") or {}
    price = offering.get("unit_price_fen")
    distance = result.get("distance_m")
    facts = [
        f"离您大约{_metres(distance)}" if distance is not None else "",
        f"在{place['address']}" if place.get("address") else "",
        f"{result['hours_text']}" if result.get("hours_text") else "",
        _price(offering.get("unit", ""), price),
        f"电话{place['phone']}" if place.get("phone") else "",
        "这家在失信名单上，不能预约" if (result.get("provider") or {}).get("credit") == "dishonest" else "",
        "这是演示数据" if place.get("demo") or offering.get("demo") else "",
    ]
    told = "，".join(filter(None, facts)) or "地址和电话资料里没有写"
    return {"place": place["name"], "service": offering.get("name") or "", "facts": told}


def _price(unit: str, fen: int | None) -> str:
    """每份11元; nothing where no price is on record."""
    if fen is None:
        return ""
    return f"每{unit}{spoken.yuan(fen)}" if fen else "不收费"


def _metres(distance: float) -> str:
    return f"{round(distance, -1):.0f}米" if distance < 1000 else f"{distance / 1000:.1f}公里"


PAID_PUBLICLY = "政府购买居家养老服务"
"""What documents call services that public money pays for."""


async def ask_subsidy(turn: Turn, out: Out, api: Client, *, inside: bool = False, topic: str = "") -> Slots:
    """Which subsidy applies: only what a document says, with its year."""
    types = turn.service_types
    role = ROLES.get(turn.speaker.kind or "senior", "senior")
    asked = f"{topic} {subject(turn)}".strip()
    if turn.asks_public_services:
        asked = f"{PAID_PUBLICLY} {asked}"
    if turn.asks_public_services or WHO_HE_IS.search(turn.text):
        types = [each for each in types if turn.names("service_type", each)]
    question = {
        "city": turn.city or turn.speaker.city,
        "topic": asked,
        "service_type": types[0] if types else None,
        **circumstances(turn),
        "role": _role(asked, role),
        "person_id": turn.speaker.person_id if turn.speaker.confirmed else None,
    }
    answer = await api.match_benefits(turn.speaker.actor, question)
    if not answer["found"] and types:
        # The service may only have been implied, and the documents call it by its subject.
        answer = await api.match_benefits(turn.speaker.actor, question | {"service_type": None})
    if not answer["found"]:
        out.tell(answer["message"], expects="yes_no", asks=None if inside else "yes_no")
        return {} if inside else {"pending": {"kind": "person", "reason": "问补贴，没有资料"}}
    theirs = [each for each in answer["answers"] if each.get("fits") == "yes" and each.get("condition")]
    if len(theirs) == 1 and WHO_HE_IS.search(turn.text):
        # Whoever tells what they are is told of what is due to just them.
        answer["answers"] = theirs
    if len(answer["answers"]) > 1 and turn.speaker.channel == "phone" and not inside:
        return _listed(answer["answers"][:SHOWN], out)
    for each in answer["answers"][:SHOWN]:
        out.tell(each["text"])
    if inside:
        return {}
    missing = next((name for each in answer["answers"][:1] for name in each.get("missing", [])), None)
    if missing in ("age", "ability", "income") and turn.asked not in ("age", "ability", "income"):
        out.say(f"utter_ask_{missing}", asks=missing)
        return {"pending": {"kind": "subsidy", "topic": asked}}
    out.say("utter_anything_else")
    return {"pending": as_told(answer["answers"][0], types[0] if types else None)}


def nothing_newer(pending: dict[str, Any], out: Out) -> Slots:
    """What was told stands in a document of its year, and nothing later is on record."""
    out.say("utter_nothing_newer", year=pending["year"], asks="yes_no", expects="yes_no")
    return {"pending": {"kind": "person", "reason": "问补贴的新情况，没有资料"}}


def _listed(answers: list[dict[str, Any]], out: Out) -> Slots:
    """Several benefits by name: read out in full they are too long for the ear."""
    titles = [each["title"] for each in answers]
    out.say(
        "utter_benefits_listed",
        asks="benefit",
        expects="choice",
        choices=[(title, title) for title in titles],
        count=len(titles),
        titles="，".join(titles),
    )
    return {
        "pending": {
            "kind": "benefit",
            "titles": titles,
            "texts": [each["text"] for each in answers],
            "year": answers[0].get("year"),
            "each": [each.get("parts", {}) for each in answers],
        }
    }


ROLES = {"senior": "senior", "relative": "family", "worker": "institution"}
"""As whom people ask about benefits; a community worker hears every row, each with whom it is for."""


def _role(text: str, default: str) -> str:
    """A carer or the head of a home asks for their own rows, and says so."""
    if any(word in text for word in ("护理员", "护工入职", "我是护工", "从业", "毕业生", "入职奖")):
        return "worker"
    if any(
        word in text
        for word in (
            "我们养老院",
            "我们机构",
            "开养老院",
            "办养老院",
            "建床位",
            "床位补贴",
            "我是院长",
            "开办",
            "运营补贴",
            "民办",
        )
    ):
        return "institution"
    return default


async def order_status(turn: Turn, out: Out, api: Client, *, inside: bool = False) -> Slots:
    """Where an order stands."""
    number = order_number(turn)
    if number:
        try:
            order = await order_numbered(number, turn, api)
        except Refused as error:
            if error.status not in (403, 404):
                raise
            out.say("utter_order_unknown", number=number, expects="yes_no")
            return {"pending": {"kind": "person", "reason": "查不到订单号"}}
        _tell_order(order, turn, out)
        return {"last_order": order["number"]}
    orders = await upcoming(turn, api)
    types = turn.values("service_type")
    chosen = [order for order in orders if not types or order["service_type"] in types] or orders
    if turn.when.date:
        on_day = [order for order in chosen if _day(order) == turn.when.date]
        chosen = on_day or chosen
    if not chosen:
        if inside:
            out.say("utter_not_booked_yet")
            return {}
        if REPORTED.search(turn.text):
            out.signal(person="问已经登记的事什么时候有答复")
            return {}
        if turn.speaker.person_id is None:
            out.say("utter_ask_order", asks="order")
            return {"pending": {"kind": "status"}}
        return {"pending": no_orders(turn, out, types[0] if types else None)}
    for order in chosen[:SHOWN]:
        _tell_order(order, turn, out)
    return {"last_order": chosen[0]["number"]}


REPORTED = re.compile(r"答复|回复|回话|投诉|工单|反映")
"""Words about a ticket rather than an order."""
ARRIVES = re.compile(
    r"几点[能会才]?(?:到|送到|来)|多久[能会才]?(?:到|来)|到哪[了儿]|(?:还没|怎么不)(?:有)?(?:来|到|送)|啥时候[能会才]?(?:到|来|送)"
)
"""Words for something on its way."""


THEIR_ORDER = re.compile(
    r"(?:查|看|问)[^，。]{0,14}?(?:单子?|预约|订单)(?!元|位|人|价)|(?:单子?|预约|订单)[^，。]{0,4}?(?:哪天|几点|几号|什么时候|啥时候)|(?:[约订定]|预约)(?:的|了)(?:是)?[^，。]{0,8}?(?:哪天|几点|几号|什么时候|啥时候)"
)
"""Words for an order that stands: 查门玉凤维修单."""


async def upcoming(turn: Turn, api: Client) -> list[dict[str, Any]]:
    """Orders still to come of the caller, of those they act for, of those a worker names; soonest first."""
    speaker = turn.speaker
    if speaker.person_id is None:
        return []
    seniors, names = [speaker.person_id], dict[str, str | None]()
    if speaker.kind == "relative":
        consents = await api.acts_for(speaker.actor, speaker.person_id)
        names = {each["person"]["id"]: each.get("name") for each in consents}
        meant = [each["id"] for who in named(turn) if not who.own for each in await resolve(who, turn, api)]
        seniors = meant or list(names) or [speaker.person_id]
    elif speaker.kind == "worker":
        people = [*named(turn), *listed(turn)]
        found = [who.person_id or await _only(who, turn, api) for who in people]
        seniors = list(dict.fromkeys(each for each in found if each))
        names = {each: who.name for who, each in zip(people, found, strict=True) if each}
    orders = [
        {**order, "whose": names.get(senior)} if len(names) > 1 or speaker.kind == "worker" else order
        for senior in seniors
        for order in await api.orders_of(speaker.actor, senior)
        if order["status"] in ("requested", "accepted", "on_the_way")
        and order["starts_at_local"] >= turn.now.isoformat()[:10]
    ]
    return sorted(orders, key=lambda order: str(order["starts_at_local"]))


async def order_numbered(number: str, turn: Turn, api: Client) -> dict[str, Any]:
    """The order of a number, or of its last figures where one still to come ends in them. Raises Refused."""
    try:
        return await api.order(turn.speaker.actor, number)
    except Refused as error:
        if error.status not in (403, 404):
            raise
        ending = [each for each in await upcoming(turn, api) if str(each["number"]).endswith(number)]
        if len(ending) != 1:
            raise
        return ending[0]


async def _only(who: Who, turn: Turn, api: Client) -> str | None:
    found = await resolve(who, turn, api)
    return str(found[0]["id"]) if len(found) == 1 else None


NUMBER = re.compile(
    r"(?:订单|单号|编号|工单|单子)(?:号)?(?:是|为|[:：])?\s*([A-Za-z]{0,8}-?\d{3,})|\b(YL\s?\d{4,})",
    re.IGNORECASE,
)


DONE_WITH = re.compile(
    r"(?:查|取消|撤销?|退|改|催|尾号|单)(?:一?下|掉|了|单|订单|是|[:：])*\s*([A-Za-z]{0,8}-?\d{4,8})(?![\d年月日号点:：块元份栋幢单室弄])"
)
"""A number right behind what is to be done with its order: 取消4218."""
SHORT_NUMBER = re.compile(r"^\D{0,6}?(\d{4,8})\D{0,4}$")
"""A number that is all of an answer."""


def order_number(turn: Turn) -> str | None:
    """The order number said, whatever its length."""
    match = NUMBER.search(turn.text)
    found = turn.value("order_no") or (match and (match[1] or match[2]))
    if not found:
        # Of a number not said to be one only beside words for what is done with an order, or as the answer.
        asked = turn.asked in ("order", "which_order")
        short = (SHORT_NUMBER if asked else DONE_WITH).search(turn.text)
        found = short and short[1]
    return str(found) if found else None


def _day(order: dict[str, Any]) -> date:
    return datetime.fromisoformat(order["starts_at_local"]).date()


STATUS = {
    "requested": "已经预约，等服务方接单",
    "accepted": "服务方已经接单",
    "on_the_way": "服务人员正在路上",
    "done": "已经完成",
    "rated": "已经完成",
    "cancelled": "已经取消",
    "rejected": "服务方没有接单",
    "no_show": "没有见到人，没有完成",
}


def _tell_order(order: dict[str, Any], turn: Turn, out: Out) -> None:
    start = datetime.fromisoformat(order["starts_at_local"])
    out.say(
        "utter_order_status",
        number=order["number"],
        service=SERVICE_TYPES[order["service_type"]].called,
        when=spoken.moment(start, turn.now.date()),
        quantity=f"{order['quantity']}{order['unit']}",
        status=STATUS[order["status"]],
        card={"kind": "order", "orders": [order]},
    )


async def points(turn: Turn, out: Out, api: Client, *, inside: bool = False) -> Slots:
    """The time bank and points, as the documents have them."""
    return await ask_subsidy(turn, out, api, inside=inside, topic="积分养老")


async def chat(turn: Turn, out: Out, api: Client, *, inside: bool = False) -> Slots:
    """Company: a kind word, then back to the matter."""
    if _said_who(turn, out):
        return {}
    out.say("utter_chat_inside" if inside else "utter_chat")
    return {}


WHO = re.compile(
    r"[你您](?:是|叫)(?:个)?(?:谁|啥|什么|哪[位个])(?!时候|意思)|真人还是|(?:是不是|到底是|[你您]是)(?:个)?(?:真|活)?(?:人(?![工家])|机器|电脑)|是(?:真|活)人[吗么不]"
)
"""Who or what is speaking there?"""


def _said_who(turn: Turn, out: Out) -> bool:
    """Say who speaks, and that it is no human, when that is asked."""
    if not WHO.search(turn.text):
        return False
    out.say("utter_who_i_am")
    return True


async def help_(turn: Turn, out: Out, api: Client, *, inside: bool = False) -> Slots:
    if _said_who(turn, out):
        return {}
    out.say("utter_help_inside" if inside else "utter_help")
    return {}


async def greet(turn: Turn, out: Out, api: Client, *, inside: bool = False) -> Slots:
    if _said_who(turn, out):
        return {}
    out.say("utter_here" if inside else "utter_greet")
    return {}


FAREWELL = re.compile(r"再见|拜拜|挂了|先这样")


async def thank(turn: Turn, out: Out, api: Client, *, inside: bool = False) -> Slots:
    if FAREWELL.search(turn.text) and not inside:
        # "谢谢你啊，再见" is both.
        out.say("utter_goodbye")
        return {}
    out.say("utter_here" if inside else "utter_thank")
    return {}


async def repeat(turn: Turn, out: Out, api: Client, *, inside: bool = False) -> Slots:
    out.signal(repeat=True)
    return {}


async def slower(turn: Turn, out: Out, api: Client, *, inside: bool = False) -> Slots:
    out.signal(pace="slower")
    return {}


async def human(turn: Turn, out: Out, api: Client, *, inside: bool = False) -> Slots:
    out.signal(person="来电人要找工作人员")
    return {}


async def emergency(turn: Turn, out: Out, api: Client, *, inside: bool = False) -> Slots:
    """Rasa may raise an alarm that the triage did not hear; it never lowers one."""
    out.signal(alarm={"confidence": turn.confidence})
    return {}


async def other(turn: Turn, out: Out, api: Client, *, inside: bool = False) -> Slots:
    if _said_who(turn, out):
        return {}
    out.say("utter_other")
    return {}


ANSWERS: dict[str, Answer] = {
    "find_service": find_service,
    "ask_subsidy": ask_subsidy,
    "order_status": order_status,
    "points": points,
    "chat": chat,
    "help": help_,
    "greet": greet,
    "thank": thank,
    "repeat": repeat,
    "slower": slower,
    "human": human,
    "emergency": emergency,
}
"""Intents that may be answered in between."""
